"""CSV of other programs, and our own, as records; a row that cannot be understood is kept as it was."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.people import ClientKind, Contact
from frontdesk.core.domain.records import AppointmentRecord, BadRow, ClientRecord, Records
from frontdesk.core.domain.text import clean_line, clean_text, folded
from frontdesk.core.domain.times import exists, resolve
from frontdesk.core.parse import contacts


class Kind(Enum):
    APPOINTMENTS = "appointments"
    CLIENTS = "clients"


APPOINTMENT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("appointment_id", "appointment", "booking_id", "id"),
    "client": ("patient_id", "client_id", "customer_id", "client", "patient", "customer"),
    "client_name": ("client_name", "patient_name", "customer_name"),
    "practitioner": ("practitioner", "provider", "clinician", "staff", "doctor", "therapist"),
    "date": ("appointment_date", "date"),
    "time": ("appointment_time", "time"),
    "start": ("start", "starts_at", "start_datetime"),
    "minutes": ("slot_minutes", "duration", "minutes", "length"),
    "service": ("service", "appointment_type", "type"),
    "location": ("location", "site"),
    "room": ("room",),
    "status": ("status", "outcome"),
    "note": ("note", "notes"),
    "internal_note": ("internal_note",),
    "ticket": ("ticket",),
    "price": ("price_minor",),
    "cancel_reason": ("cancel_reason",),
    "cancel_text": ("cancel_text",),
    "source": ("source",),
}
CLIENT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("patient_id", "client_id", "customer_id", "id"),
    "name": ("name", "full_name", "patient_name", "client_name"),
    "born": ("dob", "born", "birth_date", "date_of_birth"),
    "phone": ("phone", "telephone", "mobile", "phone_number"),
    "email": ("email", "e-mail", "mail"),
    "kind": ("kind",),
    "contacts": ("contacts",),
    "locale": ("locale", "language"),
    "note": ("note", "notes"),
    "preferences": ("preferences",),
    "source": ("source",),
}
STATUSES: Mapping[str, Status | None] = {
    "booked": Status.BOOKED,
    "scheduled": Status.BOOKED,
    "confirmed": Status.CONFIRMED,
    "arrived": Status.ARRIVED,
    "checked in": Status.ARRIVED,
    "in session": Status.IN_SESSION,
    "attended": Status.DONE,
    "completed": Status.DONE,
    "done": Status.DONE,
    "did not attend": Status.NO_SHOW,
    "dna": Status.NO_SHOW,
    "no show": Status.NO_SHOW,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
    "late cancelled": Status.LATE_CANCELLED,
    "late canceled": Status.LATE_CANCELLED,
    "unknown": None,
    "": None,
}
"""None: booked, and its outcome is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """What a mapping file adds: which column is which field, what a status word means, what a title is."""

    appointments: dict[str, str] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, Status | None] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    time_off: tuple[str, ...] = ()


def mapping_file(text: str) -> ImportMapping:
    """`[appointments]` and `[clients]` map a column to a field, `[statuses]` a word to a status,
    `[titles]` lists what a calendar's titles are (`ignore`, `time_off`). Raises BadInput."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput("--map", Problem.NOT_READABLE, "TOML", hint=str(error)) from None
    statuses: dict[str, Status | None] = {}
    for word, meant in plain.get("statuses", {}).items():
        if meant not in ("unknown", *(it.value for it in Status)):
            raise BadInput("--map", Problem.NOT_A_CHOICE, str(meant), hint=", ".join(it.value for it in Status))
        statuses[folded(word)] = None if meant == "unknown" else Status(meant)
    for section, known in (("appointments", APPOINTMENT_COLUMNS), ("clients", CLIENT_COLUMNS)):
        for fields in plain.get(section, {}).values():
            if fields not in known:
                raise BadInput("--map", Problem.NOT_A_CHOICE, str(fields), hint=", ".join(known))
    titles = plain.get("titles", {})
    return ImportMapping(
        appointments={folded(name): meant for name, meant in plain.get("appointments", {}).items()},
        clients={folded(name): meant for name, meant in plain.get("clients", {}).items()},
        statuses=statuses,
        ignore=tuple(folded(word) for word in titles.get("ignore", ())),
        time_off=tuple(folded(word) for word in titles.get("time_off", ())),
    )


def records(
    text: str,
    file: str,
    zone_name: str,
    kind: Kind | None = None,
    mapping: ImportMapping | None = None,
    country: str = "",
) -> Records:
    """The records of one CSV. Raises BadInput where the file as a whole is none."""
    mapping = mapping or ImportMapping()
    if "\0" in text:
        raise BadInput(file, Problem.NOT_READABLE, "CSV", hint="it is not text")
    reader = csv.DictReader(io.StringIO(text), dialect=_dialect(text), restkey="", strict=True)
    headers = [name or "" for name in reader.fieldnames or ()]
    if len(headers) < 2:
        raise BadInput(file, Problem.NOT_READABLE, "CSV", hint="the first line names the columns")
    kind = kind or _kind(headers, mapping)
    columns = _columns(headers, kind, mapping)
    _require_columns(file, kind, set(columns.values()))
    read: Callable[[dict[str, str], dict[str, str]], Any] = _reader(kind, zone_name, mapping, country)
    good: list[Any] = []
    bad: list[BadRow] = []
    rows = iter(reader)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            bad.append(BadRow(file=file, line=reader.line_num, problem=str(error), row={}))
            continue
        if row is None:
            break
        given = {name: _without_quote(value) for name, value in row.items() if isinstance(value, str) and name}
        if "" in row or None in row.values():
            problem = f"{len(headers)} columns are expected"
            bad.append(BadRow(file=file, line=reader.line_num, problem=problem, row=_raw(row)))
            continue
        values = {meant: given[name].strip() for name, meant in columns.items()}
        extra = {name: value for name, value in given.items() if name not in columns and value}
        try:
            good.append(read(values, extra))
        except BadInput as error:
            bad.append(BadRow(file=file, line=reader.line_num, problem=_problem(error), row=_raw(row)))
    if kind is Kind.CLIENTS:
        return Records(clients=tuple(good), bad=tuple(bad))
    return Records(appointments=tuple(good), bad=tuple(bad))


def _dialect(text: str) -> type[csv.Dialect] | csv.Dialect:
    first = text.split("\n", 1)[0]
    counts = {mark: first.count(mark) for mark in ",;\t|"}

    class Found(csv.excel):
        delimiter = max(counts, key=lambda mark: counts[mark]) if any(counts.values()) else ","

    return Found


def _kind(headers: list[str], mapping: ImportMapping) -> Kind:
    meant = set(_columns(headers, Kind.APPOINTMENTS, mapping).values())
    return Kind.APPOINTMENTS if meant & {"date", "start"} and "practitioner" in meant else Kind.CLIENTS


def _require_columns(file: str, kind: Kind, found: set[str]) -> None:
    """Raises BadInput where a column is missing without which no row can be read."""
    needed = {"id", "client", "practitioner", "minutes"} if kind is Kind.APPOINTMENTS else {"id"}
    if kind is Kind.APPOINTMENTS and "start" not in found:
        needed |= {"date", "time"}
    missing = sorted(needed - found)
    if missing:
        known = APPOINTMENT_COLUMNS if kind is Kind.APPOINTMENTS else CLIENT_COLUMNS
        hint = "; ".join(f"{name}: {', '.join(known[name])}" for name in missing)
        raise BadInput(f"{file}: {', '.join(missing)}", Problem.MISSING, hint=f"--map, or a column named {hint}")


def _columns(headers: list[str], kind: Kind, mapping: ImportMapping) -> dict[str, str]:
    """Column name to field: by the mapping, else by the names such columns usually have."""
    known = APPOINTMENT_COLUMNS if kind is Kind.APPOINTMENTS else CLIENT_COLUMNS
    mapped = mapping.appointments if kind is Kind.APPOINTMENTS else mapping.clients
    columns = {name: mapped[folded(name)] for name in headers if folded(name) in mapped}
    for meant, names in known.items():
        if meant in columns.values():
            continue
        for name in names:
            found = next((it for it in headers if folded(it).replace(" ", "_") == name and it not in columns), None)
            if found is not None:
                columns[found] = meant
                break
    return columns


def _reader(
    kind: Kind, zone_name: str, mapping: ImportMapping, country: str
) -> Callable[[dict[str, str], dict[str, str]], Any]:
    if kind is Kind.CLIENTS:
        return lambda values, extra: _client(values, extra, country)
    return lambda values, extra: _appointment(values, extra, zone_name, mapping)


def _client(values: dict[str, str], extra: dict[str, str], country: str) -> ClientRecord:
    kind = values.get("kind") or "person"
    if kind not in ("person", "company"):
        raise BadInput("kind", Problem.NOT_A_CHOICE, kind, hint="person, company")
    return ClientRecord(
        source_id=_needed(values, "id"),
        source=clean_line(values.get("source", "")),
        name=clean_line(values.get("name", "")),
        kind=ClientKind(kind),
        phone=contacts.phone(values.get("phone", ""), country),
        email=contacts.email(values.get("email", "")),
        born=_date(values["born"], "born") if values.get("born") else None,
        contacts=_contacts(values.get("contacts", ""), country),
        locale=clean_line(values.get("locale", ""), limit=20),
        note=clean_text(values.get("note", "")),
        preferences=clean_text(values.get("preferences", "")),
        extra=_extra(extra),
    )


def _contacts(text: str, country: str) -> tuple[Contact, ...]:
    """`Name | phone | e-mail`, several parted by `;`."""
    found = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        name, phone, email, *_ = (*(part.strip() for part in entry.split("|")), "", "", "")
        found.append(
            Contact(name=clean_line(name), phone=contacts.phone(phone, country), email=contacts.email(email))
        )
    return tuple(found)


def _appointment(
    values: dict[str, str], extra: dict[str, str], zone_name: str, mapping: ImportMapping
) -> AppointmentRecord:
    word = folded(values.get("status", "")).replace("_", " ").replace("-", " ").strip()
    status = {**STATUSES, **mapping.statuses}.get(word, _MISSING)
    if status is _MISSING:
        raise BadInput("status", Problem.UNKNOWN, values["status"], hint=", ".join(it for it in STATUSES if it))
    price = values.get("price", "")
    return AppointmentRecord(
        source_id=_needed(values, "id"),
        source=clean_line(values.get("source", "")),
        client=_needed(values, "client"),
        client_name=clean_line(values.get("client_name", "")),
        practitioner=_needed(values, "practitioner"),
        start=_start(values, zone_name),
        minutes=_minutes(values),
        service=clean_line(values.get("service", "")),
        location=clean_line(values.get("location", "")),
        room=clean_line(values.get("room", "")),
        status=status if isinstance(status, Status) else Status.BOOKED,
        outcome_missing=status is None,
        cancel_reason=clean_line(values.get("cancel_reason", "")),
        cancel_text=clean_text(values.get("cancel_text", "")),
        note=clean_text(values.get("note", "")),
        internal_note=clean_text(values.get("internal_note", "")),
        ticket=clean_line(values.get("ticket", "")),
        price=int(price) if price.isdigit() else None,
        extra=_extra(extra),
    )


_MISSING = object()


def _start(values: dict[str, str], zone_name: str) -> int:
    """The instant of a row; a time that the clocks skip is bad."""
    text = values.get("start") or f"{_needed(values, 'date')}T{_needed(values, 'time')}"
    try:
        at = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        raise BadInput("start", Problem.NOT_A_TIME, text) from None
    if at.tzinfo is not None:
        return int(at.timestamp()) // 60 * 60
    at = at.replace(second=0, microsecond=0)
    start = resolve(at, zone_name)
    if start is None or not exists(at, zone_name):
        raise BadInput("start", Problem.NOT_A_TIME, text, hint="the clocks skip this time")
    return start


def _minutes(values: dict[str, str]) -> int:
    text = _needed(values, "minutes")
    if not text.isdigit() or not 1 <= int(text) <= 960:
        raise BadInput("minutes", Problem.OUT_OF_RANGE, text, hint="1–960")
    return int(text)


def _needed(values: dict[str, str], name: str) -> str:
    value = clean_line(values.get(name, ""))
    if not value:
        raise BadInput(name, Problem.MISSING)
    return value


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(name, Problem.NOT_A_DATE, text) from None


def _extra(extra: dict[str, str]) -> dict[str, str]:
    return {clean_line(name): clean_text(value) for name, value in extra.items() if value.strip()}


def _without_quote(value: str) -> str:
    """Takes off the mark that keeps a spreadsheet from running a field."""
    return value[1:] if value[:1] == "'" and value[1:2] in ("=", "+", "-", "@", "\t") else value


def _raw(row: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): value or "" for name, value in row.items() if isinstance(name, str) and name}


def _problem(error: BadInput) -> str:
    text = f"{error.field}: {error.problem.value.replace('_', ' ')}"
    if error.value:
        text += f" ({error.value})"
    return f"{text}; {error.hint}" if error.hint else text

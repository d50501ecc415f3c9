"""CSV of other programs, and our own, as records; a row that cannot be understood is kept as it was."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from frontdesk.core.domain.appointments import Status, appointment_of_ref, client_of_ref
from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import ClientKind, Contact, ContactId
from frontdesk.core.domain.records import (
    BAD_FIELDS,
    EXTRA,
    AppointmentRecord,
    BadRow,
    ClientRecord,
    KeptAppointment,
    KeptClient,
    Records,
)
from frontdesk.core.domain.text import RUN_BY_SPREADSHEETS, clean_line, clean_text, folded
from frontdesk.core.domain.times import YEARS, exists, resolve
from frontdesk.core.parse import contacts
from frontdesk.core.parse.csv_columns import APPOINTMENT_COLUMNS, CLIENT_COLUMNS, STATUSES, ImportMapping, Kind

MOST_COLUMNS = 1000

_APPOINTMENT_OF_EXPORT = (
    "ref", "uid", "override", "cancel_link", "buffer_before", "buffer_after", "lane", "room_lane", "revision",
    "sequence",
)  # fmt: skip
_CLIENT_OF_EXPORT = ("ref", "created_at", "life", "merged_into")
"""Columns that mean something only where all of them are there."""


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
    try:
        rows = _Rows(text)
    except csv.Error as error:
        raise BadInput(file, Problem.NOT_READABLE, "CSV", hint=str(error)) from None
    try:
        return _read(rows, file, zone_name, kind, mapping, country)
    except TooManyQuotes:
        raise BadInput(file, Problem.NOT_READABLE, "CSV", hint="too many quotes are not closed") from None


def _read(rows: _Rows, file: str, zone_name: str, kind: Kind | None, mapping: ImportMapping, country: str) -> Records:
    headers = [name.strip() for name in rows.header]
    if len(headers) > MOST_COLUMNS:
        raise BadInput(file, Problem.NOT_READABLE, "CSV", hint=saying("at most {n} columns", n=MOST_COLUMNS))
    if len(headers) < 2:
        raise BadInput(file, Problem.NOT_READABLE, "CSV", hint="the first line names the columns")
    twice = next((name for name in headers if name and headers.count(name) > 1), None)
    if twice is not None:
        raise BadInput(f"{file}: {twice}", Problem.TWICE, twice, hint="each column needs a name of its own")
    kind = kind or _kind(headers, mapping)
    columns = _columns(headers, kind, mapping)
    _require_columns(file, kind, set(columns.values()))
    read: Callable[[dict[str, str], dict[str, str]], Any] = _reader(kind, zone_name, mapping, country)
    good: list[Any] = []
    bad: list[BadRow] = []
    for line, cells, told in rows:
        row = _named(headers, cells)
        if not told:
            given = {name: _without_quote(value) for name, value in row.items()}
            values = {meant: given[name].strip() for name, meant in columns.items()}
            extra = {
                name.removeprefix(EXTRA): value
                for name, value in given.items()
                if name not in columns and name not in BAD_FIELDS
            }
            try:
                good.append(read(values, extra))
            except BadInput as error:
                told = problem(error)
        if told:
            bad.append(BadRow(file=file, line=line, problem=told, row=row, of=kind.value))
    if kind is Kind.CLIENTS:
        return Records(clients=tuple(good), bad=tuple(bad))
    return Records(appointments=tuple(good), bad=tuple(bad))


READ_AGAIN = 100_000
"""Lines that are read once more because of quotes that are not closed, beyond three times the file."""


class TooManyQuotes(Exception):
    """So many are not closed that nobody can tell what belongs to what."""


class _Rows:
    """The rows of a CSV after its header: first line, cells, and what is wrong with them.

    A quote that is never closed, or that runs on into rows of the wrong width, costs its own line alone: reading goes
    on with the next one.
    """

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="").readlines()
        self._dialect = _dialect(self._lines[0] if self._lines else "")
        self._at = self._read = 0
        self._most = 3 * len(self._lines) + READ_AGAIN
        self.header = self._next() or []
        while len(self.header) > 1 and not self.header[-1].strip():
            self.header.pop()  # a comma at the end of every line

    def __iter__(self) -> Iterator[tuple[int, list[str], str]]:
        width = len(self.header)
        while self._at < len(self._lines):
            first = self._at
            try:
                cells = self._next()
            except csv.Error as error:
                yield self._only(first, str(error))
                continue
            if cells is None or not any(cells):
                continue
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) == width:
                yield first + 1, cells, ""
            elif self._at - first > 1:
                yield self._only(first, "a quote is not closed")
            else:
                yield first + 1, cells, f"{width} columns are expected"

    def _next(self) -> list[str] | None:
        if self._read > self._most:
            raise TooManyQuotes
        rest = map(self._lines.__getitem__, range(self._at, len(self._lines)))
        reader = csv.reader(rest, dialect=self._dialect, strict=True)
        try:
            row = next(reader, None)
        finally:
            self._read += reader.line_num
        self._at += reader.line_num
        return row

    def _only(self, line: int, problem: str) -> tuple[int, list[str], str]:
        self._at = line + 1
        return line + 1, self._lines[line].rstrip("\r\n").split(self._dialect.delimiter), problem


def _named(headers: list[str], cells: list[str]) -> dict[str, str]:
    """Cells by column; what is too much stands in columns of its own, so that nothing is lost."""
    names = [*headers, *(f"_more_{n}" for n in range(1, len(cells) - len(headers) + 1))]
    return {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _dialect(first: str) -> type[csv.Dialect]:
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
        raise BadInput(
            f"{file}: {', '.join(missing)}",
            Problem.MISSING,
            hint=saying("--map, or a column named {names}", names=hint),
        )


def _columns(headers: list[str], kind: Kind, mapping: ImportMapping) -> dict[str, str]:
    """Column name to field: by the mapping, else by the names such columns usually have."""
    known = dict(APPOINTMENT_COLUMNS if kind is Kind.APPOINTMENTS else CLIENT_COLUMNS)
    of_export = _APPOINTMENT_OF_EXPORT if kind is Kind.APPOINTMENTS else _CLIENT_OF_EXPORT
    if not set(of_export) <= set(headers):  # another program means something else by these
        known = {meant: names for meant, names in known.items() if meant not in of_export}
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
        kept=_kept_client(values),
    )


def _kept_client(values: dict[str, str]) -> KeptClient | None:
    """What an export of this program adds; None where it does not all agree."""
    id_ = client_of_ref(values.get("ref", ""))
    created, life = values.get("created_at", ""), values.get("life", "")
    if id_ is None or not _is_number(created) or life not in [it.value for it in Life]:
        return None
    merged_into = client_of_ref(values.get("merged_into", ""))
    return KeptClient(id=id_, created_at=int(created), life=Life(life), merged_into=merged_into)


def _kept_appointment(values: dict[str, str]) -> KeptAppointment | None:
    id_ = appointment_of_ref(values.get("ref", ""))
    numbers = {name: values.get(name, "") for name in _KEPT_NUMBERS}
    try:
        holder = UUID(values.get("uid", ""))
    except ValueError:
        return None
    if id_ is None or not all(map(_is_number, numbers.values())):
        return None
    return KeptAppointment(
        id=id_,
        holder=holder,
        override=clean_text(values.get("override", "")),
        cancel_link=values.get("cancel_link") == "yes",
        **{name: int(number) for name, number in numbers.items()},
    )


_KEPT_NUMBERS = ("buffer_before", "buffer_after", "lane", "room_lane", "revision", "sequence")


def _contacts(text: str, country: str) -> tuple[Contact, ...]:
    """`Name | phone | e-mail`, several parted by `;`; or a JSON list, as an export writes it."""
    found = []
    if text.startswith("["):
        try:
            return tuple(_contact(it) for it in json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise BadInput("contacts", Problem.NOT_READABLE, text) from None
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        name, phone, email, *_ = (*(part.strip() for part in entry.split("|")), "", "", "")
        found.append(
            Contact(name=clean_line(name), phone=contacts.phone(phone, country), email=contacts.email(email))
        )
    return tuple(found)


def _contact(kept: Any) -> Contact:
    """One as an export writes it."""
    id_ = clean_line(kept.get("id") or "")
    told = {name: clean_line(kept[name]) for name in ("name", "phone", "email")}
    return Contact(**told, id=ContactId(id_) if id_ else None)


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
        price=int(price) if _is_number(price) else None,
        extra=_extra(extra),
        kept=_kept_appointment(values),
    )


_MISSING = object()


def _start(values: dict[str, str], zone_name: str) -> int:
    """The instant of a row; a time that the clocks skip is bad."""
    text = values.get("start") or f"{_needed(values, 'date')}T{_needed(values, 'time')}"
    try:
        at = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        raise BadInput("start", Problem.NOT_A_TIME, text) from None
    if at.year not in YEARS:
        raise BadInput("start", Problem.OUT_OF_RANGE, text)
    if at.tzinfo is not None:
        return int(at.timestamp()) // 60 * 60
    at = at.replace(second=0, microsecond=0)
    start = resolve(at, zone_name)
    if start is None or not exists(at, zone_name):
        raise BadInput("start", Problem.NOT_A_TIME, text, hint="the clocks skip this time")
    return start


def _minutes(values: dict[str, str]) -> int:
    text = _needed(values, "minutes")
    if not _is_number(text) or not 1 <= int(text) <= 960:
        raise BadInput("minutes", Problem.OUT_OF_RANGE, text, hint="1–960")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


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
    return value[1:] if value[:1] == "'" and value[1:2] in RUN_BY_SPREADSHEETS else value


def problem(error: BadInput) -> str:
    """What is wrong with a row, in a few words."""
    text = f"{error.field}: {error.problem.value.replace('_', ' ')}"
    if error.value:
        text += f" ({error.value})"
    return f"{text}; {error.hint}" if error.hint else text

"""The columns that a CSV file may have, and what other programs call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.domain.text import folded
from frontdesk.core.parse.toml import TOMLDecodeError, tables


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
    "ref": ("ref",),
    "uid": ("uid",),
    "override": ("override",),
    "cancel_link": ("cancel_link",),
    "buffer_before": ("buffer_before",),
    "buffer_after": ("buffer_after",),
    "lane": ("lane",),
    "room_lane": ("room_lane",),
    "revision": ("revision",),
    "sequence": ("sequence",),
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
    "ref": ("ref",),
    "created_at": ("created_at",),
    "life": ("life",),
    "merged_into": ("merged_into",),
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
    "undone": Status.UNDONE,
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
        plain = tables(text)
    except TOMLDecodeError as error:
        raise BadInput("--map", Problem.NOT_READABLE, "TOML", hint=str(error)) from None
    for section in plain:
        if section not in ("appointments", "clients", "statuses", "titles"):
            known_sections = "appointments, clients, statuses, titles"
            raise BadInput("--map", Problem.UNKNOWN, section, hint=known_sections)
        if not isinstance(plain[section], dict):
            raise BadInput("--map", Problem.NOT_A_CHOICE, section, hint=saying("a table: [{name}]", name=section))
    statuses: dict[str, Status | None] = {}
    for word, meant in plain.get("statuses", {}).items():
        if meant not in ("unknown", *(it.value for it in Status)):
            raise BadInput("--map", Problem.NOT_A_CHOICE, str(meant), hint=", ".join(it.value for it in Status))
        statuses[folded(word)] = None if meant == "unknown" else Status(meant)
    for section, known in (("appointments", APPOINTMENT_COLUMNS), ("clients", CLIENT_COLUMNS)):
        for fields in plain.get(section, {}).values():
            if not isinstance(fields, str) or fields not in known:
                raise BadInput("--map", Problem.NOT_A_CHOICE, str(fields), hint=", ".join(known))
    titles = plain.get("titles", {})
    for name, words in titles.items():
        if name not in ("ignore", "time_off") or not _are_texts(words):
            raise BadInput("--map", Problem.NOT_A_CHOICE, name, hint='ignore = ["…"], time_off = ["…"]')
    return ImportMapping(
        appointments={folded(name): meant for name, meant in plain.get("appointments", {}).items()},
        clients={folded(name): meant for name, meant in plain.get("clients", {}).items()},
        statuses=statuses,
        ignore=tuple(folded(word) for word in titles.get("ignore", ())),
        time_off=tuple(folded(word) for word in titles.get("time_off", ())),
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)

"""Rows as CSV; a field that a spreadsheet would run is marked with a quote, which the importer takes off again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from frontdesk.core.domain.appointments import Status, client_ref
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.records import BAD_FIELDS, EXTRA, BadRow
from frontdesk.core.domain.text import RUN_BY_SPREADSHEETS
from frontdesk.core.domain.views import Named
from frontdesk.core.render.times import iso

APPOINTMENT_FIELDS = (
    "appointment_id", "source", "client_id", "client_name", "practitioner", "service", "location", "room", "start",
    "minutes", "status", "cancel_reason", "cancel_text", "note", "internal_note", "ticket", "price_minor",
    "ref", "uid", "override", "cancel_link", "buffer_before", "buffer_after", "lane", "room_lane", "revision",
    "sequence",
)  # fmt: skip
CLIENT_FIELDS = (
    "client_id", "source", "name", "kind", "dob", "phone", "email", "contacts", "locale", "note", "preferences",
    "ref", "created_at", "life", "merged_into",
)  # fmt: skip
EXPORTED = "frontdesk"
"""The source of records that were made here."""


def clients_csv(clients: Sequence[Client]) -> str:
    extra = sorted({name for client in clients for name in client.extra})
    return _written((*CLIENT_FIELDS, *_columns_of(extra)), (_client(it, extra) for it in clients))


def appointments_csv(found: Sequence[Named], clients: dict[int, Client]) -> str:
    extra = sorted({name for it in found for name in it.appointment.extra})
    return _written((*APPOINTMENT_FIELDS, *_columns_of(extra)), (_appointment(it, clients, extra) for it in found))


def _columns_of(extra: Sequence[str]) -> list[str]:
    """Columns of another program, so named that none is taken for one of ours."""
    return [EXTRA + name for name in extra]


def bad_csv(rows: Sequence[BadRow]) -> str:
    """Bad rows as they were, with what is wrong and where they stood at the end."""
    names = dict.fromkeys(name for bad in rows for name in bad.row)
    return _written(
        (*names, *BAD_FIELDS),
        ([*(bad.row.get(name, "") for name in names), bad.problem, bad.file, str(bad.line)] for bad in rows),
    )


def _client(it: Client, extra: Sequence[str]) -> list[str]:
    contacts = [{"name": c.name, "phone": c.phone, "email": c.email, "id": c.id} for c in it.contacts]
    return [
        *_client_key(it),
        it.name,
        it.kind.value,
        it.born.isoformat() if it.born else "",
        it.phone,
        it.email,
        json.dumps(contacts, ensure_ascii=False) if contacts else "",
        it.locale,
        it.note,
        it.preferences,
        client_ref(it.id),
        str(it.created_at),
        it.life.value,
        client_ref(it.merged_into) if it.merged_into is not None else "",
        *(it.extra.get(name, "") for name in extra),
    ]


def _client_key(it: Client) -> tuple[str, str]:
    """Id and source: where it came from, else here; what was undone may share its source's id with another."""
    if it.source_id and it.life is Life.ACTIVE:
        return it.source_id, it.source or EXPORTED
    return client_ref(it.id), EXPORTED


def _appointment(named: Named, clients: dict[int, Client], extra: Sequence[str]) -> list[str]:
    it = named.appointment
    client_id, source = _client_key(clients[it.client])
    is_its_own = it.source_id and it.source == source and it.status is not Status.UNDONE
    cancelled = it.cancellation
    return [
        it.source_id if is_its_own else it.ref,
        source,
        client_id,
        named.client_name,
        it.practitioner,
        it.service,
        it.location,
        it.room or "",
        iso(it.start, it.zone),
        str(it.span.minutes),
        it.status.value,
        cancelled.reason if cancelled else "",
        cancelled.text if cancelled else "",
        it.note,
        it.internal_note,
        it.ticket,
        "" if it.price is None else str(it.price),
        it.ref,
        str(it.holder),
        it.override,
        "yes" if cancelled and cancelled.rebook_link else "",
        *map(str, (it.buffer_before, it.buffer_after, it.lane, it.room_lane, it.revision, it.sequence)),
        *(it.extra.get(name, "") for name in extra),
    ]


def _written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_safe(name) for name in header])
    for row in rows:
        writer.writerow([_safe(field) for field in row])
    return out.getvalue()


def _safe(field: str) -> str:
    return "'" + field if field[:1] in RUN_BY_SPREADSHEETS else field

"""The work list as rows: an entry is open while its appointment is where it was when it was entered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from frontdesk.core.domain.appointments import CANCELLABLE, AppointmentId
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.work import Work, WorkId, WorkState
from frontdesk.core.store import sight
from frontdesk.core.store.connection import Later, Row
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import LOCKED, Part, judged, shown, words

_ONE = judged("SELECT * FROM work WHERE id = :id")
_OF_CAUSE = judged("SELECT * FROM work WHERE cause = :cause AND cause_id = :cause_id AND state <> 'gone' ORDER BY id")
_ALL = judged("SELECT * FROM work ORDER BY id")
_OPEN = shown(
    sight.of_work,
    # there are many appointments: SQLite is to begin with the few
    "SELECT work.* FROM work CROSS JOIN appointment"
    " WHERE appointment.id = work.appointment_id AND appointment.start = work.start"
    f' AND appointment.practitioner_id = work.practitioner_id AND appointment."end" > :now'
    f" AND appointment.status IN ({words(CANCELLABLE)})"
    " AND work.state = 'open' AND work.start > :since AND {seen} AND {where} ORDER BY work.start, work.id",
)
"""Nothing lasts longer than a day: what began before that is over, however much there is."""


def find(look: Look, id_: WorkId) -> Work | None:
    row = look.connection.execute(_ONE, {"id": id_}).first()
    return None if row is None else from_row(row)


def lock(tx: Tx, id_: WorkId) -> Work | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE + LOCKED, {"id": id_}).first()
    return None if row is None else from_row(row)


def waiting(look: Look, appointment: AppointmentId | None = None) -> Later[list[Work]]:
    """The open entries by the start of what they are about, of one appointment or of all."""
    where = [] if appointment is None else [Part("work.appointment_id = :appointment", {"appointment": appointment})]
    found = look.ask(_OPEN, {"now": look.now, "since": look.now - DAY}, where)
    return lambda: [from_row(row) for row in found]


def of_cause(look: Look, cause: str, cause_id: str) -> list[Work]:
    """Entries, not gone, that one thing made."""
    made = look.connection.execute(_OF_CAUSE, {"cause": cause, "cause_id": cause_id})
    return [from_row(row) for row in made]


def everything(look: Look) -> list[Work]:
    return [from_row(row) for row in look.connection.execute(_ALL)]


def add(tx: Tx, work: Work) -> Work:
    """A new entry, with the number the database gives."""
    return replace(work, id=WorkId(tx.connection.insert("work", to_row(work))))


def save(tx: Tx, work: Work) -> None:
    tx.connection.update("work", work.id, to_row(work))


def from_row(row: Row) -> Work:
    return Work(
        id=WorkId(row.id),
        appointment=AppointmentId(row.appointment_id),
        practitioner=StaffId(row.practitioner_id),
        start=row.start,
        cause=row.cause,
        cause_id=row.cause_id,
        since=row.since,
        state=WorkState(row.state),
        revision=row.revision,
    )


def to_row(work: Work) -> dict[str, Any]:
    return {
        "appointment_id": work.appointment,
        "practitioner_id": work.practitioner,
        "start": work.start,
        "cause": work.cause,
        "cause_id": work.cause_id,
        "since": work.since,
        "state": work.state.value,
        "revision": work.revision,
    }

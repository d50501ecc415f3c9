"""The work list as rows: an entry is open while its appointment is where it was when it was entered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row as ResultRow
from sqlalchemy import bindparam, insert, select, update
from sqlmodel import col

from frontdesk.core.domain.appointments import CANCELLABLE, AppointmentId
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.work import Work, WorkId, WorkState
from frontdesk.core.store import rows
from frontdesk.core.store.look import Look, Tx

_w = rows.Work
_COLUMNS = rows.Work.__table__.columns  # type: ignore[attr-defined]
_ONE = select(*_COLUMNS)
_INSERT = insert(rows.Work)
_UPDATE = update(rows.Work).where(col(_w.id) == bindparam("key"))
_IS_OPEN = (
    col(_w.state) == WorkState.OPEN.value,
    col(_w.start) > bindparam("since"),
    col(rows.Appointment.id) == col(_w.appointment_id),
    col(rows.Appointment.start) == col(_w.start),
    col(rows.Appointment.practitioner_id) == col(_w.practitioner_id),
    col(rows.Appointment.end) > bindparam("now"),
    col(rows.Appointment.status).in_([status.value for status in CANCELLABLE]),
)


def find(look: Look, id_: WorkId) -> Work | None:
    row = look.connection.execute(_ONE.where(col(_w.id) == id_)).first()
    return None if row is None else from_row(row)


def lock(tx: Tx, id_: WorkId) -> Work | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE.where(col(_w.id) == id_).with_for_update(key_share=True)).first()
    return None if row is None else from_row(row)


def waiting(look: Look, appointment: AppointmentId | None = None) -> list[Work]:
    """The open entries by the start of what they are about, of one appointment or of all."""
    statement = select(*_COLUMNS).where(*_IS_OPEN, *_seen(look)).order_by(col(_w.start), col(_w.id))
    if appointment is not None:
        statement = statement.where(col(_w.appointment_id) == appointment)
    return [from_row(row) for row in look.connection.execute(statement, _times(look))]


def of_cause(look: Look, cause: str, cause_id: str) -> list[Work]:
    """Entries, not gone, that one thing made."""
    made = _ONE.where(col(_w.cause) == cause, col(_w.cause_id) == cause_id, col(_w.state) != WorkState.GONE.value)
    return [from_row(row) for row in look.connection.execute(made.order_by(col(_w.id)))]


def everything(look: Look) -> list[Work]:
    return [from_row(row) for row in look.connection.execute(_ONE.order_by(col(_w.id)))]


def add(tx: Tx, work: Work) -> Work:
    """A new entry, with the number the database gives."""
    made = tx.connection.execute(_INSERT, to_row(work)).inserted_primary_key
    assert made is not None
    return replace(work, id=WorkId(made[0]))


def save(tx: Tx, work: Work) -> None:
    tx.connection.execute(_UPDATE, {**to_row(work), "key": work.id})


def _times(look: Look) -> dict[str, int]:
    """Nothing lasts longer than a day: what began before that is over, however much there is."""
    return {"now": look.now, "since": look.now - DAY}


def _seen(look: Look) -> list[Any]:
    own = only_own(look.actor, Permission.SEE_CALENDAR)
    return [] if own is None else [col(_w.practitioner_id) == own]


def from_row(row: ResultRow[Any]) -> Work:
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

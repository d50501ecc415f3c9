"""Charges as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlmodel import col

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.charges import Charge, ChargeId, ChargeKind, ChargeState
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.domain.views import ChargeLine
from frontdesk.core.store import rows
from frontdesk.core.store.look import Look, Tx

_c = rows.Charge
_COLUMNS = rows.Charge.__table__.columns  # type: ignore[attr-defined]
_ONE = select(*_COLUMNS)
_INSERT = insert(rows.Charge)
_UPDATE = update(rows.Charge).where(col(_c.id) == bindparam("key"))
_LINES: Select[Any] = (
    select(*_COLUMNS, col(rows.Client.name), col(rows.Appointment.start), col(rows.Appointment.zone))
    .join(rows.Client, col(rows.Client.id) == col(_c.client_id))
    .join(rows.Appointment, col(rows.Appointment.id) == col(_c.appointment_id))
)
_OWED = select(func.coalesce(func.sum(col(_c.amount)), 0)).where(
    col(_c.client_id) == bindparam("client"), col(_c.state) == ChargeState.DUE.value
)


def find(look: Look, id_: ChargeId) -> Charge | None:
    row = look.connection.execute(_ONE.where(col(_c.id) == id_)).first()
    return None if row is None else from_row(row)


def lock(tx: Tx, id_: ChargeId) -> Charge | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE.where(col(_c.id) == id_).with_for_update(key_share=True)).first()
    return None if row is None else from_row(row)


def of_appointment(look: Look, id_: AppointmentId) -> list[Charge]:
    theirs = _ONE.where(col(_c.appointment_id) == id_).order_by(col(_c.id))
    return [from_row(row) for row in look.connection.execute(theirs)]


def lock_of_appointment(tx: Tx, id_: AppointmentId) -> list[Charge]:
    """The same, but nobody else changes them until this transaction ends."""
    theirs = _ONE.where(col(_c.appointment_id) == id_).order_by(col(_c.id)).with_for_update(key_share=True)
    return [from_row(row) for row in tx.connection.execute(theirs)]


def owed_by(look: Look, client: ClientId) -> int:
    """What is due of a client, in minor units."""
    return int(look.connection.execute(_OWED, {"client": client}).scalar_one())


def listed(
    look: Look, client: ClientId | None, states: Sequence[ChargeState], limit: int | None
) -> tuple[ChargeLine, ...]:
    """Charges with the names around them, the newest first."""
    statement = _LINES.order_by(col(_c.id).desc()).limit(limit)
    if client is not None:
        statement = statement.where(col(_c.client_id) == client)
    if states:
        statement = statement.where(col(_c.state).in_([state.value for state in states]))
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is not None:
        statement = statement.where(col(rows.Appointment.practitioner_id) == own)
    return tuple(
        ChargeLine(charge=from_row(row), client_name=row.name, start=row.start, zone=row.zone)
        for row in look.connection.execute(statement)
    )


def everything(look: Look) -> list[Charge]:
    return [from_row(row) for row in look.connection.execute(_ONE.order_by(col(_c.id)))]


def add(tx: Tx, charge: Charge) -> Charge:
    """A new charge, with the number the database gives."""
    made = tx.connection.execute(_INSERT, to_row(charge)).inserted_primary_key
    assert made is not None
    return replace(charge, id=ChargeId(made[0]))


def save(tx: Tx, charge: Charge) -> None:
    tx.connection.execute(_UPDATE, {**to_row(charge), "key": charge.id})


def from_row(row: Any) -> Charge:
    return Charge(
        id=ChargeId(row.id),
        client=ClientId(row.client_id),
        appointment=AppointmentId(row.appointment_id),
        kind=ChargeKind(row.kind),
        amount=row.amount,
        currency=row.currency,
        made_at=row.made_at,
        state=ChargeState(row.state),
        reason=row.reason,
        revision=row.revision,
    )


def to_row(charge: Charge) -> dict[str, Any]:
    return {
        "client_id": charge.client,
        "appointment_id": charge.appointment,
        "kind": charge.kind.value,
        "amount": charge.amount,
        "currency": charge.currency,
        "made_at": charge.made_at,
        "state": charge.state.value,
        "reason": charge.reason,
        "revision": charge.revision,
    }

"""Charges as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.charges import Charge, ChargeId, ChargeKind, ChargeState
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.views import ChargeLine
from frontdesk.core.store import sight
from frontdesk.core.store.connection import NO_LIMIT
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import LOCKED, Part, judged, shown

_ONE = judged("SELECT * FROM charge WHERE id = :id")
_OF_APPOINTMENT = judged("SELECT * FROM charge WHERE appointment_id = :appointment ORDER BY id")
_ALL = judged("SELECT * FROM charge ORDER BY id")
_OWED = judged("SELECT coalesce(sum(amount), 0) FROM charge WHERE client_id = :client AND state = 'due'")
_LINES = shown(
    sight.of_affairs,
    "SELECT charge.*, client.name, appointment.start, appointment.zone FROM charge"
    " JOIN client ON client.id = charge.client_id JOIN appointment ON appointment.id = charge.appointment_id"
    " WHERE {seen} AND {where} ORDER BY charge.id DESC LIMIT :limit",
)


def find(look: Look, id_: ChargeId) -> Charge | None:
    row = look.connection.execute(_ONE, {"id": id_}).first()
    return None if row is None else from_row(row)


def lock(tx: Tx, id_: ChargeId) -> Charge | None:
    """The same, but nobody else changes it until this transaction ends."""
    row = tx.connection.execute(_ONE + LOCKED, {"id": id_}).first()
    return None if row is None else from_row(row)


def of_appointment(look: Look, id_: AppointmentId) -> list[Charge]:
    return [from_row(row) for row in look.connection.execute(_OF_APPOINTMENT, {"appointment": id_})]


def lock_of_appointment(tx: Tx, id_: AppointmentId) -> list[Charge]:
    """The same, but nobody else changes them until this transaction ends."""
    return [from_row(row) for row in tx.connection.execute(_OF_APPOINTMENT + LOCKED, {"appointment": id_})]


def owed_by(look: Look, client: ClientId) -> int:
    """What is due of a client, in minor units."""
    return int(look.connection.execute(_OWED, {"client": client}).scalar_one())


def listed(
    look: Look, client: ClientId | None, states: Sequence[ChargeState], limit: int | None
) -> tuple[ChargeLine, ...]:
    """Charges with the names around them, the newest first."""
    where = []
    if client is not None:
        where.append(Part("charge.client_id = :client", {"client": client}))
    if states:
        where.append(Part("charge.state IN :states", {"states": [state.value for state in states]}))
    return tuple(
        ChargeLine(charge=from_row(row), client_name=row.name, start=row.start, zone=row.zone)
        for row in look.ask(_LINES, {"limit": NO_LIMIT if limit is None else limit}, where)
    )


def everything(look: Look) -> list[Charge]:
    return [from_row(row) for row in look.connection.execute(_ALL)]


def add(tx: Tx, charge: Charge) -> Charge:
    """A new charge, with the number the database gives."""
    return replace(charge, id=ChargeId(tx.connection.insert("charge", to_row(charge))))


def save(tx: Tx, charge: Charge) -> None:
    tx.connection.update("charge", charge.id, to_row(charge))


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

"""What may be done about money that is owed; and how a change comes to cost something."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.charges import SettleCharge, WaiveCharge
from frontdesk.core.asks.door import Operations
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.charges import Charge, ChargeId, ChargeKind, ChargeState
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.events.charges import ChargeSettled, ChargeWaived
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.objections import ChargeIsOver, WaiverNeedsReason
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.text import clean_text
from frontdesk.core.operations.guard import require_no_objection, require_power_over, require_seen
from frontdesk.core.operations.recording import record
from frontdesk.core.store import appointments, charges, clients, practice
from frontdesk.core.store.look import Tx


def settle_charge(tx: Tx, ask: SettleCharge) -> ChargeSettled:
    before, name = _due(tx, ask)
    after = _changed(before, ChargeState.SETTLED, clean_text(ask.reason))
    charges.save(tx, after)
    return record(tx, ChargeSettled(before=before, charge=after, client_name=name))


def waive_charge(tx: Tx, ask: WaiveCharge) -> ChargeWaived:
    before, name = _due(tx, ask)
    reason = clean_text(ask.reason)
    if not reason:
        require_no_objection([WaiverNeedsReason()])
    after = _changed(before, ChargeState.WAIVED, reason)
    charges.save(tx, after)
    return record(tx, ChargeWaived(before=before, charge=after, client_name=name))


def charge(
    tx: Tx, setup: Setup, appointment: Appointment, kind: ChargeKind, amount: int, waive: str = ""
) -> tuple[Change, ...]:
    """A fee, due or waived at once; nothing where it costs nothing, or was paid before. The caller records it."""
    paid = (it.kind for it in charges.of_appointment(tx, appointment.id) if it.state is ChargeState.SETTLED)
    if not amount or kind in paid:
        return ()
    made = charges.add(
        tx,
        Charge(
            id=ChargeId(0),
            client=appointment.client,
            appointment=appointment.id,
            kind=kind,
            amount=amount,
            currency=setup.practice.currency,
            made_at=tx.now,
            state=ChargeState.WAIVED if waive else ChargeState.DUE,
            reason=waive,
        ),
    )
    return (Change(None, made),)


def void_charges(tx: Tx, appointment: Appointment) -> tuple[Change, ...]:
    """What caused a fee is taken back: what is not paid yet is owed no more. The caller records it."""
    changes = []
    for before in charges.lock_of_appointment(tx, appointment.id):
        if before.kind is not ChargeKind.LATE_RESCHEDULE and before.state in (ChargeState.DUE, ChargeState.WAIVED):
            after = _changed(before, ChargeState.VOID, before.reason)
            charges.save(tx, after)
            changes.append(Change(before, after))
    return tuple(changes)


def _due(tx: Tx, ask: SettleCharge | WaiveCharge) -> tuple[Charge, str]:
    before = charges.lock(tx, ask.charge)
    if before is None:
        raise NotFound("charge", str(ask.charge))
    appointment = appointments.find(tx, before.appointment)
    assert appointment is not None, "a charge is for an appointment"
    require_power_over(tx, practice.load(tx), ask.needs, appointment)
    require_seen(tx, before, ask.seen)
    if before.state is not ChargeState.DUE:
        require_no_objection([ChargeIsOver(before.state)])
    client = clients.find(tx, before.client)
    return before, client.name if client is not None else ""


def _changed(before: Charge, state: ChargeState, reason: str) -> Charge:
    return replace(before, state=state, reason=reason, revision=before.revision + 1)


OPERATIONS: Operations = {
    SettleCharge: settle_charge,
    WaiveCharge: waive_charge,
}

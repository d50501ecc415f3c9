"""Open slot pickers, and the sweep of what has run out."""

from __future__ import annotations

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.holds import HoldSlot, ReleaseSlot
from frontdesk.core.asks.requests import RecordEnd, SweepExpired
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.permissions import Owner
from frontdesk.core.domain.reminders import is_storm
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.times import MINUTE, Instant, Span
from frontdesk.core.domain.touched import HOLD, in_days
from frontdesk.core.operations import taking
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.recording import record_ends
from frontdesk.core.queries import slots
from frontdesk.core.store import claims, duties, mail_queue, pickers, practice, requests, touched
from frontdesk.core.store.look import Tx

SWEPT = 200
"""Requests whose end is recorded in one transaction, so that nobody waits long for it."""
COUNTED = 10_000
"""How many further ones are counted, to know whether it is a storm."""


def sweep_expired(tx: Tx, ask: SweepExpired) -> Batch[Event]:
    """Record what has ended by itself; readers see it so already."""
    pickers.sweep(tx)
    for id_ in requests.run_out(tx, SWEPT)():
        taking.end(tx, id_)
    if tx.ran_out:
        tx.storm = is_storm(len(tx.ran_out) + len(requests.run_out(tx, COUNTED)()), mail_queue.usual_hour(tx))
    ended = Batch(events=record_ends(tx))
    duties.done(tx, Duty.SWEEP, "")
    return ended


def record_end(tx: Tx, ask: RecordEnd) -> None:
    taking.end(tx, ask.request)
    record_ends(tx)


def hold_slot(tx: Tx, ask: HoldSlot) -> Instant:
    """Keep a free time while somebody decides; the one this picker kept before is free again."""
    setup = practice.load(tx)
    require_allowed(tx, ask.needs)
    service = slots.service_of(setup, ask.service)
    appointment = slots.moving(tx, ask.moving)
    search = slots.search_for(
        tx, setup, service, Asking.STAFF, ask.client, appointment, room=ask.room, hold=ask.key, request=ask.request
    )
    holder = search.holder or ask.key
    pickers.close(tx, ask.key)
    taken = taking.take(tx, setup, search, holder, ask.practitioner, ask.location, ask.start, override="")
    require_allowed(tx, ask.needs, Owner(practitioner=taken.verdict.practitioner))
    until = tx.now + setup.practice.booking.picker_hold * MINUTE
    slot = taken.slot
    padded = Span(slot.start - search.wish.before, slot.end + search.wish.after)
    number = pickers.open_one(tx, ask.key, until)
    claims.insert_all(tx, claims.picked(setup, holder, number, slot, padded, until))
    touched.note(tx, *in_days(HOLD, slot.span))
    return until


def release_slot(tx: Tx, ask: ReleaseSlot) -> None:
    require_allowed(tx, ask.needs)
    pickers.close(tx, ask.key)


OPERATIONS: Operations = {
    SweepExpired: sweep_expired,
    RecordEnd: record_end,
    HoldSlot: hold_slot,
    ReleaseSlot: release_slot,
}

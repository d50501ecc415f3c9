"""When people are there."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.schedule import RemoveTimeOff, TakeTimeOff
from frontdesk.core.domain.appointments import CANCELLABLE
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.events import TimeOffRemoved, TimeOffTaken
from frontdesk.core.domain.hours import TimeOff, TimeOffId, span_of_time_off
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.text import clean_line
from frontdesk.core.operations.guard import record, require_allowed
from frontdesk.core.store import appointments, claims, setup
from frontdesk.core.store.look import Tx


def take_time_off(tx: Tx, ask: TakeTimeOff) -> TimeOffTaken:
    require_allowed(tx, ask.needs, ask.staff)
    practice = setup.load(tx)
    if ask.staff not in practice.staff:
        raise NotFound("staff", ask.staff)
    if ask.end <= ask.start:
        raise BadInput("end", Problem.ENDS_BEFORE_IT_STARTS, ask.end.isoformat())
    claims.lock(tx, [practice.staff_resources[ask.staff]])
    off = TimeOff(id=TimeOffId(0), staff=ask.staff, start=ask.start, end=ask.end, reason=clean_line(ask.reason))
    window = span_of_time_off(off, practice.practice.timezone)
    inside = appointments.blocks(tx, practice, ask.staff, window)
    saved = setup.save(tx, off)
    assert isinstance(saved, TimeOff)
    return record(
        tx,
        TimeOffTaken(
            time_off=saved,
            staff_name=practice.staff[ask.staff].name,
            affected=sum(block.status in CANCELLABLE for block in inside),
        ),
    )


def remove_time_off(tx: Tx, ask: RemoveTimeOff) -> TimeOffRemoved:
    practice = setup.load(tx)
    before = next((off for off in practice.time_off if off.id == ask.time_off), None)
    if before is None or before.life is not Life.ACTIVE:
        raise NotFound("time_off", str(ask.time_off))
    require_allowed(tx, ask.needs, before.staff)
    claims.lock(tx, [practice.staff_resources[before.staff]])
    after = replace(before, life=Life.ARCHIVED)
    setup.save(tx, after)
    return record(tx, TimeOffRemoved(before=before, time_off=after, staff_name=practice.staff[before.staff].name))

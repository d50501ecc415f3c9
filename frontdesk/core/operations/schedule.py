"""When people are there, and what that leaves to be seen to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.schedule import ApplyTimeOff, KeepAppointment, Move, RemoveTimeOff, TakeTimeOff
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.errors import About, BadInput, DeskError, NotFound, Problem
from frontdesk.core.domain.events.appointments import WorkKept
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.schedule import TimeOffRemoved, TimeOffTaken
from frontdesk.core.domain.hours import TimeOff, TimeOffId, span_of_time_off
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import NotOnWorkList
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Owner
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.text import clean_line
from frontdesk.core.domain.work import Work, WorkId, WorkState
from frontdesk.core.operations import taking
from frontdesk.core.operations.appointments import found, locked, reschedule_appointment
from frontdesk.core.operations.guard import require_allowed, require_no_objection, require_power_over
from frontdesk.core.operations.recording import record
from frontdesk.core.store import appointments, claims, clients, practice, work
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx


def take_time_off(tx: Tx, ask: TakeTimeOff) -> TimeOffTaken:
    require_allowed(tx, ask.needs, Owner(practitioner=ask.staff))
    setup = practice.load(tx)
    _require_span(setup, ask.staff, ask.start, ask.end)
    taking.lock(tx, [setup.staff_resources[ask.staff]])
    return _take(tx, setup, ask.staff, ask.start, ask.end, ask.reason, but=())


def apply_time_off(tx: Tx, ask: ApplyTimeOff) -> Batch[Event]:
    """First the absence, so that nothing is moved back into it; then each move of the plan."""
    require_allowed(tx, ask.needs, Owner(practitioner=ask.staff))
    setup = practice.load(tx)
    _require_span(setup, ask.staff, ask.start, ask.end)
    moved = lock_moves(tx, setup, ask.moves, [setup.staff_resources[ask.staff]])
    ids = tuple(it.id for it in moved)
    taken = _take(tx, setup, ask.staff, ask.start, ask.end, ask.reason, but=ids)
    return Batch(events=(taken, *carry_out(tx, setup, ask.moves)))


def remove_time_off(tx: Tx, ask: RemoveTimeOff) -> TimeOffRemoved:
    setup = practice.load(tx)
    before = next((off for off in setup.time_off if off.id == ask.time_off), None)
    if before is None or before.life is not Life.ACTIVE:
        raise NotFound("time_off", str(ask.time_off))
    require_allowed(tx, ask.needs, Owner(practitioner=before.staff))
    taking.lock(tx, [setup.staff_resources[before.staff]])
    over = _locked(tx, work.of_cause(tx, "time_off", str(before.id)))
    after = replace(before, life=Life.ARCHIVED)
    practice.save(tx, after)
    return record(
        tx,
        TimeOffRemoved(
            before=before, time_off=after, staff_name=setup.staff[before.staff].name, also=_gone(tx, over)
        ),
    )


def keep_appointment(tx: Tx, ask: KeepAppointment) -> WorkKept:
    setup = practice.load(tx)
    appointment = found(tx, ask.appointment)
    client = clients.lock(tx, appointment.client)
    taking.lock(tx, claims.resources_of(setup, appointment))
    appointment = locked(tx, appointment)
    require_power_over(tx, setup, ask.needs, appointment)
    waiting = _locked(tx, work.waiting(tx, appointment.id)())
    if not waiting:
        require_no_objection([NotOnWorkList()])
    changes = tuple(_set(tx, it, WorkState.KEPT) for it in waiting)
    first = changes[0]
    assert isinstance(first.before, Work) and isinstance(first.after, Work)
    name = client.name if client is not None else ""
    return record(tx, WorkKept(before=first.before, work=first.after, client_name=name, also=changes[1:]))


def entered(tx: Tx, lost: Iterable[Appointment], cause: str, cause_id: str) -> tuple[Change, ...]:
    """Put appointments on the work list. The caller records it."""
    return tuple(
        Change(
            None,
            work.add(
                tx,
                Work(
                    id=WorkId(0),
                    appointment=it.id,
                    practitioner=it.practitioner,
                    start=it.start,
                    cause=cause,
                    cause_id=cause_id,
                    since=tx.now,
                ),
            ),
        )
        for it in lost
    )


def lock_moves(tx: Tx, setup: Setup, moves: Iterable[Move], more: Iterable[ResourceId]) -> list[Appointment]:
    """The clients of a plan's appointments, then every resource it touches. Raises NotFound."""
    moves = tuple(moves)
    moved = [found(tx, move.appointment) for move in moves]
    for client in sorted({it.client for it in moved}):
        clients.lock(tx, client)
    resources = set(more)
    for it, move in zip(moved, moves, strict=True):
        resources |= {*claims.resources_of(setup, it), *_resources_at(setup, move.to.practitioner)}
    taking.lock(tx, resources)
    return moved


def carry_out(tx: Tx, setup: Setup, moves: Iterable[Move]) -> list[Event]:
    """Each move of a plan, as a reschedule of its own. Raises what one raises, about the one it is of."""
    done: list[Event] = []
    for move in moves:
        step = RescheduleAppointment(
            appointment=move.appointment,
            seen=move.seen,
            start=move.to.start,
            practitioner=move.to.practitioner,
            location=move.to.location,
            room=move.to.room,
        )
        try:
            done.append(reschedule_appointment(tx, step))
        except DeskError as error:
            error.about = _about(tx, setup, move.appointment)
            raise
    return done


def _take(
    tx: Tx,
    setup: Setup,
    staff: StaffId,
    start: datetime,
    end: datetime,
    reason: str,
    but: tuple[object, ...],
) -> TimeOffTaken:
    off = TimeOff(id=TimeOffId(0), staff=staff, start=start, end=end, reason=clean_line(reason))
    window = span_of_time_off(off, setup.practice.timezone)
    inside = [it for it in appointments.booked_of(tx, staff, window) if it.end > tx.now]
    saved = practice.save(tx, off)
    assert isinstance(saved, TimeOff)
    left = [it for it in inside if it.id not in but]
    return record(
        tx,
        TimeOffTaken(
            time_off=saved,
            staff_name=setup.staff[staff].name,
            affected=len(left),
            also=entered(tx, left, "time_off", str(saved.id)),
        ),
    )


def _about(look: Look, setup: Setup, id_: AppointmentId) -> About | None:
    named = appointments.named(look, setup, [id_])
    return About(id_, named[0].client_name) if named else None


def _require_span(setup: Setup, staff: StaffId, start: datetime, end: datetime) -> None:
    if staff not in setup.staff:
        raise NotFound("staff", staff)
    if end <= start:
        raise BadInput("end", Problem.ENDS_BEFORE_IT_STARTS, end.isoformat())


def _resources_at(setup: Setup, practitioner: StaffId) -> set[ResourceId]:
    if practitioner not in setup.staff:
        raise NotFound("staff", practitioner)
    return {setup.staff_resources[practitioner], *setup.room_resources.values()}


def _locked(tx: Tx, entries: Iterable[Work]) -> list[Work]:
    """The entries as they are now, locked; where one changed while that was waited for, all starts again."""
    entries = list(entries)
    if [work.lock(tx, it.id) for it in entries] != entries:
        raise Contention
    return entries


def _gone(tx: Tx, entries: Iterable[Work]) -> tuple[Change, ...]:
    return tuple(_set(tx, it, WorkState.GONE) for it in entries)


def _set(tx: Tx, before: Work, state: WorkState) -> Change:
    after = replace(before, state=state, revision=before.revision + 1)
    work.save(tx, after)
    return Change(before, after)


OPERATIONS: Operations = {
    TakeTimeOff: take_time_off,
    ApplyTimeOff: apply_time_off,
    KeepAppointment: keep_appointment,
    RemoveTimeOff: remove_time_off,
}

"""Taking back and doing again: a batch is reversed whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TypeVar, cast
from uuid import UUID

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.domain.actors import FROM_OUTSIDE
from frontdesk.core.domain.appointments import Appointment, AppointmentId, appointment_ref
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import NotFound, SlotTaken
from frontdesk.core.domain.events.every import FINAL
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.events.recorded import BatchId, Change
from frontdesk.core.domain.events.reversals import Redone, Reversed, Undone
from frontdesk.core.domain.hours import TimeOff
from frontdesk.core.domain.kinds import ALL_KINDS, KINDS, Thing, kind_of, owner_of
from frontdesk.core.domain.objections import (
    CannotBeUndone,
    ChangedSince,
    Culprit,
    DetailsErased,
    Held,
    NothingToRedo,
    NothingToUndo,
    PractitionerTaken,
    RoomsTaken,
    SlotObjection,
)
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import Request, RequestState, request_ref
from frontdesk.core.domain.scenes import Asking, Wish
from frontdesk.core.domain.slot_rules import conflicts
from frontdesk.core.domain.work import Work, WorkState
from frontdesk.core.operations import settings, taking
from frontdesk.core.operations.guard import (
    require_allowed,
    require_decides,
    require_no_objection,
    require_power_over,
    require_sees,
)
from frontdesk.core.operations.preparing import Prepared, require_prepared
from frontdesk.core.operations.recording import record, record_detailed
from frontdesk.core.queries.reminders import timed_since
from frontdesk.core.store import appointments, claims, clients, events, practice, requests, things
from frontdesk.core.store.connection import Later, batched
from frontdesk.core.store.look import Look, Tx

R = TypeVar("R", bound=Reversed)

MANY = 1000
"""Things that an act changed from which on it is worked out before anybody waits."""
ASKED_TOGETHER = 50
"""Times of which at once it is asked who has them."""
REMEMBERED = 500
"""How many of an actor's latest batches undo and redo look back over."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """What can be taken back, and what can be done again: the last of each comes first."""

    done: tuple[BatchId, ...]
    undone: tuple[BatchId, ...]
    much: frozenset[BatchId]
    """Those that may be so much that it is worked out before anybody waits."""


def undo(tx: Tx, ask: Undo) -> Undone:
    require_allowed(tx, ask.needs)
    return _reverse(tx, *_wanted(tx, ask), Undone)


def redo(tx: Tx, ask: Redo) -> Redone:
    require_allowed(tx, ask.needs)
    return _reverse(tx, *_again(tx, ask), Redone)


def _wanted(look: Look, ask: Undo) -> tuple[BatchId, bool]:
    """Which act, and whether that is much. Raises NotFound, Refused."""
    if ask.event is not None:
        line = events.find(look, ask.event)
        if line is None:
            raise NotFound("event", str(ask.event))
        return line.batch, _is_much(look, line.batch)
    stacks = stacks_of(look, here=ask.here)
    if not stacks.done:
        require_no_objection([NothingToUndo()])
    return stacks.done[0], stacks.done[0] in stacks.much and _is_much(look, stacks.done[0])


def _again(look: Look, ask: Redo) -> tuple[BatchId, bool]:
    """Likewise. Raises Refused."""
    stacks = stacks_of(look, here=ask.here)
    if not stacks.undone:
        require_no_objection([NothingToRedo()])
    return stacks.undone[0], _is_much(look, stacks.undone[0])


def _is_much(look: Look, batch: BatchId) -> bool:
    return events.count_of(look, batch) > MANY


def stacks_of(look: Look, here: bool) -> Stacks:
    """Replays an actor's latest batches: a deed clears what could be done again."""
    done: list[BatchId] = []
    undone: list[BatchId] = []
    terminal = look.machine.terminal if here else None
    acts = events.batches_of(look, look.actor.who, terminal, REMEMBERED)
    for batch, operation, undoes, _ in reversed(acts):
        if operation == Undone.operation:
            if undoes in done:
                done.remove(undoes)
            undone.append(batch)
        elif operation == Redone.operation:
            if undoes in undone:
                undone.remove(undoes)
            done.append(batch)
        else:
            done.append(batch)
            undone.clear()
    reversals = {Undone.operation, Redone.operation}
    much = frozenset(batch for batch, operation, _, count in acts if count > MANY or operation in reversals)
    return Stacks(tuple(reversed(done)), tuple(reversed(undone)), much)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What taking back an act writes, as things are when it is worked out."""

    as_of: int
    """The newest event then."""
    batch: BatchId
    lines: tuple[HistoryLine, ...]
    folded: list[Change]
    setup: Setup
    about: tuple[Thing, ...]
    back: list[Change]
    rows: list[things.Alike]
    detailed: events.Detailed | None = None
    """Of the event, if nothing follows from it: for very much, made before anybody waits."""


def prepare_undo(look: Look, ask: Undo, times: int) -> Reversal:
    return _prepared(look, _wanted(look, ask)[0], Undone)


def prepare_redo(look: Look, ask: Redo, times: int) -> Reversal:
    return _prepared(look, _again(look, ask)[0], Redone)


def _prepared(look: Look, batch: BatchId, kind: type[Reversed]) -> Reversal:
    it = _worked_out(look, batch, events.newest(look))
    return replace(it, detailed=events.detailed(look, _event(look, it, kind, ())))


def _reverse(tx: Tx, batch: BatchId, is_much: bool, kind: type[R]) -> R:
    it: Reversal | None = tx.prepared
    if it is not None and it.batch == batch:
        _lock(tx, it.setup, it.folded)
    if it is None or it.batch != batch or not _still_stands(tx, it):
        if is_much:
            require_prepared(tx)
        it = _worked_out(tx, batch, 0)
    asked = _asked_to_move(tx, it.back)
    _require_free(tx, it.setup, it.back)
    overtaken = asked()
    things.save_all(tx, it.rows)
    after = practice.load(tx)
    claims.replace(tx, after, [it.after for it in it.back if isinstance(it.after, Appointment | Request)])
    also = (*_overtaken(tx, after, overtaken), *_entered(tx, it.setup, it.back, it.lines))
    if it.detailed is not None and not also:
        return cast(R, record_detailed(tx, it.detailed))
    return record(tx, _event(tx, it, kind, also))


def _still_stands(tx: Tx, worked_out: Reversal) -> bool:
    """Whether what others did since has nothing to do with what is taken back."""
    as_of = worked_out.as_of
    since = events.things_since(tx, as_of) if as_of != events.newest(tx) else set()
    if not since:
        return True
    batch = {(change.kind, change.id) for change in worked_out.folded}
    later = things.several(tx, {key for key in since if key[0] in ("appointment", "request")}).values()
    named = {key for it in later if isinstance(it, Appointment | Request) for key in _named_by(it)}
    of_setup = any(KINDS[kind].is_setup for kind, _ in since if kind in KINDS)
    return not of_setup and batch.isdisjoint(since | named)


def _named_by(it: Appointment | Request) -> Iterator[tuple[str, str]]:
    """Kind and id of whom and what a booking rests on."""
    yield "client", str(it.client)
    yield "service", it.service
    for place in (it.slot, *it.offers) if isinstance(it, Request) else (it,):
        yield "staff", place.practitioner
        yield "location", place.location
        yield "room", str(place.room)
    if isinstance(it, Request):
        yield "appointment", str(it.appointment)


def _worked_out(look: Look, batch: BatchId, as_of: int) -> Reversal:
    """Who writes locks first what it is about. Raises Refused, NotAllowed."""
    lines = events.of_batch(look, batch)
    folded = _folded(lines)
    _require_undoable(lines, folded)
    setup = practice.load(look)
    if isinstance(look, Tx):
        _lock(look, setup, folded)
    now = things.several(look, [(change.kind, change.id) for change in folded])
    _require_unchanged(look, folded, now, lines)
    about = tuple({(kind_of(it).name, kind_of(it).id(it)): it for line in lines for it in line.about}.values())
    _require_power(look, setup, folded, about, is_own=lines[-1].who == look.actor.who)
    back = [_back(look, change, now[change.kind, change.id]) for change in folded]
    settings.require_an_admin(setup, back)
    settings.require_same_decimals(look, setup, back)
    rows = things.to_save(it.after for it in sorted(back, key=_order_of_writing) if it.after is not None)
    return Reversal(
        as_of=as_of, batch=batch, lines=lines, folded=folded, setup=setup, about=about, back=back, rows=rows
    )


def _event(look: Look, it: Reversal, kind: type[R], also: tuple[Change, ...]) -> R:
    return kind(
        of_operation=_first_operation(look, it.lines[-1]),
        client_name=_whose(look, [change.after for change in it.back], it.about),
        all_changes=tuple(it.back),
        all_about=it.about,
        undoes=it.batch,
        also=also,
    )


def _of_setup(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(it for it in changes if it.after is not None and kind_of(it.after).is_setup)


def _entered(tx: Tx, setup: Setup, back: list[Change], lines: tuple[HistoryLine, ...]) -> tuple[Change, ...]:
    """What was booked since and loses its time by this. What stood before the act is as it was before it."""
    saved = _of_setup(back)
    if not saved:
        return ()
    since = frozenset(AppointmentId(int(id_)) for id_ in events.changed_since(tx, "appointment", lines[-1].id))
    return settings.entered(tx, setup, saved, but=_listed(back), only=since)


def _listed(changes: Iterable[Change]) -> frozenset[AppointmentId]:
    """Appointments that come back onto the work list with the rest: they need no second entry."""
    entries = (it.after for it in changes if isinstance(it.after, Work))
    return frozenset(it.appointment for it in entries if it.state is not WorkState.GONE)


def _asked_to_move(tx: Tx, back: list[Change]) -> Later[list[Appointment]]:
    """What is somewhere else again while a request to move it waits; those that come back with it stand."""
    own = {change.after.id for change in back if isinstance(change.after, Request)}
    moved = {
        now.id: now
        for was, now in ((change.before, change.after) for change in back)
        if isinstance(was, Appointment) and isinstance(now, Appointment) and now.sequence != was.sequence
    }
    asked = requests.to_move_any(tx, list(moved))
    return lambda: [moved[id_] for id_, request in asked().items() if request.id not in own]


def _overtaken(tx: Tx, setup: Setup, asked: Iterable[Appointment]) -> tuple[Change, ...]:
    return tuple(change for now in asked for change in taking.overtake(tx, setup, now))


def _first_operation(look: Look, line: HistoryLine) -> str:
    """What was done at first, below all undoing and redoing of it."""
    operation, batch = line.operation, line.undoes
    while batch is not None:
        operation, batch = events.operation_of(look, batch)
    return operation


def _whose(look: Look, changed: Iterable[Thing | None], about: Iterable[Thing]) -> str:
    """What the client of the first thing is called that is a client's, or an applicant's."""
    for thing in (*changed, *about):
        if isinstance(thing, Request):
            return taking.name_of(look, thing)
        client = kind_of(thing).client(thing) if thing is not None else None
        found = clients.find(look, client) if client is not None else None
        if found is not None:
            return found.name
    return ""


def _lock(tx: Tx, setup: Setup, folded: list[Change]) -> None:
    """Everything the batch touches, in the order every writer keeps: clients, resources, then the rows."""
    both = [thing for change in folded for thing in (change.before, change.after) if thing is not None]
    whose = {client for it in both if (client := kind_of(it).client(it)) is not None}
    if len(whose) > 1:
        things.lock(tx, {("client", str(client)) for client in whose})
    found = clients.lock_several(tx, whose if len(whose) == 1 else ())
    bookings = [it for it in both if isinstance(it, Appointment | Request)]
    resources = {resource for it in bookings for resource in claims.resources_of(setup, it)}
    resources |= {setup.staff_resources[it.staff] for it in both if isinstance(it, TimeOff)}
    if any(kind_of(it).is_setup and not isinstance(it, TimeOff) for it in both):
        resources |= {*setup.staff_resources.values(), *setup.room_resources.values()}
    taking.lock(tx, resources)
    things.lock(tx, {(change.kind, change.id) for change in folded if change.kind != "client"})
    found()


def _folded(lines: tuple[HistoryLine, ...]) -> list[Change]:
    """Per thing the first `before` and the last `after` of the batch."""
    folded: dict[tuple[str, str], Change] = {}
    for line in lines:
        for change in line.changes:
            key = (change.kind, change.id)
            folded[key] = Change(folded[key].before if key in folded else change.before, change.after)
    return list(folded.values())


def _require_undoable(lines: tuple[HistoryLine, ...], folded: list[Change]) -> None:
    for_ever = any(_is_for_ever(change) for change in folded)
    by_themselves = any(line.who is not None and line.who.kind in FROM_OUTSIDE for line in lines)
    is_final = any(line.operation in FINAL for line in lines)
    if any(line.is_forgotten for line in lines):
        require_no_objection([DetailsErased()])
    says_something = folded or any(line.about for line in lines)
    if not says_something or for_ever or by_themselves or is_final:
        require_no_objection([CannotBeUndone(lines[-1].operation if lines else "")])


def _is_for_ever(change: Change) -> bool:
    """Whether it was made, and there is no way to be without it again."""
    made = change.after if change.before is None else None
    return made is not None and kind_of(made).undone(made) is None


def _require_unchanged(
    look: Look,
    folded: list[Change],
    now: dict[tuple[str, str], Thing | None],
    lines: tuple[HistoryLine, ...],
) -> None:
    """Nothing in the batch was changed since, by anyone; the counters aside."""
    changed: list[ChangedSince] = []
    stands = [it for it in folded if (is_now := now[it.kind, it.id]) is not None and _is_same(is_now, it.after)]
    built_upon = _built_upon(look, [it for it in stands if it.before is None], set(now), lines)
    same = set(map(id, stands))
    for change in folded:
        if id(change) in same:
            changed.extend(built_upon.get((change.kind, change.id), ()))
            changed.extend(_asked_again(look, change, lines))
            continue
        last = events.last_of(look, change.kind, change.id) or lines[-1]
        changed.append(_since(change, last))
    require_no_objection(changed)


def _built_upon(
    look: Look, made: list[Change], batch: set[tuple[str, str]], lines: tuple[HistoryLine, ...]
) -> dict[tuple[str, str], list[ChangedSince]]:
    """What the batch had made and is named by a later appointment, or a request: those have to go first."""
    found: dict[tuple[str, str], list[ChangedSince]] = {}
    for kind, some in groupby(sorted(made, key=lambda it: it.kind), key=lambda it: it.kind):
        ids = [it.id for it in some]
        for named, naming in appointments.naming(look, kind, ids).items():
            later = next((it for it in naming if ("appointment", str(it)) not in batch), None)
            if later is not None:
                last = events.last_of_appointment(look, later) or lines[-1]
                since = ChangedSince("appointment", appointment_ref(later), last.actor_name, last.at, last.operation)
                found[kind, named] = [since]
        for named, asking in requests.naming(look, kind, ids).items():
            asked = next((it for it in asking if ("request", str(it)) not in batch), None)
            if asked is not None and (kind, named) not in found:
                last = events.last_of(look, "request", str(asked)) or lines[-1]
                since = ChangedSince("request", request_ref(asked), last.actor_name, last.at, last.operation)
                found[kind, named] = [since]
    return found


def _asked_again(look: Look, change: Change, lines: tuple[HistoryLine, ...]) -> list[ChangedSince]:
    """A request to move cannot be pending again beside a newer one for the same appointment."""
    was = change.before
    if not isinstance(was, Request) or was.appointment is None or was.state is not RequestState.PENDING:
        return []
    other = requests.to_move(look, was.appointment)()
    if other is None or other.id == was.id:
        return []
    last = events.last_of(look, "request", str(other.id)) or lines[-1]
    return [ChangedSince("request", other.ref, last.actor_name, last.at, last.operation)]


def _since(change: Change, last: HistoryLine) -> ChangedSince:
    return ChangedSince(change.kind, change.reference, last.actor_name, last.at, last.operation)


def _is_same(thing: Thing, other: Thing | None) -> bool:
    """Whether two moments of a thing differ in their counters at most."""
    kind = kind_of(thing)
    return other is not None and kind_of(other) is kind and bool(kind.plain(thing) == kind.plain(other))


def _require_power(look: Look, setup: Setup, folded: Iterable[Change], about: Iterable[Thing], is_own: bool) -> None:
    """Power over each thing as it was and as it is now, and what it was about; over settings, as their rows say.

    Raises NotAllowed.
    """
    for thing in about:
        _require_power_over(look, setup, thing, is_own)
    for change in folded:
        for thing in (it for it in (change.before, change.after) if it is not None):
            _require_power_over(look, setup, thing, is_own)
            if isinstance(thing, Request) and _was_decided(change):
                require_decides(look, setup, thing.slot.practitioner, thing.service)
        if kind_of(change.after or change.before).is_setup:  # type: ignore[arg-type]
            settings.require_may_change(look, change)


def _require_power_over(look: Look, setup: Setup, thing: Thing, is_own: bool) -> None:
    match thing:
        case Appointment():
            require_power_over(look, setup, Permission.CHANGE_APPOINTMENTS, thing)
        case Charge(appointment=of):
            charged = appointments.find(look, of)
            assert charged is not None, "a charge is for an appointment"
            require_power_over(look, setup, Permission.CHANGE_APPOINTMENTS, charged)
        case Client(id=client):
            require_allowed(look, Permission.CHANGE_CLIENTS)
            if not is_own:
                require_sees(look, Permission.CHANGE_CLIENTS, client)
        case _ if (needs := kind_of(thing).needs) is not None:
            require_allowed(look, needs, owner_of(thing))
        case _:
            pass


def _was_decided(change: Change) -> bool:
    """Whether staff decided it: approved, declined, offered other times."""
    was, now = change.before, change.after
    decided = isinstance(now, Request) and now.state in (RequestState.APPROVED, RequestState.DECLINED)
    return decided or (isinstance(was, Request) and isinstance(now, Request) and was.offers != now.offers)


def _back(look: Look, change: Change, now: Thing | None) -> Change:
    assert now is not None, "what a batch changed is kept"
    back = _taken_back(change, now)
    if isinstance(now, Appointment) and isinstance(back, Appointment):
        back = replace(back, timed_at=timed_since(look, now, back))
    return Change(now, back)


def _taken_back(change: Change, now: Thing) -> Thing:
    """What is written: the `before` under the next counters, or the thing itself as undone."""
    kind = kind_of(now)
    was = change.before
    if was is None:
        was = kind.undone(now)
        assert was is not None, "what is for ever is refused before"
    if isinstance(now, Appointment):
        fields = (name for name in Appointment.__dataclass_fields__ if name not in {"id", *kind.counters})
        return now.changed(**{name: getattr(was, name) for name in fields})
    rising = {name: getattr(now, name) + 1 for name in kind.counters}
    return cast(Thing, replace(was, **rising)) if rising else was


def _require_free(tx: Tx, setup: Setup, back: list[Change]) -> None:
    """The claims that come back are free. Raises SlotTaken with who has them now."""
    bookings = [change.after for change in back if isinstance(change.after, Appointment | Request)]
    ours = {booking.holder for booking in bookings}
    rooms = {resource: room for room, resource in setup.room_resources.items()}
    people = {resource: who for who, resource in setup.staff_resources.items()}
    taken: list[SlotObjection] = []
    coming = [(booking, claim) for booking in bookings for claim in claims.claims_of(setup, booking, tx.now)]
    for some in batched(coming, ASKED_TOGETHER):
        asked = [
            claims.culprits(
                tx,
                claim.resource,
                claim.padded,
                claim.holder,
                claim.lane if isinstance(booking, Appointment) else None,  # a hold is of a time nobody has
            )
            for booking, claim in some
        ]
        for (booking, claim), found in zip(some, asked, strict=True):
            wish = Wish(
                service=setup.services[booking.service],
                asking=Asking.STAFF,
                now=tx.now,
                duration=claim.span.end - claim.span.start,
                before=claim.span.start - claim.padded.start,
                after=claim.padded.end - claim.span.end,
            )
            for culprit in found():
                busy = (culprit.span.start, culprit.span.end, culprit.padded.start, culprit.padded.end)
                if not conflicts(claim.span.start, wish, busy) or _is_ours(tx, culprit, ours):
                    continue
                if culprit.expires_at is not None:
                    taken.append(Held(culprit))
                elif claim.resource in people:
                    taken.append(PractitionerTaken(people[claim.resource], culprit))
                else:
                    taken.append(RoomsTaken((rooms[claim.resource],), culprit))
    if taken:
        raise SlotTaken(tuple(taken))


def _is_ours(look: Look, culprit: Culprit, holders: set[UUID]) -> bool:
    """Whether the time is in the way only because the same batch has yet to give it back."""
    booking = (
        appointments.find(look, culprit.appointment)
        if culprit.appointment is not None
        else requests.find(look, culprit.request)
        if culprit.request is not None
        else None
    )
    return booking is not None and booking.holder in holders


def _order_of_writing(change: Change) -> int:
    """What others point at is written first."""
    return ALL_KINDS.index(KINDS[change.kind])


OPERATIONS: Operations = {
    Undo: Prepared(Undone.operation, prepare_undo, undo),
    Redo: Prepared(Redone.operation, prepare_redo, redo),
}

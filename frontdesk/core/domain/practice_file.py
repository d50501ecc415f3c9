"""A practice as a file, and what applying it would change: a pure function of the file and the set-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from itertools import count
from typing import Any, TypeAlias, TypeVar, cast

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.effects import Because
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.hours import Closure, DayException, TimeOff, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.policies import Policy
from frontdesk.core.domain.practice import FIRST_REASONS, Reason, ResourceId, Setup, StaffMember
from frontdesk.core.domain.services import Location, Room, Service
from frontdesk.core.domain.settings import AUTOMATION, CHOSEN_ONCE, Plain, SettingValue, practice_of
from frontdesk.core.domain.views import PlannedMove

Fields: TypeAlias = Mapping[str, Any]
"""Fields of a value of the set-up, only those the file gives."""

T = TypeVar("T")
Dated = TypeVar("Dated", Closure, TimeOff)
NOWHERE: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a list in the file, with the line it begins on."""

    id: str
    line: int
    fields: Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffEntry(Entry):
    weeks: tuple[Week, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    time_off: tuple[TimeOff, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeFile:
    settings: Mapping[str, Plain] = field(default_factory=dict)
    """What the file chooses, by key."""
    locations: tuple[Entry, ...] = ()
    rooms: tuple[Entry, ...] = ()
    services: tuple[Entry, ...] = ()
    staff: tuple[StaffEntry, ...] = ()
    closures: tuple[Closure, ...] = ()
    reasons: tuple[Entry, ...] = ()
    lists: frozenset[str] = frozenset()
    """Of the entries that are kept like settings, those lists that the file gives whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """One thing a file would change: `new`, `changed` or `archived`, with the fields that differ."""

    kind: str
    id: str
    how: str
    fields: tuple[tuple[str, Any, Any], ...] = ()
    """Field, as it is, as it would be; of a setting its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePlan:
    """What a file would change, and which coming appointments then fall outside, with a way out where one is seen."""

    changes: tuple[PlannedChange, ...]
    outside: tuple[tuple[PlannedMove, tuple[Because, ...]], ...] = ()


def planned(changes: tuple[Change, ...]) -> tuple[PlannedChange, ...]:
    return tuple(_planned(change) for change in changes)


def plan(setup: Setup | None, file: PracticeFile, prune: bool = False) -> tuple[Change, ...]:
    """The changes that make the set-up agree with the file. Raises BadInput.

    What the file does not name stays as it is; `prune` archives it. No appointment is touched.
    """
    changes = [
        *_settings(setup, file),
        *_entries(setup.locations if setup else {}, file.locations, Location, prune),
        *_entries(setup.rooms if setup else {}, file.rooms, Room, prune),
        *_entries(setup.services if setup else {}, file.services, Service, prune),
        *_reasons(setup, file, prune),
        *_staff(setup, file, prune),
        *_closures(setup, file, prune),
        *_time_off(setup, file, prune),
    ]
    require_known(setup, changes, {entry.id: entry.line for entry in (*file.rooms, *file.services, *file.staff)})
    return tuple(changes)


def applied(setup: Setup, changes: tuple[Change, ...]) -> Setup:
    """The set-up as it would be; what the database would number has numbers of its own below zero."""
    after = [change.after for change in changes]
    chosen = {path: it.value for path, it in setup.chosen.items()}
    chosen |= {it.path: it.value for it in after if isinstance(it, SettingValue)}

    def entries(known: Mapping[Any, Any], kind: type[Any]) -> dict[Any, Any]:
        return {**known, **{it.id: it for it in after if isinstance(it, kind)}}

    def numbered(known: tuple[Any, ...], kind: type[Any]) -> tuple[Any, ...]:
        changed = {it.id or -n: replace(it, id=it.id or -n) for n, it in enumerate(after, 1) if isinstance(it, kind)}
        return tuple({**{it.id: it for it in known}, **changed}.values())

    staff, rooms = entries(setup.staff, StaffMember), entries(setup.rooms, Room)
    new = count(-1, -1)
    return replace(
        setup,
        practice=practice_of(chosen),
        locations=entries(setup.locations, Location),
        rooms=rooms,
        services=entries(setup.services, Service),
        staff=staff,
        closures=numbered(setup.closures, Closure),
        time_off=numbered(setup.time_off, TimeOff),
        reasons=entries(setup.reasons, Reason),
        staff_resources={who: setup.staff_resources.get(who) or ResourceId(next(new)) for who in staff},
        room_resources={room: setup.room_resources.get(room) or ResourceId(next(new)) for room in rooms},
        _kept={},
        _terms={},
    )


def _settings(setup: Setup | None, file: PracticeFile) -> Iterator[Change]:
    """What the file chooses otherwise than is chosen; a list that is given whole takes away what it does not name."""
    chosen = {path: it.value for path, it in setup.chosen.items()} if setup else {}
    if setup is None:
        for row in CHOSEN_ONCE:
            if row.required and row.path not in file.settings:
                raise BadInput(row.path, Problem.MISSING)
    gone = [path for path in chosen for name in file.lists if path.startswith(name) and path not in file.settings]
    for path, value in {**file.settings, **dict.fromkeys(gone)}.items():
        if value != chosen.get(path):
            before = SettingValue(path=path, value=chosen[path]) if path in chosen else None
            yield Change(before, SettingValue(path=path, value=value))


def _entries(known: Mapping[Any, Any], entries: tuple[Entry, ...], kind: type[Any], prune: bool) -> Iterator[Change]:
    for entry in entries:
        before = known.get(entry.id)
        after = (
            kind(id=entry.id, **entry.fields)
            if before is None
            else replace(before, **{"life": Life.ACTIVE, **_beside(before, entry.fields)})
        )
        if after != before:
            yield Change(before, after)
    if prune:
        named = {entry.id for entry in entries}
        yield from (_archived(thing) for id_, thing in known.items() if id_ not in named and _in_use(thing))


def _beside(before: Any, given: Fields) -> Fields:
    """What waits for parts that are not built yet is given key by key too."""
    if "waiting" not in given:
        return given
    return {**given, "waiting": {**before.waiting, **given["waiting"]}}


def _reasons(setup: Setup | None, file: PracticeFile, prune: bool) -> Iterator[Change]:
    first = {reason.id: reason for reason in FIRST_REASONS}
    known: dict[Any, Reason] = dict(setup.reasons) if setup else {}
    named = {entry.id: entry for entry in file.reasons}
    for id_, reason in first.items():
        if id_ not in known:
            yield Change(None, replace(reason, **named[id_].fields) if id_ in named else reason)
    later = tuple(entry for entry in file.reasons if entry.id in known or entry.id not in first)
    for change in _entries(known, later, Reason, prune=False):
        new = change.before is None
        yield Change(None, replace(cast(Reason, change.after), position=len(known) + len(first))) if new else change
    if prune:
        for id_, reason in known.items():
            if id_ not in named and id_ not in first and _in_use(reason):
                yield _archived(reason)


def _staff(setup: Setup | None, file: PracticeFile, prune: bool) -> Iterator[Change]:
    known = setup.staff if setup else {}
    for entry in file.staff:
        before = known.get(StaffId(entry.id))
        kept = before or StaffMember(id=StaffId(entry.id), name=entry.fields.get("name", ""))
        after = replace(
            kept,
            weeks=_weeks(() if prune else kept.weeks, entry.weeks),
            exceptions=_exceptions(() if prune else kept.exceptions, entry.exceptions),
            **{"life": Life.ACTIVE, **_beside(kept, entry.fields)},
        )
        if not after.roles:
            after = replace(after, roles=(Role.PRACTITIONER,) if after.services else (Role.RECEPTIONIST,))
        if after != before:
            yield Change(before, after)
    if prune:
        named = {entry.id for entry in file.staff}
        yield from (_archived(person) for id_, person in known.items() if id_ not in named and _in_use(person))


def _weeks(kept: tuple[Week, ...], given: tuple[Week, ...]) -> tuple[Week, ...]:
    """A week given replaces the one there: the ordinary one of a location, or the period with the same start."""
    replaced = {(week.location, week.is_period, week.valid_from) for week in given}
    left = tuple(week for week in kept if (week.location, week.is_period, week.valid_from) not in replaced)
    return tuple(sorted(left + given, key=lambda week: (week.valid_from or date.min, week.location)))


def _exceptions(kept: tuple[DayException, ...], given: tuple[DayException, ...]) -> tuple[DayException, ...]:
    replaced = {(exception.day, exception.location) for exception in given}
    left = tuple(exception for exception in kept if (exception.day, exception.location) not in replaced)
    return tuple(sorted(left + given, key=lambda exception: (exception.day, exception.location)))


def _closures(setup: Setup | None, file: PracticeFile, prune: bool) -> Iterator[Change]:
    known = setup.closures if setup else ()
    return _matched(known, file.closures, lambda closure: (closure.start, closure.location), prune)


def _time_off(setup: Setup | None, file: PracticeFile, prune: bool) -> Iterator[Change]:
    known = setup.time_off if setup else ()
    given = (off for entry in file.staff for off in entry.time_off)
    return _matched(known, given, lambda off: (off.staff, off.start), prune)


def _matched(
    known: Iterable[Dated], given: Iterable[Dated], place: Callable[[Dated], object], prune: bool
) -> Iterator[Change]:
    """What has no id in the file is the one that begins there; of several, first the one that is just the same."""
    left: dict[object, list[Dated]] = {}
    for it in filter(_in_use, known):
        left.setdefault(place(it), []).append(it)
    otherwise = []
    for it in given:
        there = left.get(place(it), [])
        same = next((before for before in there if replace(it, id=before.id) == before), None)
        if same is not None:
            there.remove(same)
        else:
            otherwise.append(it)
    for it in otherwise:
        there = left.get(place(it), [])
        before = there.pop(0) if there else None
        yield Change(before, replace(it, id=before.id) if before else it)
    if prune:
        yield from (_archived(it) for there in left.values() for it in there)


def _in_use(thing: Any) -> bool:
    return bool(thing.life is Life.ACTIVE)


def _archived(thing: Any) -> Change:
    return Change(thing, replace(thing, life=Life.ARCHIVED))


def require_known(setup: Setup | None, changes: Sequence[Change], lines: Mapping[str, int] = NOWHERE) -> None:
    """Every id a value names stands for something. Raises BadInput with the line of the entry, where it has one."""
    locations = _ids(setup.locations if setup else {}, changes, Location)
    rooms = _ids(setup.rooms if setup else {}, changes, Room)
    services = _ids(setup.services if setup else {}, changes, Service)
    for thing in (change.after for change in changes):
        match thing:
            case Room():
                _known(f"rooms.{thing.id}.location", (thing.location,), locations, lines.get(thing.id))
            case Service():
                _known(f"services.{thing.id}.locations", thing.locations, locations, lines.get(thing.id))
                _known(f"services.{thing.id}.rooms", thing.rooms, rooms, lines.get(thing.id))
            case StaffMember():
                _known(f"staff.{thing.id}.services", thing.services, services, lines.get(thing.id))
                places = tuple(week.location for week in thing.weeks)
                places += tuple(exception.location for exception in thing.exceptions)
                _known(f"staff.{thing.id}.hours", places, locations, lines.get(thing.id))
            case Closure(location=str()):
                _known("closures.location", (thing.location,), locations, None)
            case SettingValue(path="booking.initial_service", value=str() as initial):
                _known(thing.path, (initial,), services, None)
            case SettingValue(path=path, value=dict() as kept) if path.startswith(AUTOMATION):
                _require_known_in(path, kept.get("when", {}), setup, changes)
            case _:
                pass


def _require_known_in(path: str, when: Mapping[str, str], setup: Setup | None, changes: Sequence[Change]) -> None:
    """What an automation asks for is there. Raises BadInput."""
    named = (
        ("service", setup.services if setup else {}, Service),
        ("practitioner", setup.staff if setup else {}, StaffMember),
        ("location", setup.locations if setup else {}, Location),
        ("reason", setup.reasons if setup else {}, Reason),
    )
    for name, known, kind in named:
        if when.get(name):
            _known(f"{path}.when.{name}", (when[name],), _ids(known, changes, kind), None)


def _ids(known: Mapping[Any, Any], changes: Sequence[Change], kind: type[Any]) -> set[Any]:
    return {*known, *(change.after.id for change in changes if isinstance(change.after, kind))}


def _known(where: str, named: tuple[Any, ...], known: set[Any], line: int | None) -> None:
    for id_ in named:
        if id_ not in known:
            raise BadInput(where, Problem.UNKNOWN, str(id_), hint=", ".join(sorted(known)), line=line)


def _planned(change: Change) -> PlannedChange:
    before, after = cast(Any, change.before), cast(Any, change.after)
    name = _name(after)
    if isinstance(after, SettingValue):
        how = "new" if before is None else "changed"
        was = None if before is None else before.value
        return PlannedChange(kind=change.kind, id=name, how=how, fields=((after.path, was, after.value),))
    if before is None:
        return PlannedChange(kind=change.kind, id=name, how="new")
    if getattr(after, "life", Life.ACTIVE) is Life.ARCHIVED:
        return PlannedChange(kind=change.kind, id=name, how="archived")
    return PlannedChange(kind=change.kind, id=name, how="changed", fields=tuple(differing(before, after)))


def differing(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """The fields of a value that differ, also inside of values: `policy.notice`, as it was and as it is."""
    for name in before.__dataclass_fields__:
        was, now = getattr(before, name), getattr(after, name)
        if was == now:
            continue
        if name == "waiting":
            yield from ((key, was.get(key), now.get(key)) for key in {**was, **now} if was.get(key) != now.get(key))
        elif isinstance(was, Policy) and isinstance(now, Policy):
            yield from ((f"{name}.{inside}", old, new) for inside, old, new in differing(was, now))
        else:
            yield name, was, now


def _name(thing: Any) -> str:
    match thing:
        case SettingValue():
            return thing.path
        case TimeOff():
            return f"{thing.staff} {thing.start:%Y-%m-%d %H:%M}"
        case Closure():
            return f"{thing.name} {thing.start}"
        case _:
            return str(thing.id)

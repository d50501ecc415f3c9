"""A small practice to work on, and what must be true of a database whatever was done to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK, Actor
from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, AppointmentId
from frontdesk.core.domain.hours import Range, Week
from frontdesk.core.domain.practice_file import Entry, PracticeFile, StaffEntry
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.services import LocationId
from frontdesk.core.store import appointments, claims, practice, requests
from frontdesk.core.store.connection import uuid_of
from frontdesk.core.store.engine import Store
from frontdesk.core.store.look import Look
from frontdesk.core.store.verify.all import damage as verify
from tests import prepared

NOW = 1795600000
"""When the tests are: 25 November 2026."""

FIRST = datetime(2026, 12, 1)
"""The day on which they book; the practice never closes, and no clock changes for months."""

_ALWAYS = tuple((Range(0, 1440),) for _ in range(7))

PRACTICE = PracticeFile(
    settings={"practice.name": "Test", "practice.timezone": "Europe/Berlin"},
    locations=(Entry(id="main", line=1, fields={"name": "Main"}),),
    rooms=tuple(Entry(id=room, line=1, fields={"name": room, "location": "main"}) for room in ("r1", "r2")),
    services=(
        Entry(id="talk", line=1, fields={"name": "Talk", "duration": 30}),
        Entry(
            id="bath",
            line=1,
            fields={"name": "Bath", "duration": 45, "rooms": ("r1", "r2"), "buffer_before": 5, "buffer_after": 10},
        ),
        Entry(id="sauna", line=1, fields={"name": "Sauna", "duration": 30, "rooms": ("r1",), "buffer_after": 15}),
    ),
    staff=tuple(
        StaffEntry(
            id=person,
            line=1,
            fields={"name": person.upper(), "services": ("talk", "bath", "sauna")},
            weeks=(Week(location=LocationId("main"), days=_ALWAYS),),
        )
        for person in ("p1", "p2")
    ),
)
"""Two practitioners, two rooms; `talk` needs no room, `bath` either, `sauna` the first; two have buffers."""


def hour(number: int) -> datetime:
    """The start of a wave: three hours apart, so that no wave meets another."""
    return FIRST + timedelta(hours=3 * number)


def now() -> int:
    return NOW


def desk_on(url: str, actor: Actor = DESK, *, create: bool = False) -> Desk:
    return Desk(Store(url, create=create), actor=actor, clock=now)


def open_practice(url: str) -> Desk:
    """A new database with the practice in it."""
    prepared.put(url, "many rooms and people", make_practice)
    return desk_on(url)


def make_practice(url: str) -> None:
    """From nothing, or from what was left of that."""
    desk = desk_on(url, create=True)
    desk.do(ApplyPractice(file=PRACTICE))
    desk.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One row of the claim table."""

    resource: int
    lane: int
    holder: UUID
    kind: str
    source: int
    start: int
    end: int
    padded_start: int
    padded_end: int
    expires_at: int | None = None


def conflict(one: Held, other: Held) -> bool:
    """Whether the core of one meets the padded other."""
    return (one.start < other.padded_end and other.padded_start < one.end) or (
        other.start < one.padded_end and one.padded_start < other.end
    )


def overlaps(held: Iterable[Held], *, any_lane: bool = False) -> list[tuple[Held, Held]]:
    """Pairs of different holders that conflict in one lane of a resource (or, if asked, in any two)."""
    groups: dict[tuple[int, int], list[Held]] = defaultdict(list)
    for claim in held:
        groups[claim.resource, 0 if any_lane else claim.lane].append(claim)
    return [
        (one, other)
        for group in groups.values()
        for one, other in _near(sorted(group, key=lambda claim: claim.padded_start))
        if one.holder != other.holder and conflict(one, other)
    ]


def claims_in(store: Store) -> list[Held]:
    columns = "resource_id, lane, holder, source_kind, source_id"
    times = '"start", "end", padded_start, padded_end, expires_at'
    with store.reading() as connection:
        return [
            Held(
                resource=resource,
                lane=lane,
                holder=uuid_of(holder),
                kind=kind,
                source=source,
                start=start,
                end=end,
                padded_start=padded_start,
                padded_end=padded_end,
                expires_at=expires_at,
            )
            for (
                resource,
                lane,
                holder,
                kind,
                source,
                start,
                end,
                padded_start,
                padded_end,
                expires_at,
            ) in connection.execute(f"SELECT {columns}, {times} FROM claim")
        ]


def everything_kept(look: Look) -> list[Appointment]:
    """Every appointment, the undone too."""
    ids = look.connection.execute("SELECT id FROM appointment").scalars()
    found = [appointments.find(look, AppointmentId(id_)) for id_ in ids]
    return [appointment for appointment in found if appointment is not None]


def faults(desk: Desk, now: int = NOW) -> list[str]:
    """Everything that may not be in a database; empty is good."""
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=now)
        setup = practice.load(look)
        kept = everything_kept(look)
        asked = requests.everything(look)
        damaged = verify(look)
        touched = Counter(
            int(thing)
            for (thing,) in connection.execute("SELECT thing_id FROM event_thing WHERE kind = 'appointment'")
        )
    held = claims_in(desk.store)
    found = [f"booked twice: {pair}" for pair in overlaps(held)]
    ordinary = {it.id for it in kept if it.status in HOLDS_TIME and not it.override}
    plain = [claim for claim in held if claim.kind == claims.APPOINTMENT and claim.source in ordinary]
    found += [f"booked over without an override: {pair}" for pair in overlaps(plain, any_lane=True)]
    bookings: list[Appointment | Request] = [*kept, *asked]
    wanted = {
        Held(
            resource=claim.resource,
            lane=claim.lane,
            holder=claim.holder,
            kind=claim.source_kind,
            source=claim.source_id,
            start=claim.span.start,
            end=claim.span.end,
            padded_start=claim.padded.start,
            padded_end=claim.padded.end,
            expires_at=claim.expires_at,
        )
        for booking in bookings
        for claim in claims.claims_of(setup, booking, look.now)
    }
    # an open picker ends by itself, and what has run out lies there until somebody meets it
    held = [it for it in held if it.kind != "picker" and (it.expires_at is None or it.expires_at > look.now)]
    if len(held) != len(set(held)):
        found.append("a claim is there twice")
    found += [f"a claim too many: {claim}" for claim in set(held) - wanted]
    found += [f"a claim is missing: {claim}" for claim in wanted - set(held)]
    found += [
        f"{it.ref} has revision {it.revision} after {touched[it.id]} events"
        for it in kept
        if touched[it.id] != it.revision
    ]
    found += [f"events of an appointment that is not there: {id_}" for id_ in touched.keys() - {it.id for it in kept}]
    return found + [str(it) for it in damaged]


def deadlocks(store: Store) -> int:
    """How many deadlocks the server broke in this database; SQLite has one writer and so none."""
    if store.path is not None:
        return 0
    with store.reading() as connection:
        connection.execute("SELECT pg_stat_clear_snapshot()")
        count = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).scalar_one()
        return int(count)


def _near(ascending: list[Held]) -> Iterator[tuple[Held, Held]]:
    """The pairs whose padded spans meet, of claims in the order in which these begin."""
    if len(ascending) < 50:
        yield from combinations(ascending, 2)
        return
    for place, one in enumerate(ascending):
        for other in ascending[place + 1 :]:
            if other.padded_start >= one.padded_end:
                break
            yield one, other

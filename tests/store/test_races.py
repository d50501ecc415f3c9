"""Many processes after the same time: nobody is booked twice, with and without what the program adds."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    ListAppointments,
    ReinstateAppointment,
    RescheduleAppointment,
)
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.door import Ask
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK
from frontdesk.core.domain.appointments import REINSTATABLE, RESCHEDULABLE
from frontdesk.core.domain.errors import Busy, DeskError, NotFound, Refused, SlotTaken, Stale
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId, ResourceId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import Span
from frontdesk.core.store import claims
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Contention, Overlap
from frontdesk.core.store.look import Tx
from tests.sizes import size
from tests.store.evidence import NOW, PRACTICE, claims_in, deadlocks, desk_on, faults, hour, open_practice, overlaps
from tests.store.racing import CREW, Crew, Place

WAVES = size(18, full=1000)
MIXED = size(6, full=100)


def book_one_slot(place: Place, url: str, waves: int, service: str, alone: bool) -> list[str]:
    """Book the same slot as all the others, wave by wave; `alone` leaves the database as the only guard."""
    desk = desk_on(url)
    outcomes = []
    with _only_the_database() if alone else contextlib.nullcontext():
        for wave in range(waves):
            ask = BookAppointment(
                service=ServiceId(service),
                practitioner=StaffId("p1"),
                start=hour(wave),
                client=NewClient(name=f"Client {place.number} {wave}"),
            )
            place.wait()
            outcomes.append(_outcome(desk, ask))
    desk.close()
    return outcomes


def book_with_a_new_desk_each_time(place: Place, url: str, waves: int) -> list[str]:
    """What the command line does: open, book a slot nobody else wants, close."""
    outcomes = []
    for wave in range(waves):
        ask = BookAppointment(
            service=ServiceId("talk"),
            practitioner=StaffId("p1"),
            start=hour(wave) + timedelta(minutes=15 * place.number),
            client=NewClient(name="Client"),
            override="side by side",
        )
        if wave % 5 == 0:
            place.wait()
        desk = desk_on(url)
        outcomes.append(_outcome(desk, ask))
        desk.close()
    return outcomes


def do_anything(place: Place, url: str, waves: int, seed: int, also_back: bool) -> list[str]:
    """Book, overbook, move, cancel on two practitioners and two rooms, in a few hours that a wave shares.

    `also_back` undoes and reinstates too; what was undone is redone at once half of the time, else it is too late.
    """
    rng = random.Random(seed * 1000 + place.number)
    desk = desk_on(url, replace(DESK, name=f"racer {place.number}"))
    outcomes: list[str] = []
    for wave in range(waves):
        place.wait()
        for _ in range(4):
            undone = bool(outcomes) and outcomes[-1] == "Undo: done"
            ask = Redo() if undone and rng.random() < 0.5 else _anything(rng, desk, wave, also_back)
            outcomes.append(f"{type(ask).__name__}: {_outcome(desk, ask)}")
    desk.close()
    return outcomes


def insert_claims(place: Place, url: str, waves: int, resource: int) -> list[str]:
    """Insert claims and nothing else: no locks, no verdict."""
    rng = random.Random(place.number)
    store = Store(url)
    outcomes = []
    for wave in range(waves):
        place.wait()
        for _ in range(3):
            outcomes.append(_insert(store, rng, resource, NOW + wave * 36000))
    store.close()
    return outcomes


def create_database(place: Place, url: str) -> list[str]:
    place.wait()
    try:
        desk = desk_on(url, create=True)
    except DeskError as error:
        return [repr(error)]
    outcome = _outcome(desk, ApplyPractice(file=PRACTICE))
    desk.close()
    return [outcome]


@pytest.mark.parametrize("service", ["talk", "sauna"])
def test_of_eight_who_want_one_slot_one_gets_it(store_url: str, crew: Crew, service: str) -> None:
    desk = open_practice(store_url)
    waves = max(1, WAVES // 2)
    answers = crew.race(book_one_slot, store_url, waves, service, False)
    assert [Counter(wave) for wave in zip(*answers, strict=True)] == [{"done": 1, "SlotTaken": CREW - 1}] * waves
    assert faults(desk) == []
    assert deadlocks(desk.store) == 0
    desk.close()


@pytest.mark.parametrize("service", ["talk", "sauna"])
def test_the_database_alone_lets_one_of_eight_have_a_slot(store_url: str, crew: Crew, service: str) -> None:
    desk = open_practice(store_url)
    _find_deadlocks_soon(desk.store)
    waves = max(1, WAVES // 4)
    answers = crew.race(book_one_slot, store_url, waves, service, True)
    taken = 0
    for wave in zip(*answers, strict=True):
        counted = Counter(wave)
        assert counted["done"] == 1
        taken += counted["SlotTaken"]
        # without the locks PostgreSQL breaks so many deadlocks that now and then one loser has no try left
        assert counted.keys() <= {"done", "SlotTaken"} | ({"Busy"} if desk.store.path is None else set())
    assert taken >= waves * (CREW - 1) * 0.9
    assert faults(desk) == []
    desk.close()


def test_booking_overbooking_moving_and_cancelling_at_once_leaves_no_fault(store_url: str, crew: Crew) -> None:
    desk = open_practice(store_url)
    answers = crew.race(do_anything, store_url, MIXED, 1, False)
    counted = Counter(outcome for answer in answers for outcome in answer)
    assert faults(desk) == []
    assert {outcome.split(": ")[1] for outcome in counted} <= {"done", "SlotTaken", "Stale", "Refused", "NotFound"}
    for ask in ("BookAppointment", "RescheduleAppointment", "CancelAppointment"):
        assert counted[f"{ask}: done"] > 0
    assert deadlocks(desk.store) == 0
    desk.close()


def test_undoing_and_reinstating_besides_leaves_no_fault(store_url: str, crew: Crew) -> None:
    desk = open_practice(store_url)
    answers = crew.race(do_anything, store_url, MIXED, 2, True)
    counted = Counter(outcome for answer in answers for outcome in answer)
    assert faults(desk) == []
    assert {outcome.split(": ")[1] for outcome in counted} <= {"done", "SlotTaken", "Stale", "Refused", "NotFound"}
    for ask in ("ReinstateAppointment", "Undo", "Redo"):
        assert counted[f"{ask}: done"] > 0
    assert deadlocks(desk.store) == 0
    desk.close()


def test_desks_that_open_and_close_for_every_booking_lose_none(store_url: str, crew: Crew) -> None:
    open_practice(store_url).close()
    waves = max(5, WAVES // 40)
    answers = crew.race(book_with_a_new_desk_each_time, store_url, waves)
    assert Counter(outcome for answer in answers for outcome in answer) == {"done": CREW * waves}
    desk = desk_on(store_url)
    assert faults(desk) == []
    assert desk.see(ListAppointments(first=hour(0).date(), limit=1)).more
    desk.close()


def test_claims_inserted_without_locks_or_verdict_never_overlap(store_url: str, crew: Crew) -> None:
    desk = open_practice(store_url)
    _find_deadlocks_soon(desk.store)
    answers = crew.race(insert_claims, store_url, max(1, WAVES // 2), _a_resource(desk.store))
    counted = Counter(outcome for answer in answers for outcome in answer)
    assert counted["in"] > 0
    assert counted["Overlap"] > 0
    assert overlaps(claims_in(desk.store)) == []
    desk.close()


def test_the_same_inserts_overlap_once_the_guard_is_dropped(store_url: str, crew: Crew) -> None:
    desk = open_practice(store_url)
    with desk.store.writing() as connection:
        if desk.store.path is not None:
            connection.execute("DROP TRIGGER claim_no_overlap")
        else:
            connection.execute("ALTER TABLE claim_span DROP CONSTRAINT claim_no_overlap")
    crew.race(insert_claims, store_url, 2, _a_resource(desk.store))
    assert len(overlaps(claims_in(desk.store))) > 0
    desk.close()


def test_a_database_is_created_once_by_all_who_want_to_at_once(empty_url: str, crew: Crew) -> None:
    answers = crew.race(create_database, empty_url)
    assert Counter(outcome for (outcome,) in answers) == {"done": CREW}


def _outcome(desk: Desk, ask: Ask[object]) -> str:
    """`done` or the name of the error; any error that is not the desk's own goes up, and so does Busy."""
    try:
        desk.do(ask)
    except Busy:
        return "Busy"
    except (SlotTaken, Stale, Refused, NotFound) as error:
        return type(error).__name__
    return "done"


def _anything(rng: random.Random, desk: Desk, wave: int, also_back: bool) -> Ask[object]:
    start = hour(wave) + timedelta(minutes=rng.choice(range(0, 120, 15)))
    service = ServiceId(rng.choice(("talk", "bath", "sauna")))
    who = rng.choice((StaffId("p1"), StaffId("p2"), None))
    override = rng.choice(("", "", "urgent"))
    day = hour(wave).date()
    listed = desk.see(ListAppointments(first=day, last=day + timedelta(days=1))).items
    chosen = rng.choice(listed).appointment if listed else None
    kinds = ("book", "move", "move", "cancel") + (("reinstate", "undo", "redo") if also_back else ())
    kind = rng.choice(kinds)
    if kind == "undo":
        return Undo()
    if kind == "redo":
        return Redo()
    if chosen is not None:
        seen = rng.choice((None, chosen.revision))
        if kind == "move" and chosen.status in RESCHEDULABLE:
            return RescheduleAppointment(
                appointment=chosen.id, seen=seen, start=start, practitioner=who, override=override
            )
        if kind == "cancel":
            return CancelAppointment(appointment=chosen.id, seen=seen, reason=ReasonId("client_ill"))
        if kind == "reinstate" and chosen.status in REINSTATABLE:
            return ReinstateAppointment(appointment=chosen.id, seen=seen, override=override)
    return BookAppointment(
        service=service, practitioner=who, start=start, client=NewClient(name="Client"), override=override
    )


def _insert(store: Store, rng: random.Random, resource: int, first: int) -> str:
    start = first + rng.randrange(7200)
    end = start + rng.randrange(60, 3600)
    padded = Span(start - rng.randrange(900), end + rng.randrange(900))
    try:
        with store.writing() as connection:
            tx = Tx(store=store, connection=connection, actor=DESK, now=NOW)
            claim = claims.Claim(
                resource=ResourceId(resource),
                lane=rng.randrange(2),
                holder=uuid4(),
                source_kind="test",
                source_id=0,
                span=Span(start, end),
                padded=padded,
            )
            claims.insert_all(tx, [claim])
    except (Overlap, Contention) as error:
        return type(error).__name__
    return "in"


@contextlib.contextmanager
def _only_the_database() -> Iterator[None]:
    """No locks, and a verdict that sees nobody else's claims."""
    with (
        patch.object(claims, "lock", lambda tx, resources: lambda: None),
        patch.object(claims, "culprits", lambda *arguments, **more: tuple),
        patch.object(claims, "busy", lambda *arguments, **more: ()),
    ):
        yield


def _a_resource(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute("SELECT min(id) FROM resource").scalar_one())


def _find_deadlocks_soon(store: Store) -> None:
    """Without the locks writers meet head on; the server need not think about it for a second each time."""
    if store.path is None:
        with store.writing() as connection:
            name = connection.execute("SELECT current_database()").scalar_one()
            connection.execute(f"ALTER DATABASE \"{name}\" SET deadlock_timeout = '20ms'")

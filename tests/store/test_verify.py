"""What somebody does who may change the database itself is found, and named; a printed head finds the rest."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from frontdesk.core.asks.appointments import CancelAppointment
from frontdesk.core.asks.clients import AddClient, EraseClient, FindClients, LogOpening, NewClient
from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.asks.upkeep import ShowHead, Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Side
from frontdesk.core.domain.backups import known_head
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store.engine import Store
from tests.builders import PRACTICE, booked, on, open_test_desk
from tests.operations.mailing import mailing
from tests.postgres import Server
from tests.sizes import size
from tests.store.tampering import TAMPERINGS, Tampering, unguarded

FEES = '[policy]\nlate_fee = "25.00"\n\n'
ROUNDS = size(1, 23)
"""Of each of them: a thousand in all, on each engine, in full."""


def lived_in(url: str) -> Desk:
    """A practice with some of everything."""
    desk = mailing(open_test_desk(url))
    desk.do(ApplyPractice(file=practice_file(PRACTICE.replace("[booking]", f"{FEES}[booking]"))))
    late = booked(desk, on(23, 9)).appointment
    desk.do(CancelAppointment(appointment=late.id, seen=None, reason=ReasonId("client_asked"), by=Side.CLIENT))
    for number, hour in enumerate((9, 10, 11, 13, 14)):
        client = desk.do(AddClient(client=NewClient(name=f"Client {number}", email=f"c{number}@example.org"))).client
        event = booked(desk, on(24, hour), client=client.id)
        desk.do(LogOpening(client=event.appointment.client))
    desk.do(CancelAppointment(appointment=event.appointment.id, seen=1, reason=ReasonId("client_ill")))
    desk.do(RequestAppointment(service=ServiceId("review"), start=on(25, 9), client=event.appointment.client))
    desk.do(RequestAppointment(service=ServiceId("review"), start=on(26, 9), client=event.appointment.client))
    return desk


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    opened = lived_in(store_url)
    yield opened
    opened.close()


def test_what_nobody_touched_is_well(desk: Desk) -> None:
    assert desk.see(Verify()) == ()
    assert desk.see(Verify(head=known_head(str(desk.see(ShowHead()))))) == ()


def test_what_others_wrote_since_the_last_search_is_no_damage(desk: Desk) -> None:
    """SQLite 3.53.4 checks a search index as the connection that asks knew it last."""
    desk.see(FindClients(text="client"))
    assert desk.see(Verify()) == ()
    other = Desk(Store(desk.store.url), clock=desk.clock)
    added = other.do(AddClient(client=NewClient(name="Somebody else"))).client
    other.do(EraseClient(client=added.id))  # puts the index in order
    other.close()
    assert desk.see(Verify()) == ()


@pytest.fixture
def fresh(store_url: str, request: pytest.FixtureRequest) -> Callable[[], str]:
    """Where one database after the other can be put."""
    numbers = count()

    def url() -> str:
        if store_url.startswith("postgresql:"):
            server: Server = request.getfixturevalue("server")
            return server.free()
        return f"{store_url}-{next(numbers)}"

    return url


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda it: it.__name__)
def test_each_tampering_is_named(fresh: Callable[[], str], tampering: Tampering) -> None:
    for seed in range(ROUNDS):
        desk = lived_in(fresh())
        head = desk.see(ShowHead())
        with unguarded(Store(desk.store.url)) as connection:
            expected = tampering(connection, random.Random(seed))
        found = desk.see(Verify(head=known_head(str(head))))
        named = {(it.what, it.row, it.wrong) for it in found}
        missing = [it for it in expected if (it.what, it.row, it.wrong) not in named]
        assert not missing, (seed, found)
        desk.close()

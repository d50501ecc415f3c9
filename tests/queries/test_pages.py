"""Long lists come as pages: read forwards or backwards, from anywhere, they are the whole list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from frontdesk.core.asks.appointments import PageAppointments, PagePast
from frontdesk.core.asks.clients import ShowClient
from frontdesk.core.asks.mails import DropMail, ListMails, TakeMails
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.appointments import Appointment, Status
from frontdesk.core.domain.outbox import Attempt, just_before, place_of
from frontdesk.core.domain.records import AppointmentRecord, ClientRecord, Records
from frontdesk.core.domain.views import ListPlace, Named
from tests.builders import Clock, as_staff, booked, on
from tests.operations.mailing import Post, a_client, mailing, report

T = TypeVar("T")
Ask = Callable[[Any, bool, int], tuple[Sequence[T], bool]]
"""So many after a place, or before it; and whether there are more that way."""
DAY = on(25, 0).date()


def forwards(ask: Ask[T], place: Callable[[T], Any], limit: int) -> list[T]:
    found, more, at = list[T](), True, None
    while more:
        page, more = ask(at, False, limit)
        found += page
        at = place(found[-1]) if found else None
    return found


def backwards(ask: Ask[T], place: Callable[[T], Any], limit: int) -> list[T]:
    found, more, at = list[T](), True, None
    while more:
        page, more = ask(at, True, limit)
        found = [*page, *found]
        at = place(found[0]) if found else None
    return found


def require_whole(whole: Sequence[T], ask: Ask[T], place: Callable[[T], Any], before: Callable[[T], Any]) -> None:
    for limit in (1, 2, 3, len(whole), len(whole) + 1):
        assert forwards(ask, place, limit) == list(whole)
        assert backwards(ask, place, limit) == list(whole)
    for number, it in enumerate(whole):
        assert list(ask(before(it), False, 2)[0]) == list(whole[number : number + 2])


@pytest.fixture
def year(desk: Desk) -> Desk:
    """Appointments of three clients around a day, some at the same time, one of them cancelled."""
    walls = [on(24, 8) + timedelta(hours=6 * it) for it in range(12)]
    desk.do(
        ImportRecords(
            records=Records(
                clients=tuple(ClientRecord(source_id=str(it), name=f"Mara {it}") for it in range(3)),
                appointments=tuple(
                    AppointmentRecord(
                        source_id=f"{who}/{number}",
                        client=str(who),
                        practitioner=("ann", "bob")[number % 2],
                        start=wall,
                        minutes=30,
                        status=Status.CANCELLED if number == 7 else Status.BOOKED,
                    )
                    for number, wall in enumerate(walls)
                    for who in range(3)
                ),
            )
        )
    )
    return desk


def asking(desk: Desk, name: str) -> Ask[Named]:
    def ask(place: ListPlace | None, backwards: bool, limit: int) -> tuple[Sequence[Named], bool]:
        found = desk.see(PageAppointments(day=DAY, name=name, place=place, backwards=backwards, limit=limit))
        return found.items, found.more

    return ask


def place_from_day(it: Named) -> ListPlace:
    booked = it.appointment
    return ListPlace(booked.wall.date() < DAY, booked.start, booked.id)


@pytest.mark.parametrize("name", ["", "mara", "mara 1", "nobody"])
def test_a_list_from_a_day_on_is_whole_page_by_page(year: Desk, name: str) -> None:
    for desk in (year, as_staff(year, "ann")):
        whole = list(asking(desk, name)(None, False, 1000)[0])
        ahead = [it for it in whole if not place_from_day(it).is_before]
        before = [it for it in whole if place_from_day(it).is_before]
        assert whole == [*ahead, *before]
        assert ahead == sorted(ahead, key=lambda it: (it.appointment.start, it.appointment.id))
        assert before == sorted(before, key=lambda it: (-it.appointment.start, -it.appointment.id))
        assert bool(before) is (name in ("mara", "mara 1"))
        require_whole(whole, asking(desk, name), place_from_day, lambda it: place_from_day(it).just_before())


def test_a_card_has_the_first_of_what_is_past_and_the_rest_by_pages(year: Desk, clock: Clock) -> None:
    clock.set(on(26, 9))
    client = next(iter(asking(year, "mara 1")(None, False, 1)[0])).appointment.client
    card = year.see(ShowClient(client=client))
    assert (card.ahead, card.over) == (len(card.upcoming), len(card.past))
    assert (card.ahead + card.over, card.cancelled) == (12, 1)

    def ask(place: ListPlace | None, backwards: bool, limit: int) -> tuple[Sequence[Named], bool]:
        found = year.see(PagePast(client=client, place=place, limit=limit))
        return found.items, found.more

    def place(it: Named) -> ListPlace:
        return ListPlace(True, it.appointment.start, it.appointment.id)

    for limit in (1, 2, 5, 12):
        assert forwards(ask, place, limit) == list(card.past)
    starts = [it.appointment.start for it in card.past]
    assert starts == sorted(starts, reverse=True)
    assert all(_is_over(it.appointment, year.now()) for it in card.past)
    assert not any(_is_over(it.appointment, year.now()) for it in card.upcoming)


def _is_over(it: Appointment, now: int) -> bool:
    return it.end <= now or it.status is Status.CANCELLED


def test_an_outbox_is_whole_page_by_page(desk: Desk, clock: Clock) -> None:
    post = Post(mailing(desk), clock)
    client = a_client(post.desk).id
    for day in (26, 27):
        booked(post.desk, on(day, 10), client=client)
    post.go()
    for day in (24, 25):
        booked(post.desk, on(day, 10), client=client)
        clock.now += 20
    worker = post.desk.acting(SYSTEM)
    clock.now += 25
    for leased in worker.do(TakeMails(limit=1)):
        worker.do(report(leased, Attempt.REFUSED))
    worker.do(TakeMails(limit=1))
    post.desk.do(DropMail(mail=next(it for it in post.desk.see(ListMails()).items if it.state.value == "queued").id))

    def ask(place: Any, backwards: bool, limit: int) -> tuple[Sequence[Any], bool]:
        found = post.desk.see(ListMails(place=place, backwards=backwards, limit=limit))
        return found.items, found.more

    whole = post.desk.see(ListMails(limit=1000)).items
    assert len({it.state for it in whole}) >= 4
    assert [place_of(it).is_over for it in whole] == sorted(place_of(it).is_over for it in whole)
    require_whole(whole, ask, place_of, just_before)

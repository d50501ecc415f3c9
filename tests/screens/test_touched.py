"""What a change elsewhere touches: every screen that would differ asks again, and none that shows nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from frontdesk.core.asks.appointments import (
    EditAppointment,
    LayBack,
    ListAppointments,
    ListPickedUp,
    PickUpAppointment,
    SetStatus,
)
from frontdesk.core.asks.calendar import ShowCalendar, ShowMonth
from frontdesk.core.asks.charges import ListCharges, WaiveCharge
from frontdesk.core.asks.clients import EditClient, FindClients, MergeClients, ShowClient
from frontdesk.core.asks.door import Question
from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.holds import HoldSlot, ReleaseSlot
from frontdesk.core.asks.mails import ListCalls, ListMails, WriteMessage
from frontdesk.core.asks.notices import ListNotices, MarkRead, ShowGlance
from frontdesk.core.asks.requests import ApproveRequest, DeclineRequest, ListRequests
from frontdesk.core.asks.schedule import ListWork, RemoveTimeOff, TakeTimeOff
from frontdesk.core.asks.settings import ChangeSettings, ShowSetup
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import RequestState
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.touched import EVERYTHING, IN_GLANCE, SETUP, Touched, concerns, days_around
from frontdesk.screens.calendar.screen import CalendarScreen
from frontdesk.screens.client_card import ClientCardScreen
from frontdesk.screens.clients import ClientsScreen
from frontdesk.screens.dialogs.bell import BellDialog
from frontdesk.screens.outbox import OutboxScreen
from frontdesk.screens.requests import RequestsScreen
from frontdesk.screens.today import TodayScreen
from frontdesk.screens.work import WorkScreen
from tests.builders import Clock, at, booked, on, open_test_desk
from tests.operations.mailing import Post, a_client, cancel, mailing, move, wish

TODAY, THAT_DAY = on(23, 0).date(), on(24, 0).date()
Shows = Callable[[Touched], bool]


def of(kinds: frozenset[str], day: date | None = None) -> Shows:
    if day is None:
        return lambda touched: concerns(touched, kinds)
    begin = at(on(day.day, 0))
    return lambda touched: concerns(touched, kinds, days_around(begin, begin + 86400))


SCREENS: dict[str, tuple[Shows, tuple[Question[Any], ...]]] = {
    "day": (of(CalendarScreen.SHOWS, THAT_DAY), (ShowCalendar(first=THAT_DAY),)),
    "month": (of(CalendarScreen.SHOWS), (ShowMonth(first=date(2026, 11, 1), days=30),)),
    "list": (of(CalendarScreen.SHOWS), (ListAppointments(first=TODAY, limit=50), ListPickedUp())),
    "requests": (of(RequestsScreen.SHOWS), (ListRequests(states=(RequestState.PENDING,)), ListRequests())),
    "clients": (of(ClientsScreen.SHOWS), (FindClients(text=""),)),
    "today": (of(TodayScreen.SHOWS), (ListAppointments(first=TODAY, last=TODAY, limit=50),)),
    "work": (of(WorkScreen.SHOWS), (ListWork(), ListCalls())),
    "outbox": (of(OutboxScreen.SHOWS), (ListMails(limit=50),)),
    "card": (of(ClientCardScreen.SHOWS), (ShowClient(client=ClientId(1), opening=False),)),
    "bell": (of(BellDialog.SHOWS), (ListNotices(),)),
    "header": (of(IN_GLANCE), (ShowGlance(),)),
    "set-up": (of(frozenset({SETUP})), (ShowSetup(),)),
}
"""What each asks, and whether it would ask again."""


class Seen:
    """A desk that is looked at by every screen, after each thing that is done."""

    def __init__(self, url: str | Path) -> None:
        self.clock = Clock()
        self.desk = mailing(open_test_desk(url, self.clock))
        self.clara, self.dora = a_client(self.desk), a_client(self.desk, "Dora Dunn", "dora@client.example")
        self.watch = self.desk.watch()
        self.watch.touched(0.1)
        self.before = self.answers()
        self.asked: dict[str, set[str]] = {}

    def answers(self) -> dict[str, list[str]]:
        return {name: [repr(self.desk.see(it)) for it in asked] for name, (_, asked) in SCREENS.items()}

    def wait(self, seconds: int) -> None:
        self.clock.now += seconds
        self.before = self.answers()

    def after(self, what: str, deed: Callable[[], Any]) -> Any:
        done = deed()
        touched = self.watch.touched(0.5)
        assert touched and touched != EVERYTHING, what
        now = self.answers()
        differ = {name for name in SCREENS if now[name] != self.before[name]}
        self.asked[what] = {name for name, (shows, _) in SCREENS.items() if shows(touched)}
        assert differ <= self.asked[what], f"after {what} {differ - self.asked[what]} would show what is not so"
        self.before = now
        return done


@pytest.fixture
def seen(store_url: str) -> Seen:
    return Seen(store_url)


def test_every_screen_that_would_differ_asks_again(seen: Seen) -> None:
    desk, after = seen.desk, seen.after
    it = after("book", lambda: booked(desk, on(24, 9), client=seen.clara.id)).appointment
    it = after("move", lambda: move(desk, it, on(25, 9)))
    it = after("move back", lambda: desk.do(Undo())) and desk.see(ListAppointments(first=TODAY)).items[0].appointment
    after("note", lambda: desk.do(EditAppointment(appointment=it.id, seen=None, note="bring the form")))
    after("pick up", lambda: desk.do(PickUpAppointment(appointment=it.id)))
    after("lay back", lambda: desk.do(LayBack(appointment=it.id)))
    seen.wait(61)
    after("mails leave", lambda: Post(desk, seen.clock).go(after=0))
    asked = after("request", lambda: wish(desk, seen.dora, 10))
    after("read", lambda: desk.do(MarkRead(notices=tuple(line.id for line in desk.see(ListNotices())))))
    after("decline", lambda: desk.do(DeclineRequest(request=asked.id, seen=None)))
    asked = after("ask again", lambda: wish(desk, seen.dora, 11))
    after("approve", lambda: desk.do(ApproveRequest(request=asked.id, seen=None, practitioner=StaffId("ann"))))
    hold = HoldSlot(key=UUID(int=7), service=ServiceId("review"), start=on(24, 14), practitioner=StaffId("ann"))
    after("hold", lambda: seen.desk.acting(desk.actor).do(hold))
    after("release", lambda: desk.do(ReleaseSlot(key=UUID(int=7))))
    after("rename", lambda: desk.do(EditClient(client=seen.clara.id, seen=None, name="Clara Clear")))
    eva = after("add", lambda: a_client(desk, "Eva Early", "eva@client.example"))
    after("merge", lambda: desk.do(MergeClients(keep=seen.dora.id, drop=eva.id)))
    off = after("away", lambda: desk.do(TakeTimeOff(staff=StaffId("ann"), start=on(24, 0), end=on(25, 0)))).time_off
    after("back", lambda: desk.do(RemoveTimeOff(time_off=off.id)))
    after("write", lambda: desk.do(WriteMessage(client=seen.clara.id, text="see you")))
    revision = desk.see(ShowSetup()).revision
    after("setting", lambda: desk.do(ChangeSettings(seen=revision, values={"booking.horizon": 80})))
    after("cancel", lambda: cancel(desk, it))
    today = after("today", lambda: booked(desk, on(23, 15), client=seen.clara.id)).appointment
    after("arrive", lambda: desk.do(SetStatus(appointment=today.id, seen=None, status=Status.ARRIVED)))
    for charge in desk.see(ListCharges()):
        after("waive", lambda: desk.do(WaiveCharge(charge=charge.charge.id, reason="ill")))  # noqa: B023


def test_who_shows_none_of_it_asks_nothing(seen: Seen) -> None:
    seen.after("another day", lambda: booked(seen.desk, on(27, 9), client=seen.clara.id))
    assert seen.asked["another day"].isdisjoint({"day", "set-up"})
    seen.wait(61)
    seen.after("mails leave", lambda: Post(seen.desk, seen.clock).go(after=0))
    assert seen.asked["mails leave"].isdisjoint({"day", "month", "list", "requests", "clients", "today", "set-up"})
    seen.after("add", lambda: a_client(seen.desk, "Eva Early", "eva@client.example"))
    assert seen.asked["add"] == {"clients", "bell"}

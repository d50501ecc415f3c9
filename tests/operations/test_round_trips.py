"""How much is said for what people do: to a server some way off, each wait counts more than all the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment, SetStatus, ShowAppointment
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.clients import FindClients, ShowClient
from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.asks.notices import ShowGlance
from frontdesk.core.asks.requests import ApproveRequest, ListRequests
from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, Status
from frontdesk.core.domain.practice import BY_CLIENT
from tests.builders import booked, on
from tests.operations.asking import ANN, REVIEW, a_client, asked
from tests.statements import counted

UseCase = Callable[[Desk, int], Callable[[], Any]]
"""What lies ready for it, at some hour, and then it itself."""


def looking(question: Any) -> UseCase:
    return lambda desk, _: lambda: desk.see(question)


def of_a_booking(ask: Callable[[Any], Any]) -> UseCase:
    """Something done with an appointment whose client has e-mail."""

    def ready(desk: Desk, hour: int) -> Callable[[], Any]:
        booking = booked(desk, on(24, hour), client=a_client(desk, "Mara Mail", email="mara@example.org"))
        question = ask(booking.appointment)
        return lambda: (desk.see if "Show" in type(question).__name__ else desk.do)(question)

    return ready


def a_booking(desk: Desk, hour: int) -> Callable[[], Any]:
    client = a_client(desk, "Mara Mail", email="mara@example.org")
    return lambda: booked(desk, on(24, hour), client=client)


def an_approval(desk: Desk, hour: int) -> Callable[[], Any]:
    request = asked(desk, on(24, hour), a_client(desk, "Mara Mail", email="mara@example.org"))
    return lambda: desk.do(ApproveRequest(request=request.id, seen=request.revision, practitioner=ANN))


def a_move(it: Appointment) -> RescheduleAppointment:
    return RescheduleAppointment(appointment=it.id, seen=None, start=on(25, it.wall.hour))


USE_CASES: dict[str, tuple[UseCase, int, int]] = {
    "a day of everybody": (looking(ShowCalendar(first=on(24, 0).date(), days=1)), 5, 5),
    "free times of anybody": (looking(FindSlots(service=REVIEW, first=on(24, 0).date(), days=30)), 4, 4),
    "what waits": (looking(ShowGlance()), 3, 16),
    "find a client": (looking(FindClients(text="mara")), 6, 6),
    "a client's card": (of_a_booking(lambda it: ShowClient(client=it.client)), 14, 20),
    "an appointment": (of_a_booking(lambda it: ShowAppointment(appointment=it.id)), 5, 5),
    "requests": (looking(ListRequests()), 5, 5),
    "mails": (looking(ListMails(limit=50)), 5, 12),
    "book": (a_booking, 10, 30),
    "reschedule": (
        of_a_booking(lambda it: RescheduleAppointment(appointment=it.id, seen=None, start=on(25, it.wall.hour))),
        14,
        40,
    ),
    "cancel": (of_a_booking(lambda it: CancelAppointment(appointment=it.id, seen=None, reason=BY_CLIENT)), 14, 40),
    "arrived": (of_a_booking(lambda it: SetStatus(appointment=it.id, seen=None, status=Status.CONFIRMED)), 9, 25),
    "approve a request": (an_approval, 16, 45),
    "undo": (of_a_booking(lambda it: Undo()), 12, 40),
}
"""What people do, with how many waits for a server it may take, and how many statements on either engine."""


@pytest.mark.parametrize("name", USE_CASES)
def test_what_people_do_takes_no_more_than_this(desk: Desk, name: str) -> None:
    use_case, trips, statements = USE_CASES[name]
    use_case(desk, 9)()  # so that what stays known is known
    do = use_case(desk, 11)
    with counted() as found:
        do()
    assert found["statements"] <= statements
    assert found["trips"] <= trips

"""Many who decide the same request at the same moment: one decision, one event, one set of notices."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from frontdesk.core.asks.appointments import BookAppointment, RescheduleAppointment
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.door import Ask
from frontdesk.core.asks.requests import (
    ApproveRequest,
    ListRequests,
    RequestAppointment,
    RequestRescheduling,
    SweepExpired,
    WithdrawRequest,
)
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.errors import NotFound, Refused, SlotTaken, Stale
from frontdesk.core.domain.notices import Audience
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.requests import RequestId, RequestState
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.store.engine import Store
from tests import prepared
from tests.sizes import size
from tests.store.evidence import PRACTICE, deadlocks, desk_on, faults, hour
from tests.store.racing import CREW, Crew, Place

DECISIONS = size(30, full=2000)
"""How often the same request is approved by eight at once."""

RIVALRIES = size(15, full=1000)
"""How often eight do different things to the same request at once."""

OPEN = replace(
    PRACTICE,
    services=tuple(replace(service, fields={**service.fields, "online": True}) for service in PRACTICE.services),
    settings={
        **PRACTICE.settings,
        "booking.max_pending": 0,
        "booking.horizon": 1500,
        "booking.request_expiry": 720,
        "booking.minimum_notice": 0,
    },
)
P1, TALK = StaffId("p1"), ServiceId("talk")
DAY = timedelta(days=1)


def open_to_requests(url: str) -> Desk:
    prepared.put(url, "open to requests", _make)
    return desk_on(url)


def _make(url: str) -> None:
    desk = desk_on(url, create=True)
    desk.do(ApplyPractice(file=OPEN))
    desk.close()


def requests_for(desk: Desk, count: int) -> list[int]:
    """So many pending requests, three hours apart."""
    client = desk.do(AddClient(client=NewClient(name="Client"))).client.id
    made = []
    for number in range(count):
        ask = RequestAppointment(service=TALK, start=hour(number), client=client, practitioner=P1)
        made.append(int(desk.do(ask).request.id))  # type: ignore[union-attr]
    return made


def approve(place: Place, url: str, ids: list[int]) -> list[str]:
    desk = desk_on(url)
    outcomes = []
    for id_ in ids:
        place.wait()
        outcomes.append(outcome(desk, ApproveRequest(request=RequestId(id_), seen=1, practitioner=P1)))
    desk.close()
    return outcomes


def approve_or_withdraw(place: Place, url: str, ids: list[int]) -> list[str]:
    desk = desk_on(url)
    outcomes = []
    for id_ in ids:
        ask: Ask[object] = ApproveRequest(request=RequestId(id_), seen=1, practitioner=P1)
        if place.number % 2:
            ask = WithdrawRequest(request=RequestId(id_), seen=1)
        place.wait()
        outcomes.append(f"{type(ask).__name__}: {outcome(desk, ask)}")
    desk.close()
    return outcomes


def approve_or_move(place: Place, url: str, ids: list[int], appointments: list[int]) -> list[str]:
    desk = desk_on(url)
    outcomes = []
    for number, (id_, appointment) in enumerate(zip(ids, appointments, strict=True)):
        ask: Ask[object] = ApproveRequest(request=RequestId(id_), seen=1, practitioner=P1)
        if place.number % 2:
            elsewhere = hour(number) + timedelta(minutes=90)
            ask = RescheduleAppointment(appointment=AppointmentId(appointment), seen=1, start=elsewhere)
        place.wait()
        outcomes.append(f"{type(ask).__name__}: {outcome(desk, ask)}")
    desk.close()
    return outcomes


def approve_or_sweep(place: Place, url: str, ids: list[int]) -> list[str]:
    """Half of the clocks come past the end of one request after the other, its start."""
    late, wave = place.number % 2, 0
    desk = Desk(Store(url), clock=lambda: int(hour(wave).timestamp()) - (0 if late else 30))
    outcomes = []
    for wave, id_ in enumerate(ids):  # noqa: B007  # the clock looks at it
        place.wait()
        if late:
            outcome(desk, SweepExpired())
            outcomes.append("swept")
        else:
            outcomes.append(outcome(desk, ApproveRequest(request=RequestId(id_), seen=1, practitioner=P1)))
    desk.close()
    return outcomes


def outcome(desk: Desk, ask: Ask[object]) -> str:
    """`done` or the name of the error; any error that is not the desk's own goes up."""
    try:
        desk.do(ask)
    except (SlotTaken, Stale, Refused, NotFound) as error:
        return type(error).__name__
    return "done"


def counts(desk: Desk, query: str) -> Counter[str]:
    with desk.store.reading() as connection:
        return Counter(dict(connection.execute(query).all()))


def test_of_eight_who_approve_a_request_one_does(store_url: str, crew: Crew) -> None:
    desk = open_to_requests(store_url)
    ids = requests_for(desk, DECISIONS)

    answers = crew.race(approve, store_url, ids)

    for wave in zip(*answers, strict=True):
        counted = Counter(wave)
        assert counted["done"] == 1
        assert counted.keys() <= {"done", "Refused", "Stale"}
    touching = "SELECT t.thing_id, count(*) FROM event_thing t JOIN event e ON e.id = t.event_id"
    approvals = counts(desk, f"{touching} WHERE t.kind = 'request' AND e.operation = 'approve' GROUP BY t.thing_id")
    assert approvals == Counter({str(id_): 1 for id_ in ids})
    told = "SELECT n.audience, count(*) FROM notice n JOIN event e ON e.id = n.event_id"
    notices = counts(desk, f"{told} WHERE e.operation = 'approve' GROUP BY n.audience")
    assert notices == {Audience.CLIENT.value: DECISIONS, Audience.PRACTITIONER.value: DECISIONS}
    assert faults(desk) == []
    assert deadlocks(desk.store) == 0
    desk.close()


def test_a_request_is_approved_or_withdrawn_never_both(store_url: str, crew: Crew) -> None:
    desk = open_to_requests(store_url)
    ids = requests_for(desk, RIVALRIES)

    answers = crew.race(approve_or_withdraw, store_url, ids)

    for wave in zip(*answers, strict=True):
        assert sum(answer.endswith("done") for answer in wave) == 1
    ended = Counter(it.request.state for it in desk.see(ListRequests(limit=1000)).items)
    done = Counter(answer for answers_ in answers for answer in answers_ if answer.endswith("done"))
    assert ended[RequestState.APPROVED] == done["ApproveRequest: done"]
    assert ended[RequestState.WITHDRAWN] == done["WithdrawRequest: done"]
    assert RIVALRIES < 50 or len(done) == 2, "each was first at times"
    assert faults(desk) == []
    assert deadlocks(desk.store) == 0
    desk.close()


def test_a_request_to_move_is_approved_or_overtaken_never_both(store_url: str, crew: Crew) -> None:
    desk = open_to_requests(store_url)
    count = RIVALRIES
    ids, booked = [], []
    for number in range(count):
        ask = BookAppointment(service=TALK, start=hour(number), client=NewClient(name="Client"), practitioner=P1)
        booked.append(int(desk.do(ask).appointment.id))
        wish = RequestRescheduling(
            appointment=AppointmentId(booked[-1]), start=hour(number) + timedelta(minutes=45), practitioner=P1
        )
        ids.append(int(desk.do(wish).request.id))  # type: ignore[union-attr]

    answers = crew.race(approve_or_move, store_url, ids, booked)

    for wave in zip(*answers, strict=True):
        assert sum(answer.endswith("done") for answer in wave) == 1
    states = Counter(it.request.state for it in desk.see(ListRequests(limit=1000)).items)
    assert states[RequestState.APPROVED] + states[RequestState.EXPIRED] == count
    assert RIVALRIES < 50 or len(states) == 2, "each was first at times"
    assert faults(desk) == []
    assert deadlocks(desk.store) == 0
    desk.close()


def test_a_request_is_approved_or_expires_never_both(store_url: str, crew: Crew) -> None:
    desk = open_to_requests(store_url)
    ids = requests_for(desk, RIVALRIES)

    answers = crew.race(approve_or_sweep, store_url, ids)

    done = sum(answer == "done" for answers_ in answers for answer in answers_)
    states = Counter(it.request.state for it in desk.see(ListRequests(limit=1000)).items)
    assert states == Counter({RequestState.APPROVED: done, RequestState.EXPIRED: len(ids) - done})
    assert faults(desk) == []
    assert deadlocks(desk.store) == 0
    desk.close()


@pytest.fixture(autouse=True)
def _enough_racers() -> None:
    assert CREW == 8

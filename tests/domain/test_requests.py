"""Requests: how long they wait, and how what has run out is seen."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import (
    Ended,
    Request,
    RequestId,
    RequestKind,
    RequestState,
    Slot,
    expiry,
    request_of_ref,
    request_ref,
)
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.times import HOUR
from tests.builders import MON_8, ZONE, at, on


def slot(start: int) -> Slot:
    return Slot(start=start, end=start + 1800, practitioner=StaffId("ann"), location=LocationId("main"))


def a_request(**changed: Any) -> Request:
    values: dict[str, Any] = {
        "id": RequestId(1),
        "holder": uuid.UUID(int=1),
        "kind": RequestKind.NEW,
        "client": ClientId(1),
        "applicant": None,
        "service": ServiceId("review"),
        "asked_for": None,
        "slot": slot(at(on(26, 9))),
        "zone": ZONE,
        "wall": on(26, 9),
        "buffer_before": 0,
        "buffer_after": 0,
        "asked_at": at(MON_8),
        "expires_at": at(on(25, 8)),
    }
    return Request(**{**values, **changed})


def test_a_reference_finds_its_request() -> None:
    assert request_of_ref(request_ref(RequestId(7)).lower()) == 7
    assert request_of_ref("A-00000") is None


def test_a_request_waits_for_hours_never_past_its_start_nor_that_of_what_it_would_move() -> None:
    now = at(MON_8)

    assert expiry(now, 72, at(on(30, 9)), None) == now + 72 * HOUR
    assert expiry(now, 72, at(on(23, 9)), None) == at(on(23, 9))
    assert expiry(now, 72, at(on(30, 9)), at(on(23, 12))) == at(on(23, 12))


def test_a_request_past_its_time_is_expired_at_once_for_readers() -> None:
    request = a_request()

    assert request.as_of(request.expires_at - 1) is request
    over = request.as_of(request.expires_at)
    assert (over.state, over.ended, over.held) == (RequestState.EXPIRED, Ended.TIME, ())
    assert request.has_run_out(request.expires_at)


def test_an_open_offer_makes_the_expiry_wait_for_the_answer() -> None:
    offers = (slot(at(on(27, 9))), slot(at(on(27, 10))))
    request = a_request(offers=offers, answer_by=at(on(25, 20)))

    assert request.held == offers
    assert request.as_of(at(on(25, 9))) is request
    assert request.as_of(at(on(25, 20))).state is RequestState.EXPIRED


def test_silence_to_an_offer_loses_the_hold_and_the_request_waits_on() -> None:
    request = a_request(offers=(slot(at(on(27, 9))),), answer_by=at(on(24, 8)))

    seen = request.as_of(at(on(24, 8)))

    assert (seen.state, seen.hold_lost, seen.offers, seen.held) == (RequestState.PENDING, True, (), ())


@pytest.mark.parametrize("state", [state for state in RequestState if state is not RequestState.PENDING])
def test_only_a_pending_request_holds_a_time(state: RequestState) -> None:
    assert a_request(state=state).held == ()

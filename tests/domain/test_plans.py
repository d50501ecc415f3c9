"""A plan of moves, against a second opinion that looks through everything each time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.plans import PLANNED_DAYS, Lost, Plan
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.scenes import Asking, Busy, Offer, Scene
from frontdesk.core.domain.slots import offers
from frontdesk.core.domain.times import HOUR, MINUTE, Span, local_date
from tests.domain.oracle import Question
from tests.domain.practices import ANA, BEN, HERE, ROOMS, places_of, questions, scene_of
from tests.sizes import size

Claims = dict[ResourceId, list[Busy]]


def a_booking(question: Question, number: int, start: int, length: int, room: bool, client: int) -> Appointment:
    return Appointment(
        id=AppointmentId(number),
        holder=UUID(int=number),
        client=ClientId(client),
        service=question.service.id,
        practitioner=(ANA, BEN)[number % 2],
        location=HERE,
        room=ROOMS[number % 3] if room and question.service.rooms else None,
        start=start,
        end=start + length,
        zone="UTC",
        wall=datetime(2025, 1, 1),
        buffer_before=number % 3 * 5,
        buffer_after=number % 2 * 10,
        price=None,
        status=Status.BOOKED,
        revision=1,
        sequence=0,
    )


@st.composite
def lost_ones(draw: st.DrawFn) -> tuple[Question, list[Lost], Claims]:
    """Appointments of a practice that all have to go elsewhere, and all that is taken, theirs included."""
    question = replace(draw(questions()), asking=Asking.STAFF)
    setup, scene = question.setup, scene_of(question)
    taken: Claims = {it: list(scene.busy.get(it, ())) for it in _resources(setup)}
    lost = []
    for number in range(1, draw(st.integers(2, 7))):
        start = question.now + draw(st.integers(-4, 60)) * 30 * MINUTE
        booked = a_booking(
            question,
            number,
            start,
            draw(st.sampled_from((30, 60, 90))) * MINUTE,
            draw(st.booleans()),
            draw(st.integers(1, 3)),
        )
        for resource in _own(setup, booked):
            taken[resource].append(_claim(booked))
        wish = replace(
            scene.wish,
            duration=booked.end - booked.start,
            before=booked.buffer_before * MINUTE,
            after=booked.buffer_after * MINUTE,
        )
        zone_name = setup.zone_of(HERE)
        first = max(local_date(start, zone_name), local_date(question.now, zone_name))
        lost.append(Lost(booked=booked, wish=wish, places=places_of(question), first=first))
    return question, lost, taken


@given(lost_ones())
@settings(max_examples=size(40, full=1500), deadline=None, suppress_health_check=list(HealthCheck))
def test_each_is_given_what_a_look_at_everything_finds(drawn: tuple[Question, list[Lost], Claims]) -> None:
    question, lost, taken = drawn
    plan = Plan(question.setup, taken, question.now)
    assert [plan.give(it) for it in lost] == looked_through(question, lost, taken)


def looked_through(question: Question, lost: list[Lost], taken: Claims) -> list[Offer | None]:
    """What each would get who looks through all days, with whatever was given before as taken as the rest."""
    setup, booked_since = question.setup, {resource: list(claims) for resource, claims in taken.items()}
    given_away: dict[ClientId, list[Span]] = defaultdict(list)
    earliest = question.now + setup.practice.booking.minimum_notice * HOUR
    answers = []
    for it in lost:
        busy = {resource: list(claims) for resource, claims in booked_since.items()}
        for resource in _own(setup, it.booked):
            busy[resource].remove(_claim(it.booked))
        theirs = given_away[it.booked.client]
        best = min(
            (
                offer
                for offer in offers(Scene(setup=setup, wish=it.wish, busy=busy), it.places, it.first, PLANNED_DAYS)
                if offer.start == it.booked.start or offer.start >= earliest
                if not any(span.meets(Span(offer.start, offer.end)) for span in theirs)
            ),
            key=lambda offer: (
                abs(offer.start - it.booked.start),
                offer.practitioner != it.booked.practitioner,
                offer.practitioner,
            ),
            default=None,
        )
        answers.append(best)
        if best is not None:
            theirs.append(Span(best.start, best.end))
            claim = (best.start, best.end, best.start - it.wish.before, best.end + it.wish.after)
            for resource in _of_offer(setup, best):
                booked_since[resource].append(claim)
    return answers


def _of_offer(setup: Setup, it: Offer) -> list[ResourceId]:
    room = [setup.room_resources[it.room]] if it.room is not None else []
    return [setup.staff_resources[it.practitioner], *room]


def _resources(setup: Setup) -> list[ResourceId]:
    return [*setup.staff_resources.values(), *setup.room_resources.values()]


def _own(setup: Setup, it: Appointment) -> list[ResourceId]:
    room = [setup.room_resources[it.room]] if it.room is not None else []
    return [setup.staff_resources[it.practitioner], *room]


def _claim(it: Appointment) -> Busy:
    return (it.start, it.end, it.padded.start, it.padded.end)

"""The slot engine: its rules by example, and its answers against a second, minute-by-minute opinion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.core.domain.hours import Closure, ClosureId, DayException, Range, TimeOff, TimeOffId, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import (
    ClientBusy,
    Closed,
    Culprit,
    Held,
    InThePast,
    NoSuchTime,
    NotForNewClients,
    OffGrid,
    RoomDoesNotFit,
    SlotObjection,
    TooFarAhead,
    TooSoon,
)
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import Booking, ResourceId, StaffMember
from frontdesk.core.domain.scenes import Asking, Place, Verdict
from frontdesk.core.domain.services import Location, Service
from frontdesk.core.domain.slots import offers, one_a_start, verdict
from frontdesk.core.domain.times import Span
from tests.domain.oracle import HOUR, MINUTE, Opinion, Question, Taken, shown
from tests.domain.practices import (
    ALL_DAY,
    ANA,
    BEN,
    HERE,
    PEOPLE_RESOURCES,
    ROOM_RESOURCES,
    ROOMS,
    TALK,
    THERE,
    TREATMENT,
    a_booking,
    a_setup,
    at,
    places_of,
    questions,
    scene_of,
    starts,
)
from tests.sizes import size

settings.register_profile(
    "slots",
    max_examples=size(60, full=5000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
thoroughly = settings(settings.get_profile("slots"))

NEW_YORK = "America/New_York"
MONDAY, TUESDAY = date(2025, 6, 2), date(2025, 6, 3)
CLOCKS_FORWARD, CLOCKS_BACK = date(2025, 3, 9), date(2025, 11, 2)
NINE_TO_TWELVE = (Range(540, 720),)
NINE_TO_ELEVEN = (Range(540, 660),)
ANA_HERE = Place(ANA, HERE)
HALF_HOURS = a_booking(start_interval=30, minimum_notice=0)


@pytest.mark.covers("4-19", "4-21")
@thoroughly
@given(questions())
def test_a_start_of_the_grid_is_offered_exactly_when_its_verdict_says_yes(question: Question) -> None:
    scene = scene_of(question)
    for place in places_of(question):
        found = offers(scene, [place], question.first, question.days)
        opinion = Opinion(question, place.practitioner, place.location)
        grid = opinion.clock.grid(question.first, question.days, opinion.step)
        verdicts = [verdict(scene, place, start) for start in grid if start >= question.now]
        assert [(it.start, it.end, it.room) for it in found] == [
            (it.start, it.end, it.room) for it in verdicts if it.ok
        ]


@pytest.mark.covers("2-10", "2-11", "2-12", "2-13", "2-14", "4-19", "4-20", "4-21")
@thoroughly
@given(questions())
def test_the_offers_are_those_of_a_walk_through_every_minute(question: Question) -> None:
    scene = scene_of(question)
    for place in places_of(question):
        found = offers(scene, [place], question.first, question.days)
        opinion = Opinion(question, place.practitioner, place.location)
        assert {offer.start: offer.room for offer in found} == opinion.offered()


@thoroughly
@given(st.data())
def test_the_verdict_on_any_minute_says_what_a_walk_through_every_minute_finds(data: st.DataObject) -> None:
    question = data.draw(questions())
    scene = scene_of(question)
    for place in places_of(question):
        opinion = Opinion(question, place.practitioner, place.location)
        for start in data.draw(st.lists(starts(question), min_size=5, max_size=20)):
            answer = verdict(scene, place, start)
            assert (codes(answer.reasons), codes(answer.warnings)) == (
                opinion.reasons(start),
                opinion.warnings(start),
            )


@pytest.mark.covers("4-21")
def test_a_start_that_the_clocks_skip_is_never_offered() -> None:
    question = asked(first=CLOCKS_FORWARD, hours=(Range(60, 240),))
    skipped = datetime(2025, 3, 9, 2, 30)

    assert offered(question) == ["01:00", "01:30", "03:00", "03:30"]
    assert answer(question, skipped).reasons == (NoSuchTime(skipped, at("2025-03-09T03:00-04:00")),)


def test_in_a_repeated_hour_the_first_time_is_offered_and_staff_may_write_the_second() -> None:
    first, second = at("2025-11-02T01:30-04:00"), at("2025-11-02T01:30-05:00")
    client, staff = (asked(first=CLOCKS_BACK, hours=ALL_DAY, asking=who) for who in (Asking.CLIENT, Asking.STAFF))

    assert first in instants(client) and second not in instants(client)
    assert answer(client, datetime(2025, 11, 2, 1, 30)).start == first
    assert answer(client, second).reasons == (OffGrid(30),)
    assert second not in instants(staff)
    assert answer(staff, second).ok


def test_hours_that_begin_in_a_skipped_hour_begin_after_it() -> None:
    assert offered(asked(first=CLOCKS_FORWARD, hours=(Range(150, 240),))) == ["03:00", "03:30"]


def test_hours_that_begin_in_a_repeated_hour_begin_when_it_first_comes() -> None:
    question = asked(first=CLOCKS_BACK, hours=(Range(90, 240),))

    assert instants(question)[:2] == [at("2025-11-02T01:30-04:00"), at("2025-11-02T02:00-05:00")]


def test_hours_that_end_in_a_repeated_hour_end_when_it_comes_again() -> None:
    question = asked(first=CLOCKS_BACK, hours=(Range(60, 90),), asking=Asking.STAFF)

    assert answer(question, at("2025-11-02T01:00-05:00")).ok
    assert codes(answer(question, at("2025-11-02T01:01-05:00")).reasons) == {"outside_hours"}


def test_time_off_that_the_clocks_skip_takes_no_time() -> None:
    away = TimeOff(id=TimeOffId(1), staff=ANA, start=datetime(2025, 3, 9, 2), end=datetime(2025, 3, 9, 2, 30))
    question = asked(first=CLOCKS_FORWARD, hours=ALL_DAY, service=a_service(duration=60), time_off=(away,))

    assert answer(question, at("2025-03-09T01:30-05:00")).reasons == ()


def test_a_visit_may_cross_midnight_into_the_date_after_a_skipped_one() -> None:
    before_midnight = at("2011-12-29T23:30-10:00")
    question = asked(first=date(2011, 12, 29), hours=ALL_DAY, service=a_service(duration=60), timezone="Pacific/Apia")

    assert answer(question, before_midnight).reasons == ()
    assert before_midnight in instants(question)


@pytest.mark.covers("4-19")
def test_hours_that_touch_at_midnight_are_one() -> None:
    week = Week(location=HERE, days=((Range(1380, 1440),), (Range(0, 60),), (), (), (), (), ()))
    question = asked(weeks=(week,), service=a_service(duration=60), days=2)

    assert offered(question) == ["23:00", "23:30", "00:00"]


@pytest.mark.covers("4-19")
def test_the_whole_visit_fits_in_one_range() -> None:
    question = asked(hours=(Range(540, 620), Range(630, 720)), service=a_service(duration=60))

    assert offered(question) == ["09:00", "10:30", "11:00"]


@pytest.mark.covers("4-19")
def test_an_exception_replaces_the_hours_of_its_date_and_without_hours_closes_it() -> None:
    exceptions = (
        DayException(day=MONDAY, location=HERE, hours=(Range(840, 900),)),
        DayException(day=TUESDAY, location=HERE, hours=()),
    )

    assert offered(asked(exceptions=exceptions, days=2)) == ["14:00", "14:30"]


@pytest.mark.covers("4-19")
def test_a_period_replaces_the_ordinary_week_through_its_last_date() -> None:
    ordinary = Week(location=HERE, days=((Range(540, 570),),) * 7)
    summer = Week(location=HERE, days=((Range(840, 870),),) * 7, valid_from=MONDAY, valid_until=TUESDAY)

    assert offered(asked(weeks=(ordinary, summer), days=3)) == ["14:00", "14:00", "09:00"]


@pytest.mark.covers("4-19", "4-21")
def test_a_closure_closes_whole_local_dates_and_staff_may_override_it() -> None:
    closure = Closure(id=ClosureId(1), start=MONDAY, end=TUESDAY, name="Holiday")
    question = asked(closures=(closure,), days=2, asking=Asking.STAFF)

    assert instants(question)[0] == at("2025-06-03T09:00-04:00")
    refused = answer(question, datetime(2025, 6, 2, 9))
    assert refused.reasons == (Closed("Holiday", TUESDAY),)
    assert refused.blocking(overridden=True) == ()


def test_time_off_is_wall_time_in_the_zone_of_the_practice() -> None:
    away = TimeOff(id=TimeOffId(1), staff=ANA, start=datetime(2025, 6, 2, 14), end=datetime(2025, 6, 2, 16))
    question = asked(timezone="Europe/London", location_zone=NEW_YORK, time_off=(away,))

    assert offered(question) == ["11:00", "11:30"]


def test_staff_may_override_the_hours_with_a_reason() -> None:
    refused = answer(asked(asking=Asking.STAFF), datetime(2025, 6, 2, 13))

    assert codes(refused.reasons) == {"outside_hours"}
    assert refused.blocking(overridden=True) == ()


@pytest.mark.covers("2-13", "2-14")
def test_buffers_of_neighbours_do_not_add_up() -> None:
    service = a_service(start_interval=5, buffer_before=15, buffer_after=20)
    booked = taken("2025-06-02T10:00-04:00", 30, before=25, after=10)

    assert offered(asked(service=service, taken=(booked,)), until="11:00") == [
        "09:00",
        "09:05",
        "10:45",
        "10:50",
        "10:55",
    ]


@pytest.mark.covers("2-13", "2-14")
def test_the_edges_of_the_day_are_free_of_buffers() -> None:
    service = a_service(duration=60, buffer_before=30, buffer_after=30)

    assert offered(asked(service=service, hours=NINE_TO_ELEVEN)) == ["09:00", "09:30", "10:00"]


@pytest.mark.covers("2-13", "2-14")
def test_a_service_without_buffers_of_its_own_has_those_of_the_practice() -> None:
    booking = replace(HALF_HOURS, buffer_before=15, buffer_after=15)
    booked = taken("2025-06-02T10:00-04:00", 30)

    assert offered(asked(booking=booking, taken=(booked,))) == ["09:00", "11:00", "11:30"]
    own = a_service(buffer_before=0, buffer_after=0)
    assert offered(asked(booking=booking, service=own, taken=(booked,))) == [
        "09:00",
        "09:30",
        "10:30",
        "11:00",
        "11:30",
    ]


@pytest.mark.covers("2-13", "2-14")
def test_buffers_count_for_a_room_as_for_a_person() -> None:
    service = a_service(rooms=ROOMS[:1], buffer_before=15)
    booked = taken("2025-06-02T10:00-04:00", 30, before=5, by=ROOM_RESOURCES[ROOMS[0]])

    assert offered(asked(service=service, taken=(booked,))) == ["09:00", "11:00", "11:30"]


@pytest.mark.covers("2-12")
def test_a_start_exactly_at_the_minimum_notice_is_offered() -> None:
    booking = replace(HALF_HOURS, minimum_notice=24)
    in_time = at("2025-06-01T10:00-04:00")

    assert offered(asked(booking=booking, now=in_time)) == ["10:00", "10:30", "11:00", "11:30"]
    assert offered(asked(booking=booking, now=in_time + 1)) == ["10:30", "11:00", "11:30"]
    late = answer(asked(booking=booking, now=in_time + 1), datetime(2025, 6, 2, 10))
    assert late.reasons == (TooSoon(at("2025-06-02T10:00-04:00") + 1),)
    assert answer(asked(booking=booking, now=in_time + 1, asking=Asking.STAFF), datetime(2025, 6, 2, 10)).ok


@pytest.mark.covers("2-12")
def test_the_minimum_notice_is_elapsed_time_across_a_clock_change() -> None:
    booking = replace(HALF_HOURS, minimum_notice=24)
    question = asked(booking=booking, first=CLOCKS_FORWARD, now=at("2025-03-08T10:00-05:00"))

    assert offered(question) == ["11:00", "11:30"]


@pytest.mark.covers("4-21")
def test_the_horizon_includes_its_last_date() -> None:
    booking = replace(HALF_HOURS, horizon=1)
    question = asked(booking=booking, now=at("2025-06-01T23:59-04:00"), days=3)

    assert instants(question)[-1] == at("2025-06-02T11:30-04:00")
    assert answer(question, datetime(2025, 6, 3, 9)).reasons == (TooFarAhead(MONDAY),)


@pytest.mark.covers("2-11", "4-20")
def test_starts_are_steps_from_midnight_and_a_service_may_have_its_own() -> None:
    hours = (Range(550, 640),)
    booking = a_booking(start_interval=15, minimum_notice=0)

    assert offered(asked(hours=hours, booking=booking)) == ["09:15", "09:30", "09:45", "10:00"]
    assert offered(asked(hours=hours, booking=booking, service=a_service(start_interval=60))) == ["10:00"]


@pytest.mark.covers("2-11", "4-20")
def test_steps_are_counted_on_the_wall_clock_also_when_the_clocks_change() -> None:
    service = a_service(start_interval=180)
    every_three_hours = ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"]

    assert offered(asked(first=CLOCKS_FORWARD, hours=ALL_DAY, service=service)) == every_three_hours
    assert offered(asked(first=CLOCKS_BACK, hours=ALL_DAY, service=service)) == every_three_hours


def test_the_grid_binds_clients_and_not_staff() -> None:
    beside = datetime(2025, 6, 2, 9, 7)

    assert answer(asked(), beside).reasons == (OffGrid(30),)
    assert answer(asked(asking=Asking.STAFF), beside).ok


@pytest.mark.covers("2-10")
def test_a_new_client_is_offered_the_initial_service_and_nothing_else() -> None:
    first_visit = replace(HALF_HOURS, initial_service=TALK)
    other = replace(first_visit, initial_service=TREATMENT)
    none = replace(first_visit, initial_service=None)

    assert offered(asked(booking=first_visit, asking=Asking.NEW), until="10:00") == ["09:00", "09:30"]
    assert offered(asked(booking=other, asking=Asking.NEW)) == []
    assert offered(asked(booking=none, asking=Asking.NEW)) == []
    refused = answer(asked(booking=other, asking=Asking.NEW), datetime(2025, 6, 2, 9))
    assert refused.reasons == (NotForNewClients(TREATMENT),)


@pytest.mark.covers("4-18")
def test_a_service_that_is_not_online_is_for_staff_alone() -> None:
    service = a_service(online=False)

    assert codes(answer(asked(service=service), datetime(2025, 6, 2, 9)).reasons) == {"not_online"}
    assert answer(asked(service=service, asking=Asking.STAFF), datetime(2025, 6, 2, 9)).ok


@pytest.mark.covers("4-18")
def test_a_service_out_of_use_or_not_given_here_is_offered_to_nobody() -> None:
    archived = a_service(life=Life.ARCHIVED)
    elsewhere = a_service(locations=(THERE,))
    not_hers = replace(a_service(), id=TREATMENT)

    found = [
        codes(answer(asked(service=service, asking=Asking.STAFF), datetime(2025, 6, 2, 9)).reasons)
        for service in (archived, elsewhere, not_hers)
    ]
    assert found == [{"service_not_active"}, {"not_at_location"}, {"not_offered"}]


def test_a_client_at_the_limits_is_refused() -> None:
    booking = replace(HALF_HOURS, max_upcoming=2, max_pending=3)

    def refused_with(upcoming: int, pending: int) -> set[str]:
        question = replace(asked(booking=booking), upcoming=upcoming, pending=pending)
        return codes(answer(question, datetime(2025, 6, 2, 9)).reasons)

    assert refused_with(upcoming=1, pending=2) == set()
    assert refused_with(upcoming=2, pending=2) == {"too_many_upcoming"}
    assert refused_with(upcoming=1, pending=3) == {"too_many_pending"}


def test_the_past_is_never_offered_and_staff_are_only_warned() -> None:
    now = at("2025-06-02T10:01-04:00")
    past = datetime(2025, 6, 2, 10)

    assert offered(asked(now=now, asking=Asking.STAFF), until="11:00") == ["10:30"]
    assert answer(asked(now=now), past).reasons == (InThePast(now),)
    staff = answer(asked(now=now, asking=Asking.STAFF), past)
    assert (staff.reasons, staff.warnings) == ((), (InThePast(now),))


def test_the_other_appointment_of_a_client_refuses_them_and_warns_staff() -> None:
    own = (at("2025-06-02T10:00-04:00"), at("2025-06-02T10:30-04:00"))
    during = ClientBusy(Culprit(span=Span(*own), padded=Span(*own)))
    client, staff = (replace(asked(asking=who), own=(own,)) for who in (Asking.CLIENT, Asking.STAFF))

    assert offered(client) == ["09:00", "09:30", "10:30", "11:00", "11:30"]
    assert answer(client, own[0]).reasons == (during,)
    assert (answer(staff, own[0]).reasons, answer(staff, own[0]).warnings) == ((), (during,))


def test_staff_may_overbook_a_person_and_a_room_with_a_reason() -> None:
    service = a_service(rooms=ROOMS[:1])
    person = taken("2025-06-02T10:00-04:00", 30)
    room = replace(person, resource=ROOM_RESOURCES[ROOMS[0]])

    refused = answer(asked(service=service, taken=(person, room), asking=Asking.STAFF), person.start)

    assert codes(refused.reasons) == {"practitioner_taken", "rooms_taken"}
    assert refused.blocking(overridden=True) == ()


def test_a_hold_of_others_stands_in_the_way_and_says_until_when() -> None:
    until = at("2025-06-01T12:05-04:00")
    hold = taken("2025-06-02T10:00-04:00", 30, expires_at=until)
    time = Span(hold.start, hold.end)

    for asking in (Asking.CLIENT, Asking.STAFF):
        refused = answer(asked(taken=(hold,), asking=asking), hold.start)
        assert refused.reasons == (Held(Culprit(span=time, padded=time, expires_at=until)),)
        assert refused.blocking(overridden=True) == ()


def test_a_room_that_is_booked_beside_a_hold_is_taken_and_not_only_held() -> None:
    blue = ROOM_RESOURCES[ROOMS[0]]
    hold = taken("2025-06-02T10:00-04:00", 15, by=blue, expires_at=at("2025-06-02T09:00-04:00"))
    booked = taken("2025-06-02T10:15-04:00", 15, by=blue)
    question = asked(service=a_service(rooms=ROOMS[:1]), taken=(hold, booked))

    assert codes(answer(question, hold.start).reasons) == {"rooms_taken"}
    assert codes(answer(replace(question, taken=(hold,)), hold.start).reasons) == {"held"}


def test_an_expired_hold_is_absent() -> None:
    """The store leaves expired claims out, and the builder of the scene does as the store does."""
    now = at("2025-06-01T12:00-04:00")
    hold = taken("2025-06-02T10:00-04:00", 30, expires_at=now)

    assert answer(asked(now=now, taken=(hold,)), hold.start).ok


def test_the_first_free_room_of_the_list_is_taken() -> None:
    blue, green, _ = ROOMS
    service = a_service(rooms=(green, blue))
    booked = taken("2025-06-02T09:00-04:00", 30, by=ROOM_RESOURCES[green])
    question = asked(service=service, taken=(booked,), hours=(Range(540, 600),))

    assert [offer.room for offer in offers(scene_of(question), [ANA_HERE], MONDAY, 1)] == [blue, green]


def test_staff_may_choose_another_room_of_the_list_and_no_other() -> None:
    blue, green, red = ROOMS
    question = asked(service=a_service(rooms=(green, blue)), asking=Asking.STAFF)
    nine = datetime(2025, 6, 2, 9)

    assert answer(replace(question, room=blue), nine).room == blue
    assert answer(replace(question, room=red), nine).reasons == (RoomDoesNotFit(TALK, red),)


def test_any_practitioner_is_whoever_has_the_fewest_minutes_that_day_then_by_name() -> None:
    question = asked(staff=(a_person(BEN, name="Aaron"), a_person(ANA, name="Zoe")), days=2, hours=(Range(540, 570),))
    found = offers(scene_of(question), places_of(question), MONDAY, 2)
    minutes = {(BEN, MONDAY): 60, (ANA, MONDAY): 30, (BEN, TUESDAY): 45, (ANA, TUESDAY): 45}

    def booked(who: StaffId, day: date) -> int:
        return minutes[who, day]

    assert len(found) == 4
    assert [offer.practitioner for offer in one_a_start(found, question.setup, booked)] == [ANA, BEN]


def asked(
    *,
    service: Service | None = None,
    asking: Asking = Asking.CLIENT,
    hours: tuple[Range, ...] = NINE_TO_TWELVE,
    weeks: tuple[Week, ...] | None = None,
    exceptions: tuple[DayException, ...] = (),
    staff: tuple[StaffMember, ...] | None = None,
    booking: Booking = HALF_HOURS,
    closures: tuple[Closure, ...] = (),
    time_off: tuple[TimeOff, ...] = (),
    timezone: str = NEW_YORK,
    location_zone: str = "",
    first: date = MONDAY,
    days: int = 1,
    now: int | None = None,
    taken: tuple[Taken, ...] = (),
) -> Question:
    """A question to one small practice; unless told, Ana works 9 to 12, and it is noon of the day before."""
    service = service or a_service()
    weeks = weeks or (Week(location=HERE, days=(hours,) * 7),)
    staff = staff or (a_person(ANA),)
    setup = a_setup(
        timezone=timezone,
        booking=booking,
        locations=(Location(id=HERE, name="Here", timezone=location_zone), Location(id=THERE, name="There")),
        services=(service,),
        staff=tuple(replace(person, weeks=weeks, exceptions=exceptions) for person in staff),
        closures=closures,
        time_off=time_off,
    )
    noon_before = at(f"{first}T12:00+00:00") - 24 * HOUR
    return Question(
        setup=setup,
        service=service,
        asking=asking,
        now=noon_before if now is None else now,
        first=first,
        days=days,
        taken=taken,
    )


def a_service(*, duration: int = 30, online: bool = True, **fields: Any) -> Service:
    return Service(id=TALK, name="Talk", duration=duration, online=online, **fields)


def a_person(id_: StaffId, name: str = "") -> StaffMember:
    return StaffMember(id=id_, name=name or id_.capitalize(), services=(TALK,))


def taken(
    start: str,
    minutes: int,
    *,
    before: int = 0,
    after: int = 0,
    by: ResourceId = PEOPLE_RESOURCES[ANA],
    expires_at: int | None = None,
) -> Taken:
    begin = at(start)
    return Taken(
        resource=by,
        start=begin,
        end=begin + minutes * MINUTE,
        before=before * MINUTE,
        after=after * MINUTE,
        expires_at=expires_at,
    )


def instants(question: Question) -> list[int]:
    """The starts that Ana is offered at."""
    return [offer.start for offer in offers(scene_of(question), [ANA_HERE], question.first, question.days)]


def offered(question: Question, until: str = "24:00") -> list[str]:
    """The same as the clock there shows them, those before a time of day."""
    zone = question.setup.zone_of(HERE)
    shows = [f"{shown(start, zone):%H:%M}" for start in instants(question)]
    return [wall for wall in shows if wall < until]


def answer(question: Question, start: int | datetime) -> Verdict:
    return verdict(scene_of(question), ANA_HERE, start)


def codes(objections: Iterable[SlotObjection]) -> set[str]:
    return {objection.code for objection in objections}

"""Settings are chosen key by key, taken back key by key, and say what they do to what is booked."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment, ShowAppointment
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.history import ShowHistory, Undo
from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.asks.schedule import ListWork, Move
from frontdesk.core.asks.settings import ApplyPractice, ChangeSettings, PlanPractice, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.effects import Because, Lost
from frontdesk.core.domain.errors import BadInput, NotAllowed, Problem, Refused, Stale, StoreProblem, StoreUnusable
from frontdesk.core.domain.events.practice import SettingsChanged
from frontdesk.core.domain.events.requests import RequestMade
from frontdesk.core.domain.objections import AmountsAreKept, ChangedSince, NothingToChange, NotOnline
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.practice import practice_toml
from frontdesk.core.render.words.history import history_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.render.words.work import cause_words
from frontdesk.core.store.engine import Store
from tests.builders import PRACTICE, Clock, as_staff, booked, on

WITHOUT_ANN = PRACTICE.replace('id = "ann"\nname = "Ann Archer"', 'id = "ann"\nname = "Ann Archer"\narchived = true')


def choose(desk: Desk, seen: int | None = None, **values: object) -> SettingsChanged:
    """Chooses keys of `[booking]`; `seen` is the set-up's revision on the screen, else the present one."""
    revision = desk.see(ShowSetup()).revision if seen is None else seen
    return desk.do(ChangeSettings(seen=revision, values={f"booking.{name}": it for name, it in values.items()}))


def test_a_key_is_kept_with_who_and_when(desk: Desk, clock: Clock) -> None:
    clock.set(on(24, 10))
    choose(desk, horizon=90)

    chosen = desk.see(ShowSetup()).chosen["booking.horizon"]
    assert (chosen.value, chosen.by, chosen.at) == (90, DESK.who, clock.now)
    assert desk.see(ShowSetup()).practice.booking.horizon == 90


def test_history_says_which_key_from_what_to_what(desk: Desk) -> None:
    choose(desk, horizon=90, approval="auto")
    choose(desk, horizon=None)
    voice = Voice(desk.see(ShowSetup()))

    assert [history_words(voice, it) for it in desk.see(ShowHistory())[-2:]] == [
        "changed the settings booking: Booking horizon 365 days → 90 days, booking: Approval auto",
        "changed the settings booking: Booking horizon 90 days → 60 days (as it begins)",
    ]


def test_a_key_that_is_unset_is_as_a_practice_begins(desk: Desk) -> None:
    choose(desk, horizon=None)

    assert desk.see(ShowSetup()).practice.booking.horizon == 60


def test_undoing_one_key_does_not_mind_another(desk: Desk) -> None:
    first = choose(desk, horizon=90)
    choose(desk, minimum_notice=48)

    desk.do(Undo(event=first.id))

    booking = desk.see(ShowSetup()).practice.booking
    assert (booking.horizon, booking.minimum_notice) == (365, 48)


def test_undoing_a_key_that_was_changed_since_says_so(desk: Desk) -> None:
    first = choose(desk, horizon=90)
    choose(desk, horizon=91)

    with pytest.raises(Refused) as refused:
        desk.do(Undo(event=first.id))

    (why,) = refused.value.objections
    assert isinstance(why, ChangedSince)
    assert (why.kind, why.reference, why.operation) == ("setting", "booking.horizon", "change_settings")


def test_a_key_that_nobody_had_chosen_is_unset_again_by_undo(desk: Desk) -> None:
    changed = choose(desk, max_pending=5)

    desk.do(Undo(event=changed.id))

    assert desk.see(ShowSetup()).practice.booking.max_pending == 3


def test_two_people_change_two_keys_from_the_same_screen(desk: Desk) -> None:
    seen = desk.see(ShowSetup()).revision

    choose(desk, seen, horizon=90)
    choose(desk, seen, minimum_notice=48)

    booking = desk.see(ShowSetup()).practice.booking
    assert (booking.horizon, booking.minimum_notice) == (90, 48)


def test_the_same_key_from_an_old_screen_is_stale_and_says_by_whom(desk: Desk) -> None:
    seen = desk.see(ShowSetup()).revision
    choose(desk, seen, horizon=90)

    with pytest.raises(Stale) as refused:
        choose(desk, seen, horizon=91, minimum_notice=48)

    assert (refused.value.kind, refused.value.reference, refused.value.by) == ("setting", "booking.horizon", "desk")
    assert desk.see(ShowSetup()).practice.booking.minimum_notice == 0, "whole or not at all"


def test_what_is_chosen_already_is_no_change(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        choose(desk, horizon=365)
    assert refused.value.objections == (NothingToChange(),)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    (
        ("booking.horizon", 0, Problem.OUT_OF_RANGE),
        ("booking.horizon", "soon", Problem.NOT_A_NUMBER),
        ("booking.horizn", 90, Problem.UNKNOWN),
        ("services.duration", 90, Problem.UNKNOWN),
        ("practice.name", None, Problem.MISSING),
        ("practice.timezone", "Nowhere", Problem.NOT_A_ZONE),
        ("practice.locale", "klingon", Problem.NOT_A_LOCALE),
        ("practice.locale", "", Problem.NOT_A_LOCALE),
        ("practice.country", "UK", Problem.NOT_A_COUNTRY),
        ("practice.currency", "EURO", Problem.NOT_A_CURRENCY),
        ("policy.late_fee", "much", Problem.NOT_AN_AMOUNT),
        ("portal.may", ["fly"], Problem.NOT_A_CHOICE),
        ("portal.colour", "green", Problem.NOT_A_CHOICE),
        ("portal.address", "ftp://book.example.org", Problem.NOT_A_CHOICE),
        ("portal.address", "not a place", Problem.NOT_A_CHOICE),
    ),
)
def test_a_wrong_value_is_refused_with_what_is_wrong(desk: Desk, path: str, value: object, problem: Problem) -> None:
    seen = desk.see(ShowSetup()).revision
    with pytest.raises(BadInput) as refused:
        desk.do(ChangeSettings(seen=seen, values={path: value}))
    assert refused.value.problem is problem


@pytest.mark.covers("2-03", "2-08", "2-26")
@pytest.mark.parametrize("who", ("ann", "rita", "vic"))
def test_only_admins_and_managers_choose(desk: Desk, who: str) -> None:
    with pytest.raises(NotAllowed):
        as_staff(desk, who).do(ChangeSettings(seen=9999, values={"portal.enabled": True}))


def test_what_a_file_chooses_is_chosen_although_it_is_how_a_practice_begins(desk: Desk) -> None:
    desk.do(ApplyPractice(file=practice_file("[booking]\nmax_pending = 3\n")))

    assert desk.see(ShowSetup()).chosen["booking.max_pending"].value == 3


def test_a_dry_run_names_each_key_with_its_value_before_and_after(desk: Desk) -> None:
    service = '[[services]]\nid = "review"\nname = "Review"\nduration = 40\n[services.policy]\nnotice = 48'
    text = f"[booking]\nhorizon = 90\n{service}"

    plan = desk.see(PlanPractice(file=practice_file(text)))

    assert [(it.kind, it.id, it.fields) for it in plan.changes] == [
        ("setting", "booking.horizon", (("booking.horizon", 365, 90),)),
        ("service", "review", (("duration", 30, 40), ("policy.notice", None, 48))),
    ]


def test_keys_of_parts_that_are_not_built_yet_are_kept_and_shown(desk: Desk) -> None:
    text = """
[portal]
consent = "We keep your data."
[packages]
late = "return"
[[packages.kinds]]
id = "ten"
name = "Ten reviews"
sessions = 10
services = ["review"]
[[services]]
id = "review"
name = "Review"
duration = 30
recall_after = 26
[[services.questions]]
id = "why"
label = "What brings you?"
[[staff]]
id = "ann"
name = "Ann Archer"
initials = "AA"
[[staff.blocks]]
location = "main"
name = "Team"
mon = ["12:00-13:00"]
[[reasons]]
id = "other"
party = "client"
"""
    desk.do(ApplyPractice(file=practice_file(text)))

    shown = practice_file(practice_toml(desk.see(ShowSetup())))
    assert shown.settings["portal.consent"] == "We keep your data."
    assert shown.settings["packages.kinds.ten"]["sessions"] == 10
    assert desk.see(PlanPractice(file=shown, prune=True)).changes == ()
    setup = desk.see(ShowSetup())
    assert setup.staff[StaffId("ann")].waiting == {
        "initials": "AA",
        "blocks": [{"location": "main", "name": "Team", "mon": ["12:00-13:00"]}],
    }
    assert setup.reasons[ReasonId("other")].waiting == {"party": "client"}


# ---- what a change does to what is booked


def test_archiving_a_person_lists_what_is_booked_with_a_colleague_for_each(desk: Desk) -> None:
    one = booked(desk, on(24, 9)).appointment
    two = booked(desk, on(24, 10), service="massage").appointment

    plan = desk.see(PlanPractice(file=practice_file(WITHOUT_ANN)))

    assert [(it.named.appointment.id, it.to.practitioner if it.to else None, why) for it, why in plan.outside] == [
        (one.id, "bob", (Because(Lost.PERSON, "ann"),)),
        (two.id, None, (Because(Lost.PERSON, "ann"),)),
    ]
    assert plan.outside[0][0].to is not None and plan.outside[0][0].to.start == one.start


def test_the_plan_is_carried_out_in_the_same_act_and_the_rest_is_on_the_work_list(desk: Desk) -> None:
    one = booked(desk, on(24, 9)).appointment
    two = booked(desk, on(24, 10), service="massage").appointment
    file = practice_file(WITHOUT_ANN)
    (planned, _), _ = desk.see(PlanPractice(file=file)).outside
    assert planned.to is not None

    done = desk.do(ApplyPractice(file=file, moves=(Move(appointment=one.id, seen=one.revision, to=planned.to),)))

    assert [it.operation for it in done.events] == ["apply_practice", "reschedule"]
    assert len({it.batch for it in done.events}) == 1
    assert desk.see(ShowAppointment(appointment=one.id)).appointment.practitioner == "bob"
    (waiting,) = desk.see(ListWork())
    assert (waiting.named.appointment.id, waiting.work.cause, waiting.work.cause_id) == (
        two.id,
        "archived",
        "staff:ann",
    )
    assert cause_words(Voice(desk.see(ShowSetup())), waiting.work) == "Ann Archer is archived"

    desk.do(Undo(event=done.events[0].id))

    assert desk.see(ShowAppointment(appointment=one.id)).appointment.practitioner == "ann"
    assert desk.see(ListWork()) == ()


def test_without_the_plan_all_of_it_goes_to_the_work_list(desk: Desk) -> None:
    made = [booked(desk, on(24, hour)).appointment.id for hour in (9, 10)]

    desk.do(ApplyPractice(file=practice_file(WITHOUT_ANN)))

    assert [it.named.appointment.id for it in desk.see(ListWork())] == made
    for id_ in made:
        assert desk.see(ShowAppointment(appointment=id_)).appointment.status is Status.BOOKED


@pytest.mark.parametrize(
    ("of", "name", "rule", "service"),
    (
        ("services", "training", Lost.SERVICE, "training"),
        ("rooms", "gym", Lost.ROOM, "training"),
        ("locations", "main", Lost.PLACE, "review"),
    ),
)
def test_archiving_a_service_a_room_or_a_place_lists_what_is_booked(
    desk: Desk, of: str, name: str, rule: Lost, service: str
) -> None:
    made = booked(desk, on(24, 9), service=service).appointment
    text = PRACTICE.replace(f'[[{of}]]\nid = "{name}"', f'[[{of}]]\narchived = true\nid = "{name}"')

    plan = desk.see(PlanPractice(file=practice_file(text)))

    assert [(it.named.appointment.id, why) for it, why in plan.outside] == [(made.id, (Because(rule, name),))]
    to = plan.outside[0][0].to
    assert (to.room if rule is Lost.ROOM and to else None) == ("pool" if rule is Lost.ROOM else None)
    desk.do(ApplyPractice(file=practice_file(text)))
    assert [it.work.cause_id for it in desk.see(ListWork())] == [f"{rule.value}:{name}"]


def test_who_is_archived_has_a_column_as_long_as_they_have_appointments(desk: Desk) -> None:
    booked(desk, on(24, 9))
    desk.do(ApplyPractice(file=practice_file(WITHOUT_ANN)))

    def columns(day: int) -> list[str]:
        return [it.practitioner for it in desk.see(ShowCalendar(first=on(day, 0).date())).columns]

    assert columns(24) == ["bob", "ann"]
    assert columns(25) == ["bob"]


def test_what_is_with_somebody_archived_can_be_moved_away_and_cancelled(desk: Desk) -> None:
    one, two = (booked(desk, on(24, hour)).appointment for hour in (9, 10))
    desk.do(ApplyPractice(file=practice_file(WITHOUT_ANN)))

    moved = desk.do(
        RescheduleAppointment(appointment=one.id, seen=None, start=on(24, 9), practitioner=StaffId("bob"))
    )
    gone = desk.do(CancelAppointment(appointment=two.id, seen=None, reason=ReasonId("staff_ill")))

    assert (moved.appointment.practitioner, gone.appointment.status) == ("bob", Status.CANCELLED)
    assert desk.see(ListWork()) == ()


def test_changed_hours_name_what_falls_outside_before_and_after(desk: Desk) -> None:
    made = booked(desk, on(24, 9)).appointment
    text = PRACTICE.replace('tue = ["09:00-12:00", "13:00-17:00"]', 'tue = ["13:00-17:00"]', 1)

    plan = desk.see(PlanPractice(file=practice_file(text)))
    assert [(it.named.appointment.id, it.to, why) for it, why in plan.outside] == [
        (made.id, None, (Because(Lost.HOURS),))
    ]
    desk.do(ApplyPractice(file=practice_file(text)))

    assert [(it.work.cause, it.work.cause_id) for it in desk.see(ListWork())] == [("hours", "ann")]


@pytest.mark.covers("4-18")
def test_settings_decide_which_services_clients_can_ask_for(desk: Desk) -> None:
    client = booked(desk, on(24, 9)).client
    ask = RequestAppointment(service=ServiceId("massage"), start=on(25, 9), client=client.id)
    with pytest.raises(Refused) as refused:
        desk.do(ask)
    assert refused.value.objections == (NotOnline(ServiceId("massage")),)

    online = '[[services]]\nid = "massage"\nname = "Massage"\nduration = 60\nonline = true\n'
    desk.do(ApplyPractice(file=practice_file(online)))

    assert isinstance(desk.do(ask), RequestMade)


@pytest.mark.damages
@pytest.mark.parametrize(("path", "bad"), (("booking.approval", "robot"), ("booking.horizon", "abc")))
def test_a_kept_value_that_is_none_is_named_and_not_guessed_at(desk: Desk, path: str, bad: str) -> None:
    choose(desk, approval="auto")
    kept = {"kind": "setting", "version": 1, "value": {"path": path, "value": bad}}
    with desk.store.writing() as connection:
        connection.execute(
            "UPDATE setting SET value = :value WHERE path = :path", {"path": path, "value": json.dumps(kept)}
        )
        connection.execute("UPDATE practice SET revision = revision + 1")

    with pytest.raises(StoreUnusable) as refused:
        desk.see(ShowSetup())

    assert (refused.value.problem, path in str(refused.value.detail)) == (StoreProblem.MISSHAPEN, True)


def test_a_key_that_names_what_is_not_there_is_refused_as_in_a_file(desk: Desk) -> None:
    with pytest.raises(BadInput) as refused:
        choose(desk, initial_service="nosuch")
    assert refused.value.problem is Problem.UNKNOWN


def test_a_file_that_changes_nothing_is_no_act(desk: Desk) -> None:
    before = desk.see(ShowHistory())

    assert desk.do(ApplyPractice(file=practice_file("[booking]\nhorizon = 365\n"))).events == ()

    assert desk.see(ShowHistory()) == before


def test_keys_that_wait_are_given_one_by_one_too(desk: Desk) -> None:
    person = '[[staff]]\nid = "ann"\nname = "Ann Archer"\n'
    desk.do(ApplyPractice(file=practice_file(person + 'initials = "AA"\ncolour = "red"\n')))
    desk.do(ApplyPractice(file=practice_file(person + 'initials = "AB"\n')))

    assert desk.see(ShowSetup()).staff[StaffId("ann")].waiting == {"initials": "AB", "colour": "red"}


def test_what_waits_is_shown_as_it_is_read(desk: Desk) -> None:
    text_ = """
[[packages.kinds]]
id = "ten"
name = "Ten reviews"
sessions = 10
price = "100.00"
services = ["review"]
[[staff]]
id = "ann"
name = "Ann Archer"
[[staff.blocks]]
location = "main"
name = "Team"
from = 2026-12-01
mon = ["12:00-13:00"]
"""
    desk.do(ApplyPractice(file=practice_file(text_)))

    shown = practice_toml(desk.see(ShowSetup()))

    assert 'price = "100.00"' in shown
    assert desk.see(PlanPractice(file=practice_file(shown))).changes == ()


def test_a_secret_stands_in_no_history_that_is_shown(desk: Desk) -> None:
    hook = """
[[automations]]
id = "hook"
on = "booked"
[automations.do]
webhook = "https://example.org/hook"
secret = "0123456789abcdef0123"
"""
    desk.do(ApplyPractice(file=practice_file(hook)))

    assert "0123456789abcdef" not in repr(desk.see(ShowHistory()))
    assert "example.org/hook" in repr(desk.see(ShowHistory()))


def test_undoing_hours_puts_what_was_booked_in_them_on_the_work_list(desk: Desk) -> None:
    person = '[[staff]]\nid = "ann"\nname = "Ann Archer"\n'
    longer = desk.do(ApplyPractice(file=practice_file(person + '[staff.hours.main]\nwed = ["08:00-22:00"]\n')))
    made = booked(desk, on(25, 20))

    desk.do(Undo(event=longer.events[0].id))

    assert [it.named.appointment.id for it in desk.see(ListWork())] == [made.appointment.id]


def test_the_work_list_names_whose_time_off_it_was(desk: Desk) -> None:
    ann, bob = booked(desk, on(25, 9)), booked(desk, on(26, 9), practitioner="bob")
    person = '[[staff]]\nid = "{}"\nname = "{}"\n'
    off = person + "[[staff.time_off]]\nstart = 2026-11-{}T00:00:00\nend = 2026-11-{}T00:00:00\n"
    away = (("bob", "Bob Brown", 26, 27), ("ann", "Ann Archer", 25, 26))

    desk.do(ApplyPractice(file=practice_file("".join(off.format(*it) for it in away))))

    people = {str(it.id): it.staff for it in desk.see(ShowSetup()).time_off}
    causes = {it.named.appointment.id: people[it.work.cause_id] for it in desk.see(ListWork())}
    assert causes == {ann.appointment.id: "ann", bob.appointment.id: "bob"}


def test_a_currency_with_other_decimals_would_change_prices_that_are_kept(desk: Desk) -> None:
    """The review costs 45.00; as whole yen that would be 4,500."""
    seen = desk.see(ShowSetup())
    assert seen.practice.currency == "GBP" and seen.services[ServiceId("review")].price == 4500

    with pytest.raises(Refused) as refused:
        desk.do(ChangeSettings(seen=seen.revision, values={"practice.currency": "JPY"}))
    with pytest.raises(Refused):
        desk.do(ApplyPractice(file=practice_file('[practice]\ncurrency = "KWD"\n')))

    assert refused.value.objections == (AmountsAreKept("GBP"),)
    desk.do(ChangeSettings(seen=seen.revision, values={"practice.currency": "CHF"}))
    assert desk.see(ShowSetup()).practice.currency == "CHF"


def apply(desk: Desk, text: str) -> None:
    desk.do(ApplyPractice(file=practice_file(text)))


@pytest.fixture
def free(empty_url: str) -> Iterator[Desk]:
    """The desk of a practice in which nothing has a price."""
    desk = Desk(Store(empty_url, create=True), clock=Clock())
    apply(desk, PRACTICE.replace('price = "45.00"\n', ""))
    yield desk
    desk.close()


@pytest.mark.parametrize("fee", ['late_fee = "25.50"', 'no_show_fee = "10"', 'late_reschedule_fee = "0.50"'])
def test_a_fee_is_an_amount_too_and_stays_one_for_what_was_booked_under_it(free: Desk, fee: str) -> None:
    apply(free, f"[policy]\n{fee}\n")
    to_yen = ApplyPractice(file=practice_file('[practice]\ncurrency = "JPY"\n'))
    with pytest.raises(Refused):
        free.do(to_yen)

    booked(free, on(26, 9))
    seen = free.see(ShowSetup()).revision
    free.do(ChangeSettings(seen=seen, values={f"policy.{fee.split()[0]}": None}))
    with pytest.raises(Refused) as refused:
        free.do(to_yen)
    assert refused.value.objections == (AmountsAreKept("GBP"),)


def test_where_no_amount_is_kept_the_currency_may_be_any(free: Desk) -> None:
    apply(free, '[policy]\nlate_fee = "50%"\n')

    apply(free, '[practice]\ncurrency = "JPY"\n')

    assert free.see(ShowSetup()).practice.currency == "JPY"


def test_neither_undo_nor_redo_of_a_currency_changes_a_price(free: Desk) -> None:
    apply(free, '[practice]\ncurrency = "JPY"\n')
    changed = free.see(ShowHistory())[-1].id
    apply(free, '[[services]]\nid = "review"\nname = "Review"\nduration = 30\nprice = "4500"\nonline = true\n')

    with pytest.raises(Refused) as refused:
        free.do(Undo(event=changed))

    assert refused.value.objections == (AmountsAreKept("JPY"),)

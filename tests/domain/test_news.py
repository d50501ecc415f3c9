"""What a reader is told: what they know against what is true, and what becomes of the mail that waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.core.domain.news import (
    Fate,
    Known,
    News,
    fate_of,
    in_letters,
    known_after,
    known_of_request,
    lead_of,
    news_for,
)
from frontdesk.core.domain.outbox import About, Call, Delivery, Letter, Mail, MailId, MailState, Webhook
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.times import HOUR
from frontdesk.core.domain.told import MailKind, Reader, Told, place_of
from tests.builders import MON_8, an_appointment, at

NOW = at(MON_8)
BOOKED = an_appointment()
HERE: Told = place_of(BOOKED)
LATER = replace(HERE, start=HERE.start + HOUR, end=HERE.end + HOUR)
OVER = replace(HERE, start=NOW - HOUR, end=NOW - HOUR // 2)


def a_mail(state: MailState, *, perhaps: bool = False, **more: Any) -> Mail:
    return Mail(
        id=MailId(1),
        kind=MailKind.BOOKED,
        about=About("appointment", "1"),
        address="clara@client.example",
        letter=Letter(subject="Booked", text="Booked"),
        state=state,
        delivery=Delivery(perhaps=perhaps),
        **{"tells": HERE, **more},
    )


def a_call(state: MailState, *, perhaps: bool = False, **more: Any) -> Call:
    return Call(
        id=MailId(1),
        kind=MailKind.BOOKED,
        about=About("appointment", "1"),
        phone="+44 1",
        letter=Letter(subject="Booked", text="Booked"),
        state=state,
        perhaps=perhaps,
        **{"tells": HERE, **more},
    )


@pytest.mark.parametrize(
    ("last", "now", "fate"),
    [
        (a_call(MailState.QUEUED), HERE, Fate.TRUE),
        (a_call(MailState.QUEUED), LATER, Fate.UNTRUE),
        (a_call(MailState.QUEUED, perhaps=True), HERE, Fate.UNTRUE),
        (a_call(MailState.SENT), LATER, Fate.STAYS),
        (None, HERE, Fate.STAYS),
        (a_mail(MailState.SENT), LATER, Fate.STAYS),
        (a_mail(MailState.QUEUED), HERE, Fate.TRUE),
        (a_mail(MailState.PAUSED), HERE, Fate.TRUE),
        (a_mail(MailState.QUEUED), LATER, Fate.UNTRUE),
        (a_mail(MailState.QUEUED), None, Fate.UNTRUE),
        (a_mail(MailState.QUEUED, tells=None), None, Fate.UNTRUE),
        (a_mail(MailState.QUEUED, perhaps=True), HERE, Fate.UNTRUE),
        (a_mail(MailState.FAILED), LATER, Fate.UNTRUE),
        (a_mail(MailState.FAILED, perhaps=True), LATER, Fate.STAYS),
        (a_mail(MailState.SENDING), LATER, Fate.STAYS),
        (a_mail(MailState.DROPPED), LATER, Fate.STAYS),
        (a_mail(MailState.CALLED), LATER, Fate.STAYS),
    ],
)
def test_a_mail_that_waits_goes_on_only_while_it_is_true(
    last: Mail | Call | None, now: Told | None, fate: Fate
) -> None:
    assert fate_of(last, now) is fate


@pytest.mark.parametrize(
    ("last", "known"),
    [
        (a_call(MailState.SENT), Known(HERE)),
        (a_call(MailState.QUEUED, known=LATER), Known(LATER)),
        (a_call(MailState.QUEUED, perhaps=True), Known(HERE, unsure=True)),
        (a_mail(MailState.QUEUED, perhaps=True).as_call("+44 1", NOW), Known(HERE, unsure=True)),
        (a_mail(MailState.SENDING).as_call("+44 1", NOW), Known(HERE, unsure=True)),
        (None, Known(HERE)),
        (a_mail(MailState.SENT), Known(HERE)),
        (a_mail(MailState.CALLED), Known(HERE)),
        (a_mail(MailState.SENDING), Known(HERE, unsure=True)),
        (a_mail(MailState.FAILED, perhaps=True), Known(HERE, unsure=True)),
        (a_mail(MailState.QUEUED, known=LATER), Known(LATER)),
        (a_mail(MailState.QUEUED, known=LATER, unsure=True), Known(LATER, unsure=True)),
        (a_mail(MailState.FAILED, known=None), Known(None)),
        (a_mail(MailState.DROPPED, known=LATER), Known(LATER, unsure=True)),
        (a_mail(MailState.SUPERSEDED, known=LATER), Known(HERE)),
    ],
)
def test_what_a_reader_knows_is_what_the_last_mail_that_can_have_arrived_said(
    last: Mail | Call | None, known: Known
) -> None:
    assert known_after(last, HERE) == known


def test_a_request_that_was_approved_is_known_by_what_was_told_of_it() -> None:
    assert known_of_request(a_mail(MailState.SENT), None) == Known(HERE)
    assert known_of_request(a_mail(MailState.SENT), LATER) == Known(LATER)


def news(known: Known, before: Told | None, now: Told | None, *, slip: bool = False) -> News | None:
    return news_for(Reader.CLIENT, BOOKED, known, before, now, NOW, slip=slip)


@pytest.mark.parametrize(
    ("known", "before", "now", "kind", "was"),
    [
        (Known(None), None, HERE, MailKind.BOOKED, None),
        (Known(HERE), HERE, LATER, MailKind.MOVED, HERE),
        (Known(None), HERE, LATER, MailKind.BOOKED, None),
        (Known(HERE), HERE, None, MailKind.CANCELLED, HERE),
        (Known(HERE, unsure=True), LATER, HERE, MailKind.BOOKED, HERE),
        (Known(None, unsure=True), HERE, None, MailKind.CANCELLED, HERE),
    ],
)
def test_the_difference_between_known_and_true_is_news(
    known: Known, before: Told | None, now: Told | None, kind: MailKind, was: Told | None
) -> None:
    assert news(known, before, now) == News(kind=kind, known=known, was=was, tells=now)


@pytest.mark.parametrize(
    ("known", "before", "now"),
    [
        (Known(HERE), LATER, HERE),
        (Known(None), HERE, None),
        (Known(OVER), OVER, None),
        (Known(None), None, OVER),
    ],
)
def test_nothing_is_news_that_is_known_or_over(known: Known, before: Told | None, now: Told | None) -> None:
    assert news(known, before, now) is None


def test_a_slip_is_no_news_to_who_knows_nothing_of_it() -> None:
    assert news(Known(None, unsure=True), HERE, None, slip=True) is None
    told = news(Known(HERE), HERE, None, slip=True)
    assert told is not None and told.kind is MailKind.CANCELLED


def test_who_has_something_to_say_about_an_end_says_it_also_to_whom_nobody_told_the_beginning() -> None:
    told = news_for(Reader.CLIENT, BOOKED, Known(None), HERE, None, NOW, words=True)
    assert told == News(kind=MailKind.CANCELLED, known=Known(None), was=HERE, tells=None)
    assert news_for(Reader.CLIENT, BOOKED, Known(None), HERE, None, NOW, words=True, slip=True) is None
    assert news_for(Reader.CLIENT, BOOKED, Known(HERE), HERE, HERE, NOW, words=True) is None


def of_an_act(number: int, act: int | None = 7, **more: Any) -> Mail:
    perhaps = more.pop("perhaps", False)
    return replace(a_mail(MailState.QUEUED, perhaps=perhaps), id=MailId(number), act=act, **more)


def ids(letters: tuple[tuple[Mail, ...], ...]) -> list[list[int]]:
    return [[it.id for it in several] for several in letters]


def test_news_of_one_act_to_one_reader_is_one_letter_in_the_order_of_the_appointments() -> None:
    leaving = [of_an_act(1, tells=LATER), of_an_act(2), of_an_act(3, tells=None, known=OVER)]

    assert ids(in_letters(leaving)) == [[3, 2, 1]]


@pytest.mark.parametrize(
    "other",
    [
        {"act": 8},
        {"act": None},
        {"reader": Reader.STAFF},
        {"client": ClientId(2)},
        {"staff": StaffId("bob")},
        {"address": "dora@client.example"},
        {"language": "de"},
        {"kind": MailKind.REMINDER},
        {"kind": MailKind.MESSAGE},
        {"perhaps": True},
    ],
    ids=lambda it: next(iter(it)),
)
def test_what_is_of_another_act_or_for_another_reader_is_another_letter(other: dict[str, Any]) -> None:
    assert ids(in_letters([of_an_act(1), of_an_act(2, **other)])) == [[1], [2]]


def test_what_perhaps_arrived_goes_with_what_it_went_with() -> None:
    again = [of_an_act(1, perhaps=True), of_an_act(2, perhaps=True, goes_with=MailId(1)), of_an_act(3, perhaps=True)]

    assert ids(in_letters(again)) == [[1, 2], [3]]


def test_a_letter_bears_the_id_of_the_one_that_it_bore_first() -> None:
    first, second = of_an_act(5), of_an_act(4, goes_with=MailId(5))

    assert lead_of([first, of_an_act(6)]) == 5
    assert lead_of([second, first]) == 5


def test_a_webhook_is_by_itself() -> None:
    hook = Webhook(
        id=MailId(3), kind=MailKind.AUTOMATION, about=About("appointment", "1"), automation="a", url="u", title="t",
        body="{}",
    )  # fmt: skip

    leaving: list[Mail | Webhook] = [of_an_act(1), hook, of_an_act(2)]
    assert [len(it) for it in in_letters(leaving)] == [2, 1]

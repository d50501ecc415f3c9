"""The preview of a mail is the mail that the change then writes, word for word."""

from __future__ import annotations

import re
from typing import Any

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.mails import PreviewLetter
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.errors import NotAllowed, NotFound
from frontdesk.core.domain.outbox import Letter, Mail
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.told import Reader
from tests.builders import Clock, as_staff, booked, on
from tests.operations.mailing import Post, a_client, mailing, outbox


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk, '[policy]\nnotice = 24\nlate_fee = "25.00"\n'), clock)


def to_move(it: Appointment, **more: Any) -> RescheduleAppointment:
    return RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 14), **more)


def to_cancel(it: Appointment, **more: Any) -> CancelAppointment:
    return CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("schedule"), **more)


CHANGES = [
    (to_move, {}),
    (to_move, {"message": "Sorry, the lift is broken."}),
    (to_move, {"note": "Bring your shoes."}),
    (to_cancel, {}),
    (to_cancel, {"message": "We call you.", "rebook_link": True}),
    (to_cancel, {"rebook_link": False}),
]


@pytest.mark.parametrize(("change", "more"), CHANGES)
@pytest.mark.parametrize("was_told", [True, False], ids=["told", "not told yet"])
def test_the_preview_is_the_mail_that_is_written(
    post: Post, change: Any, more: dict[str, Any], was_told: bool
) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    if was_told:
        post.go()
    ask = change(it, **more)
    previewed = post.desk.see(PreviewLetter(change=ask))

    post.desk.do(ask)

    written = [
        mail.letter
        for mail in outbox(post.desk)
        if isinstance(mail, Mail) and mail.reader is Reader.CLIENT and mail.state.value == "queued"
    ]
    assert [read(it) for it in written] == ([read(previewed)] if previewed is not None else [])


def read(letter: Letter) -> tuple[str, str, str]:
    """As people read it; each link has its own covered secret."""
    return letter.subject, letter.text, re.sub(r"\s+", " ", letter.html)


def test_what_writes_no_mail_has_no_preview(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk, email="").id).appointment
    assert post.desk.see(PreviewLetter(change=to_move(it))) is None


def test_a_preview_is_for_who_may_make_the_change(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    assert as_staff(post.desk, "ann").see(PreviewLetter(change=to_move(it))) is not None
    with pytest.raises((NotAllowed, NotFound)):
        as_staff(post.desk, "bob").see(PreviewLetter(change=to_move(it)))
    with pytest.raises(NotAllowed):
        as_staff(post.desk, "vic").see(PreviewLetter(change=to_move(it)))

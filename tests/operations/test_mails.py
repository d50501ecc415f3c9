"""Mails follow from changes: who is told what, and how often."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from frontdesk.core.asks.appointments import (
    CancelAppointment,
    CancelAsClient,
    ReinstateAppointment,
    RescheduleAppointment,
    ShowAppointment,
)
from frontdesk.core.asks.clients import EditClient
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.mails import (
    CallMade,
    DropMail,
    GiveBookingLink,
    ListMails,
    NextDue,
    ReleaseMails,
    RetryMail,
    SendNow,
    ShowMail,
    TakeMails,
    WriteMessage,
    WriteReminders,
)
from frontdesk.core.asks.requests import (
    ApproveRequest,
    DeclineRequest,
    OfferedTime,
    OfferTimes,
    RequestAppointment,
    RequestRescheduling,
)
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.errors import DeskError, NotAllowed, NotFound, Refused, StoreUnusable
from frontdesk.core.domain.outbox import Attempt, Carrier, Mail, MailState, trouble_of
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.render.marks import MASK
from tests.builders import Clock, as_staff, at, booked, on, open_test_desk
from tests.operations.mailing import BUSY, NO_SIGN_IN, REFUSED, Post, a_client, mailing, outbox, report
from tests.sizes import size

CLARA, ANN = "clara@client.example", "ann@test.example"


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def kinds(post: Post, address: str) -> list[MailKind]:
    return [it.mail.kind for it in post.to(address)]


def moved(desk: Desk, it: Appointment, to: Any, **more: Any) -> Appointment:
    ask = RescheduleAppointment(appointment=it.id, seen=None, start=to, **more)
    return desk.do(ask).appointment


def cancelled(desk: Desk, it: Appointment, reason: str = "schedule", **more: Any) -> Appointment:
    ask = CancelAppointment(appointment=it.id, seen=None, reason=ReasonId(reason), **more)
    return desk.do(ask).appointment


@pytest.mark.covers("0-03", "1-25")
def test_a_booking_is_confirmed_to_the_client_and_told_to_the_practitioner(post: Post) -> None:
    booked(post.desk, on(24, 10), client=a_client(post.desk).id)
    assert post.go(after=59) == []  # it waits, so that a slip of the hand reaches nobody
    post.go(after=1)
    assert kinds(post, CLARA) == kinds(post, ANN) == [MailKind.BOOKED]
    letter = post.to(CLARA)[0]
    assert letter.mail.letter.subject == "Booked: Tue 24 Nov 10:00 – Test Street"
    assert "Tuesday, 24 November 2026, 10:00–10:30" in letter.text
    assert "Greenwich Mean Time" in letter.text and "+44 20 7946 0000" in letter.text


@pytest.mark.covers("0-04", "1-02")
def test_the_mail_carries_a_link_while_the_portal_is_on_and_the_phone_where_it_is_off(
    desk: Desk, clock: Clock
) -> None:
    post = Post(mailing(desk), clock)
    client = a_client(post.desk)
    booked(post.desk, on(24, 10), client=client.id)
    post.go()
    assert "https://book.test.example/a/" in post.to(CLARA)[0].text
    off = Post(mailing(desk, "[portal]\nenabled = false\n"), clock)
    booked(off.desk, on(24, 14), client=client.id)
    off.go()
    letter = off.to(CLARA)[-1].text
    assert "https://" not in letter and "To move or cancel it, call +44 20 7946 0000." in letter


@pytest.mark.covers("3-18")
def test_a_move_tells_both_the_new_time_and_the_old_one(post: Post) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()
    moved(post.desk, it, on(26, 15))
    post.go()
    assert kinds(post, CLARA) == kinds(post, ANN) == [MailKind.BOOKED, MailKind.MOVED]
    letter = post.to(CLARA)[-1]
    assert letter.mail.letter.subject == "Moved: Thu 26 Nov 15:00 – Test Street"
    assert "(before: Tuesday, 24 November 2026, 10:00–10:30)" in letter.text
    assert "<s" in letter.html


@pytest.mark.covers("3-12", "3-15", "3-19")
def test_a_cancel_carries_the_personal_words_and_by_its_reason_a_link_to_another_time(post: Post) -> None:
    client = a_client(post.desk)
    for hour, reason in ((10, "schedule"), (11, "ended")):
        it = booked(post.desk, on(24, hour), client=client.id).appointment
        post.go()
        cancelled(post.desk, it, reason, message="I am so sorry.")
        post.go()
    with_link, without = (it.text for it in post.to(CLARA) if it.mail.kind is MailKind.CANCELLED)
    assert "I am so sorry." in with_link and "https://book.test.example/b/" in with_link
    assert "https://" not in without
    assert kinds(post, ANN)[1] is MailKind.CANCELLED


def test_another_practitioner_is_told_it_is_theirs_and_the_first_that_it_is_gone(post: Post) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()
    moved(post.desk, it, on(24, 10), practitioner=StaffId("bob"))
    post.go()
    assert kinds(post, ANN) == [MailKind.BOOKED, MailKind.CANCELLED]
    assert kinds(post, "bob@test.example") == [MailKind.BOOKED]
    assert kinds(post, CLARA) == [MailKind.BOOKED, MailKind.MOVED]


def test_nobody_is_mailed_what_they_did_themselves_unless_they_want_it(desk: Desk, clock: Clock) -> None:
    post = Post(mailing(desk, '[[staff]]\nid = "bob"\nname = "Bob Brown"\nmail_my_changes = false\n'), clock)
    for who, email in (("ann", ANN), ("bob", "bob@test.example")):
        booked(
            as_staff(post.desk, who), on(24, 10 if who == "ann" else 11), practitioner=who, client=f"Client of {who}"
        )
        post.go()
        assert len(post.to(email)) == (who == "ann"), who


def test_what_they_did_without_a_mail_is_known_to_them_all_the_same(desk: Desk, clock: Clock) -> None:
    post = Post(mailing(desk, '[[staff]]\nid = "bob"\nname = "Bob Brown"\nmail_my_changes = false\n'), clock)
    it = booked(post.desk, on(24, 10), practitioner="bob", client=a_client(post.desk).id).appointment
    post.go()
    it = moved(as_staff(post.desk, "bob"), it, on(24, 14))
    post.go()
    moved(post.desk, it, on(24, 10))
    post.go()
    assert kinds(post, "bob@test.example") == [MailKind.BOOKED, MailKind.MOVED]


def test_two_changes_before_it_leaves_are_one_mail_or_none(post: Post) -> None:
    client = a_client(post.desk)
    it = booked(post.desk, on(24, 10), client=client.id).appointment
    it = moved(post.desk, it, on(24, 11), message="See you then.")
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED]
    assert "11:00" in post.to(CLARA)[0].mail.letter.subject
    it = moved(post.desk, it, on(24, 14))
    moved(post.desk, it, on(24, 11))
    assert post.go() == []
    other = booked(post.desk, on(25, 10), client=client.id).appointment
    cancelled(post.desk, other)
    assert post.go() == []
    states = [it.state for it in outbox(post.desk) if it.reader is Reader.CLIENT]
    assert states.count(MailState.SENT) == 1 and states.count(MailState.SUPERSEDED) == 4 - 1


def test_an_undo_in_time_sends_nothing_and_a_late_one_tells_what_is_true_again(post: Post) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()
    moved(post.desk, it, on(24, 11))
    post.desk.do(Undo())
    assert post.go() == []
    moved(post.desk, it, on(24, 11))
    post.go()
    post.desk.do(Undo())
    post.go()
    assert [(it.mail.kind, it.mail.tells and it.mail.tells.start) for it in post.to(CLARA)] == [
        (MailKind.BOOKED, at(on(24, 10))),
        (MailKind.MOVED, at(on(24, 11))),
        (MailKind.MOVED, at(on(24, 10))),
    ]


def test_what_is_past_is_told_to_nobody(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(23, 9), client=a_client(post.desk).id).appointment
    post.go()
    clock.set(on(23, 10))
    cancelled(post.desk, it)
    assert post.go() == []


def test_a_mail_that_nobody_knows_arrived_counts_as_told(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk, email="").id, practitioner="ann").appointment
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    [leased] = worker.do(TakeMails(limit=9))
    worker.do(report(leased, Attempt.UNKNOWN))
    cancelled(post.desk, it)
    post.go(after=4000)
    assert kinds(post, ANN) == [MailKind.CANCELLED]


def test_a_lease_is_nobody_elses_until_it_ends_and_then_the_mail_goes_again_with_the_same_id(
    post: Post, clock: Clock
) -> None:
    booked(post.desk, on(24, 10), client=a_client(post.desk, email="").id)
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    [first] = worker.do(TakeMails(limit=9))
    assert worker.do(TakeMails(limit=9)) == ()
    clock.now += 299
    assert worker.do(TakeMails(limit=9)) == ()
    clock.now += 1
    [second] = worker.do(TakeMails(limit=9))
    assert second.mail.message_id == first.mail.message_id
    worker.do(report(first, Attempt.SENT))
    assert post.desk.see(ShowMail(mail=first.mail.id)).state is MailState.SENDING  # that lease is over


def test_a_refused_mail_is_a_call_and_never_stops_the_others(post: Post, clock: Clock) -> None:
    client = a_client(post.desk)
    for hour in (10, 11):
        booked(post.desk, on(24, hour), client=client.id)
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    first = next(it for it in worker.do(TakeMails(limit=1)))
    worker.do(report(first, Attempt.REFUSED, REFUSED))
    assert len(post.go(after=0)) == 3
    seen = post.desk.see(ShowMail(mail=first.mail.id))
    assert (seen.state, trouble_of(seen)) == (MailState.FAILED, REFUSED)
    assert post.desk.see(ListMails()).failed == 1
    assert post.desk.do(CallMade(mail=first.mail.id)).state is MailState.CALLED
    assert post.desk.see(ListMails()).failed == 0


def test_a_fault_of_sign_in_stops_the_whole_queue_and_kills_no_mail(post: Post, clock: Clock) -> None:
    booked(post.desk, on(24, 10), client=a_client(post.desk).id)
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    [leased] = worker.do(TakeMails(limit=1))
    worker.do(report(leased, Attempt.QUEUE_FAULT, NO_SIGN_IN))
    assert post.go(after=0) == []
    still = post.desk.see(ListMails()).standstill
    assert still is not None and still.trouble == NO_SIGN_IN
    assert len(post.go(after=61)) == 2
    assert post.desk.see(ListMails()).standstill is None


def test_mails_of_one_appointment_go_in_order(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    [first] = [it for it in worker.do(TakeMails(limit=9)) if it.mail.recipient == CLARA]
    moved(post.desk, it, on(24, 11))
    clock.now += 61
    assert [it for it in worker.do(TakeMails(limit=9)) if it.mail.recipient == CLARA] == []
    worker.do(report(first, Attempt.SENT))
    [second] = [it for it in worker.do(TakeMails(limit=9)) if it.mail.recipient == CLARA]
    assert second.mail.kind is MailKind.MOVED


def test_a_retry_of_what_is_not_true_any_more_does_not_leave(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    taken = [it for it in worker.do(TakeMails(limit=9)) if it.mail.recipient == CLARA]
    later = report(taken[0], Attempt.LATER, BUSY)
    moved(post.desk, it, on(24, 11))  # while it is leased: it counts as told
    worker.do(later)
    post.go(after=3600)
    assert kinds(post, CLARA) == [MailKind.MOVED]
    assert post.desk.see(ShowMail(mail=taken[0].mail.id)).state is MailState.SUPERSEDED


def test_a_mail_that_no_server_takes_for_three_days_has_failed(post: Post, clock: Clock) -> None:
    booked(post.desk, on(30, 10), client=a_client(post.desk).id)
    worker = post.desk.acting(SYSTEM)
    clock.now += 61
    for _ in range(400):
        for it in worker.do(TakeMails(limit=9)):
            worker.do(report(it, Attempt.LATER, BUSY))
        clock.now += 900
    states = {it.state for it in outbox(post.desk) if it.recipient == CLARA}
    assert states <= {MailState.FAILED, MailState.SUPERSEDED} and worker.see(NextDue()) is None


def test_a_client_without_e_mail_is_called_about_news_and_only_then(post: Post) -> None:
    client = a_client(post.desk, email="", phone="+442079460018")
    it = booked(post.desk, on(24, 10), client=client.id).appointment
    assert [it.carrier for it in outbox(post.desk, client.id)] == []
    it = moved(post.desk, it, on(24, 11))
    moved(post.desk, it, on(24, 14))
    [call] = [it for it in outbox(post.desk, client.id) if it.state is MailState.QUEUED]
    assert (call.carrier, call.recipient, call.kind) == (Carrier.CALL, client.phone, MailKind.MOVED)
    assert "14:00" in call.letter.subject
    post.go()
    assert post.desk.do(CallMade(mail=call.id)).state is MailState.SENT
    with pytest.raises(Refused):
        post.desk.do(CallMade(mail=call.id))


def test_what_waits_follows_a_corrected_address(post: Post) -> None:
    client = a_client(post.desk)
    booked(post.desk, on(24, 10), client=client.id)
    post.desk.do(EditClient(client=client.id, seen=None, email="clara@new.example"))
    post.go()
    assert post.to(CLARA) == [] and len(post.to("clara@new.example")) == 1


@pytest.mark.covers("0-13")
def test_the_practitioner_is_mailed_a_clients_move_to_approve_it(post: Post) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()

    post.desk.do(RequestRescheduling(appointment=it.id, start=on(26, 15), description="work"))
    post.go()

    letter = post.to(ANN)[-1]
    assert letter.mail.kind is MailKind.MOVE_TO_DECIDE
    assert letter.mail.letter.subject == "Move to decide: Thu 26 Nov 15:00, Clara Client"
    for part in ("Clara Client", "Thursday, 26 November 2026, 15:00", "24 November 2026, 10:00", "work"):
        assert part in letter.text, part
    assert post.desk.see(ShowAppointment(appointment=it.id)).appointment.start == at(on(24, 10))


@pytest.mark.covers("3-14")
def test_who_cancels_gets_a_mail_of_it_themselves(post: Post) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()

    as_staff(post.desk, "ann").do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("staff_ill")))
    post.go()

    assert kinds(post, ANN)[-1] is MailKind.CANCELLED


@pytest.mark.covers("2-18")
def test_a_request_is_received_and_asked_of_the_practitioner_with_the_clients_reason(post: Post) -> None:
    client = a_client(post.desk)
    made = post.desk.do(
        RequestAppointment(
            service=ServiceId("review"),
            start=on(26, 10),
            client=client.id,
            practitioner=StaffId("ann"),
            description="My back hurts.",
        )
    )
    post.go()
    assert kinds(post, CLARA) == [MailKind.REQUEST_RECEIVED]
    assert kinds(post, ANN) == [MailKind.REQUEST_TO_DECIDE]
    assert "My back hurts." in post.to(ANN)[0].text
    assert not post.to(CLARA)[0].mail.letter.calendar  # it stands nowhere yet
    del made


@pytest.mark.covers("2-25", "4-04")
def test_the_decision_is_mailed_with_its_note(post: Post) -> None:
    client = a_client(post.desk)

    def asked(hour: int) -> Any:
        ask = RequestAppointment(service=ServiceId("review"), start=on(26, hour), client=client.id)
        return post.desk.do(ask).request  # type: ignore[union-attr]

    for hour, act in ((10, "approve"), (11, "decline"), (14, "offer")):
        request = asked(hour)
        post.go()
        if act == "approve":
            ask: Any = ApproveRequest(request=request.id, seen=None, practitioner=StaffId("ann"), message="Welcome!")
        elif act == "decline":
            ask = DeclineRequest(request=request.id, seen=None, message="We are full.")
        else:
            ask = OfferTimes(
                request=request.id,
                seen=None,
                times=(OfferedTime(start=on(26, 15)), OfferedTime(start=on(26, 16))),
                message="Or these?",
            )
        post.desk.do(ask)
        post.go()
    texts = {it.mail.kind: it.text for it in post.to(CLARA)}
    assert "Welcome!" in texts[MailKind.REQUEST_APPROVED]
    assert "We are full." in texts[MailKind.REQUEST_DECLINED]
    assert "Or these?" in texts[MailKind.OFFERED] and "Thu 26 Nov 16:00" in texts[MailKind.OFFERED]
    assert MailKind.BOOKED not in texts


def test_a_decision_undone_in_time_is_told_to_nobody(post: Post) -> None:
    client = a_client(post.desk)
    ask = RequestAppointment(service=ServiceId("review"), start=on(26, 10), client=client.id)
    request: Any = post.desk.do(ask)
    post.go()
    post.desk.do(DeclineRequest(request=request.request.id, seen=None))
    post.desk.do(Undo())
    assert post.go() == []


def test_a_wish_to_move_that_stands_is_asked_and_approved(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    asked: Any = post.desk.do(RequestRescheduling(appointment=it.id, start=on(26, 15)))
    post.go()
    post.desk.do(ApproveRequest(request=asked.request.id, seen=None, practitioner=StaffId("ann")))
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED, MailKind.MOVE_ASKED, MailKind.MOVE_APPROVED]
    assert kinds(post, ANN)[1] is MailKind.MOVE_TO_DECIDE
    assert "(before: Thursday, 26 November 2026, 10:00–10:30)" in post.to(CLARA)[-1].text


@pytest.mark.covers("3-09")
def test_a_message_reaches_the_client_and_can_be_taken_back_while_it_waits(post: Post) -> None:
    client = a_client(post.desk)
    it = booked(post.desk, on(26, 10), client=client.id).appointment
    post.go()
    post.desk.do(WriteMessage(client=client.id, text="Could you come earlier?", appointment=it.id))
    post.desk.do(Undo())
    assert post.go() == []
    post.desk.do(Redo())
    assert [it.mail.kind for it in post.go()] == [MailKind.MESSAGE]
    assert "Could you come earlier?" in post.to(CLARA)[-1].text
    with pytest.raises(Refused):
        post.desk.do(Undo())
    assert outbox(post.desk, client.id)[0].kind is MailKind.MESSAGE


@pytest.mark.covers("3-20")
def test_a_client_is_handed_their_own_booking_link(post: Post) -> None:
    client = a_client(post.desk)
    shown = post.desk.do(GiveBookingLink(client=client.id, service=ServiceId("review"), mailed=False))
    assert shown.link.startswith("https://book.test.example/b/") and len(shown.link) > 60
    mailed = post.desk.do(GiveBookingLink(client=client.id, service=ServiceId("review")))
    [letter] = post.go()
    assert mailed.link in letter.text and mailed.link in letter.html


def test_no_secret_is_seen_in_the_outbox_and_none_is_kept_once_it_left(post: Post) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    [waiting] = [it for it in outbox(post.desk) if it.recipient == CLARA]
    assert MASK in waiting.letter.text and isinstance(waiting, Mail) and waiting.sealed == ""
    post.go()
    secret = post.to(CLARA)[0].text.partition("/a/")[2].split()[0]
    assert len(secret) == 43
    with post.desk.store.reading() as connection:
        dump = "\n".join(str(row) for row in connection.execute("SELECT * FROM mail").all())
    assert secret not in dump


def test_a_missing_sealing_key_is_said_and_nothing_is_saved(desk: Desk) -> None:
    made = mailing(desk)
    client = a_client(made)
    keyless = replace(made, machine=replace(made.machine, seal_key=None))
    with pytest.raises(StoreUnusable):
        booked(keyless, on(26, 10), client=client.id)
    assert outbox(made) == ()


def test_a_waiting_mail_is_sent_now_dropped_or_sent_after_all(post: Post) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    to_client, to_ann = sorted(outbox(post.desk), key=lambda it: it.reader.value)
    assert to_client.recipient == CLARA
    post.desk.do(SendNow(mail=to_client.id))
    dropped = post.desk.do(DropMail(mail=to_ann.id))
    assert (dropped.state, dropped.decided_by) == (MailState.DROPPED, "desk")
    assert [it.mail.id for it in post.go(after=0)] == [to_client.id]
    post.desk.do(RetryMail(mail=to_ann.id))
    assert [it.mail.id for it in post.go(after=0)] == [to_ann.id]
    with pytest.raises(Refused):
        post.desk.do(DropMail(mail=to_ann.id))


def test_only_who_delivers_may_take_mails_and_practitioners_see_their_own(post: Post) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    with pytest.raises(NotAllowed):
        post.desk.do(TakeMails())
    assert len(outbox(as_staff(post.desk, "ann"))) == 2
    assert outbox(as_staff(post.desk, "bob")) == ()
    [theirs, _] = outbox(post.desk)
    with pytest.raises(DeskError):
        as_staff(post.desk, "bob").do(DropMail(mail=theirs.id))


def test_letters_speak_the_clients_language(post: Post) -> None:
    client = a_client(post.desk, locale="de_DE")
    booked(post.desk, on(26, 15), client=client.id)
    post.go()
    letter = post.to(CLARA)[0]
    assert letter.mail.letter.subject == "Gebucht: Do., 26. Nov. 15:00 – Test Street"
    assert "Donnerstag, 26. November 2026" in letter.text
    assert post.to(ANN)[0].mail.letter.subject.startswith("Booked: Thu 26 Nov 15:00")


def test_many_reminders_at_once_wait_for_a_yes(desk: Desk, clock: Clock) -> None:
    post = Post(mailing(desk, "[mail]\nreminders = []\n"), clock)
    for n in range(60):
        client = a_client(post.desk, f"Client {n}", f"c{n}@client.example")
        booked(post.desk, on(30, 9 + n % 8), client=client.id, practitioner="ann", override="a full day")
    clock.set(on(29, 8))
    asked = mailing(desk, "[mail]\nreminders = [48]\n")
    worker = asked.acting(SYSTEM)
    assert worker.do(WriteReminders()) == 60
    assert MailKind.REMINDER not in {it.mail.kind for it in post.go(after=0)}
    assert asked.see(ListMails()).paused == 60
    assert asked.do(ReleaseMails()) == 60
    assert [it.mail.kind for it in post.go(after=0)] == [MailKind.REMINDER] * 60
    assert worker.do(WriteReminders()) == 0


LONGEST = size(3, full=4)
STEPS = ("move", "back", "cancel", "reinstate", "undo")


def sequences() -> list[tuple[str, ...]]:
    """Every sequence of up to three changes, or four, that begins with a booking."""
    return [("book", *rest) for n in range(LONGEST) for rest in itertools.product(STEPS, repeat=n)]


@pytest.mark.parametrize("part", range(4))
def test_what_the_client_was_told_last_is_what_is_true_in_the_fewest_mails(part: int, tmp_path: Any) -> None:
    """With and without sending in between; the same for the practitioner."""
    clock = Clock()
    desk = mailing(open_test_desk(tmp_path / "practice.db", clock))
    client = a_client(desk)
    post = Post(desk, clock)
    tried = 0
    for number, steps in enumerate(sequences()):
        if number % 4 != part:
            continue
        for sends in itertools.product((False, True), repeat=len(steps)):
            tried += _try(desk, post, client.id, steps, sends)
    assert tried >= size(5, full=40)
    desk.close()


def _try(desk: Desk, post: Post, client: Any, steps: tuple[str, ...], sends: tuple[bool, ...]) -> bool:
    """Whether the sequence is possible; then each mail was due, and told the truth."""
    start, other = on(30, 10), on(30, 14)
    it: Appointment | None = None
    deeds = 0
    told: dict[str, int | None] = {CLARA: None, ANN: None}
    for step, sent in zip(steps, sends, strict=True):
        deeds += -1 if step == "undo" else 1
        try:
            it = _step(desk, it, step, start, other, client, deeds)
        except (Refused, NotFound):
            _clean(desk, post, it)
            return False
        true = _true(desk, it.id)
        if not sent:
            continue
        post.sent.clear()
        post.go()
        for reader, before in told.items():
            mine = post.to(reader)
            assert len(mine) == (true != before), (steps, sends, step, reader)
            if mine:
                tells = mine[0].mail.tells
                assert (tells.start if tells is not None else None) == true, (steps, sends, step)
            told[reader] = true
    _clean(desk, post, it)
    return True


def _step(
    desk: Desk, it: Appointment | None, step: str, start: Any, other: Any, client: Any, deeds: int
) -> Appointment:
    if it is None:
        return booked(desk, start, client=client).appointment
    match step:
        case "move" | "back":
            to = other if step == "move" else start
            if _true(desk, it.id) == at(to):
                raise Refused(())
            return moved(desk, it, to)
        case "cancel":
            return cancelled(desk, it)
        case "reinstate":
            return desk.do(ReinstateAppointment(appointment=it.id, seen=None)).appointment
        case _:
            if deeds < 0:
                raise Refused(())  # the next to be undone is of another sequence
            desk.do(Undo())
            return it


def _true(desk: Desk, id_: AppointmentId) -> int | None:
    """Where an appointment stands now, None where it does not."""
    from frontdesk.core.domain.told import appointment_for_client
    from frontdesk.core.store import appointments
    from frontdesk.core.store.look import Look

    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=desk.now())
        stands = appointment_for_client(appointments.find(look, id_))
    return stands.start if stands is not None else None


def _clean(desk: Desk, post: Post, it: Appointment | None) -> None:
    """The time is free again for the next sequence, and the outbox empty."""
    if it is not None and _true(desk, it.id) is not None:
        cancelled(desk, it)
    post.go()


@pytest.mark.covers("0-18")
def test_the_reason_of_a_client_who_cancels_is_passed_to_the_practitioner(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    post.desk.do(CancelAsClient(appointment=it.id, seen=None, text="I have a cold."))
    post.go()
    told = post.to(ANN)[-1]
    assert told.mail.kind is MailKind.CANCELLED and "I have a cold." in told.text and "has cancelled" in told.text

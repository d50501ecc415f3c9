"""What people are told where a difference is not all: dropped news, merged records, calls, words of one's own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from frontdesk.core.asks.appointments import (
    BookAppointment,
    EditAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
)
from frontdesk.core.asks.clients import EditClient, MergeClients
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.mails import (
    CallMade,
    DropMail,
    ListCalls,
    PreviewLetter,
    TakeBackDecision,
    TakeMails,
    WriteAsClient,
    WriteMessage,
)
from frontdesk.core.asks.notices import ListNotices
from frontdesk.core.asks.replies import ReceiveReply
from frontdesk.core.asks.requests import (
    ApproveRequest,
    OfferedTime,
    OfferTimes,
    RequestAppointment,
    RequestRescheduling,
)
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.errors import BadInput, NotFound, Refused
from frontdesk.core.domain.notices import NoticeKind
from frontdesk.core.domain.outbox import Attempt, Carrier, MailState
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.domain.work import Answer
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.marks import is_broken
from frontdesk.core.render.words.voice import Voice
from tests.builders import Clock, booked, on
from tests.operations.mailing import ANN, CLARA, Post, a_client, cancel, ended, kinds, mailing, move, outbox, wish


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def voice(post: Post) -> Voice:
    return Voice(post.desk.see(ShowSetup()), date(2026, 11, 23))


def calls(post: Post) -> list[MailKind]:
    return [it.owed.kind for it in post.desk.see(ListCalls())]


@pytest.mark.parametrize("how", ["reinstated", "cancel undone"])
def test_who_was_called_about_a_cancel_is_called_when_it_stands_again(post: Post, how: str) -> None:
    client = a_client(post.desk, email="", phone="+44 20 7946 0001")
    it = booked(post.desk, on(26, 10), client=client.id).appointment
    post.go()
    cancel(post.desk, it)
    [call] = post.desk.see(ListCalls())
    post.desk.do(CallMade(mail=call.owed.id))
    if how == "reinstated":
        post.desk.do(ReinstateAppointment(appointment=it.id, seen=None))
    else:
        post.desk.do(Undo())
    assert calls(post) == [MailKind.BOOKED]


def test_a_slip_and_its_redo_call_nobody(post: Post) -> None:
    client = a_client(post.desk, email="", phone="+44 20 7946 0001")
    booked(post.desk, on(26, 10), client=client.id)
    post.desk.do(Undo())
    post.desk.do(Redo())
    assert calls(post) == []


def test_words_for_who_has_no_address_are_a_call(post: Post) -> None:
    client = a_client(post.desk, email="", phone="+44 20 7946 0001")
    ask = BookAppointment(
        service=ServiceId("review"),
        start=on(26, 10),
        client=client.id,
        practitioner=StaffId("ann"),
        message="Park here",
    )
    post.desk.do(ask)
    [call] = post.desk.see(ListCalls())
    assert "Park here" in call.owed.letter.text


def test_a_call_becomes_a_mail_when_there_is_an_address(post: Post) -> None:
    client = a_client(post.desk, email="", phone="+44 20 7946 0001")
    it = booked(post.desk, on(26, 10), client=client.id).appointment
    post.go()
    move(post.desk, it, on(26, 11))
    assert calls(post) == [MailKind.MOVED]
    post.desk.do(EditClient(client=client.id, seen=None, email=CLARA))
    post.go()
    assert calls(post) == [] and kinds(post, CLARA) == [MailKind.MOVED]
    assert f"mailto:{CLARA}" in post.to(CLARA)[0].mail.letter.calendar.replace("\r\n ", "")


def test_news_that_was_dropped_was_not_told(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    it = move(post.desk, it, on(26, 11))
    drop_last(post)
    there = move(post.desk, it, on(26, 13))
    post.go()
    assert "before: Thursday, 26 November 2026, 10:00" in post.to(CLARA)[-1].text
    move(post.desk, there, on(26, 14))
    drop_last(post)
    move(post.desk, it, on(26, 13))
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED, MailKind.MOVED, MailKind.BOOKED]  # what stands is said again
    assert "13:00" in post.to(CLARA)[-1].text


def drop_last(post: Post) -> None:
    [mail] = [it for it in outbox(post.desk) if it.reader is Reader.CLIENT and it.state is MailState.QUEUED]
    post.desk.do(DropMail(mail=mail.id))


@pytest.mark.parametrize("later", [3600, 0])
def test_a_cancel_is_told_though_the_booking_was_dropped_unless_it_was_a_slip(post: Post, later: int) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    for mail in outbox(post.desk):
        post.desk.do(DropMail(mail=mail.id))
    post.clock.now += later
    if later:
        cancel(post.desk, it)
    else:
        post.desk.do(Undo())
    post.go()
    told = [MailKind.CANCELLED] * bool(later)
    assert kinds(post, CLARA) == told and kinds(post, ANN) == told


def test_a_cancel_can_be_told_twice_when_nobody_knows_what_arrived(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    cancel(post.desk, it)
    post.clock.now += 61
    post.desk.acting(SYSTEM).do(TakeMails(limit=9))  # and the worker is still at it
    post.desk.do(ReinstateAppointment(appointment=it.id, seen=None))
    cancel(post.desk, it)
    post.go(after=400)
    assert MailKind.CANCELLED in kinds(post, ANN)


def test_words_about_the_end_of_what_nobody_was_told_of_say_that_it_ended(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    cancel(post.desk, it, message="Sorry, Ann is ill.")
    post.go()
    assert kinds(post, CLARA) == [MailKind.CANCELLED] and "Sorry, Ann is ill." in post.to(CLARA)[0].text


def test_a_booking_whose_mail_was_dropped_and_that_is_undone_is_no_news(post: Post) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    drop_last(post)
    post.desk.do(Undo())
    post.go()
    assert kinds(post, CLARA) == []


def test_a_preview_says_what_will_go_after_a_mail_that_reached_nobody(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    clock.now += 61
    for leased_mail in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased_mail, Attempt.REFUSED)
    change = RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 11))
    seen = post.desk.see(PreviewLetter(change=change))
    assert seen is not None and seen.subject.startswith("Booked")
    move(post.desk, it, on(26, 11))
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED]


@pytest.mark.parametrize("where", ["at the same time", "back within the grace period"])
def test_words_with_a_change_that_is_no_news_go_as_a_message(post: Post, where: str) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    if where != "at the same time":
        it = move(post.desk, it, on(26, 11))
    move(post.desk, it, on(26, 10), message="Bring your card")
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED, MailKind.MESSAGE]
    assert "Bring your card" in post.to(CLARA)[-1].text and "26 November" in post.to(CLARA)[-1].text


def test_such_words_are_taken_back_with_the_change(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    move(post.desk, it, on(26, 10), message="Bring your card", note="card")
    post.desk.do(Undo())
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED]


def test_what_waits_for_a_merged_record_goes_to_the_one_that_is_kept(post: Post) -> None:
    old = a_client(post.desk, "Clara C.", "old@client.example")
    kept = a_client(post.desk)
    it = booked(post.desk, on(26, 10), client=old.id).appointment
    post.desk.do(MergeClients(keep=kept.id, drop=old.id))
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED] and post.to("old@client.example") == []
    answer = ReceiveReply(
        holder=it.holder, attendee=CLARA, sender=CLARA, sequence=it.sequence, answer=Answer.ACCEPTED
    )
    assert post.desk.do(answer).changes[0].after.status is Status.CONFIRMED  # type: ignore[union-attr]
    before = post.desk.see(ListNotices())
    with pytest.raises(Refused):
        post.desk.do(answer)
    assert post.desk.see(ListNotices()) == before
    for other in ("old@client.example", CLARA):  # which is nobody's any more, by now
        post.desk.do(EditClient(client=kept.id, seen=None, email="new@client.example"))
        with pytest.raises(NotFound):
            post.desk.do(replace(answer, attendee=other, sender=other))


def test_a_merged_record_is_not_followed_once_the_merge_is_undone(post: Post) -> None:
    old = a_client(post.desk, "Clara C.", "old@client.example")
    kept = a_client(post.desk)
    booked(post.desk, on(26, 10), client=old.id)
    post.desk.do(MergeClients(keep=kept.id, drop=old.id))
    post.desk.do(Undo())
    post.go()
    assert kinds(post, "old@client.example") == [MailKind.BOOKED] and post.to(CLARA) == []


def test_the_practitioner_reads_what_a_client_said_with_what_stands_at_once(post: Post) -> None:
    post.desk.do(
        ApplyPractice(
            file=practice_file('[policy]\nreschedule_needs_approval = false\n[booking]\napproval = "auto"\n')
        )
    )
    client = a_client(post.desk)
    ask = RequestAppointment(
        service=ServiceId("review"),
        start=on(26, 10),
        client=client.id,
        practitioner=StaffId("ann"),
        description="My knee hurts",
    )
    it = post.desk.do(ask).appointment  # type: ignore[union-attr]
    post.go()
    assert "My knee hurts" in post.to(ANN)[-1].text
    post.desk.do(RequestRescheduling(appointment=it.id, start=on(26, 14), description="The bus is late"))
    post.go()
    assert "The bus is late" in post.to(ANN)[-1].text


def test_the_new_practitioner_is_told_of_the_ticket_too(post: Post) -> None:
    client = a_client(post.desk)
    asked = wish(post.desk, client, 10)
    approve = ApproveRequest(request=asked.id, seen=None, practitioner=StaffId("ann"), ticket="T-77")
    it = post.desk.do(approve).appointment
    post.go()
    post.desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 11), practitioner=StaffId("bob")))
    post.go()
    assert "T-77" in post.to("bob@test.example")[-1].text and "T-77" in post.to(ANN)[-1].text


def test_a_call_that_was_made_counts_as_told(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    move(post.desk, it, on(26, 11))
    post.clock.now += 61
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.REFUSED)
    [failed] = post.desk.see(ListCalls())
    done = post.desk.do(CallMade(mail=failed.owed.id))
    assert (done.carrier, done.state) == (Carrier.MAIL, MailState.CALLED)
    move(post.desk, it, on(26, 13))
    post.go()
    assert "before: Thursday, 26 November 2026, 11:00" in post.to(CLARA)[-1].text


def test_offers_name_who_where_and_the_zone_and_lead_to_the_portal(post: Post) -> None:
    client = a_client(post.desk)
    asked = wish(post.desk, client, 10)
    times = (
        OfferedTime(start=on(26, 14), practitioner=StaffId("ann")),
        OfferedTime(start=on(26, 14), practitioner=StaffId("bob")),
    )
    post.desk.do(OfferTimes(request=asked.id, seen=None, times=times))
    post.go()
    text = post.to(CLARA)[-1].text
    assert "1: Thu 26 Nov 14:00 · Ann Archer" in text and "2: Thu 26 Nov 14:00 · Bob Brown" in text
    assert "Greenwich Mean Time" in text and "https://book.test.example/" in text and asked.ref in text


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("{% if message %}{{ mesage }}{% endif %}", "mesage", "message"),
        ("{% if was %}{{ was.whn }}{% endif %}", "was.whn", "was.when"),
        ("{{ was.when }}", "was.when", "it.when"),
        ("{{ practice.fone }}", "practice.fone", "practice.phone"),
        ("{% set s = message ~ message %}{{ s }}", "it", "assign has no use"),
        ("{% with a = message ~ message %}{{ a }}{% endwith %}", "it", "with has no use"),
        ("{{ practice.name.upper }}", "it", ".upper has no use"),
        ("{% if false %}{{ it['whne'] }}{% endif %}", "it", "getitem has no use"),
        ("{% for a in message %}{% for b in message %}x{% endfor %}{% endfor %}", "it", "a loop over"),
        ("{{ message|join(message) }}", "it", "joining"),
        ("{% macro m(s) %}{{ m(s ~ s) }}{% endmacro %}{{ m('x') }}", "it", "macro has no use"),
        ("{{ message|replace('a', 'aaaa') }}", "it", "replace"),
    ],
)
def test_a_template_is_refused_for_what_it_says_also_where_the_example_does_not_come_by(
    desk: Desk, text: str, word: str, hint: str
) -> None:
    with pytest.raises(BadInput) as refused:
        mailing(desk, f"[mail.templates]\nbooked_client = {json.dumps(text)}\n")
    assert refused.value.value == word and hint in str(refused.value.hint)


def test_what_a_client_writes_goes_to_their_practitioner_the_bell_and_the_clients_mails(post: Post) -> None:
    client = a_client(post.desk)
    it = booked(post.desk, on(26, 10), client=client.id).appointment
    post.go()
    said = post.desk.do(WriteAsClient(client=client.id, text="I may be late.", appointment=it.id))
    post.go()
    told = post.to(ANN)[-1]
    assert kinds(post, CLARA) == [MailKind.BOOKED]  # nobody is told their own words
    assert told.mail.kind is MailKind.CLIENT_MESSAGE and "I may be late." in told.text
    assert "26 November 2026" in told.text and told.mail.letter.subject == "Message from Clara Client"
    assert told.mail.id in {mail.id for mail in outbox(post.desk, client.id)}
    assert [line.notice.kind for line in post.desk.see(ListNotices())][:1] == [NoticeKind.WROTE]
    with pytest.raises(Refused):
        post.desk.do(Undo(event=said.id))


def test_words_of_somebody_without_an_appointment_go_to_the_practice(post: Post) -> None:
    client = a_client(post.desk)
    post.desk.do(WriteAsClient(client=client.id, text="Are you open on Friday?"))
    post.go()
    assert "open on Friday" in post.to("desk@test.example")[-1].text
    [line] = post.desk.see(ListNotices())
    assert (line.notice.subject_kind, line.client_name) == ("client", "Clara Client")


def test_a_message_that_is_too_long_is_said_and_not_cut(post: Post) -> None:
    client = a_client(post.desk)
    with pytest.raises(BadInput):
        post.desk.do(WriteMessage(client=client.id, text="x" * 10_001))
    assert outbox(post.desk) == ()


def test_a_mail_follows_however_often_its_client_was_merged(post: Post) -> None:
    first, second, third = (a_client(post.desk, f"Clara {n}", f"{n}@client.example") for n in "abc")
    booked(post.desk, on(26, 10), client=first.id)
    post.desk.do(MergeClients(keep=second.id, drop=first.id))
    post.desk.do(MergeClients(keep=third.id, drop=second.id))
    post.go()
    assert kinds(post, "c@client.example") == [MailKind.BOOKED]


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.PAUSED, MailState.FAILED])
def test_what_was_dropped_is_as_it_was_when_that_is_taken_back(post: Post, state: MailState) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    [mail] = [it for it in outbox(post.desk) if it.reader is Reader.CLIENT]
    with post.desk.store.writing() as connection:
        connection.execute(f"UPDATE mail SET state = '{state.value}' WHERE id = {mail.id}")
    post.desk.do(DropMail(mail=mail.id))
    back = post.desk.do(TakeBackDecision(mail=mail.id, was=state))
    assert (back.state, back.due_at) == (state, mail.due_at)


def test_bullets_of_a_list_are_no_covered_link() -> None:
    template = "See https://x.example/a/••••••••\nHello"
    assert not is_broken("• one\n• two\nhttps://x.example/a/••••••••", template)
    assert is_broken("https://x.example/a/•••••••", template) and is_broken("https://x.example/a/•", template)


def test_a_note_that_is_added_in_time_stands_in_the_mail_that_waits(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.desk.do(EditAppointment(appointment=it.id, seen=None, note="Bring your X-rays."))
    post.go()
    [sent] = post.to(CLARA)
    assert "Bring your X-rays." in sent.text and "Bring your X-rays." in sent.html and "/a/" in sent.text
    assert "X-rays" in sent.mail.letter.calendar


def test_a_note_does_not_write_over_what_somebody_rewrote(post: Post) -> None:
    it = booked(post.desk, on(26, 10), client=a_client(post.desk).id).appointment
    post.go()
    move(post.desk, it, on(26, 11), letter="Dear Clara, it is at eleven.")
    post.desk.do(EditAppointment(appointment=it.id, seen=None, note="Bring your X-rays."))
    post.go()
    assert "X-rays" not in post.to(CLARA)[-1].text and "at eleven" in post.to(CLARA)[-1].text


def test_a_message_about_an_appointment_is_one_mail(post: Post) -> None:
    client = a_client(post.desk)
    it = booked(post.desk, on(26, 10), client=client.id).appointment
    post.go()
    post.desk.do(WriteMessage(client=client.id, text="Bring your card.", appointment=it.id))
    post.go()
    assert kinds(post, CLARA) == [MailKind.BOOKED, MailKind.MESSAGE]

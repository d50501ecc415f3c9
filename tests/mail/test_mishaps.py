"""What went wrong once with mails, each as the desk or the client saw it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from frontdesk.core.asks.appointments import (
    BookAppointment,
)
from frontdesk.core.asks.clients import EditClient
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.mails import (
    CountReminders,
    DropMail,
    GiveBookingLink,
    ListCalls,
    ListMails,
    NextDue,
    ReleaseMails,
    TakeBackDecision,
    TakeMails,
    WriteMessage,
    WriteReminders,
    WriteTestMail,
)
from frontdesk.core.asks.requests import (
    ApproveRequest,
    DeclineRequest,
    OfferedTime,
    OfferTimes,
    RequestAppointment,
)
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.errors import BadInput, NotFound, StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Security, Smtp
from frontdesk.core.domain.outbox import Attempt, Carrier, DeliveryTrouble, MailState, Trouble, trouble_of
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.requests import Applicant
from frontdesk.core.domain.services import RoomId, ServiceId
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.sender import Sender
from tests.builders import Clock, as_staff, booked, on
from tests.mail.servers import Inbox, Plain, serving
from tests.operations.mailing import (
    ANN,
    BUSY,
    CLARA,
    Post,
    a_client,
    cancel,
    ended,
    kinds,
    mailing,
    move,
    outbox,
    wish,
)


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk), clock)


def test_a_test_mail_is_delivered_on_both_engines(post: Post) -> None:
    post.desk.do(WriteTestMail(address="me@client.example"))
    assert kinds(Post(post.desk, post.clock), "me@client.example") == []
    assert [it.mail.recipient for it in post.go(after=0)] == ["me@client.example"]


def test_one_clients_words_reach_no_other_client(post: Post) -> None:
    clara, bella = a_client(post.desk), a_client(post.desk, "Bella", "bella@client.example")
    it = booked(post.desk, on(24, 10), client=clara.id).appointment
    asked = wish(post.desk, bella, 9)
    times = (OfferedTime(start=on(26, 15)), OfferedTime(start=on(26, 16)))
    post.desk.do(OfferTimes(request=asked.id, seen=None, times=times))
    post.go()
    move(post.desk, it, on(26, 15), override="in pain", message="Dear Clara, only for you.", letter="Dear Clara!")
    post.go()
    assert "Dear Clara" in post.to(CLARA)[-1].text
    assert not [it for it in post.to("bella@client.example") if "Dear Clara" in it.text]


def test_a_mail_nobody_took_for_three_days_is_a_call_while_it_is_still_true(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()
    move(post.desk, it, on(30, 10))
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    for _ in range(80):
        for leased in worker.do(TakeMails(limit=9)):
            ended(post.desk, leased, Attempt.LATER)
        clock.now += 3700
    assert [it.owed.kind for it in post.desk.see(ListCalls())] == [MailKind.MOVED]
    assert post.desk.see(ListMails()).failed == 2


def test_a_client_who_perhaps_got_a_mail_is_told_the_truth_again(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    post.go()
    move(post.desk, it, on(24, 14))
    clock.now += 61
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.UNKNOWN)
    post.desk.do(Undo())
    post.desk.do(Redo())
    post.go(after=4000)
    last = post.to(CLARA)[-1].mail
    assert last.tells is not None and last.tells.start == it.start + 4 * 3600


@pytest.mark.damages
def test_a_paused_reminder_holds_up_no_cancel(desk: Desk, clock: Clock) -> None:
    made = mailing(desk, "[mail]\nreminders = []\n")
    its = [
        booked(made, on(30, 9 + n % 8), client=a_client(made, f"C{n}", f"c{n}@client.example").id, override="busy")
        for n in range(60)
    ]
    post = Post(made, clock)
    post.go()
    clock.set(on(29, 8))
    made.do(ApplyPractice(file=practice_file("[mail]\nreminders = [48]\n")))
    with made.store.writing() as connection:
        connection.execute("UPDATE mail SET sent_at = 1")  # an ordinary hour has none
    assert made.acting(SYSTEM).do(WriteReminders()) == 60
    assert made.see(ListMails()).paused == 60
    cancel(made, its[3].appointment)
    post.go()
    assert kinds(post, "c3@client.example")[-1] is MailKind.CANCELLED
    assert made.see(ListMails()).paused == 59


def test_practitioners_release_only_their_own(desk: Desk, clock: Clock) -> None:
    made = mailing(desk, "[mail]\nreminders = []\n")
    for n in range(60):
        who = "ann" if n % 2 else "bob"
        client = a_client(made, f"C{n}", f"c{n}@client.example")
        booked(made, on(30, 9 + n % 8), client=client.id, practitioner=who, override="busy")
    clock.set(on(29, 8))
    made.do(ApplyPractice(file=practice_file("[mail]\nreminders = [48]\n")))
    made.acting(SYSTEM).do(WriteReminders())
    assert as_staff(made, "ann").do(ReleaseMails()) == 30
    assert made.see(ListMails()).paused == 30


def test_what_waits_for_a_decision_is_mailed_also_after_an_undo(post: Post) -> None:
    asked = wish(post.desk, a_client(post.desk), 10)
    post.desk.do(DeclineRequest(request=asked.id, seen=None))
    post.desk.do(Undo())
    post.go()
    assert kinds(post, ANN) == [MailKind.REQUEST_TO_DECIDE]


def test_a_lost_hold_leaves_the_mail_to_decide_alone_and_promises_no_time(post: Post) -> None:
    asked = wish(post.desk, a_client(post.desk), 10)
    booked(post.desk, on(26, 10), client="Rival", override="in pain")
    post.go()
    assert MailKind.REQUEST_TO_DECIDE in kinds(post, ANN)
    del asked


def test_approve_and_undo_in_time_send_no_second_receipt(post: Post) -> None:
    asked = wish(post.desk, a_client(post.desk), 10)
    post.go()
    post.desk.do(ApproveRequest(request=asked.id, seen=None, practitioner=StaffId("ann")))
    post.desk.do(Undo())
    post.go()
    assert kinds(post, CLARA) == [MailKind.REQUEST_RECEIVED]


def test_automation_mails_of_requests_leave_and_those_of_undone_acts_do_not(post: Post) -> None:
    text = "".join(
        f'[[automations]]\nid = "{on_}"\non = "{on_}"\ndo = {{ mail = "client", text = "{on_} {{{{ it.when }}}}" }}\n'
        for on_ in ("requested", "booked", "cancelled")
    )
    post.desk.do(ApplyPractice(file=practice_file(text)))
    client = a_client(post.desk)
    wish(post.desk, client, 10)
    booked(post.desk, on(24, 10), client=client.id)
    post.desk.do(Undo())
    post.go()
    told = [it.text for it in post.to(CLARA) if it.mail.kind is MailKind.AUTOMATION]
    assert len(told) == 1 and told[0].startswith("requested Thursday")


def test_a_mail_sealed_elsewhere_waits_alone(post: Post, clock: Clock) -> None:
    client = a_client(post.desk)
    it = booked(post.desk, on(24, 10), client=client.id).appointment
    with post.desk.store.writing() as connection:
        connection.execute("UPDATE mail SET sealed = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"
                                   " WHERE sealed <> ''")  # fmt: skip
    booked(post.desk, on(24, 11), client=a_client(post.desk, "Dora", "dora@client.example").id)
    post.go()
    assert kinds(post, "dora@client.example") == [MailKind.BOOKED]
    troubles = [trouble.kind for it in outbox(post.desk, client.id) if (trouble := trouble_of(it)) is not None]
    assert troubles == [DeliveryTrouble.NO_KEY]
    cancel(post.desk, it)  # and the appointment can be changed


def test_another_machines_key_is_refused_before_it_seals(post: Post) -> None:
    client = a_client(post.desk)
    booked(post.desk, on(24, 10), client=client.id)
    other = replace(post.desk, machine=replace(post.desk.machine, seal_key=bytes(32)))
    with pytest.raises(StoreUnusable) as refused:
        booked(other, on(24, 11), client=client.id)
    assert refused.value.problem is StoreProblem.WRONG_SEAL_KEY
    assert len([it for it in outbox(post.desk) if it.reader is Reader.CLIENT]) == 1


NAMES = (
    "=?utf-8?q?x=0D=0ABcc:_evil@x.example=0D=0A=0D=0AForged?=",
    "=?utf-8?q?x?=",
    "a@b.example, Bob <b@b.example>",
    '"quoted" \\ name;',
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_looks_like_a_header_is_a_name(post: Post, clock: Clock, name: str) -> None:
    ask = RequestAppointment(
        service=ServiceId("review"),
        start=on(24, 10),
        client=Applicant(name=name, email="app@client.example"),
        practitioner=StaffId("ann"),
    )
    post.desk.do(ApplyPractice(file=practice_file("[portal]\nnew_clients = true\n")))
    post.desk.do(ask)
    clock.now += 61
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE)
        made = replace(post.desk, machine=replace(post.desk.machine, smtp=smtp))
        assert asyncio.run(Sender(made.acting(SYSTEM), smtp, made.now).deliver()) == 2
    for message in inbox.messages:
        assert message["Bcc"] is None
        assert not [part.defects for part in message.walk() if part.defects]
    [to_ann] = [it for it in inbox.messages if ANN in str(it["To"])]
    assert name in str(to_ann["Subject"])
    [to_app] = [it for it in inbox.messages if "app@" in str(it["To"])]
    assert [str(it.addr_spec) for it in to_app["To"].addresses] == ["app@client.example"]


def test_letters_beyond_ascii_in_a_domain_are_no_trouble(post: Post, clock: Clock) -> None:
    post.desk.do(ApplyPractice(file=practice_file('[practice]\nemail = "desk@müller.example"\n')))
    booked(post.desk, on(24, 10), client=a_client(post.desk, email="jörg@bäcker.example").id)
    booked(post.desk, on(24, 11), client=a_client(post.desk, email="j@bäcker.example").id)
    clock.now += 61
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        smtp = Smtp(host="127.0.0.1", port=port, security=Security.NONE)
        made = replace(post.desk, machine=replace(post.desk.machine, smtp=smtp))
        assert asyncio.run(Sender(made.acting(SYSTEM), smtp, made.now).deliver()) == 3
    assert "xn--bcker" in "".join(str(it["To"]) for it in inbox.messages)
    assert made.see(ListMails()).failed == 1  # its local part needs more than most servers do: call


def test_a_template_that_passes_keeps_nobody_from_booking(desk: Desk) -> None:
    many = ("{{ 'x' * 10**9 }}", "{{ '%999999999d' % 1 }}", "{{ 'x'.center(999999999) }}", "{{ lipsum() }}")
    for text in ("{{ was.when }}", "{{ '\\\\ud800' }}", "{{ 1|xmlattr }}", *many):
        with pytest.raises(BadInput):
            mailing(desk, f'[mail.templates]\nbooked_client = "{text}"\n')
    with pytest.raises(BadInput):
        mailing(desk, '[mail.templates]\ncancelled_client = "{{ it.when }}"\n')
    made = mailing(desk, "[mail.templates]\nbooked_client = \"{% if name == 'Zoe' %}{{ was.when }}{% endif %}ok\"\n")
    booked(made, on(24, 10), client=a_client(made, "Zoe", "zoe@client.example").id)
    [mail] = [it for it in outbox(made) if it.reader is Reader.CLIENT]
    assert "Your appointment is booked." in mail.letter.text  # the packaged letter says it


def test_a_message_is_about_an_appointment_of_its_reader(post: Post) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk, "Dora", "d@client.example").id, practitioner="bob")
    with pytest.raises(NotFound):
        post.desk.do(WriteMessage(client=a_client(post.desk).id, appointment=it.appointment.id, text="hello"))


def test_a_viewer_reads_no_calls_and_a_dead_workers_mail_is_due(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk, email="", phone="+442079460018").id).appointment
    move(post.desk, it, on(24, 14))
    assert len(post.desk.see(ListCalls())) == 1
    assert as_staff(post.desk, "vic").see(ListCalls()) == ()
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    worker.do(TakeMails(limit=9))
    due = worker.see(NextDue())
    assert due is not None and due > clock.now


def test_a_call_about_an_old_time_is_replaced_and_ends_with_the_visit(post: Post, clock: Clock) -> None:
    it = booked(post.desk, on(24, 10), client=a_client(post.desk).id).appointment
    clock.now += 61
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.REFUSED)
    move(post.desk, it, on(24, 14))
    clock.now += 61
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.REFUSED)
    [call] = post.desk.see(ListCalls())
    assert call.owed.tells is not None and call.owed.tells.start == it.start + 4 * 3600
    clock.set(on(25, 8))
    assert post.desk.see(ListCalls()) == ()


def test_a_slip_that_is_taken_back_at_once_calls_nobody(post: Post, clock: Clock) -> None:
    client = a_client(post.desk, email="", phone="+442079460018").id
    booked(post.desk, on(24, 10), client=client)
    post.desk.do(Undo())
    assert post.desk.see(ListCalls()) == ()
    booked(post.desk, on(24, 11), client=client)
    clock.now += 600
    post.desk.do(Undo())
    assert [it.owed.kind for it in post.desk.see(ListCalls())] == [MailKind.CANCELLED]


def test_another_room_is_no_news(post: Post) -> None:
    client = a_client(post.desk)
    it = booked(post.desk, on(24, 10), service="training", client=client.id).appointment
    post.go()
    move(post.desk, it, on(24, 10), room=RoomId("pool"))
    assert post.go() == []


def test_who_has_no_address_is_not_counted_as_to_be_reminded(post: Post, clock: Clock) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk, email="").id)
    clock.set(on(25, 11))
    assert post.desk.acting(SYSTEM).see(CountReminders()) == 0


def test_a_booking_link_that_was_taken_back_opens_nothing(post: Post) -> None:
    client = a_client(post.desk)
    post.desk.do(GiveBookingLink(client=client.id, service=ServiceId("review"), mailed=False))
    post.desk.do(Undo())
    with post.desk.store.reading() as connection:
        [closed] = connection.execute("SELECT closed_at FROM link WHERE kind = 'book'").scalars()
    assert closed is not None


def test_an_address_that_was_removed_and_came_back_gets_a_whole_link(post: Post, clock: Clock) -> None:
    client = a_client(post.desk)
    booked(post.desk, on(26, 10), client=client.id)
    post.desk.do(EditClient(client=client.id, seen=None, email=""))
    post.desk.do(EditClient(client=client.id, seen=None, email=CLARA))
    post.go()
    assert "••••" not in post.to(CLARA)[0].text and "/a/" in post.to(CLARA)[0].text
    assert kinds(post, CLARA) == [MailKind.BOOKED]


def test_a_client_with_the_practitioners_address_and_both_are_told(post: Post) -> None:
    booked(post.desk, on(24, 10), client=a_client(post.desk, "Ann's mother", ANN).id)
    assert len(post.go()) == 2


def test_a_leased_mail_that_comes_back_goes_to_the_corrected_address(post: Post, clock: Clock) -> None:
    client = a_client(post.desk, email="typo@client.example")
    booked(post.desk, on(26, 10), client=client.id)
    clock.now += 61
    taken = post.desk.acting(SYSTEM).do(TakeMails(limit=9))
    post.desk.do(EditClient(client=client.id, seen=None, email=CLARA))
    for leased in taken:
        ended(post.desk, leased, Attempt.LATER)
    post.go(after=100)
    assert kinds(post, CLARA) == [MailKind.BOOKED] and post.to("typo@client.example") == []


def test_a_wrong_address_of_the_practice_is_told_when_it_is_saved(desk: Desk) -> None:
    for text in ('[practice]\nemail = "a@x.example, b@y.example"\n', '[practice]\nemail = "desk"\n'):
        with pytest.raises(BadInput):
            mailing(desk, text)


def test_a_rewritten_letter_says_its_end_once(post: Post) -> None:
    client = a_client(post.desk)
    ask = BookAppointment(
        service=ServiceId("review"), start=on(24, 10), client=client.id, practitioner=StaffId("ann")
    )
    it = post.desk.do(ask).appointment
    post.go()
    move(post.desk, it, on(24, 14), letter="Dear Clara.\n\n--\nTest Street")
    post.go()
    assert post.to(CLARA)[-1].html.count("Test Street") == 1 + post.to(CLARA)[-1].html.count("<title>Moved") * 1


@pytest.mark.parametrize("again", [False, True], ids=["no address any more", "and one again"])
def test_what_perhaps_arrived_is_not_forgotten_when_the_address_goes(post: Post, clock: Clock, again: bool) -> None:
    """The end of an appointment is told to whom its beginning perhaps reached."""
    client = a_client(post.desk, phone="+44 20 7946 0001")
    it = booked(post.desk, on(26, 10), client=client.id).appointment
    clock.now += 61
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.UNKNOWN)
    post.desk.do(EditClient(client=client.id, seen=None, email=""))
    if again:
        post.desk.do(EditClient(client=client.id, seen=None, email=CLARA))
    cancel(post.desk, it)
    waits = [(it.carrier, it.kind) for it in outbox(post.desk, client.id) if it.state is MailState.QUEUED]
    assert waits == [(Carrier.MAIL if again else Carrier.CALL, MailKind.CANCELLED)]


def test_a_mail_that_left_in_the_end_has_no_trouble_any_more(post: Post, clock: Clock) -> None:
    booked(post.desk, on(26, 10), client=a_client(post.desk).id)
    clock.now += 61
    for leased in post.desk.acting(SYSTEM).do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.LATER)
    assert {trouble_of(it) for it in outbox(post.desk)} == {BUSY}
    post.go(after=4000)
    assert [(it.state, trouble_of(it)) for it in outbox(post.desk)] == [(MailState.SENT, None)] * 2


def test_a_mail_given_up_and_dropped_has_failed_again_when_that_is_taken_back(post: Post, clock: Clock) -> None:
    booked(post.desk, on(30, 10), client=a_client(post.desk).id)
    clock.now += 61
    worker = post.desk.acting(SYSTEM)
    for leased in worker.do(TakeMails(limit=9)):
        ended(post.desk, leased, Attempt.LATER)
    clock.now += 73 * 3600
    assert worker.do(TakeMails(limit=9)) == ()
    [failed] = [it for it in outbox(post.desk) if it.recipient == CLARA]
    assert trouble_of(failed) == Trouble(DeliveryTrouble.OUT_OF_TIME, "451 busy")
    post.desk.do(DropMail(mail=failed.id))
    assert post.desk.do(TakeBackDecision(mail=failed.id)).state is MailState.FAILED

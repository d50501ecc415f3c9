"""What went wrong, in words, and what to do about it; how a mail stands; what the bell says."""

from __future__ import annotations

from typing import Any

import pytest

from frontdesk.core.domain.errors import (
    About,
    BadInput,
    Busy,
    DeskError,
    MailRefused,
    NotAllowed,
    NotFound,
    Problem,
    Refused,
    SlotTaken,
    Stale,
    StoreProblem,
    StoreUnusable,
    saying,
)
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.notices import Audience, Notice, NoticeId, NoticeKind
from frontdesk.core.domain.objections import InThePast, NothingToChange
from frontdesk.core.domain.outbox import (
    About as AboutWhat,
)
from frontdesk.core.domain.outbox import (
    Call,
    Delivery,
    DeliveryTrouble,
    Letter,
    Mail,
    MailId,
    MailState,
    Owed,
    QueueFault,
    Standstill,
    Trouble,
    Webhook,
)
from frontdesk.core.domain.people import Role, StaffId
from frontdesk.core.domain.scenes import Offer
from frontdesk.core.domain.services import LocationId
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.domain.views import BellLine, Outbox
from frontdesk.core.render.words.errors import _PROBLEM_WORDS, _STORE_WORDS, error_words, plain_error
from frontdesk.core.render.words.notices import NOTICE_WORDS, notice_words
from frontdesk.core.render.words.outbox import mail_head_words, mail_kind_words, mail_state_words, outbox_words
from frontdesk.core.render.words.troubles import TROUBLE_WORDS, cure_words, trouble_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import MON_8, an_appointment, at, on

NOW = at(MON_8)
LETTER = Letter(subject="Booked: Tue", text="Your visit")
VISIT = an_appointment()


def told_of(client: str, error: DeskError) -> DeskError:
    error.about = About(VISIT.id, client)
    return error


ERRORS: list[tuple[DeskError, str]] = [
    (BadInput("start", Problem.MISSING), "start is missing"),
    (BadInput("start", Problem.UNKNOWN, "noon", line=3), "line 3: start: there is no “noon”"),
    (
        BadInput("note", Problem.OUT_OF_RANGE, "900", hint=saying("{n} characters at most", n=500)),
        "note: 900 is out of range (500 characters at most)",
    ),
    (NotFound("appointment", "1"), "there is no appointment A-ESSKD"),
    (NotFound("client", "Nobody"), "there is no client Nobody"),
    (NotFound("mail", "7"), "there is no mail 7"),
    (
        NotAllowed("change_settings", "Rita Reception", (Role.ADMIN, Role.MANAGER)),
        "Rita Reception may not do this (change settings); ask: admin or manager",
    ),
    (NotAllowed("reschedule", "Clara Client"), "Clara Client may not do this (move appointments as clients do)"),
    (
        NotAllowed("see_calendar", "Old Timer", is_gone=True),
        "Old Timer is not here any more, and can do nothing; an admin can take them back",
    ),
    (Refused((InThePast(NOW), NothingToChange())), "that time has passed; that is how it is already"),
    (told_of("Clara Client", Refused((InThePast(NOW),))), "Clara Client: that time has passed"),
    (SlotTaken(()), "somebody else has just taken it"),
    (
        SlotTaken((), (Offer(at(on(24, 9)), at(on(24, 9, 30)), StaffId("bob"), LocationId("main"), None),)),
        "somebody else has just taken it. Free near it: Tue 24 Nov 09:00 Bob Brown",
    ),
    (
        Stale("appointment", "A-ESSKD", by="Ann Archer", operation="reschedule", at=NOW, revision=2),
        "Ann Archer moved A-ESSKD at 08:00; look at it and try again",
    ),
    (
        Stale("appointment", "A-ESSKD", by="", operation="", at=NOW, revision=2, name="Clara Client"),
        "somebody changed Clara Client at 08:00; look at it and try again",
    ),
    (Busy(), "others were writing the whole time; nothing was saved, try again"),
    (
        StoreUnusable(StoreProblem.FULL, "/srv/p.db"),
        "the disk of /srv/p.db is full; nothing was saved; make room and try again",
    ),
    (
        MailRefused("me@client.example", Trouble(QueueFault.SIGN_IN, "535 no")),
        "mail to me@client.example did not leave: the mail server does not let us sign in: 535 no."
        " check user and password ([smtp] in the config file)",
    ),
    (MailRefused("me@client.example"), "mail to me@client.example did not leave: nobody delivered it in time"),
]


@pytest.mark.parametrize(("error", "sentence"), ERRORS, ids=[it[1] for it in ERRORS])
def test_an_error_says_what_is_wrong_and_what_to_do(voice: Voice, error: DeskError, sentence: str) -> None:
    assert error_words(voice, error) == sentence


def test_without_a_practice_errors_are_told_as_far_as_they_can() -> None:
    assert plain_error(Refused((InThePast(NOW),))) == "in_the_past"
    assert plain_error(SlotTaken(())) == "somebody else has that time"
    stale = Stale("client", "C-ESSKD", by="Ann", operation="", at=NOW, revision=1)
    assert plain_error(stale) == "Ann changed C-ESSKD; look at it and try again"


def test_every_problem_and_every_trouble_has_words() -> None:
    assert set(_PROBLEM_WORDS) == set(Problem)
    assert set(_STORE_WORDS) == set(StoreProblem)
    assert set(TROUBLE_WORDS) == {*DeliveryTrouble, *QueueFault}
    assert set(NOTICE_WORDS) == set(NoticeKind)


@pytest.mark.parametrize(
    ("trouble", "sentence", "cure"),
    [
        (Trouble(DeliveryTrouble.REFUSED, "550 who?"), "the server will not take it: 550 who?", "check the address"),
        (Trouble(DeliveryTrouble.PUT_OFF, "451 busy"), "the server asks to try again later: 451 busy", ""),
        (Trouble(DeliveryTrouble.BAD_ADDRESS), "this is no address mail can be sent to", "check the address"),
        (
            Trouble(DeliveryTrouble.NO_CONNECTION, "mail.example.org: refused"),
            "no connection: mail.example.org: refused",
            "check host and port ([smtp] in the config file), and that no firewall is between",
        ),
        (Trouble(DeliveryTrouble.LOST), "the connection was lost", ""),
        (Trouble(DeliveryTrouble.TOO_SLOW), "the server took too long", ""),
        (
            Trouble(DeliveryTrouble.NO_KEY, "seal.key"),
            "the key that its links were sealed with is not on this machine: seal.key",
            "copy it from the machine where the practice was made",
        ),
        (Trouble(DeliveryTrouble.OUT_OF_TIME), "nobody took it in time", ""),
        (Trouble(DeliveryTrouble.FAULT), "a fault of this program", ""),
        (
            Trouble(QueueFault.TLS, "too old"),
            "the connection could not be encrypted: too old",
            "check that security fits the port, and that the certificate is for this host and not expired",
        ),
        (
            Trouble(QueueFault.UNSUPPORTED),
            "the server does not do what it is asked to",
            "check security and user ([smtp] in the config file)",
        ),
        (
            Trouble(QueueFault.NO_SENDER),
            "the practice has no address to send from",
            "enter it: practice.email, or from ([smtp] in the config file)",
        ),
        (
            Trouble(QueueFault.SENDER_REFUSED, "550 not you"),
            "the server takes no mail from this sender: 550 not you",
            "check from ([smtp] in the config file), or practice.email",
        ),
    ],
)
def test_a_trouble_says_what_it_is_and_what_helps(trouble: Trouble, sentence: str, cure: str) -> None:
    assert (trouble_words(trouble), cure_words(trouble)) == (sentence, cure)


def a_mail(state: MailState, delivery: Delivery | None = None, **more: Any) -> Mail:
    return Mail(
        id=MailId(1),
        kind=MailKind.BOOKED,
        about=AboutWhat("appointment", "1"),
        name="Clara Client",
        address="clara@client.example",
        letter=LETTER,
        state=state,
        delivery=delivery or Delivery(),
        **more,
    )


def a_call(state: MailState) -> Call:
    return Call(
        id=MailId(1),
        kind=MailKind.MOVED,
        about=AboutWhat("appointment", "1"),
        name="Dora Dunn",
        phone="+44 1",
        letter=LETTER,
        state=state,
    )


HOOK = Webhook(
    id=MailId(1),
    kind=MailKind.AUTOMATION,
    about=AboutWhat("appointment", "1"),
    automation="tell",
    url="https://hook.example",
    title="booked A-1",
    body="{}",
    due_at=NOW + 30,
)
TRIED = Delivery(attempts=1, trouble=Trouble(DeliveryTrouble.PUT_OFF, "451 busy"))


@pytest.mark.parametrize(
    ("owed", "state"),
    [
        (a_mail(MailState.QUEUED, due_at=NOW + 42), "leaves in 0:42"),
        (a_mail(MailState.QUEUED, TRIED, due_at=NOW + 90), "tries again in 1:30"),
        (a_mail(MailState.QUEUED, TRIED, due_at=NOW), "tries again"),
        (a_mail(MailState.QUEUED, due_at=NOW), "waiting"),
        (a_mail(MailState.SENDING), "sending"),
        (a_mail(MailState.SENT, sent_at=NOW), "sent Mon 23 Nov 08:00"),
        (a_mail(MailState.FAILED), "failed: call the client"),
        (a_mail(MailState.FAILED, reader=Reader.STAFF), "failed"),
        (a_mail(MailState.CALLED, sent_at=NOW), "was called"),
        (a_mail(MailState.SUPERSEDED), "no longer true"),
        (a_mail(MailState.DROPPED), "dropped"),
        (a_mail(MailState.DROPPED, decided_by="staff:rita"), "dropped by Rita Reception"),
        (a_mail(MailState.PAUSED), "waits for a yes"),
        (a_call(MailState.QUEUED), "to be called"),
        (a_call(MailState.SENT), "was called"),
        (a_call(MailState.DROPPED), "dropped"),
        (HOOK, "leaves in 0:30"),
    ],
)
def test_what_is_owed_says_how_it_stands(voice: Voice, owed: Owed, state: str) -> None:
    assert mail_state_words(voice, owed, NOW) == state


def test_the_head_of_a_mail_says_to_whom_what_and_what_went_wrong(voice: Voice) -> None:
    assert mail_head_words(voice, a_mail(MailState.QUEUED, TRIED, due_at=NOW), NOW) == [
        "To: Clara Client <clara@client.example>",
        "Subject: Booked: Tue",
        "State: tries again",
        "Trouble: the server asks to try again later: 451 busy",
    ]
    assert mail_kind_words(a_mail(MailState.QUEUED)) == "mail · booked · Clara Client"
    assert mail_kind_words(a_call(MailState.QUEUED)) == "call · moved · Dora Dunn"
    assert mail_kind_words(HOOK) == "webhook · automation · tell"


def an_outbox(**more: Any) -> Outbox:
    quiet: dict[str, Any] = {
        "items": (),
        "more": False,
        "has_server": True,
        "standstill": None,
        "waiting": 0,
        "stuck": 0,
        "paused": 0,
        "in_doubt": 0,
        "failed": 0,
        "oldest": None,
        "keeps_everything": False,
        "is_sealed": False,
    }
    return Outbox(**{**quiet, **more})


@pytest.mark.parametrize(
    ("outbox", "told"),
    [
        (an_outbox(), []),
        (
            an_outbox(keeps_everything=True),
            ["a demo keeps its mails: nothing leaves, everything can be read"],
        ),
        (
            an_outbox(paused=3, in_doubt=1),
            [
                "1 mail may have been told: each is sent or dropped by itself",
                "2 mails became due at once: they wait for a yes",
            ],
        ),
        (
            an_outbox(has_server=False, waiting=2),
            ["no mail server is set up here: mails wait ([smtp] in the config file)"],
        ),
        (
            an_outbox(
                standstill=Standstill(
                    fault=QueueFault.SIGN_IN, detail="535 no", since=NOW, retry_at=NOW + 60, tries=1
                )
            ),
            [
                "no mail leaves: the mail server does not let us sign in: 535 no,"
                " check user and password ([smtp] in the config file), tried again 08:01"
            ],
        ),
        (an_outbox(stuck=1, oldest=NOW), ["the oldest waits since Mon 23 Nov 08:00"]),
        (an_outbox(paused=1), ["1 mail became due at once: they wait for a yes"]),
        (an_outbox(paused=9), ["9 mails became due at once: they wait for a yes"]),
        (an_outbox(failed=1), ["1 mail failed: call"]),
        (an_outbox(failed=2), ["2 mails failed: call"]),
    ],
)
def test_the_outbox_says_what_the_desk_has_to_know(voice: Voice, outbox: Outbox, told: list[str]) -> None:
    assert outbox_words(voice, outbox, NOW) == told


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (NoticeKind.BOOKED, "Clara Client booked Mon 23 Nov 09:00"),
        (NoticeKind.MOVED, "Clara Client moved Mon 23 Nov 09:00 · ticket T-9"),
        (NoticeKind.MOVE_ASKED, "Clara Client asks to move to Mon 23 Nov 09:00"),
        (NoticeKind.OFFER_REFUSED, "Clara Client takes no offer, still asks for Mon 23 Nov 09:00"),
        (NoticeKind.NEEDS_WORK, "Clara Client needs another time: Mon 23 Nov 09:00"),
    ],
)
def test_the_bell_says_who_what_and_when(voice: Voice, kind: NoticeKind, sentence: str) -> None:
    line = BellLine(
        id=NoticeId(1),
        at=NOW,
        event=EventId(1),
        notice=Notice(audience=Audience.DESK, kind=kind, subject_kind="appointment", subject_id="1"),
        is_read=False,
        client_name="Clara Client",
        start=VISIT.start,
        zone=VISIT.zone,
        ticket="T-9",
    )
    assert notice_words(voice, line) == sentence

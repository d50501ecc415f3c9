"""Mails that follow from an event, written with it: what is true now, against what was told last."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from frontdesk.core.domain import events
from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.errors import Refused, StoreUnusable
from frontdesk.core.domain.events import Change, Event
from frontdesk.core.domain.mails import (
    APPOINTMENT_KINDS,
    APPROVALS,
    UNSENT,
    Carrier,
    Mail,
    MailId,
    MailKind,
    MailState,
    Reader,
    Told,
    appointment_for_client,
    appointment_for_practitioner,
    appointment_kind,
    decision_kind,
    request_for_client,
    request_for_practitioner,
    request_kind,
)
from frontdesk.core.domain.objections import CannotBeUndone
from frontdesk.core.domain.people import Client, Role, StaffId
from frontdesk.core.domain.practice import BY_CLIENT, ReasonId, Setup, StaffMember
from frontdesk.core.domain.requests import Ended, Request, RequestKind
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.queries.letters import (
    To,
    change_facts,
    facts_of,
    manage_address,
    rebook_address,
    to_applicant,
    to_client,
    to_staff,
    wants_rebooking,
)
from frontdesk.core.render import ics, letters
from frontdesk.core.render.language import speaking
from frontdesk.core.render.words import reason_label
from frontdesk.core.store import appointments, clients, links, mails, seals, setup
from frontdesk.core.store import events as events_store
from frontdesk.core.store.look import Tx

UNTOLD = frozenset({"import", "import_done", "merge_clients"})
"""Nobody is told how these leave an appointment: what comes in from elsewhere was told there."""

CALLED = frozenset(
    {
        MailKind.MOVED,
        MailKind.CANCELLED,
        MailKind.REQUEST_APPROVED,
        MailKind.MOVE_APPROVED,
        MailKind.REQUEST_DECLINED,
        MailKind.MOVE_DECLINED,
        MailKind.REQUEST_EXPIRED,
        MailKind.MOVE_EXPIRED,
        MailKind.OFFERED,
        MailKind.MESSAGE,
    }
)
"""What a client without e-mail is called about: news that did not come from themself."""

WORDS = frozenset({"message", "booking_link"})
"""Deeds that are nothing but a mail."""

LINK_DAYS = 30
"""How long a booking link works."""


TAKEN_BACK = "taken back"
"""Why a mail was dropped that a redo sends after all."""


@dataclass(frozen=True, slots=True)
class About:
    """What a mail is about, at which sequence or revision, and the thread it belongs to."""

    kind: str
    id: str
    sequence: int
    thread: UUID | str


def tell(tx: Tx, event: Event) -> None:
    """Write what has to be told of an event, and take back what waits and is not true any more."""
    operation = event.of_operation if isinstance(event, events.Reversed) else event.operation
    match event:
        case events.MessageWritten():
            _tell_message(tx, setup.load(tx), event)
        case events.BookingLinkGiven():
            _tell_booking_link(tx, setup.load(tx), event)
        case events.Undone() | events.Redone() if operation in WORDS:
            _take_back_words(tx, event)
        case events.Undone():
            _take_back_automations(tx, event)
        case _:
            pass
    own = [(change, event) for change in event.own_changes]
    for change, words in [*own, *((it, None) for it in event.also)]:  # personal words are for whom the act concerns
        match change.before, change.after:
            case (Appointment() | None) as was, Appointment() as it if operation not in UNTOLD and (
                was is None or was.sequence != it.sequence
            ):
                _tell_of_appointment(tx, setup.load(tx), event, words, was, it)
            case (Request() | None) as asked, Request() as request:
                _tell_of_request(tx, setup.load(tx), event, words, asked, request)
            case Client() as before, Client() as client if before.email != client.email:
                _follow_address(tx, client)
            case _:
                pass


def write(
    tx: Tx,
    practice: Setup,
    to: To,
    facts: letters.Facts,
    *,
    about: About,
    secrets: dict[str, str] | None = None,
    calendar: tuple[str, str] = ("", ""),
    **more: Any,
) -> Mail | None:
    """Render a letter and queue it; None where nobody can be reached, or the same was written before.

    Raises BadInput for a template that cannot be filled, StoreUnusable where a secret cannot be sealed.
    """
    carrier = Carrier.MAIL
    if not to.email:
        if to.reader is Reader.STAFF or facts.kind not in CALLED:
            return None
        carrier = Carrier.CALL
    domain = domain_of(practice)
    message_id = f"<{uuid.uuid4().hex}@{domain}>"
    read = letters.letter(facts)
    grace = practice.practice.mail.grace
    return mails.add(
        tx,
        Mail(
            id=MailId(0),
            carrier=carrier,
            reader=to.reader,
            kind=facts.kind,
            subject_kind=about.kind,
            subject_id=about.id,
            sequence=about.sequence,
            recipient=to.email if carrier is Carrier.MAIL else to.phone,
            name=to.name,
            client=to.client.id if to.client is not None else None,
            staff=to.staff,
            language=to.language,
            letter=replace(read, calendar=calendar[0], method=calendar[1]),
            message=facts.message,
            sealed=seals.seal(tx, secrets or {}, message_id) if carrier is Carrier.MAIL else "",
            message_id=message_id,
            thread=f"<{about.thread}@{domain}>",
            made_at=tx.now,
            **{"due_at": tx.now + (grace if carrier is Carrier.MAIL else 0), **more},
        ),
    )


def domain_of(practice: Setup) -> str:
    """The right side of the Message-IDs: the practice's mail domain."""
    _, _, domain = practice.practice.email.rpartition("@")
    try:
        plain = domain.encode("idna").decode().lower()
    except UnicodeError:
        plain = ""
    return plain if re.fullmatch(r"[a-z0-9.-]+", plain) else "frontdesk.invalid"


def supersede(tx: Tx, mail: Mail) -> None:
    """What a mail says is not true any more: it does not leave, and its links open nothing."""
    try:
        secrets = seals.unseal(tx, mail.sealed, mail.message_id)
    except StoreUnusable:  # sealed by another machine's key: nobody here can say it, and nothing waits for that
        secrets = {}
    if not mail.perhaps:
        for secret in secrets.values():
            links.forget(tx, secret)
    mails.save(tx, replace(mail, state=MailState.SUPERSEDED, sealed=""))


def manage_link(tx: Tx, practice: Setup, it: Appointment) -> tuple[str, dict[str, str]]:
    """A link to look after an appointment, with the place of its secret marked; nothing while the portal is off."""
    link = manage_address(practice)
    return link, {"manage": links.to_manage(tx, it)} if letters.secret("manage") in link else {}


def rebook_link(tx: Tx, practice: Setup, it: Appointment) -> tuple[str, dict[str, str]]:
    """A link with which a client books the same service again."""
    link = rebook_address(practice, it.service)
    return link, {"rebook": links.to_book(tx, it.client, it.service, tx.now + LINK_DAYS * DAY)} if link else {}


def _tell_of_appointment(
    tx: Tx, practice: Setup, event: Event, words: Event | None, was: Appointment | None, it: Appointment
) -> None:
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    for reminder in mails.waiting_reminders(tx, str(it.id)):
        supersede(tx, reminder)  # of a time it no longer has
    _tell_client(tx, practice, event, words, client, was, it)
    for who in dict.fromkeys(filter(None, (was.practitioner if was is not None else None, it.practitioner))):
        _tell_practitioner(tx, practice, event, client, who, was, it)


def _tell_client(
    tx: Tx,
    practice: Setup,
    event: Event,
    words: Event | None,
    client: Client,
    was: Appointment | None,
    it: Appointment,
) -> None:
    to, now = to_client(practice, client), appointment_for_client(it)
    subject = About("appointment", str(it.id), it.sequence, it.holder)
    told = _what_is_known(tx, subject, to, appointment_for_client(was), now)
    kind = _kind(told, now, appointment_for_client(was), tx.now) if told is not None else None
    if told is None or kind is None:
        _links_follow(tx, it, now)
        return
    waiting = told.waiting.kind if told.waiting is not None else None
    if isinstance(event, events.RequestApproved) or (waiting in APPROVALS.values() and kind in APPROVALS):
        kind = APPROVALS.get(kind, kind)
    if not client.email and (_came_from_client(event, it) or _is_slip(tx, practice, event, was)):
        return
    message = words.message if words is not None else ""
    if not message and told.waiting is not None and waiting is kind:
        message = told.waiting.message
    manage, secrets = manage_link(tx, practice, it) if now is not None and client.email else ("", {})
    rebook = ""
    if now is None and wants_rebooking(it):
        rebook, secrets = rebook_link(tx, practice, it) if client.email else ("", {})
    facts = change_facts(
        tx,
        practice,
        to,
        kind,
        it,
        known=told.known or (None if now is not None else appointment_for_client(was)),
        told=now,
        message=message,
        manage=manage,
        rebook=rebook,
        fee=_fee(event),
        letter=words.letter if words is not None else "",
    )
    stands = now or told.known or appointment_for_client(was)
    assert stands is not None
    write(
        tx,
        practice,
        to,
        facts,
        about=subject,
        secrets=secrets,
        calendar=_calendar_file(tx, practice, to, kind, it, stands),
        known=told.known,
        unsure=told.unsure,
        tells=now,
        until=_pointless_from(tx, stands),
    )


def _tell_practitioner(
    tx: Tx,
    practice: Setup,
    event: Event,
    client: Client,
    who: StaffId,
    was: Appointment | None,
    it: Appointment,
) -> None:
    person = practice.staff.get(who)
    if person is None:
        return
    to, now = to_staff(practice, person), appointment_for_practitioner(it, who)
    subject = About("appointment", str(it.id), it.sequence, it.holder)
    told = _what_is_known(tx, subject, to, appointment_for_practitioner(was, who), now)
    kind = _kind(told, now, appointment_for_practitioner(was, who), tx.now) if told is not None else None
    if told is None or kind is None or (tx.actor.staff == who and not mails_own_changes(person)):
        return
    stands = now or told.known or appointment_for_client(was)
    assert stands is not None
    facts = facts_of(
        tx,
        practice,
        to,
        kind,
        client.name,
        it,
        known=told.known,
        told=now,
        reason=_reason(practice, to, it) if now is None else "",
        by=event.side,
        actor=tx.actor.name,
        ticket=it.ticket if kind is not MailKind.BOOKED else "",
    )
    write(
        tx,
        practice,
        to,
        facts,
        about=subject,
        known=told.known,
        unsure=told.unsure,
        tells=now,
        until=_pointless_from(tx, stands),
    )


def _links_follow(tx: Tx, it: Appointment, now: Told | None) -> None:
    """Nothing is told, for nothing differs: the links of the mail that told it last open what it names, as before."""
    sent = mails.told_sequence(tx, it.id) if now is not None else None
    if sent is not None:
        links.follow(tx, it.id, sent, it.sequence)


def _reason(practice: Setup, to: To, it: Appointment) -> str:
    """Why it was cancelled, in the reader's language."""
    cancelled = it.cancellation
    if cancelled is None:
        return ""
    reason = practice.reasons.get(ReasonId(cancelled.reason))
    with speaking(to.language):
        label = reason_label(reason) if reason is not None else ""
    return " – ".join(filter(None, (label, cancelled.text)))


def _pointless_from(tx: Tx, stands: Told) -> Instant:
    """Once it is over nobody needs the news; of what is over already, a day later."""
    return stands.end if stands.end > tx.now else tx.now + DAY


def _tell_message(tx: Tx, practice: Setup, event: events.MessageWritten) -> None:
    to, it = to_client(practice, event.client), event.appointment
    facts = facts_of(
        tx, practice, to, MailKind.MESSAGE, to.name, None, told=appointment_for_client(it), message=event.message
    )
    about = About("appointment", str(it.id), it.sequence, it.holder) if it is not None else _about(event.client)
    write(tx, practice, to, facts, about=about, occasion=f"words:{event.batch}")


def _tell_booking_link(tx: Tx, practice: Setup, event: events.BookingLinkGiven) -> None:
    to = to_client(practice, event.client)
    _start, _slash, secret = event.link.rpartition("/")
    occasion = f"words:{event.batch}"
    links.name(tx, secret, occasion)
    if not event.mailed:
        return
    facts = facts_of(
        tx,
        practice,
        to,
        MailKind.BOOKING_LINK,
        to.name,
        None,
        service=event.service.name,
        rebook=rebook_address(practice, event.service.id),
        link_until=event.until,
    )
    write(
        tx,
        practice,
        to,
        facts,
        about=_about(event.client),
        secrets={"rebook": secret},
        occasion=occasion,
        until=event.until,
    )


def _take_back_words(tx: Tx, event: events.Reversed) -> None:
    """A message that waits does not leave, and a link opens nothing; or they do after all.

    Raises Refused where the mail has left.
    """
    occasion, undone = f"words:{_first_batch(tx, event)}", isinstance(event, events.Undone)
    for mail in mails.of_occasion(tx, occasion):
        if mail.is_told:
            raise Refused((CannotBeUndone(event.of_operation),))
        if undone and mail.state in UNSENT:
            mails.save(tx, replace(mail, state=MailState.DROPPED, error=TAKEN_BACK, decided_by=tx.actor.name))
        elif not undone and mail.error == TAKEN_BACK:
            due = tx.now + setup.load(tx).practice.mail.grace
            mails.save(tx, replace(mail, state=MailState.QUEUED, due_at=due, error="", decided_by=""))
    links.close(tx, occasion, tx.now if undone else None)


def _take_back_automations(tx: Tx, event: events.Undone) -> None:
    """What automations wrote of an act that is undone does not leave, if it has not."""
    for mail in mails.of_occasion(tx, f"automation:{event.undoes}:", begins=True):
        if mail.may_still_change:
            mails.save(tx, replace(mail, state=MailState.DROPPED, error=TAKEN_BACK, decided_by=tx.actor.name))


def _first_batch(tx: Tx, event: events.Reversed) -> events.BatchId:
    """The batch of the deed itself, below all undoing and redoing of it."""
    batch = event.undoes
    assert batch is not None
    while (below := events_store.operation_of(tx, batch)[1]) is not None:
        batch = below
    return batch


def _tell_of_request(
    tx: Tx, practice: Setup, event: Event, words: Event | None, was: Request | None, it: Request
) -> None:
    client = clients.find(tx, it.client) if it.client is not None else None
    to = to_client(practice, client) if client is not None else to_applicant(practice, it)
    moves = appointments.find(tx, it.appointment) if it.kind is RequestKind.RESCHEDULE and it.appointment else None
    about = About("request", str(it.id), it.revision, it.holder)
    now = request_for_client(it)
    told = _what_is_known(tx, about, to, request_for_client(was), now)
    kind = request_kind(it, told.known, now) if told is not None else None
    if told is not None and kind is not None:
        facts = facts_of(
            tx,
            practice,
            to,
            kind,
            to.name,
            None,
            known=appointment_for_client(moves),
            told=now,
            message=words.message if words is not None else "",
            held_until=it.held_until if it.held and not it.offers else None,
            answer_by=it.answer_by,
            overtaken=it.ended is Ended.OVERTAKEN,
            letter=words.letter if words is not None else "",
        )
        write(tx, practice, to, facts, about=about, known=told.known, tells=now, until=_ends(tx, it))
    for who in dict.fromkeys(filter(None, (was.slot.practitioner if was else None, it.slot.practitioner))):
        person = practice.staff.get(who)
        if person is not None:
            _ask_to_decide(tx, practice, event, to_staff(practice, person, must=True), about, was, it, moves, to.name)


def _ask_to_decide(
    tx: Tx,
    practice: Setup,
    event: Event,
    staff: To,
    about: About,
    was: Request | None,
    it: Request,
    moves: Appointment | None,
    client_name: str,
) -> None:
    """A wish that came in, or became another one, is mailed to who decides."""
    assert staff.staff is not None
    own = mails_own_changes(practice.staff[staff.staff])
    wish = request_for_practitioner(it, staff.staff)
    told = _what_is_known(tx, about, staff, request_for_practitioner(was, staff.staff), wish)
    asked = decision_kind(it, told.known, wish) if told is not None else None
    asks = isinstance(event, events.RequestMade | events.RequestEdited | events.Reversed)
    if told is None or asked is None or not asks or (tx.actor.staff == staff.staff and not own):
        return
    facts = facts_of(
        tx,
        practice,
        staff,
        asked,
        client_name,
        None,
        known=appointment_for_client(moves),
        told=wish,
        description=it.description,
        ticket=moves.ticket if moves is not None else "",
    )
    write(tx, practice, staff, facts, about=about, known=told.known, tells=wish, until=_ends(tx, it))


def _ends(tx: Tx, it: Request) -> Instant:
    return max(it.slot.end, tx.now + DAY)


def _about(client: Client) -> About:
    return About("client", str(client.id), 0, f"client-{client.id}")


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows, and the mail that was to tell them more and is taken back."""

    known: Told | None
    waiting: Mail | None = None
    unsure: bool = False
    """It rests on a mail that perhaps arrived: that makes a mail necessary, never unnecessary."""


def _what_is_known(tx: Tx, about: About, to: To, before: Told | None, now: Told | None) -> Known | None:
    """What a reader was told last; None where a mail waits that tells just what is true now.

    A mail nobody can have read is taken back, also one that nobody could deliver; what was known before it counts.
    One that perhaps arrived counts as told, and is not sent again.
    """
    last = mails.latest(tx, about.kind, about.id, to.reader, to.staff)
    if last is None:
        return Known(before)
    if last.state is MailState.SENDING or (last.perhaps and last.state is not MailState.SENT):
        if last.state in UNSENT:
            supersede(tx, last)
        return Known(before, unsure=True)
    if last.state in UNSENT and last.tells == now and now is not None:
        mails.save(tx, replace(last, sequence=about.sequence))
        return None
    if last.state in (*UNSENT, MailState.FAILED):
        supersede(tx, last)
        return Known(last.known, last if last.state in UNSENT else None, last.unsure)
    if about.kind == "request" and before is None and last.state is MailState.SENT:
        return Known(last.tells)  # its approval is told by the appointment
    return Known(before)


def _kind(told: Known, now: Told | None, was: Told | None, at: Instant) -> MailKind | None:
    """What has to be told of an appointment, also where it is only not sure that it is known."""
    kind = appointment_kind(told.known, now, at)
    if kind is not None or not told.unsure or told.known != now:
        return kind
    return appointment_kind(None if now is not None else was, now, at)


def _came_from_client(event: Event, it: Appointment) -> bool:
    """Whether the client knows of it because it was their own doing, or their own wish."""
    cancelled = it.cancellation
    asked = cancelled is not None and cancelled.reason == BY_CLIENT
    return isinstance(event, events.AppointmentBooked) or event.side is Side.CLIENT or asked


def _is_slip(tx: Tx, practice: Setup, event: Event, was: Appointment | None) -> bool:
    """Whether a booking is taken back so soon that nobody has to be called."""
    if was is None or not isinstance(event, events.Undone):
        return False
    return tx.now < was.timed_at + practice.practice.mail.grace


def mails_own_changes(person: StaffMember) -> bool:
    """Whether somebody is mailed about what they did themself: as they say, else practitioners are."""
    return Role.PRACTITIONER in person.roles if person.mail_my_changes is None else person.mail_my_changes


def _fee(event: Event) -> int:
    """What the change costs the client, in minor units."""
    charged: Iterable[Change] = event.also
    return sum(
        it.after.amount
        for it in charged
        if it.before is None and isinstance(it.after, Charge) and it.after.state is ChargeState.DUE
    )


def _calendar_file(tx: Tx, practice: Setup, to: To, kind: MailKind, it: Appointment, stands: Told) -> tuple[str, str]:
    """What the client's own calendar takes over, and its method."""
    if kind not in APPOINTMENT_KINDS or not practice.practice.mail.calendar_files or not to.email:
        return "", ""
    cancelled = kind is MailKind.CANCELLED
    with speaking(to.language):
        text = ics.invitation(practice, it, stands, attendee=(to.name, to.email), cancelled=cancelled, stamp=tx.now)
    return text, "CANCEL" if cancelled else "REQUEST"


def without_address(tx: Tx, mail: Mail, client: Client) -> None:
    """A client who has no address any more is called about news; the rest is dropped."""
    call = replace(mail, carrier=Carrier.CALL, state=MailState.QUEUED, recipient=client.phone, due_at=tx.now)
    mails.save(tx, call if mail.kind in CALLED else replace(mail, state=MailState.DROPPED))


def _follow_address(tx: Tx, client: Client) -> None:
    """What waits for a client goes to the address they have now."""
    for mail in mails.unsent_to(tx, client.id):
        if mail.carrier is Carrier.MAIL and client.email:
            mails.save(tx, replace(mail, recipient=client.email))
        elif mail.carrier is Carrier.MAIL:
            without_address(tx, mail, client)

"""Mails that follow from an event, written with it: what is true now, against what was told last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import NAMESPACE_OID, uuid5

from frontdesk.core.domain.appointments import Appointment, AppointmentId, Side
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.errors import Refused
from frontdesk.core.domain.events.appointments import AppointmentBooked
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived, MessageWritten
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.requests import RequestApproved, RequestEdited, RequestMade
from frontdesk.core.domain.events.reversals import Redone, Reversed, Undone
from frontdesk.core.domain.mails import (
    APPROVALS,
    UNSENT,
    Carrier,
    Letter,
    MailKind,
    MailState,
    Reader,
    Told,
    appointment_for_client,
    appointment_for_practitioner,
    change_kind,
    decision_kind,
    request_for_client,
    request_for_practitioner,
    request_kind,
    tells_before,
)
from frontdesk.core.domain.objections import CannotBeUndone
from frontdesk.core.domain.people import Client, StaffId
from frontdesk.core.domain.practice import BY_CLIENT, ReasonId, Setup
from frontdesk.core.domain.requests import Ended, Request, RequestKind
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.operations.writing import (
    TAKEN_BACK,
    About,
    calendar_file,
    mails_own_changes,
    manage_link,
    pointless_from,
    rebook_link,
    supersede,
    what_is_known,
    without_address,
    write,
)
from frontdesk.core.queries.letters import (
    To,
    change_facts,
    facts_of,
    manage_address,
    rebook_address,
    sign_in_address,
    to_applicant,
    to_client,
    to_practice,
    to_staff,
    wants_rebooking,
)
from frontdesk.core.render import letters
from frontdesk.core.render.language import speaking
from frontdesk.core.render.words.labels import reason_label
from frontdesk.core.store import appointments, clients, links, mails, setup
from frontdesk.core.store import events as events_store
from frontdesk.core.store.look import Tx

UNTOLD = frozenset({"import", "import_done", "merge_clients"})
"""Nobody is told how these leave an appointment: what comes in from elsewhere was told there."""

WORDS = frozenset({"message", "booking_link"})
"""Deeds that are nothing but a mail."""


def tell(tx: Tx, event: Event) -> None:
    """Write what has to be told of an event, and take back what waits and is not true any more."""
    practice = setup.load(tx)
    operation = event.of_operation if isinstance(event, Reversed) else event.operation
    match event:
        case MessageWritten():
            _tell_message(tx, practice, event, event.client, event.appointment)
        case MessageReceived():
            _pass_on(tx, practice, event)
        case BookingLinkGiven():
            _tell_booking_link(tx, practice, event)
        case Undone() | Redone():
            _take_back_words(tx, event, must=operation in WORDS)
        case _:
            pass
    own = [(change, event) for change in event.own_changes]
    for change, words in [*own, *((it, None) for it in event.also)]:  # personal words are for whom the act concerns
        match change.before, change.after:
            case (Appointment() | None) as was, Appointment() as it if operation not in UNTOLD and (
                was is None or was.sequence != it.sequence
            ):
                _tell_of_appointment(tx, practice, event, words, was, it)
            case Appointment() as was, Appointment() as it if words is not None and was.revision != it.revision:
                _follow_note(tx, practice, was, it)
                _tell_words(tx, practice, words, it)
            case (Request() | None) as asked, Request() as request:
                _tell_of_request(tx, practice, event, words, asked, request)
            case Client() as before, Client() as client if before.email != client.email:
                _follow_address(tx, practice, client)
            case _:
                pass


def _tell_of_appointment(
    tx: Tx, practice: Setup, event: Event, words: Event | None, was: Appointment | None, it: Appointment
) -> None:
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    for reminder in mails.waiting_reminders(tx, str(it.id)) if was is not None else ():
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
    before = appointment_for_client(was)
    told = what_is_known(tx, subject, to, before, now, is_new=was is None)
    kind = change_kind(told.known, now, before, tx.now) if told is not None else None
    slip = _is_slip(tx, practice, event, was)
    if kind is None and now is None and before is not None and words is not None and (words.message or words.letter):
        kind = MailKind.CANCELLED  # nobody told them of it, but somebody has something to say about its end
    if told is None or kind is None or (slip and now is None and told.known.told is None):
        _links_follow(tx, it, now)
        if words is not None:
            _tell_words(tx, practice, words, it)
        return
    waiting = told.waiting.kind if told.waiting is not None else None
    if isinstance(event, RequestApproved) or (waiting in APPROVALS.values() and kind in APPROVALS):
        kind = APPROVALS.get(kind, kind)
    message = words.message if words is not None else ""
    if not client.email and not message and (slip or _came_from_client(event, it)):
        return
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
        known=tells_before(told.known.told, before, now),
        told=now,
        message=message,
        manage=manage,
        rebook=rebook,
        fee=_fee(event),
        letter=words.letter if words is not None else "",
    )
    stands = now or told.known.told or before
    assert stands is not None
    write(
        tx,
        practice,
        to,
        facts,
        about=subject,
        secrets=secrets,
        calendar=calendar_file(tx, practice, to, kind, it, stands),
        known=told.known.told,
        unsure=told.known.unsure,
        tells=now,
        until=pointless_from(tx, stands),
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
    before = appointment_for_practitioner(was, who)
    told = what_is_known(tx, subject, to, before, now, is_new=was is None)
    kind = change_kind(told.known, now, before, tx.now) if told is not None else None
    if told is None or kind is None or (tx.actor.staff == who and not mails_own_changes(person)):
        return
    if now is None and told.known.told is None and _is_slip(tx, practice, event, was):
        return
    stands = now or told.known.told or before
    assert stands is not None
    facts = facts_of(
        tx,
        practice,
        to,
        kind,
        client.name,
        it,
        known=tells_before(told.known.told, before, now),
        told=now,
        reason=_reason(practice, to, it) if now is None else "",
        by=event.side,
        actor=tx.actor.name,
        ticket=it.ticket if was is not None else "",
        description=event.description,
    )
    write(
        tx,
        practice,
        to,
        facts,
        about=subject,
        known=told.known.told,
        unsure=told.known.unsure,
        tells=now,
        until=pointless_from(tx, stands),
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
    with speaking(to.language, practice.practice.labels):
        label = reason_label(reason) if reason is not None else ""
    return " – ".join(filter(None, (label, cancelled.text)))


def _follow_note(tx: Tx, practice: Setup, was: Appointment, it: Appointment) -> None:
    """A mail that waits says the public note as it is now, unless somebody rewrote it."""
    last = mails.latest(tx, "appointment", str(it.id), Reader.CLIENT, None) if was.note != it.note else None
    if last is None or not last.may_still_change or last.tells is None:
        return
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    to, told = to_client(practice, client), last.tells

    def said(noted: Appointment) -> Letter:
        facts = change_facts(
            tx,
            practice,
            to,
            last.kind,
            noted,
            known=last.known,
            told=told,
            message=last.message,
            manage=manage_address(practice) if client.email else "",
        )
        calendar, method = calendar_file(tx, practice, to, last.kind, noted, told)
        return replace(letters.letter(facts), calendar=calendar, method=method)

    if said(was).text == last.letter.text:
        mails.save(tx, replace(last, letter=said(it)))


def _tell_words(tx: Tx, practice: Setup, event: Event, it: Appointment) -> None:
    """What somebody wrote with a change that is no news to the client: it goes as a message."""
    if event.message or event.letter:
        client = clients.find(tx, it.client)
        assert client is not None, "an appointment has a client"
        _tell_message(tx, practice, event, client, it)


def _tell_message(tx: Tx, practice: Setup, event: Event, client: Client, it: Appointment | None) -> None:
    to = to_client(practice, client)
    facts = facts_of(
        tx,
        practice,
        to,
        MailKind.MESSAGE,
        to.name,
        None,
        told=appointment_for_client(it),
        message=event.message,
        letter=event.letter,
    )
    about = About("appointment", str(it.id), it.sequence, it.holder) if it is not None else _about(client)
    write(tx, practice, to, facts, about=about, occasion=f"words:{event.batch}")


def _pass_on(tx: Tx, practice: Setup, event: MessageReceived) -> None:
    """A client's words go to the practitioner they are about, else to whom the client sees next, or saw last."""
    client, about = event.client, event.appointment
    theirs = sorted(appointments.of_client(tx, client.id), key=lambda it: (it.start < tx.now, abs(it.start - tx.now)))
    it = about or next(iter(theirs), None)
    person = practice.staff.get(it.practitioner) if it is not None else None
    to = to_practice(practice) if person is None else to_staff(practice, person, must=True)
    told = appointment_for_client(about)
    facts = facts_of(
        tx, practice, to, MailKind.CLIENT_MESSAGE, client.name, None, told=told, description=event.message
    )
    subject = _about(client) if about is None else About("appointment", str(about.id), about.sequence, about.holder)
    write(tx, practice, to, facts, about=subject, occasion=f"words:{event.batch}", client=client.id)


def _tell_booking_link(tx: Tx, practice: Setup, event: BookingLinkGiven) -> None:
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


def _take_back_words(tx: Tx, event: Reversed, must: bool) -> None:
    """A message that waits does not leave, and a link opens nothing; or they do after all.

    Raises Refused where the mail has left and the deed was nothing but that: it `must` be taken back.
    """
    assert event.undoes is not None
    occasion, undone = f"words:{events_store.first_of(tx, event.undoes)}", isinstance(event, Undone)
    for mail in mails.of_occasion(tx, occasion):
        if mail.is_told and must:
            raise Refused((CannotBeUndone(event.of_operation),))
        if undone and mail.state in UNSENT:
            mails.save(tx, replace(mail, state=MailState.DROPPED, error=TAKEN_BACK, decided_by=tx.actor.who.key))
        elif not undone and mail.error == TAKEN_BACK:
            due = tx.now + setup.load(tx).practice.mail.grace
            mails.save(tx, replace(mail, state=MailState.QUEUED, due_at=due, error="", decided_by=""))
    links.close(tx, occasion, tx.now if undone else None)


def _tell_of_request(
    tx: Tx, practice: Setup, event: Event, words: Event | None, was: Request | None, it: Request
) -> None:
    client = clients.find(tx, it.client) if it.client is not None else None
    to = to_client(practice, client) if client is not None else to_applicant(practice, it)
    moves = appointments.find(tx, it.appointment) if it.kind is RequestKind.RESCHEDULE and it.appointment else None
    about = About("request", str(it.id), it.revision, it.holder)
    now = request_for_client(it)
    told = what_is_known(tx, about, to, request_for_client(was), now, is_new=was is None)
    kind = request_kind(it, told.known.told, now) if told is not None else None
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
            ref=it.ref,
            manage=sign_in_address(practice) if client is not None else "",
            letter=words.letter if words is not None else "",
        )
        write(tx, practice, to, facts, about=about, known=told.known.told, tells=now, until=_ends(tx, it))
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
    told = what_is_known(tx, about, staff, request_for_practitioner(was, staff.staff), wish, is_new=was is None)
    asked = decision_kind(it, told.known.told, wish) if told is not None else None
    asks = isinstance(event, RequestMade | RequestEdited | Reversed)
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
        ref=it.ref,
        ticket=moves.ticket if moves is not None else "",
    )
    write(tx, practice, staff, facts, about=about, known=told.known.told, tells=wish, until=_ends(tx, it))


def _ends(tx: Tx, it: Request) -> Instant:
    return max(it.slot.end, tx.now + DAY)


def _about(client: Client) -> About:
    return About("client", str(client.id), 0, uuid5(NAMESPACE_OID, f"client {client.id}"))


def _came_from_client(event: Event, it: Appointment) -> bool:
    """Whether the client knows of it because it was their own doing, or their own wish."""
    cancelled = it.cancellation
    asked = cancelled is not None and cancelled.reason == BY_CLIENT
    return isinstance(event, AppointmentBooked) or event.side is Side.CLIENT or asked


def _is_slip(tx: Tx, practice: Setup, event: Event, was: Appointment | None) -> bool:
    """Whether a booking is taken back, or done again, so soon that nobody has to be called."""
    if was is None or not isinstance(event, Reversed):
        return False
    return tx.now < was.timed_at + practice.practice.mail.grace


def _fee(event: Event) -> int:
    """What the change costs the client, in minor units."""
    charged: Iterable[Change] = event.also
    return sum(
        it.after.amount
        for it in charged
        if it.before is None and isinstance(it.after, Charge) and it.after.state is ChargeState.DUE
    )


def _follow_address(tx: Tx, practice: Setup, client: Client) -> None:
    """What waits for a client goes to the address they have now, and invites that one; a call becomes a mail."""
    to = to_client(practice, client)
    for mail in mails.unsent_to(tx, client.id):
        if not client.email:
            if mail.carrier is Carrier.MAIL:
                without_address(tx, mail, client)
            continue
        booked = mail.subject_kind == "appointment"
        it = appointments.find(tx, AppointmentId(int(mail.subject_id))) if booked else None
        stands, read = mail.tells or mail.known, mail.letter
        if it is not None and stands is not None:
            calendar, method = calendar_file(tx, practice, to, mail.kind, it, stands)
            read = replace(read, calendar=calendar, method=method)
        due = mail.due_at if mail.carrier is Carrier.MAIL else tx.now + practice.practice.mail.grace
        mails.save(tx, replace(mail, carrier=Carrier.MAIL, recipient=client.email, letter=read, due_at=due))

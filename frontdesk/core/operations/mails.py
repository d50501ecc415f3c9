"""What people decide about mails, and what whoever delivers them does."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.mails import (
    CallMade,
    DropMail,
    DropPaused,
    GiveBookingLink,
    Leased,
    ReleaseMails,
    Report,
    ReportMail,
    RetryMail,
    SendNow,
    TakeBackDecision,
    TakeMails,
    WriteAsClient,
    WriteMessage,
    WriteReminders,
    WriteTestMail,
)
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.automations import still_holds
from frontdesk.core.domain.errors import BadInput, NotFound, Problem, StoreUnusable, saying
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived, MessageWritten
from frontdesk.core.domain.mails import (
    GIVE_UP,
    LEASE,
    UNSENT,
    Carrier,
    Mail,
    MailId,
    MailKind,
    MailState,
    Outcome,
    Reader,
    appointment_for_client,
    reminder_occasion,
    request_for_client,
    request_for_practitioner,
    retry_delay,
)
from frontdesk.core.domain.objections import MailIsOver, NoAddress, NoPortal, NotOnline
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.reminders import is_storm, reminder_due
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.text import TEXT_LENGTH, clean_text
from frontdesk.core.domain.times import DAY, HOUR, MINUTE
from frontdesk.core.operations import writing
from frontdesk.core.operations.appointments import found, locked_client
from frontdesk.core.operations.automations import automation_of, signing_key
from frontdesk.core.operations.guard import require_allowed, require_no_objection, require_power_over, require_sees
from frontdesk.core.operations.recording import record
from frontdesk.core.parse import contacts
from frontdesk.core.queries import letters as letter_facts
from frontdesk.core.queries.reminders import due_reminders, is_wanted
from frontdesk.core.queries.slots import service_of
from frontdesk.core.render import letters
from frontdesk.core.store import appointments, clients, links, mails, requests, seals, setup
from frontdesk.core.store.look import Look, Tx

FIRST_FAULT_RETRY, LONGEST_FAULT_RETRY = MINUTE, 15 * MINUTE
"""How soon a queue that stands still is tried again."""


def send_now(tx: Tx, ask: SendNow) -> Mail:
    mail = _opened(tx, ask.mail, SendNow.needs)
    if mail.state not in (MailState.QUEUED, MailState.PAUSED) or mail.carrier is Carrier.CALL:
        require_no_objection([MailIsOver(mail.state)])
    _try_the_queue(tx)
    return _saved(tx, replace(mail, state=MailState.QUEUED, due_at=min(mail.due_at, tx.now)))


def drop_mail(tx: Tx, ask: DropMail) -> Mail:
    mail = _opened(tx, ask.mail, DropMail.needs)
    if not mail.may_be_dropped:
        require_no_objection([MailIsOver(mail.state)])
    return _saved(tx, replace(mail, state=MailState.DROPPED, decided_by=tx.actor.who.key))


def retry_mail(tx: Tx, ask: RetryMail) -> Mail:
    mail = _opened(tx, ask.mail, RetryMail.needs)
    if mail.state not in (MailState.FAILED, MailState.DROPPED) or not mail.recipient:
        require_no_objection([MailIsOver(mail.state)])
    until = None if mail.until is None else max(mail.until, tx.now + HOUR)
    fresh = replace(
        mail,
        state=MailState.QUEUED,
        due_at=tx.now,
        made_at=tx.now,
        attempts=0,
        error="",
        decided_by="",
        until=until,
    )
    if mail.carrier is Carrier.MAIL and mail.client is not None and mail.reader is Reader.CLIENT:
        client = clients.living(tx, mail.client)
        if client is not None and client.email:
            fresh = replace(fresh, recipient=client.email)  # corrected meanwhile, maybe
    if not _is_true(tx, fresh, _sequence_of(tx, mail)):
        require_no_objection([MailIsOver(MailState.SUPERSEDED)])
    return _saved(tx, fresh)


def call_made(tx: Tx, ask: CallMade) -> Mail:
    mail = _opened(tx, ask.mail, CallMade.needs)
    if not mail.to_call:
        require_no_objection([MailIsOver(mail.state)])
    if mail.carrier is Carrier.MAIL:
        mail = replace(mail, carrier=Carrier.CALL)  # that is how the news arrived
    return _saved(tx, replace(mail, state=MailState.SENT, sent_at=tx.now, decided_by=tx.actor.who.key))


def release_mails(tx: Tx, ask: ReleaseMails) -> int:
    require_allowed(tx, ask.needs)
    held = _still_paused(tx, seen=True)
    for mail in held:
        mails.save(tx, replace(mail, state=MailState.QUEUED, due_at=tx.now))
    mails.changed(tx)
    return len(held)


def drop_paused(tx: Tx, ask: DropPaused) -> int:
    require_allowed(tx, ask.needs)
    held = _still_paused(tx, seen=True)
    for mail in held:
        mails.save(tx, replace(mail, state=MailState.DROPPED, decided_by=tx.actor.who.key))
    mails.changed(tx)
    return len(held)


def take_back_decision(tx: Tx, ask: TakeBackDecision) -> Mail:
    mail = _opened(tx, ask.mail, ask.needs)
    was_called = mail.carrier is Carrier.CALL and mail.state is MailState.SENT
    if not (was_called or mail.state is MailState.DROPPED) or ask.was not in (*UNSENT, MailState.FAILED):
        require_no_objection([MailIsOver(mail.state)])
    return _saved(tx, replace(mail, state=ask.was, carrier=ask.carrier, sent_at=None, decided_by=""))


def write_message(tx: Tx, ask: WriteMessage) -> MessageWritten:
    client, about, words = _words_of(tx, ask)
    if not client.email and not client.phone:
        require_no_objection([NoAddress(client.name)])
    return record(tx, MessageWritten(client=client, appointment=about, message=words))


def write_as_client(tx: Tx, ask: WriteAsClient) -> MessageReceived:
    client, about, words = _words_of(tx, ask)
    return record(tx, MessageReceived(client=client, appointment=about, message=words))


def _words_of(tx: Tx, ask: WriteMessage | WriteAsClient) -> tuple[Client, Appointment | None, str]:
    """Between whom, about what, and the words, cleaned. Raises NotFound, NotAllowed or BadInput."""
    client = locked_client(tx, ask.client)
    require_sees(tx, ask.needs, client.id)
    words, length = clean_text(ask.text), len(ask.text.strip())
    if not words:
        raise BadInput("message", Problem.MISSING)
    if length > TEXT_LENGTH:
        raise BadInput(
            "message", Problem.OUT_OF_RANGE, str(length), hint=saying("{n} characters at most", n=TEXT_LENGTH)
        )
    about = found(tx, ask.appointment) if ask.appointment is not None else None
    if about is not None:
        if about.client != client.id:
            raise NotFound("appointment", str(about.id))
        require_power_over(tx, setup.load(tx), ask.needs, about)
    return client, about, words


def give_booking_link(tx: Tx, ask: GiveBookingLink) -> BookingLinkGiven:
    practice = setup.load(tx)
    service = service_of(practice, ask.service)
    client = locked_client(tx, ask.client)
    require_sees(tx, ask.needs, client.id)
    if not practice.practice.portal.base:
        require_no_objection([NoPortal()])
    if not service.online:
        require_no_objection([NotOnline(service.id)])
    if ask.mailed and not client.email:
        require_no_objection([NoAddress(client.name)])
    until = tx.now + writing.LINK_DAYS * DAY
    secret = links.to_book(tx, client.id, service.id, until)
    link = letters.opened(letter_facts.rebook_address(practice, service.id), {"rebook": secret})
    return record(tx, BookingLinkGiven(client=client, service=service, mailed=ask.mailed, link=link, until=until))


def write_test_mail(tx: Tx, ask: WriteTestMail) -> Mail:
    """Queued like all others, so that it proves the whole way."""
    require_allowed(tx, ask.needs)
    practice = setup.load(tx)
    to = letter_facts.To(
        reader=Reader.STAFF,
        name=tx.actor.name,
        email=contacts.email(ask.address, "mail"),
        language=practice.practice.locale,
    )
    if not to.email:
        raise BadInput("mail", Problem.MISSING)
    name = uuid.uuid4()
    made = writing.write(
        tx,
        practice,
        to,
        letter_facts.facts_of(tx, practice, to, MailKind.TEST, "", None),
        about=writing.About("practice", "practice", 0, name),
        occasion=f"test:{name}",
        due_at=tx.now - GIVE_UP,  # before all that waits: it is watched
        until=tx.now + HOUR,
    )
    assert made is not None, "its occasion is its own"
    return made


def take_mails(tx: Tx, ask: TakeMails) -> tuple[Leased, ...]:
    if tx.machine.keeps_everything:
        return ()
    taken: list[Leased] = []
    lease = uuid.uuid4().hex
    if ask.only is not None:
        new = [it for due in mails.this_one(tx, ask.only) if (it := _leased(tx, due, lease)) is not None]
        mails.lease(tx, [it.mail for it in new])
        return tuple(new)
    while len(taken) < ask.limit and (
        found := mails.next_due(tx, ask.limit - len(taken), by_mail=tx.machine.smtp is not None)
    ):
        new = [leased for due in found if (leased := _leased(tx, due, lease)) is not None]
        mails.lease(tx, [it.mail for it in new])
        taken += new
    return tuple(taken)


def report_mail(tx: Tx, ask: ReportMail) -> None:
    _take_note(tx, ask.report)


def _leased(tx: Tx, due: mails.Due, lease: str) -> Leased | None:
    """Ours for a while; None for one that is not to leave any more."""
    mail = due.mail
    if mail.is_told and not mail.perhaps:
        mail = replace(mail, perhaps=True)  # its worker died, maybe after the server took it
    if not _is_true(tx, mail, due.sequence):
        writing.supersede(tx, mail)
        return None
    if due.address is not None and mail.carrier is Carrier.MAIL and due.address != mail.recipient:
        if not due.address and mail.client is not None and (client := clients.living(tx, mail.client)) is not None:
            writing.without_address(tx, mail, client)
            return None
        mail = replace(mail, recipient=due.address)
        mails.save(tx, mail)
    if mail.attempts and tx.now >= mail.made_at + GIVE_UP:
        mails.save(tx, replace(mail, state=MailState.FAILED, error=mail.error or "nobody took it in time"))
        return None
    try:
        secrets = seals.unseal(tx, mail.sealed, mail.message_id)
    except StoreUnusable as unusable:  # another machine may have the key; this mail waits, the others go
        why = f"{unusable.problem.value}: {unusable.where}"
        mails.save(tx, replace(mail, state=MailState.QUEUED, due_at=tx.now + LEASE, error=why))
        return None
    leased = replace(
        mail,
        state=MailState.SENDING,
        lease=lease,
        leased_until=tx.now + LEASE,
        attempts=mail.attempts + 1,
    )
    practice = setup.load(tx, due.setup_revision)
    it = practice.practice
    return Leased(
        mail=leased,
        text=letters.opened(mail.letter.text, secrets),
        html=letters.opened(mail.letter.html, secrets),
        sender=(tx.machine.smtp.sender if tx.machine.smtp is not None else "") or it.email,
        sender_name=it.name,
        reply_to=it.email,
        signing=signing_key(practice, mail) if mail.carrier is Carrier.WEBHOOK else "",
        under_fault=due.under_fault,
    )


def _still_paused(tx: Tx, seen: bool) -> list[Mail]:
    """What waits for a yes, and is still worth one; the rest is put aside."""
    held = []
    for mail in mails.paused(tx, seen):
        if _is_true(tx, mail, _sequence_of(tx, mail)):
            held.append(mail)
        else:
            writing.supersede(tx, mail)
    return held


def write_reminders(tx: Tx, ask: WriteReminders) -> int:
    require_allowed(tx, ask.needs)
    practice = setup.load(tx)
    _still_paused(tx, seen=False)
    due = due_reminders(tx, practice)
    if not due:
        return 0
    storm = is_storm(len(due), mails.usual_hour(tx))
    written = 0
    sealing = seals.can_seal(tx)
    for it, hours in due:
        client = clients.find(tx, it.client)
        assert client is not None, "an appointment has a client"
        to = letter_facts.to_client(practice, client)
        # where links cannot be sealed, a reminder with the phone number is better than none
        manage, secrets = writing.manage_link(tx, practice, it) if sealing else ("", {})
        told = appointment_for_client(it)
        made = writing.write(
            tx,
            practice,
            to,
            letter_facts.facts_of(
                tx, practice, to, MailKind.REMINDER, client.name, it, known=None, told=told, manage=manage
            ),
            about=writing.About("appointment", str(it.id), it.sequence, it.holder),
            secrets=secrets,
            occasion=reminder_occasion(hours),
            due_at=reminder_due(it.start, hours, practice.practice.mail.quiet_hours, it.zone),
            until=it.start,
            state=MailState.PAUSED if storm else MailState.QUEUED,
        )
        written += made is not None
    return written


def _opened(tx: Tx, id_: MailId, permission: Permission) -> Mail:
    """A mail, locked; practitioners only those about what is theirs. Raises NotFound."""
    require_allowed(tx, permission)
    mail = mails.lock(tx, id_)
    if mail is None or not mails.is_seen(tx, id_):
        raise NotFound("mail", str(id_))
    return mail


def _try_the_queue(tx: Tx) -> None:
    """Somebody wants to know now: a queue that stands still is tried at once."""
    fault, detail, since, _retry, tries = mails.queue_fault(tx)
    if fault:
        mails.set_fault(tx, fault, detail, since, tx.now, tries)


def _saved(tx: Tx, mail: Mail) -> Mail:
    mails.save(tx, mail)
    mails.changed(tx)
    return mail


def _take_note(tx: Tx, report: Report) -> None:
    """What became of a mail, if the lease is still ours."""
    if report.outcome is Outcome.SENT:
        mails.mark_sent(tx, report.mail, report.lease, tx.now)
        if report.under_fault:
            mails.set_fault(tx, "", "", None, None, 0)
        mails.changed(tx)
        return
    mail = mails.lock(tx, report.mail)
    if mail is None or mail.lease != report.lease or mail.state is not MailState.SENDING:
        return
    free = replace(mail, lease="", leased_until=None)
    if report.under_fault and report.outcome in (Outcome.REFUSED, Outcome.UNKNOWN):
        mails.set_fault(tx, "", "", None, None, 0)  # who we are is believed again; it is about this mail
    match report.outcome:
        case Outcome.UNTRIED:
            mails.save(tx, replace(free, state=MailState.QUEUED, attempts=mail.attempts - 1))
        case _ if mail.kind is MailKind.TEST:  # a trial is watched: it is over, and stops nobody
            mails.save(tx, replace(free, state=MailState.DROPPED, error=report.detail))
        case Outcome.REFUSED:
            mails.save(tx, replace(free, state=MailState.FAILED, error=report.detail))
        case Outcome.LATER | Outcome.UNKNOWN:
            again = tx.now + retry_delay(mail.attempts, random.random())
            lost = report.outcome is Outcome.UNKNOWN
            mails.save(
                tx,
                replace(
                    free,
                    state=MailState.QUEUED,
                    due_at=again,
                    perhaps=mail.perhaps or lost,
                    error=report.detail,
                ),
            )
        case Outcome.QUEUE_FAULT:
            _fault, _detail, since, _retry, tries = mails.queue_fault(tx)
            wait = min(LONGEST_FAULT_RETRY, FIRST_FAULT_RETRY * 2 ** min(tries, 10))
            mails.set_fault(tx, "queue_fault", report.detail, since or tx.now, tx.now + wait, tries + 1)
            mails.save(tx, replace(free, state=MailState.QUEUED, attempts=mail.attempts - 1, error=report.detail))
    mails.changed(tx)


def _sequence_of(look: Look, mail: Mail) -> int | None:
    """Of the appointment a mail is about, as it is now."""
    return appointments.sequence_of(look, int(mail.subject_id)) if mail.subject_kind == "appointment" else None


def _is_true(look: Look, mail: Mail, sequence: int | None) -> bool:
    """Whether what a mail says still stands, and still helps; `sequence` is its appointment's."""
    if mail.until is not None and look.now >= mail.until:
        return False
    if mail.carrier is Carrier.WEBHOOK:
        return bool(signing_key(setup.load(look), mail))
    match mail.subject_kind:
        case "appointment" if mail.kind is MailKind.MESSAGE:
            return True
        case "appointment":
            return sequence == mail.sequence and _has_cause(look, mail)
        case "request" if mail.kind is MailKind.MESSAGE:
            return True
        case "request":
            request = requests.find(look, RequestId(int(mail.subject_id)))
            if request is None:
                return False
            now = request.as_of(look.now)
            if mail.kind is MailKind.AUTOMATION:
                automation = automation_of(setup.load(look), mail)
                return automation is not None and still_holds(automation, now)
            told = (
                request_for_client(now)
                if mail.reader is Reader.CLIENT
                else request_for_practitioner(now, mail.staff)
                if mail.staff is not None
                else None
            )
            return told == mail.tells
        case _:
            return True


def _has_cause(look: Look, mail: Mail) -> bool:
    """Whether what wrote a mail of an appointment still would: a reminder, an automation; others need no more."""
    if mail.kind is MailKind.REMINDER:
        return is_wanted(look, setup.load(look), mail)
    return mail.kind is not MailKind.AUTOMATION or automation_of(setup.load(look), mail) is not None


OPERATIONS: Operations = {
    SendNow: send_now,
    DropMail: drop_mail,
    RetryMail: retry_mail,
    CallMade: call_made,
    ReleaseMails: release_mails,
    DropPaused: drop_paused,
    TakeBackDecision: take_back_decision,
    WriteMessage: write_message,
    WriteAsClient: write_as_client,
    GiveBookingLink: give_booking_link,
    WriteTestMail: write_test_mail,
    TakeMails: take_mails,
    ReportMail: report_mail,
    WriteReminders: write_reminders,
}

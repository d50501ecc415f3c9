"""What people decide about mails, and what they write themselves."""

from __future__ import annotations

import uuid
from dataclasses import replace

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.mails import (
    CallMade,
    DropMail,
    DropPaused,
    GiveBookingLink,
    ReleaseMails,
    RetryMail,
    SendNow,
    TakeBackDecision,
    WriteAsClient,
    WriteMessage,
    WriteTestMail,
)
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.errors import BadInput, NotFound, Problem, saying
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived, MessageWritten
from frontdesk.core.domain.objections import MailIsOver, NoAddress, NoPortal, NotOnline
from frontdesk.core.domain.outbox import (
    GIVE_UP,
    UNSENT,
    About,
    Call,
    DeliveryTrouble,
    Mail,
    MailId,
    MailState,
    Owed,
    QueueFault,
    TrialWanted,
    Webhook,
    is_in_doubt,
    is_to_be_called,
    may_be_dropped,
)
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.text import TEXT_LENGTH, clean_text
from frontdesk.core.domain.times import DAY, HOUR
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.operations.appointments import found, locked_client
from frontdesk.core.operations.guard import require_allowed, require_no_objection, require_power_over, require_sees
from frontdesk.core.operations.queue import is_true, sequence_of, still_paused
from frontdesk.core.operations.recording import record
from frontdesk.core.operations.telling.delivery import LINK_DAYS, Subject, deliver
from frontdesk.core.parse import contacts
from frontdesk.core.queries import letters as letter_facts
from frontdesk.core.queries.slots import service_of
from frontdesk.core.render.marks import revealed
from frontdesk.core.store import clients, links, mail_queue, mails, practice
from frontdesk.core.store.look import Tx


def send_now(tx: Tx, ask: SendNow) -> Owed:
    it = _opened(tx, ask.mail, SendNow.needs)
    if it.state not in UNSENT or isinstance(it, Call):
        require_no_objection([MailIsOver(it.state)])
    _try_the_queue(tx)
    return _saved(tx, replace(it, state=MailState.QUEUED, due_at=min(it.due_at, tx.now)))


def drop_mail(tx: Tx, ask: DropMail) -> Owed:
    it = _opened(tx, ask.mail, DropMail.needs)
    if not may_be_dropped(it):
        require_no_objection([MailIsOver(it.state)])
    return _saved(tx, replace(it, state=MailState.DROPPED, decided_by=tx.actor.who.key))


def retry_mail(tx: Tx, ask: RetryMail) -> Owed:
    it = _opened(tx, ask.mail, RetryMail.needs)
    if it.state not in (MailState.FAILED, MailState.DROPPED) or not it.recipient:
        require_no_objection([MailIsOver(it.state)])
    fresh = _anew(tx, it)
    if not is_true(tx, fresh, sequence_of(tx, it)):
        require_no_objection([MailIsOver(MailState.SUPERSEDED)])
    return _saved(tx, fresh)


def _anew(tx: Tx, it: Owed) -> Owed:
    """As if it had just been written, to the address the client has now."""
    until = None if it.until is None else max(it.until, tx.now + HOUR)
    it = replace(
        it, state=MailState.QUEUED, due_at=tx.now, made_at=tx.now, until=until, put_aside=None, decided_by=""
    )
    if isinstance(it, Call):
        return it
    it = replace(it, delivery=replace(it.delivery, attempts=0, trouble=None))
    if isinstance(it, Mail) and it.client is not None and it.reader is Reader.CLIENT:
        client = clients.living(tx, it.client)
        if client is not None and client.email:
            return replace(it, address=client.email)  # corrected meanwhile, maybe
    return it


def call_made(tx: Tx, ask: CallMade) -> Owed:
    it = _opened(tx, ask.mail, CallMade.needs)
    if not is_to_be_called(it):
        require_no_objection([MailIsOver(it.state)])
    state = MailState.SENT if isinstance(it, Call) else MailState.CALLED
    return _saved(tx, replace(it, state=state, sent_at=tx.now, decided_by=tx.actor.who.key))


def release_mails(tx: Tx, ask: ReleaseMails) -> int:
    require_allowed(tx, ask.needs)
    held = [it for it in still_paused(tx, seen=True) if not is_in_doubt(it)]
    for mail in held:
        mails.save(tx, replace(mail, state=MailState.QUEUED, due_at=tx.now))
    still = mail_queue.standstill(tx)()
    if still is not None and still.fault is QueueFault.RESTORED:
        mail_queue.set_standstill(tx, None)
    return len(held)


def drop_paused(tx: Tx, ask: DropPaused) -> int:
    require_allowed(tx, ask.needs)
    held = still_paused(tx, seen=True)
    for mail in held:
        mails.save(tx, replace(mail, state=MailState.DROPPED, decided_by=tx.actor.who.key))
    return len(held)


def take_back_decision(tx: Tx, ask: TakeBackDecision) -> Owed:
    it = _opened(tx, ask.mail, ask.needs)
    before = _before_decision(it, ask.was)
    if before is None:
        require_no_objection([MailIsOver(it.state)])
    return _saved(tx, replace(it, state=before or it.state, sent_at=None, put_aside=None, decided_by=""))


def _before_decision(it: Owed, seen: MailState | None) -> MailState | None:
    """How it stood before somebody dropped it, or called, as far as nobody has `seen` it; None where nobody did."""
    match it:
        case Mail(state=MailState.CALLED):
            return MailState.FAILED
        case Call(state=MailState.SENT | MailState.DROPPED):
            return MailState.QUEUED
        case Mail(state=MailState.DROPPED) | Webhook(state=MailState.DROPPED) if it.decided_by:
            may_be = (*UNSENT, MailState.FAILED)
            return seen if seen in may_be else MailState.FAILED if _had_failed(it) else MailState.QUEUED
        case _:
            return None


def _had_failed(it: Mail | Webhook) -> bool:
    """A server had refused it for good, or too long."""
    trouble = it.delivery.trouble
    for_good = (DeliveryTrouble.REFUSED, DeliveryTrouble.BAD_ADDRESS, DeliveryTrouble.OUT_OF_TIME)
    return trouble is not None and trouble.kind in for_good


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
        require_power_over(tx, practice.load(tx), ask.needs, about)
    return client, about, words


def give_booking_link(tx: Tx, ask: GiveBookingLink) -> BookingLinkGiven:
    setup = practice.load(tx)
    service = service_of(setup, ask.service)
    client = locked_client(tx, ask.client)
    require_sees(tx, ask.needs, client.id)
    if not setup.practice.portal.base:
        require_no_objection([NoPortal()])
    if not service.online:
        require_no_objection([NotOnline(service.id)])
    if ask.mailed and not client.email:
        require_no_objection([NoAddress(client.name)])
    until = tx.now + LINK_DAYS * DAY
    secret = links.to_book(tx, client.id, service.id, until)
    link = revealed(letter_facts.rebook_address(setup, service.id), {"rebook": secret})
    return record(tx, BookingLinkGiven(client=client, service=service, mailed=ask.mailed, link=link, until=until))


def write_test_mail(tx: Tx, ask: WriteTestMail) -> Owed:
    """Queued like all others, so that it proves the whole way."""
    require_allowed(tx, ask.needs)
    setup = practice.load(tx)
    to = letter_facts.To(
        reader=Reader.STAFF,
        name=tx.actor.name,
        email=contacts.email(ask.address, "mail"),
        language=setup.practice.locale,
    )
    if not to.email:
        raise BadInput("mail", Problem.MISSING)
    name = uuid.uuid4()
    made = deliver(
        tx,
        setup,
        to,
        letter_facts.facts_of(tx, setup, to, MailKind.TEST, "", None),
        Subject(About("practice", "practice"), name),
        occasion=TrialWanted(str(name)),
        due_at=tx.now - GIVE_UP,  # before all that waits: it is watched
        until=tx.now + HOUR,
    )
    assert made is not None, "its occasion is its own"
    return made


def _opened(tx: Tx, id_: MailId, permission: Permission) -> Owed:
    """Something owed, locked; practitioners only what is about theirs. Raises NotFound."""
    require_allowed(tx, permission)
    it = mails.lock(tx, id_)
    if it is None or not mails.is_seen(tx, id_):
        raise NotFound("mail", str(id_))
    return it


def _try_the_queue(tx: Tx) -> None:
    """Somebody wants to know now: a queue that stands still is tried at once."""
    still = mail_queue.standstill(tx)()
    if still is not None and still.fault is not QueueFault.RESTORED:
        mail_queue.set_standstill(tx, replace(still, retry_at=tx.now))


def _saved(tx: Tx, it: Owed) -> Owed:
    mails.save(tx, it)
    return it


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
}

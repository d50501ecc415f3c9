"""What a client's calendar program answered, turned into what it means here; never a cancel by itself."""

from __future__ import annotations

from frontdesk.core.asks.appointments import SetStatus
from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.replies import ReceiveReply
from frontdesk.core.asks.requests import RequestRescheduling
from frontdesk.core.domain.appointments import RESCHEDULABLE, Action, Appointment, Status
from frontdesk.core.domain.errors import NotFound, Refused, SlotTaken
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.mails import ReplyNoted
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.objections import NotFromHere, ReplyIsKnown, ReplyIsOld
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.work import Answer, Work, WorkId
from frontdesk.core.operations.appointments import set_status
from frontdesk.core.operations.guard import require_no_objection, require_power_over
from frontdesk.core.operations.recording import record
from frontdesk.core.operations.requests import request_rescheduling
from frontdesk.core.store import appointments, clients, mails, practice, replies, work
from frontdesk.core.store.look import Tx


def receive_reply(tx: Tx, ask: ReceiveReply) -> Event:
    it = appointments.of_holder(tx, ask.holder)
    client = clients.lock(tx, it.client) if it is not None else None
    attendee, sender = ask.attendee.casefold(), ask.sender.casefold()
    if it is None or client is None or {attendee, sender}.isdisjoint(_addresses(client)):
        raise NotFound("appointment", str(ask.holder))
    require_power_over(tx, practice.load(tx), ask.needs, it)
    told = mails.told_sequence(tx, it.id)  # what was changed and changed back was told to nobody
    if ask.sequence < (it.sequence if told is None else told):
        require_no_objection([ReplyIsOld()])
    answered = replies.Answered(ask.sequence, ask.stamped, ask.answer)
    last = replies.last(tx, it.id, attendee)
    if last is not None and answered.is_known_after(last):
        require_no_objection([ReplyIsKnown()])
    if it.status not in RESCHEDULABLE or it.start <= tx.now:
        action = Action.RESCHEDULE if ask.answer is Answer.COUNTERED else Action.CONFIRM
        require_no_objection([NotFromHere(it.status, action)])
    replies.keep(tx, it.id, attendee, answered)
    if {attendee, sender} != {client.email.casefold()}:
        return _noted(tx, it, client, ask, elsewhere=", ".join(dict.fromkeys(filter(None, (attendee, sender)))))
    match ask.answer:
        case Answer.ACCEPTED if it.status is Status.CONFIRMED:
            return record(tx, ReplyNoted(appointment=it, client_name=client.name, answer=ask.answer))
        case Answer.ACCEPTED:
            return set_status(tx, SetStatus(appointment=it.id, seen=None, status=Status.CONFIRMED))
        case Answer.COUNTERED if ask.start is not None:
            wish = RequestRescheduling(appointment=it.id, start=ask.start, description=ask.comment)
            try:
                return request_rescheduling(tx, wish)
            except (Refused, SlotTaken):  # the client may not have it: the desk finds another way
                return _noted(tx, it, client, ask)
        case _:
            return _noted(tx, it, client, ask)


def _addresses(client: Client) -> frozenset[str]:
    """Whose answer is heard: the address the client has now, and those of who speaks for them."""
    return frozenset(filter(None, (it.casefold() for it in (client.email, *(who.email for who in client.contacts)))))


def _noted(tx: Tx, it: Appointment, client: Client, ask: ReceiveReply, elsewhere: str = "") -> ReplyNoted:
    """A question for the desk, once for each time the appointment has."""
    known = [entry for entry in work.of_cause(tx, ask.answer.value, str(it.id)) if entry.start == it.start]
    also: tuple[Change, ...] = ()
    if not known:
        entry = Work(
            id=WorkId(0),
            appointment=it.id,
            practitioner=it.practitioner,
            start=it.start,
            cause=ask.answer.value,
            cause_id=str(it.id),
            since=tx.now,
        )
        also = (Change(None, work.add(tx, entry)),)
    return record(
        tx,
        ReplyNoted(
            appointment=it,
            client_name=client.name,
            answer=ask.answer,
            proposes=ask.start,
            comment=ask.comment,
            elsewhere=elsewhere,
            also=also,
        ),
    )


OPERATIONS: Operations = {
    ReceiveReply: receive_reply,
}

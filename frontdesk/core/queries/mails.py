"""The outbox as people look at it: its secrets covered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.mails import ListCalls, ListMails, NextDue, ShowMail
from frontdesk.core.domain.dataclass import changed
from frontdesk.core.domain.errors import NotFound, StoreUnusable
from frontdesk.core.domain.news import in_order, letter_of
from frontdesk.core.domain.outbox import TOO_OLD, Call, Mail, MailState, Owed, Standstill, Webhook
from frontdesk.core.domain.permissions import Permission, may
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.views import CallLine, Outbox
from frontdesk.core.render import marks
from frontdesk.core.render.joint import joined
from frontdesk.core.store import clients, mail_queue, mails, practice, seals
from frontdesk.core.store.connection import Later
from frontdesk.core.store.look import Look


def list_mails(look: Look, question: ListMails) -> Outbox:
    asked, limit = outbox(look), question.limit
    found = _listed(look, question) if limit else ()
    kept = found[-limit:] if question.backwards else found[:limit]
    return replace(asked(), items=tuple(map(covered, kept)), more=len(found) > limit > 0)


def _listed(look: Look, question: ListMails) -> Sequence[Owed]:
    """One more than is wanted, where there is one."""
    if question.client is None and not question.states:
        return mails.page(look, question.place, question.backwards, question.limit + 1)
    return mails.listed(look, client=question.client, states=question.states, limit=question.limit + 1)


def outbox(look: Look) -> Later[Outbox]:
    """How it stands, without any mail of it."""
    counted, still = mails.count_waiting(look, look.now - TOO_OLD), mail_queue.standstill(look)
    known = seals.seal_print(look)
    return lambda: _outbox(look, counted(), still(), known())


def _outbox(
    look: Look,
    counted: tuple[int, int, int, int, int, Instant | None],
    still: Standstill | None,
    known: str,
) -> Outbox:
    waiting, stuck, paused, in_doubt, failed, oldest = counted
    lacks = seals.trouble(look, known)
    return Outbox(
        items=(),
        more=False,
        has_server=look.machine.smtp is not None,
        standstill=still,
        waiting=waiting,
        stuck=stuck,
        paused=paused,
        in_doubt=in_doubt,
        failed=failed,
        oldest=oldest,
        keeps_everything=look.machine.keeps_everything,
        is_sealed=bool(known),
        key_trouble=None if lacks is None else StoreUnusable(lacks, look.machine.seal_key_file),
    )


def show_mail(look: Look, question: ShowMail) -> Owed:
    mail = mails.find(look, question.mail)
    if mail is None or not mails.is_seen(look, mail.id):
        raise NotFound("mail", str(question.mail))
    if isinstance(mail, Mail):
        mail = _as_it_goes(look, mail)
    return covered(mail)


def _as_it_goes(look: Look, it: Mail) -> Mail:
    """With all that leaves, or left, in one letter with it, as far as that is to be seen."""
    match it.state:
        case MailState.QUEUED | MailState.PAUSED if not it.delivery.perhaps:
            several = [found for found in mails.waiting_with(look, it) if letter_of(found) == letter_of(it)]
        case MailState.QUEUED | MailState.SENDING | MailState.SENT | MailState.FAILED:
            several = mails.gone_with(look, it)
        case _:
            several = [it]
    seen = [found for found in several if mails.is_seen(look, found.id)]
    letters = [(found.kind, marks.covered(found.letter)) for found in in_order(seen)]
    return replace(it, letter=joined(practice.load(look), it.reader, it.language, letters))


def next_due(look: Look, question: NextDue) -> Instant | None:
    return mail_queue.next_due_at(look, question.by_mail)


def list_calls(look: Look, _: ListCalls) -> tuple[CallLine, ...]:
    """Each with the phone number to call."""
    if not may(look.actor, Permission.SEE_CLIENTS):
        return ()
    return tuple(CallLine(_letter_covered(it), _phone_of(look, it)) for it in mails.calls(look))


def _phone_of(look: Look, it: Mail | Call) -> str:
    client = clients.living(look, it.client) if it.client is not None else None
    return client.phone if client is not None else it.phone if isinstance(it, Call) else ""


def covered(it: Owed) -> Owed:
    """As people may look at it: no secret, nothing of a lease."""
    if isinstance(it, Webhook):
        return replace(it, delivery=replace(it.delivery, lease=""))
    return _letter_covered(it)


def _letter_covered(it: Mail | Call) -> Mail | Call:
    read = marks.bare(marks.covered(it.letter))
    if isinstance(it, Mail) and it.delivery.lease:
        it = changed(it, delivery=changed(it.delivery, lease=""))
    return changed(it, letter=read, sealed="")


def is_in_trouble(outbox: Outbox) -> bool:
    """Whether the desk has to look: nothing leaves, some failed, many wait for a yes."""
    is_held_up = (outbox.standstill or outbox.stuck or outbox.key_trouble) and not outbox.keeps_everything
    return bool(is_held_up or outbox.failed or outbox.paused)


QUERIES: Queries = {
    ListMails: list_mails,
    ShowMail: show_mail,
    NextDue: next_due,
    ListCalls: list_calls,
}

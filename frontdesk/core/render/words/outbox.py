"""The outbox in words: how a mail stands, and what holds the queue up."""

from __future__ import annotations

from frontdesk.core.domain.outbox import (
    Call,
    Carrier,
    MailState,
    Owed,
    QueueFault,
    Standstill,
    Webhook,
    is_in_doubt,
    is_to_be_called,
    trouble_of,
)
from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.told import MailKind
from frontdesk.core.domain.views import Outbox
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.errors import error_words
from frontdesk.core.render.words.labels import MAIL_STATE_WORDS
from frontdesk.core.render.words.troubles import cure_words, trouble_words
from frontdesk.core.render.words.voice import Voice, countdown

MAIL_KIND_WORDS: dict[MailKind, str] = {
    MailKind.BOOKED: later("booked"),
    MailKind.MOVED: later("moved"),
    MailKind.CANCELLED: later("cancelled"),
    MailKind.REQUEST_RECEIVED: later("request received"),
    MailKind.REQUEST_APPROVED: later("approved"),
    MailKind.REQUEST_DECLINED: later("declined"),
    MailKind.REQUEST_EXPIRED: later("request over"),
    MailKind.MOVE_ASKED: later("wish to move"),
    MailKind.MOVE_APPROVED: later("move approved"),
    MailKind.MOVE_DECLINED: later("move declined"),
    MailKind.MOVE_EXPIRED: later("wish over"),
    MailKind.OFFERED: later("other times"),
    MailKind.REMINDER: later("reminder"),
    MailKind.MESSAGE: later("message"),
    MailKind.BOOKING_LINK: later("booking link"),
    MailKind.REQUEST_TO_DECIDE: later("to decide"),
    MailKind.MOVE_TO_DECIDE: later("move to decide"),
    MailKind.TEST: later("test"),
    MailKind.AUTOMATION: later("automation"),
    MailKind.CLIENT_MESSAGE: later("of a client"),
    MailKind.ACCESS_CODE: later("access code"),
}

CARRIER_WORDS: dict[Carrier, str] = {
    Carrier.MAIL: later("mail"),
    Carrier.CALL: later("call"),
    Carrier.WEBHOOK: later("webhook"),
}


def mail_state_words(voice: Voice, it: Owed, now: Instant) -> str:
    """How it stands; what waits says when it leaves."""
    state = _(MAIL_STATE_WORDS[it.state])
    if isinstance(it, Call):
        return {MailState.QUEUED: _("to be called"), MailState.SENT: _("was called")}.get(it.state, state)
    tried = it.delivery.trouble is not None
    match it.state:
        case MailState.PAUSED if is_in_doubt(it):
            return _("may have been told")
        case MailState.QUEUED if it.due_at > now:
            waits = _("tries again in {time}") if tried else _("leaves in {time}")
            return waits.format(time=countdown(it.due_at - now))
        case MailState.QUEUED if it.delivery.attempts:
            return _("tries again")
        case MailState.SENT if it.sent_at is not None:
            return _("sent {when}").format(when=voice.moment(it.sent_at))
        case MailState.DROPPED if it.decided_by:
            return _("dropped by {who}").format(who=voice.setup.name_of(it.decided_by))
        case MailState.FAILED if is_to_be_called(it):
            return _("failed: call the client")
        case _:
            return state


def mail_kind_words(it: Owed) -> str:
    """What it is: a mail, a call or a webhook, about what, to whom."""
    return f"{_(CARRIER_WORDS[it.carrier])} · {_(MAIL_KIND_WORDS[it.kind])} · {it.name}"


def mail_head_words(voice: Voice, it: Owed, now: Instant) -> list[str]:
    """The head: to whom, what, how it stands, and what went wrong."""
    trouble = trouble_of(it)
    head = [
        f"{_('To')}: {it.name} <{it.recipient}>" if it.recipient else f"{_('To')}: {it.name}",
        f"{_('Subject')}: {it.title}",
        f"{_('State')}: {mail_state_words(voice, it, now)}",
    ]
    if trouble is not None:
        head.append(f"{_('Trouble')}: {trouble_words(trouble)}")
    if not isinstance(it, Webhook) and it.letter.calendar:
        head.append(f"{_('Attached')}: {_('a calendar file')}")
    return head


def mail_text(it: Owed) -> list[str]:
    """What it says, line by line."""
    return (it.body if isinstance(it, Webhook) else it.letter.text).splitlines()


def outbox_words(voice: Voice, it: Outbox, now: Instant) -> list[str]:
    """What the desk has to know of the queue, and what to do."""
    told = []
    if it.keeps_everything:
        told.append(_("a demo keeps its mails: nothing leaves, everything can be read"))
    elif not it.has_server and it.waiting:
        told.append(_("no mail server is set up here: mails wait ([smtp] in the config file)"))
    if it.standstill is not None:
        told.append(_standstill_words(voice, it.standstill))
    elif it.stuck and it.oldest is not None and it.has_server and not it.keeps_everything:
        told.append(_("the oldest waits since {when}").format(when=voice.moment(it.oldest)))
    if it.key_trouble is not None:
        told.append(error_words(voice, it.key_trouble))
    if it.in_doubt:
        n = it.in_doubt
        text = plural("{n} mail may have been told", "{n} mails may have been told", n).format(n=n)
        told.append(_("{what}: each is sent or dropped by itself").format(what=text))
    if it.paused > it.in_doubt:
        n = it.paused - it.in_doubt
        text = plural("{n} mail became due at once", "{n} mails became due at once", n).format(n=n)
        told.append(_("{what}: they wait for a yes").format(what=text))
    if it.failed:
        text = plural("{n} mail failed: call", "{n} mails failed: call", it.failed)
        told.append(text.format(n=it.failed))
    return told


def _standstill_words(voice: Voice, it: Standstill) -> str:
    """Why no mail leaves, what helps, and when it is tried again."""
    why = _("no mail leaves: {why}").format(why=trouble_words(it.trouble))
    waits_for_a_yes = it.fault is QueueFault.RESTORED
    again = "" if waits_for_a_yes else _("tried again {time}").format(time=voice.time(it.retry_at))
    return ", ".join(filter(None, (why, cure_words(it.trouble), again)))

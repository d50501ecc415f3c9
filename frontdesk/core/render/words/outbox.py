"""The outbox in words: how a mail stands, and what holds the queue up."""

from __future__ import annotations

from frontdesk.core.domain.mails import Carrier, Mail, MailKind, MailState, Reader
from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.views import Outbox
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.errors import error_words
from frontdesk.core.render.words.labels import MAIL_STATE_WORDS
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


def mail_state_words(voice: Voice, it: Mail, now: Instant) -> str:
    """How a mail stands; one that waits says when it leaves."""
    state = _(MAIL_STATE_WORDS[it.state])
    if it.carrier is Carrier.CALL:
        return {MailState.QUEUED: _("to be called"), MailState.SENT: _("was called")}.get(it.state, state)
    match it.state:
        case MailState.QUEUED if it.due_at > now and it.error:
            return _("tries again in {time}").format(time=countdown(it.due_at - now))
        case MailState.QUEUED if it.due_at > now:
            return _("leaves in {time}").format(time=countdown(it.due_at - now))
        case MailState.QUEUED if it.attempts:
            return _("tries again")
        case MailState.SENT if it.sent_at is not None:
            return _("sent {when}").format(when=voice.moment(it.sent_at))
        case MailState.DROPPED if it.decided_by:
            return _("dropped by {who}").format(who=voice.setup.name_of(it.decided_by))
        case MailState.FAILED if it.reader is Reader.CLIENT:
            return _("failed: call the client")
        case _:
            return state


def mail_kind_words(voice: Voice, it: Mail) -> str:
    """What a mail is: to a client or to staff, about what."""
    kind = _(MAIL_KIND_WORDS[it.kind])
    return f"{_('call') if it.carrier is Carrier.CALL else _('mail')} · {kind} · {it.name}"


def mail_head_words(voice: Voice, it: Mail, now: Instant) -> list[str]:
    """The head of a mail: to whom, what, how it stands, and what went wrong."""
    head = [
        f"{_('To')}: {it.name} <{it.recipient}>" if it.recipient else f"{_('To')}: {it.name}",
        f"{_('Subject')}: {it.letter.subject}",
        f"{_('State')}: {mail_state_words(voice, it, now)}",
    ]
    if it.error:
        head.append(f"{_('Answer')}: {it.error}")
    if it.letter.calendar:
        head.append(f"{_('Attached')}: {_('a calendar file')}")
    return head


def outbox_words(voice: Voice, it: Outbox, now: Instant) -> list[str]:
    """What the desk has to know of the queue, and what to do."""
    told = []
    if it.keeps_everything:
        told.append(_("a demo keeps its mails: nothing leaves, everything can be read"))
    elif not it.has_server and it.waiting:
        told.append(_("no mail server is set up here: mails wait ([smtp] in the config file)"))
    if it.fault:
        again = _("tried again {time}").format(time=voice.time(it.retry_at)) if it.retry_at else ""
        told.append(", ".join(filter(None, (_("no mail leaves: {why}").format(why=it.fault), again))))
    elif it.stuck and it.oldest is not None and it.has_server and not it.keeps_everything:
        told.append(_("the oldest waits since {when}").format(when=voice.moment(it.oldest)))
    if it.key_trouble is not None:
        told.append(error_words(voice, it.key_trouble))
    if it.paused:
        n = it.paused
        text = plural("{n} mail became due at once", "{n} mails became due at once", n).format(n=n)
        told.append(_("{what}: they wait for a yes").format(what=text))
    if it.failed:
        text = plural("{n} mail failed: call", "{n} mails failed: call", it.failed)
        told.append(text.format(n=it.failed))
    return told

"""Messages, booking links and answers in words."""

from __future__ import annotations

from typing import assert_never

from frontdesk.core.domain.events.mails import (
    BookingLinkGiven,
    MailEvent,
    MessageReceived,
    MessageWritten,
    ReplyNoted,
)
from frontdesk.core.domain.work import Answer
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice


def mail_event_words(voice: Voice, event: MailEvent) -> str:
    """Which words went between the practice and a client."""
    match event:
        case ReplyNoted(appointment=it, client_name=name, elsewhere=who) if who:
            told = _("{who} answered for {client}, {what}: ask whether that was them")
            return told.format(who=who, client=name, what=voice.moment(it.start, it.zone))
        case ReplyNoted(appointment=it, client_name=name, answer=Answer.ACCEPTED):
            return _("{client} has confirmed {what} again").format(client=name, what=voice.moment(it.start, it.zone))
        case ReplyNoted(appointment=it, client_name=name, answer=answer, proposes=at):
            told = _("{client} declined {what}") if answer is Answer.DECLINED else _("{client} cannot have {what}")
            other = f" · {_('proposes {when}').format(when=voice.moment(at, it.zone))}" if at is not None else ""
            return told.format(client=name, what=voice.moment(it.start, it.zone)) + other
        case MessageWritten(client=client) if not client.email:
            return _("Message to {client}: no e-mail, to be called (w)").format(client=client.name)
        case MessageWritten(client=client):
            return _("Message to {client}: it waits in the outbox").format(client=client.name)
        case MessageReceived(client=client):
            return _("Passed on: what {client} wrote").format(client=client.name)
        case BookingLinkGiven(client=client, mailed=True):
            return _("Booking link to {client}: it waits in the outbox").format(client=client.name)
        case BookingLinkGiven(client=client):
            return _("Booking link for {client}").format(client=client.name)
    assert_never(event)

"""What was taken back, in words."""

from __future__ import annotations

from typing import assert_never

from frontdesk.core.domain.appointments import Appointment, Status
from frontdesk.core.domain.events.reversals import Redone, Reversed, Undone
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import OPERATION_WORDS, status
from frontdesk.core.render.words.voice import Voice


def _reversed(voice: Voice, event: Reversed) -> str:
    """What was done, to whom, and how it stands now."""
    did = _(OPERATION_WORDS.get(event.of_operation, event.of_operation))
    text = f"{did} {event.client_name}".rstrip()
    bookings = [change for change in event.changes if isinstance(change.after, Appointment)]
    for change in bookings[:1]:
        before, after = change.before, change.after
        assert isinstance(after, Appointment)
        text += f", {voice.moment(after.start, after.zone)}"
        if isinstance(before, Appointment) and Status.UNDONE not in (before.status, after.status):
            text += f", {status(after.status)}" if before.status is not after.status else ""
    more = len(bookings or event.changes) - 1
    return f"{text} " + _("and {n} more").format(n=more) if more > 0 else text


def reversal_words(voice: Voice, event: Reversed) -> str:
    """What was taken back, or done again."""
    match event:
        case Undone():
            return _("Undone: {what}").format(what=_reversed(voice, event))
        case Redone():
            return _("Done again: {what}").format(what=_reversed(voice, event))
    assert_never(event)

"""The bell in words."""

from __future__ import annotations

from frontdesk.core.domain.notices import NoticeKind
from frontdesk.core.domain.text import later
from frontdesk.core.domain.views import BellLine
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice

NOTICE_WORDS: dict[NoticeKind, str] = {
    NoticeKind.BOOKED: later("booked"),
    NoticeKind.MOVED: later("moved"),
    NoticeKind.CANCELLED: later("cancelled"),
    NoticeKind.REINSTATED: later("reinstated"),
    NoticeKind.REQUEST_RECEIVED: later("asks for"),
    NoticeKind.MOVE_ASKED: later("asks to move to"),
    NoticeKind.REQUEST_CHANGED: later("changed the request to"),
    NoticeKind.REQUEST_WITHDRAWN: later("withdrew the request for"),
    NoticeKind.REQUEST_APPROVED: later("request approved:"),
    NoticeKind.MOVE_APPROVED: later("move approved:"),
    NoticeKind.REQUEST_DECLINED: later("request declined:"),
    NoticeKind.MOVE_DECLINED: later("move declined:"),
    NoticeKind.REQUEST_EXPIRED: later("request expired:"),
    NoticeKind.MOVE_EXPIRED: later("request to move expired:"),
    NoticeKind.OVERTAKEN: later("request is over, the appointment changed:"),
    NoticeKind.OFFERED: later("was offered other times instead of"),
    NoticeKind.OFFER_TAKEN: later("took the offer:"),
    NoticeKind.OFFER_REFUSED: later("takes no offer, still asks for"),
    NoticeKind.OFFER_LAPSED: later("did not answer the offer, asked for"),
    NoticeKind.HOLD_LOST: later("lost the hold on"),
    NoticeKind.NEEDS_WORK: later("needs another time:"),
    NoticeKind.ANSWERED_NO: later("declined the invitation, or proposed another time:"),
    NoticeKind.TAKEN_BACK: later("a change was taken back:"),
    NoticeKind.WROTE: later("wrote a message"),
}


def notice_words(voice: Voice, line: BellLine) -> str:
    """One line of the bell: who, what, when; the ticket that somebody has to follow up."""
    kind = line.notice.kind
    when = voice.moment(line.start, line.zone) if line.start is not None else ""
    text = " ".join(filter(None, (line.client_name or _("a client"), _(NOTICE_WORDS[kind]), when)))
    if line.ticket and kind in _MOVES_OR_DIES:
        text += " · " + _("ticket {ticket}").format(ticket=line.ticket)
    return text


_MOVES_OR_DIES = frozenset(
    {NoticeKind.MOVED, NoticeKind.CANCELLED, NoticeKind.MOVE_APPROVED, NoticeKind.OFFER_TAKEN, NoticeKind.TAKEN_BACK}
)
"""After these a ticket elsewhere speaks of a time that is not true any more."""

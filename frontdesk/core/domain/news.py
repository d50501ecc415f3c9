"""What a reader has to be told: the difference between what they know and what is true now.

So two changes before a mail leaves make one mail, or none; and what one act did to several appointments of somebody
leaves as one letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TypeVar

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.outbox import (
    ARRIVED,
    UNSENT,
    Call,
    Mail,
    MailId,
    MailState,
    Webhook,
    is_told,
    may_still_change,
)
from frontdesk.core.domain.requests import Request, RequestKind
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.told import APPOINTMENT_KINDS, MailKind, Reader, Told

T = TypeVar("T", Mail, Webhook, Mail | Webhook)


@dataclass(frozen=True, slots=True)
class Known:
    """What a reader knows of something; `unsure` makes a mail necessary, never unnecessary."""

    told: Told | None
    unsure: bool = False


class Fate(Enum):
    """What becomes of the last mail that was to tell how something stands."""

    STAYS = "stays"
    """It left, or is none: nothing is done about it."""
    TRUE = "true"
    """It waits and tells what is true now: nothing more has to be told."""
    UNTRUE = "untrue"
    """Nobody can have read it: it does not leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something a reader does not know yet."""

    kind: MailKind
    known: Known
    was: Told | None
    """How a letter says it was: what its reader knows, or what is gone now though nobody told them of it."""
    tells: Told | None

    @property
    def stands(self) -> Told:
        """What it is about, whether that still stands or not."""
        stands = self.tells or self.known.told or self.was
        assert stands is not None, "news is of something"
        return stands


def fate_of(last: Mail | Call | None, now: Told | None) -> Fate:
    """Of the last mail, before anything new is told."""
    if last is None:
        return Fate.STAYS
    if may_still_change(last) and last.tells == now and now is not None:
        return Fate.TRUE
    failed = last.state is MailState.FAILED and not is_told(last)
    return Fate.UNTRUE if last.state in UNSENT or failed else Fate.STAYS


def known_after(last: Mail | Call | None, before: Told | None) -> Known:
    """What a reader knows by the last mail that was to tell them how something stands.

    `before` is how it stood: they know it where that mail arrived. One that nobody can have read told nothing; what
    one said that somebody dropped may have been told otherwise.
    """
    if last is None or last.state in ARRIVED:
        return Known(before)
    if is_told(last):
        return Known(before, unsure=True)
    match last.state:
        case MailState.DROPPED:
            return Known(last.known, unsure=True)
        case MailState.SUPERSEDED:
            return Known(before)
        case _:
            return Known(last.known, last.unsure)


def known_of_request(last: Mail | Call | None, before: Told | None) -> Known:
    """The same of a request; one that was approved is told by its appointment, and known by that."""
    if last is not None and last.state in ARRIVED and before is None:
        return Known(last.tells)
    return known_after(last, before)


def news_for(
    reader: Reader,
    thing: Appointment | Request,
    known: Known,
    before: Told | None,
    now: Told | None,
    at: Instant,
    *,
    slip: bool = False,
    words: bool = False,
) -> News | None:
    """What a reader has to be told of a thing that stood as `before` and stands as `now`; None for what is no news.

    A `slip` is taken back so soon that who knows nothing of it need not hear of it. With `words` somebody has
    something to say: then an end is told also to whom nobody told the beginning.
    """
    kind = _kind(reader, thing, known, before, now, at)
    if kind is None and words and before is not None and now is None:
        kind = MailKind.CANCELLED
    if kind is None or (slip and now is None and known.told is None):
        return None
    return News(kind=kind, known=known, was=known.told or (None if now is not None else before), tells=now)


def _kind(
    reader: Reader,
    thing: Appointment | Request,
    known: Known,
    before: Told | None,
    now: Told | None,
    at: Instant,
) -> MailKind | None:
    match thing:
        case Appointment():
            return change_kind(known, now, before, at)
        case Request() if reader is Reader.CLIENT:
            return request_kind(thing, known.told, now)
        case Request():
            return decision_kind(thing, known.told, now)


def change_kind(known: Known, now: Told | None, was: Told | None, at: Instant) -> MailKind | None:
    """What has to be told of an appointment, also where it is only not sure that it is known."""
    kind = appointment_kind(known.told, now, at)
    if kind is not None or not known.unsure or known.told != now:
        return kind
    return appointment_kind(None if now is not None else was, now, at)


def appointment_kind(known: Told | None, now: Told | None, at: Instant) -> MailKind | None:
    """What has to be told of an appointment; nothing where nothing differs, or all of it lies in the past."""
    if known == now or all(it is None or it.start <= at for it in (known, now)):
        return None
    if now is None:
        return MailKind.CANCELLED
    return MailKind.BOOKED if known is None else MailKind.MOVED


def request_kind(it: Request, known: Told | None, now: Told | None) -> MailKind | None:
    """What has to be told to who asked; silence where the wish simply waits on."""
    if now is None or known == now:
        return None
    move = it.kind is RequestKind.RESCHEDULE
    match now.stands:
        case "offered":
            return MailKind.OFFERED
        case "declined":
            return MailKind.MOVE_DECLINED if move else MailKind.REQUEST_DECLINED
        case "over":
            if known is None:
                return None
            return MailKind.MOVE_EXPIRED if move else MailKind.REQUEST_EXPIRED
        case _:
            waits_on = known is not None and known.stands in ("pending", "offered")
            if waits_on and known is not None and _wish(known) == _wish(now):
                return None
            return MailKind.MOVE_ASKED if move else MailKind.REQUEST_RECEIVED


def decision_kind(it: Request, known: Told | None, now: Told | None) -> MailKind | None:
    """What a practitioner is told to decide: a new wish, or another one than before."""
    if now is None or known == now:
        return None
    return MailKind.MOVE_TO_DECIDE if it.kind is RequestKind.RESCHEDULE else MailKind.REQUEST_TO_DECIDE


def letter_of(it: Mail | Webhook) -> tuple[object, ...]:
    """What leaves in one letter has this in common: the act, the reader, the address.

    Where nobody knows whether it arrived, the same letter goes again: with what went in it, and nothing else.
    """
    if isinstance(it, Webhook):
        return ("alone", it.id)
    if it.delivery.perhaps:
        return ("again", it.goes_with or it.id)
    if it.act is None or it.kind not in APPOINTMENT_KINDS:
        return ("alone", it.id)
    return ("act", it.act, it.reader, it.client, it.staff, it.language, it.address)


def in_letters(leaving: Iterable[T]) -> tuple[tuple[T, ...], ...]:
    """What leaves, letter by letter; in each in order."""
    letters: dict[tuple[object, ...], list[T]] = {}
    for it in leaving:
        letters.setdefault(letter_of(it), []).append(it)
    return tuple(in_order(several) for several in letters.values())


def lead_of(several: Sequence[Mail | Webhook]) -> MailId:
    """The one whose Message-ID the letter bears, again and again; the others go with it."""
    first = min(several, key=lambda it: (isinstance(it, Mail) and it.goes_with is not None, it.id))
    return first.id


def in_order(several: Iterable[T]) -> tuple[T, ...]:
    """What comes first, first."""
    return tuple(sorted(several, key=_when))


def _when(it: Mail | Webhook) -> tuple[Instant, int]:
    stands = None if isinstance(it, Webhook) else it.tells or it.known
    return (stands.start if stands is not None else 0, it.id)


def _wish(it: Told) -> tuple[object, ...]:
    return (it.start, it.end, it.service, it.practitioner, it.location)

"""What a change touches, in words: who shows none of it need not ask again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.kinds import Thing, kind_of
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.times import DAY, Instant, Span

Touch = tuple[str, int]
"""A kind, and of what stands in a calendar the day, counted in UTC from 1970; 0 where no day is meant."""
Touched = frozenset[Touch]

NOTHING: Touched = frozenset()
EVERYTHING: Touched = frozenset({("everything", 0)})
"""Nobody knows what."""

APPOINTMENT, REQUEST, HOLD = "appointment", "request", "hold"
"""What stands in a calendar, day by day; a hold is kept free while somebody chooses."""
CLIENT, NEW_CLIENT, CHARGE, WORK = "client", "new_client", "charge", "work"
MAIL, NOTICE, PICKED_UP, SETUP = "mail", "notice", "picked_up", "setup"

EVERY_KIND = frozenset({APPOINTMENT, REQUEST, HOLD, CLIENT, NEW_CLIENT, CHARGE, WORK, MAIL, NOTICE, PICKED_UP, SETUP})
IN_GLANCE = frozenset({APPOINTMENT, REQUEST, HOLD, CLIENT, WORK, MAIL, NOTICE, SETUP})
"""What the counts of the header are made of."""


def touched_by(changes: Iterable[Change]) -> Iterator[Touch]:
    for change in changes:
        if isinstance(change.after, Client) and change.before is None:
            yield NEW_CLIENT, 0
            continue
        for thing in (change.before, change.after):
            if thing is not None:
                yield from _words_of(thing)


def days_of(span: Span) -> range:
    """The days that a span of time reaches into."""
    return range(span.start // DAY, (span.end - 1) // DAY + 1)


def in_days(kind: str, span: Span) -> Iterator[Touch]:
    return ((kind, day) for day in days_of(span))


def concerns(touched: Touched, kinds: Collection[str], days: range | None = None) -> bool:
    """Whether something of these kinds was touched; of what stands in a calendar in these days, or in any."""
    return any(
        touch in EVERYTHING or (kind in kinds and (days is None or not day or day in days))
        for touch in touched
        for kind, day in (touch,)
    )


def days_around(begin: Instant, end: Instant) -> range:
    """Days in which something may lie that a window of time shows."""
    return range(begin // DAY - 1, end // DAY + 2)


def _words_of(thing: Thing) -> Iterator[Touch]:
    match thing:
        case Appointment():
            yield from in_days(APPOINTMENT, thing.span)
        case Request():
            for slot in (thing.slot, *thing.offers):
                yield from in_days(REQUEST, slot.span)
        case _:
            kind = kind_of(thing)
            yield (SETUP if kind.is_setup else kind.name), 0

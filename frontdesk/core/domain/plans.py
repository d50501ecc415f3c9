"""A plan of moves: no two of them take the same person or room at the same time."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.times import MINUTE, Span
from frontdesk.core.domain.views import PlannedMove


def first_in_the_way(move: PlannedMove, others: Iterable[PlannedMove]) -> PlannedMove | None:
    """The first of some moves that takes what this one would; its own line left out, buffers counted."""
    mine = move.named.appointment.id
    return next((it for it in others if it.named.appointment.id != mine and _meet(move, it)), None)


def _meet(one: PlannedMove, other: PlannedMove) -> bool:
    if one.to is None or other.to is None:
        return False
    shares_room = one.to.room is not None and one.to.room == other.to.room
    if one.to.practitioner != other.to.practitioner and not shares_room:
        return False
    return _padded(one).meets(other.to.span) or _padded(other).meets(one.to.span)


def _padded(move: PlannedMove) -> Span:
    assert move.to is not None, "what goes nowhere takes no time"
    booked = move.named.appointment
    return Span(move.to.start - booked.buffer_before * MINUTE, move.to.end + booked.buffer_after * MINUTE)

"""What fits into free time of a calendar's column: for the eye; the verdict of `slots.py` decides."""

from __future__ import annotations

from datetime import datetime

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.times import MINUTE, Instant, resolve
from frontdesk.core.domain.views import Column


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time from a moment on."""

    minutes: int = 0
    """Until the next booking with its buffer, or the end of the open time."""
    fits: tuple[Service, ...] = ()
    too_long: tuple[Service, ...] = ()
    too_close: tuple[Service, ...] = ()
    """Short enough, but for the buffers around them."""


def gap_at(setup: Setup, column: Column, wall: datetime) -> Gap:
    """The gap that begins at a naive wall time of the column's zone; empty where it is not open or does not exist."""
    at = resolve(wall, column.zone)
    until = next((span.end for span in column.open if at is not None and span.start <= at < span.end), None)
    if at is None or until is None:
        return Gap()
    end = min([until, *(block.padded_start for block in column.blocks if block.start >= at)])
    offered = setup.staff[column.practitioner].services
    services = [setup.services[id_] for id_ in offered if id_ in setup.services]
    short = [it for it in services if it.duration * MINUTE <= end - at]
    fits = [it for it in short if _has_its_buffers(setup, column, it, at)]
    return Gap(
        minutes=(end - at) // MINUTE,
        fits=tuple(fits),
        too_long=tuple(it for it in services if it not in short),
        too_close=tuple(it for it in short if it not in fits),
    )


def _has_its_buffers(setup: Setup, column: Column, service: Service, at: Instant) -> bool:
    """Of two neighbours the larger buffer counts."""
    before, after = (minutes * MINUTE for minutes in setup.buffers_of(service))
    end = at + service.duration * MINUTE
    return all(
        at - max(before, block.padded_end - block.end) >= block.end
        if block.end <= at
        else end + max(after, block.start - block.padded_start) <= block.start
        for block in column.blocks
        if block.end <= at or block.start >= at
    )

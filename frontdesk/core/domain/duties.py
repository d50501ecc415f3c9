"""What has to be done again and again, by whichever program is there to do it."""

from __future__ import annotations

from enum import Enum

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import DAY, HOUR, MINUTE, Instant


class Duty(Enum):
    DELIVER = "deliver"
    """Mails and reminders leave."""
    SWEEP = "sweep"
    """What ended by itself is written down."""
    BACKUP = "backup"
    """A copy is made."""
    ELSEWHERE = "backup_elsewhere"
    """A copy is made on another disk than the database's."""
    REHEARSE = "rehearse"
    """A copy is put back, beside, to see that it can be."""


LATE: dict[Duty, int] = {
    Duty.DELIVER: 10 * MINUTE,
    Duty.SWEEP: HOUR,
    Duty.BACKUP: 2 * HOUR,
    Duty.ELSEWHERE: 7 * DAY,
    Duty.REHEARSE: 90 * DAY,
}
"""Seconds after which somebody has to look why it was not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyState:
    """Who does it, and when it was done last."""

    duty: Duty
    who: str = ""
    leased_until: Instant | None = None
    seen_at: Instant | None = None
    """The last sign of life of who does it."""
    done_at: Instant | None = None
    detail: str = ""
    """What came of it, for people: where a copy lies, why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Somebody writes so much that others wait for it."""

    who: str
    operation: str
    """Of the event that it will be."""

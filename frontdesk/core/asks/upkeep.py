"""Asks and questions about looking after the database itself."""

from __future__ import annotations

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.backups import Erasure, Head, KnownHead
from frontdesk.core.domain.damage import Damage
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.duties import Duty, DutyState, Writing
from frontdesk.core.domain.events.upkeep import DatabaseRestored
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.times import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDuty(Ask[bool]):
    """Whether this program does it now: it is due, and nobody else has it. It is ours for so many seconds.

    Records nothing.
    """

    needs = Permission.KEEP_TIME
    duty: Duty
    every: int
    lease: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDuty(Ask[None]):
    """A sign of life of whoever does it, or what came of it; it is nobody's then. Records nothing."""

    needs = Permission.KEEP_TIME
    on_disk = False
    duty: Duty
    done: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDuties(Question[tuple[DutyState, ...]]):
    """What was done last, of everything that has to be done again and again."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoWrites(Question[Writing | None]):
    """For whom a save may be waiting, if somebody writes very much."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHead(Question[Head]):
    """Where the chains end now, to be kept outside of this house."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify(Question[tuple[Damage, ...]]):
    """Everything that is not as it was written; with a head that was kept, what was changed before it too."""

    needs = Permission.MOVE_DATA
    head: KnownHead | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAgain(Ask[DatabaseRestored]):
    """A copy goes on as the database: what may have happened since is not done twice.

    Mails that fell due meanwhile may have been told: each waits for a yes of its own, and no mail leaves until
    somebody says so. Links and codes that were given out open nothing, pickers are closed.
    """

    needs = Permission.KEEP_TIME
    made_at: Instant
    """When the copy was made."""
    copy: str = ""
    """Where it lies."""
    erased: frozenset[Erasure] = frozenset()
    """Who was forgotten since, or ever: they are forgotten again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListErasures(Question[frozenset[Erasure]]):
    """Who was forgotten, by number: kept beside the copies, which know them still."""

    needs = Permission.KEEP_TIME

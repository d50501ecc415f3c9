"""Asks and questions about the practice itself."""

from __future__ import annotations

from collections.abc import Mapping

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.asks.schedule import Move
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.practice import SettingsChanged
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.practice_file import PracticeFile, PracticePlan
from frontdesk.core.domain.settings import Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPractice(Ask[Batch[Event]]):
    """Make the database agree with a practice file: the file is one event, each move of the plan another.

    Raises BadInput, NotAllowed or Refused.
    """

    needs = Permission.CHANGE_SETTINGS
    file: PracticeFile
    prune: bool = False
    """Archive what the file does not name."""
    moves: tuple[Move, ...] = ()
    """What archiving leaves without its people or place goes to these times in the same act; the rest of it, and what
    is not named, goes to the work list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings(Ask[SettingsChanged]):
    """Choose some keys of the practice; None: as a practice begins. Others may change other keys meanwhile.

    Raises BadInput, NotAllowed, Stale where one of them was changed since, or Refused where nothing would change.
    """

    needs = Permission.CHANGE_SETTINGS
    seen: int
    """The revision of the set-up on the asker's screen."""
    values: Mapping[str, Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPractice(Question[PracticePlan]):
    """What applying a file would change, and what of the booked appointments that touches."""

    needs = Permission.CHANGE_SETTINGS
    file: PracticeFile
    prune: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSetup(Question[Setup]):
    """Services, people, locations, rooms, hours, reasons and settings."""

    needs = Permission.SEE_CALENDAR

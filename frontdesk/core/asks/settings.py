"""Asks and questions about the practice itself."""

from __future__ import annotations

from dataclasses import dataclass

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.events import PracticeApplied
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.practice_file import PlannedChange, PracticeFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPractice(Ask[PracticeApplied]):
    """Make the database agree with a practice file. Raises BadInput or NotAllowed."""

    needs = Permission.CHANGE_SETTINGS
    file: PracticeFile
    prune: bool = False
    """Archive what the file does not name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPractice(Question[tuple[PlannedChange, ...]]):
    """What applying a file would change."""

    needs = Permission.CHANGE_SETTINGS
    file: PracticeFile
    prune: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSetup(Question[Setup]):
    """Services, people, locations, rooms, hours, reasons and settings."""

    needs = Permission.SEE_CALENDAR

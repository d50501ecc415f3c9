"""In and out: what other programs kept, and everything kept here."""

from __future__ import annotations

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.events.transfer import ImportDone
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.records import ImportPlan, PastEvent, Records
from frontdesk.core.domain.views import Named

SOURCE = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecords(Ask[ImportDone]):
    """Take over records, matched by their id at the source; one batch. Raises NotAllowed, BadInput or Refused."""

    needs = Permission.MOVE_DATA
    records: Records
    source: str = SOURCE
    hours: bool = True
    """Take the weekly hours the history proposes, for practitioners that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImport(Question[ImportPlan]):
    """What importing these records would do."""

    needs = Permission.MOVE_DATA
    records: Records
    source: str = SOURCE
    hours: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All there is, also what was merged or undone; `past` is the history as another database takes it over."""

    setup: Setup
    clients: tuple[Client, ...]
    appointments: tuple[Named, ...]
    history: tuple[HistoryLine, ...]
    past: tuple[PastEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEverything(Question[Everything]):
    """All that is kept, for an export."""

    needs = Permission.MOVE_DATA

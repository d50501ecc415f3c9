"""What came in from elsewhere."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.records import ImportPlan


@dataclass(frozen=True, kw_only=True)
class RecordImported(Recorded):
    """One client or appointment taken over from somewhere else."""

    operation = "import"
    change: Change

    @property
    def is_news(self) -> bool:
        """Of what is new here, everybody was told where it comes from."""
        return self.change.before is not None or bool(self.also)

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (self.change,)


@dataclass(frozen=True, kw_only=True)
class ImportDone(Recorded):
    """The whole import, recorded last in its batch."""

    operation = "import_done"
    new: int
    updated: int
    skipped: int
    plan: ImportPlan

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()


TransferEvent: TypeAlias = RecordImported | ImportDone

"""What followed by the practice's own rules."""

from __future__ import annotations

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded


@dataclass(frozen=True, kw_only=True)
class AutomationRan(Recorded):
    """A note or a task that followed by the practice's own rule."""

    operation = "automation"
    automation: str
    all_changes: tuple[Change, ...]

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes

    @property
    def text(self) -> str:
        return self.automation

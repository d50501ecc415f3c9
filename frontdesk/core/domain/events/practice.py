"""What happened to the set-up and the settings."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded


@dataclass(frozen=True, kw_only=True)
class PracticeApplied(Recorded):
    operation = "apply_practice"
    all_changes: tuple[Change, ...]

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(PracticeApplied):
    """Some keys were chosen otherwise, each by itself."""

    operation = "change_settings"


PracticeEvent: TypeAlias = PracticeApplied | SettingsChanged

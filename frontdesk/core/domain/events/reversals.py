"""What was taken back, or taken back again."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.kinds import Thing


@dataclass(frozen=True, kw_only=True)
class _Reversal(Recorded):
    """A batch taken back, or taken back again."""

    operation = "undo"
    of_operation: str
    client_name: str = ""
    """Whose appointment or record it was, where it was somebody's."""
    all_changes: tuple[Change, ...]
    all_about: tuple[Thing, ...] = ()
    """What the batch was about without changing it."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes

    @property
    def about(self) -> tuple[Thing, ...]:
        return self.all_about


@dataclass(frozen=True, kw_only=True)
class Undone(_Reversal):
    operation = "undo"


@dataclass(frozen=True, kw_only=True)
class Redone(_Reversal):
    operation = "redo"


Reversed: TypeAlias = Undone | Redone

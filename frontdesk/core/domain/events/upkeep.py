"""What happened to the database itself."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.times import Instant


@dataclass(frozen=True, kw_only=True)
class DatabaseRestored(Recorded):
    """It goes on from a copy: what happened after that was made is not in it."""

    operation = "restore"
    undoable = False
    made_at: Instant
    doubtful: int
    """Mails that may have been told."""
    erased: int = 0
    """Clients who were forgotten since, and are again."""
    left: tuple[ClientId, ...] = ()
    """Those who are not: in the copy they are part of somebody else's record."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()


UpkeepEvent: TypeAlias = DatabaseRestored

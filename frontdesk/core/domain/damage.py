"""What can be wrong with a database, each kind by its name."""

from __future__ import annotations

from enum import Enum

from frontdesk.core.domain.dataclass import dataclass


class Wrong(Enum):
    UNREADABLE = "unreadable"
    """The file, or a page of it, is not what SQLite wrote."""
    REFERENCE = "reference"
    """It points at a row that is not there."""
    GUARD_MISSING = "guard_missing"
    """A trigger, an index or a constraint."""
    GUARD_CHANGED = "guard_changed"
    CHANGED = "changed"
    """The row is not as it was written."""
    MISSING = "missing"
    INSERTED = "inserted"
    """Nobody who has a record wrote this row."""
    CUT_SHORT = "cut_short"
    """The newest entries of a chain are gone."""
    STAMPED_ANEW = "stamped_anew"
    """A chain closes, but not as it did when its head was printed."""
    NOT_IN_COPY = "not_in_copy"
    """The same, in a database that went on from a copy: the entries may have come after that was made."""
    CLAIM_MISSING = "claim_missing"
    """Something is booked, or held, and its time is not kept for it."""
    CLAIM_STRAY = "claim_stray"
    """A time is kept, and nothing is booked or held there."""
    OVERLAP = "overlap"
    """Two have one time of one person or room."""
    SUM = "sum"
    """It does not add up with what it belongs to."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: which row of what, and what of it, where that can be said."""

    what: str
    """A table, a chain, a guard by its name, or the file."""
    row: str
    wrong: Wrong
    detail: str = ""

    def __str__(self) -> str:
        named = " ".join(filter(None, (self.what, self.row)))
        return f"{named}: {self.wrong.value}" + (f" ({self.detail})" if self.detail else "")

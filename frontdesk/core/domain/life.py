"""Whether a kept thing is in use; nothing is ever deleted."""

from __future__ import annotations

from enum import Enum


class Life(Enum):
    ACTIVE = "active"
    ARCHIVED = "archived"
    """Out of use by choice: offered no more, still named by what points at it."""
    MERGED = "merged"
    UNDONE = "undone"
    """What made it was undone: in no list, search or count unless asked for."""
    ERASED = "erased"
    """A client who was forgotten: only their number is left, and what happened under it."""

"""One entry of a chain, each tied to the one before it by that one's digest."""

from __future__ import annotations

from frontdesk.core.domain.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    id: int
    previous: str
    digest: str
    holds: bool
    """Its digest is that of what is kept, and of what it says of the one before it."""

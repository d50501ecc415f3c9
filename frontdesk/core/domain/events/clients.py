"""What happened to the records of clients."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.kinds import Thing
from frontdesk.core.domain.people import Client


@dataclass(frozen=True, kw_only=True)
class ClientAdded(Recorded):
    operation = "add_client"
    client: Client

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(None, self.client),)


@dataclass(frozen=True, kw_only=True)
class ClientEdited(Recorded):
    operation = "edit_client"
    before: Client
    client: Client

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.client),)


@dataclass(frozen=True, kw_only=True)
class ClientsMerged(Recorded):
    """One record of two: `kept` takes what it lacked, the other points at it, its appointments follow."""

    operation = "merge_clients"
    kept: Client
    all_changes: tuple[Change, ...]

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return self.all_changes


@dataclass(frozen=True, kw_only=True)
class ClientErased(Recorded):
    """A client is forgotten: what was told of them, and by them, is gone; that something happened stays."""

    operation = "erase_client"
    undoable = False
    client: Client
    """What is left of the record."""
    left: tuple[Thing, ...]
    """All that is left of them."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return tuple(Change(None, it) for it in self.left)


ClientEvent: TypeAlias = ClientAdded | ClientEdited | ClientsMerged | ClientErased

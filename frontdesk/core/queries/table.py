"""Everything that can be asked, by who answers it; a room is opened when something of it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


class Table:
    """The tables of all rooms of a floor, as one.

    What stands in `asks/<noun>.py` is answered by `<noun>.py` on the floor, and where that is not all, by the rooms
    that are named.
    """

    def __init__(self, floor: str, name: str, rooms: Mapping[str, tuple[str, ...]]) -> None:
        self.name, self._floor, self._rooms = name, floor, rooms
        self._known: dict[type[Any], Callable[[Any, Any], Any]] = {}

    def __getitem__(self, asked: type[Any]) -> Callable[[Any, Any], Any]:
        """Raises KeyError for what nobody answers."""
        if asked not in self._known:
            noun = asked.__module__.rpartition(".")[2]
            for room in self._rooms.get(noun, (noun,)):
                if asked in self._known:
                    break
                self._known.update(getattr(import_module(f"{self._floor}.{room}"), self.name))
        return self._known[asked]


QUERIES = Table(
    "frontdesk.core.queries",
    "QUERIES",
    {"mails": ("mails", "letters", "reminders"), "settings": ("setup",)},
)

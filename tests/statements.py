"""What is said to a database, as the drivers hear it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from frontdesk.core.store.connection import NO_VALUES, Answer, Connection, PostgresConnection, SqliteConnection

Heard = Callable[[Connection, str, Any], None]


@contextmanager
def overheard(hear: Heard) -> Iterator[None]:
    """Each statement of any connection of this process, just before it runs, and the values or list of values."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (SqliteConnection, PostgresConnection):
            patch.setattr(kind, "execute", _telling(kind.execute, hear))
        yield


def _telling(execute: Callable[..., Answer], hear: Heard) -> Callable[..., Answer]:
    def told(self: Connection, text: str, values: Any = NO_VALUES) -> Answer:
        hear(self, text, values)
        return execute(self, text, values)

    return told


@contextmanager
def noted() -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """All statements with their values, the first of a list of them."""
    found: list[tuple[str, Mapping[str, Any]]] = []

    def note(_: Connection, text: str, values: Any) -> None:
        found.append((text, values if isinstance(values, Mapping) else values[0]))

    with overheard(note):
        yield found

"""What is said to a database, as the drivers hear it."""

from __future__ import annotations

from collections import Counter
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
def counted() -> Iterator[Counter[str]]:
    """How many `statements` are said, BEGIN and COMMIT aside, and how many `trips` to a server and back."""
    found: Counter[str] = Counter()
    waiting = PostgresConnection.waiting

    @contextmanager
    def told(self: PostgresConnection) -> Iterator[None]:
        found["trips"] += 1
        with waiting(self):
            yield

    def heard(*_: Any) -> None:
        found["statements"] += 1

    with pytest.MonkeyPatch.context() as patch, overheard(heard):
        patch.setattr(PostgresConnection, "waiting", told)
        yield found


@contextmanager
def noted() -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """All statements with their values, the first of a list of them."""
    found: list[tuple[str, Mapping[str, Any]]] = []

    def note(_: Connection, text: str, values: Any) -> None:
        found.append((text, values if isinstance(values, Mapping) else values[0]))

    with overheard(note):
        yield found

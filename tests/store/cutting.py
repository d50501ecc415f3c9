"""Breaking off after so many statements, whatever they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.statements import overheard


class CutOff(Exception):
    """In the middle of something."""


@contextmanager
def cut_after(statements: int) -> Iterator[list[int]]:
    """Every connection of this process breaks off after so many statements; tells how many there were."""
    done = [0]

    def count(*_: Any) -> None:
        done[0] += 1
        if done[0] > statements:
            raise CutOff

    event.listen(Engine, "before_cursor_execute", count)
    try:
        with overheard(count):
            yield done
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def spread(total: int, most: int) -> list[int]:
    """Numbers from 0 up to a total, no more than so many of them, evenly."""
    if total <= most:
        return list(range(total))
    return sorted({round(number * total / most) for number in range(most)})

"""A desk on each engine, with a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from frontdesk.core.desk import Desk
from tests.builders import Clock, open_test_desk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(practice_url: str, clock: Clock) -> Iterator[Desk]:
    opened = open_test_desk(practice_url, clock)
    yield opened
    opened.close()

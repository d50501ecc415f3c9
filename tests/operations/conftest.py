"""A desk on each engine, with a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from frontdesk.core.asks.upkeep import Verify
from frontdesk.core.desk import Desk
from tests.builders import Clock, open_test_desk
from tests.sizes import size

ENDS_WELL = size(False, True)
"""Whether every test ends with a look at all that is kept: in full."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(practice_url: str, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Desk]:
    opened = open_test_desk(practice_url, clock)
    yield opened
    if ENDS_WELL and request.node.get_closest_marker("damages") is None:
        assert opened.see(Verify()) == ()
    opened.close()

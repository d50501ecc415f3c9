"""A desk on each engine, and a crew of processes to race it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from frontdesk.core.desk import Desk
from tests.store.evidence import open_practice
from tests.store.racing import Crew


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """A desk on a fresh database with the practice of `evidence.py`."""
    opened = open_practice(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    hired = Crew()
    yield hired
    hired.dismiss()

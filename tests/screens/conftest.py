"""A practice with a few bookings, copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdesk.core.asks.clients import AddClient, NewClient
from tests import prepared
from tests.builders import booked, on, open_test_desk


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Monday the 23rd: Clara at 9 and Wednesday, Dora at 10, Bob's Emil at 9; Zora has a phone and nothing else."""
    path = tmp_path / "practice.db"
    prepared.put(str(path), "a few bookings", _make)
    return path


def _make(path: str) -> None:
    desk = open_test_desk(path)
    clara = booked(desk, on(23, 9), client="Clara Client")
    booked(desk, on(25, 10), client=clara.client.id)
    booked(desk, on(23, 10), client="Dora Dunn", service="massage")
    booked(desk, on(23, 9), client="Emil Evans", practitioner="bob")
    desk.do(AddClient(client=NewClient(name="Zora Zimmer", phone="+44 20 7946 0018")))
    desk.close()

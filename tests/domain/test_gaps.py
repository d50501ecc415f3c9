"""What the calendar says of free time agrees with what the verdict says of a booking there."""

from __future__ import annotations

from pathlib import Path

import pytest

from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.asks.slots import AskWhy
from frontdesk.core.domain.gaps import Gap, gap_at
from tests.builders import booked, on, open_test_desk


@pytest.mark.parametrize("minute", range(9 * 60, 17 * 60, 15))
def test_a_service_fits_where_the_verdict_is_yes(tmp_path: Path, minute: int) -> None:
    desk = open_test_desk(tmp_path / "practice.db")
    booked(desk, on(24, 9, 30))
    booked(desk, on(24, 10, 30), service="massage")
    booked(desk, on(24, 14), service="massage")
    column = desk.see(ShowCalendar(first=on(24, 0).date())).columns[0]
    setup = desk.see(ShowSetup())
    wall = on(24, minute // 60, minute % 60)
    if any(block.start <= instant < block.end for block in column.blocks for instant in [int(wall.timestamp())]):
        assert minute  # a booked row: the calendar never asks there
        return

    gap = gap_at(setup, column, wall)
    yes = {
        service.id
        for service in (setup.services[id_] for id_ in setup.staff[column.practitioner].services)
        if not service.rooms
        and all(
            verdict.ok
            for verdict in desk.see(
                AskWhy(service=service.id, start=wall, practitioner=column.practitioner, nearest=0)
            ).verdicts
        )
    }
    assert {it.id for it in gap.fits if not it.rooms} == yes


def test_time_that_is_not_open_has_no_gap(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path / "practice.db")
    column = desk.see(ShowCalendar(first=on(24, 0).date())).columns[0]

    assert gap_at(desk.see(ShowSetup()), column, on(24, 12, 30)) == Gap()

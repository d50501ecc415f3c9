"""The cursor of the grid as a value: where each key takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from frontdesk.core.domain.appointments import AppointmentId, Status
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.times import MINUTE, Span
from frontdesk.core.domain.views import Block, Column
from frontdesk.screens.calendar.views import Shows, turned
from frontdesk.widgets.grid_cursor import Cursor, Field, Here
from frontdesk.widgets.layout import laid_out
from tests.builders import ZONE, at, on

STEP = 30
NINE, TEN = 9 * 60, 10 * 60


def block(id_: int, hour: int, minute: int = 0, length: int = 30) -> Block:
    start = at(on(23, hour, minute))
    end = start + length * MINUTE
    return Block(
        id=AppointmentId(id_),
        client=ClientId(id_),
        client_name=f"Client {id_}",
        service_name="Review",
        status=Status.BOOKED,
        start=start,
        end=end,
        padded_start=start,
        padded_end=end,
        lane=0,
        revision=1,
    )


def column(name: str, *blocks: Block, day: int = 23) -> Column:
    return Column(
        practitioner=StaffId(name),
        name=name,
        day=on(day, 0).date(),
        zone=ZONE,
        location=None,
        shut=(),
        span=Span(at(on(day, 0)), at(on(day + 1, 0))),
        open=(Span(at(on(day, 8)), at(on(day, 18))),),
        blocks=blocks,
    )


def field(*columns: Column) -> Field:
    return Field([laid_out(it, STEP) for it in columns], STEP)


ANN = column("ann", block(1, 9, length=90), block(2, 13), block(3, 13))
BOB = column("bob", block(4, 11))


@pytest.mark.parametrize(
    ("key", "cursor", "lands"),
    [
        ((0, 1), Cursor(0, 8 * 60), Cursor(0, 8 * 60 + 30)),
        ((0, 1), Cursor(0, NINE), Cursor(0, 10 * 60 + 30)),  # past the rest of the block
        ((0, -1), Cursor(0, 10 * 60 + 30), Cursor(0, NINE)),  # to where the one above begins
        ((0, 1), Cursor(0, 12 * 60 + 30), Cursor(0, 13 * 60, 0)),
        ((0, 1), Cursor(0, 13 * 60, 0), Cursor(0, 13 * 60, 1)),  # the second of two in this row
        ((0, 1), Cursor(0, 13 * 60, 1), Cursor(0, 13 * 60 + 30)),
        ((1, 0), Cursor(0, 13 * 60, 0), Cursor(0, 13 * 60, 1)),
        ((1, 0), Cursor(0, 13 * 60, 1), Cursor(1, 13 * 60, 0)),
        ((-1, 0), Cursor(1, 13 * 60), Cursor(0, 13 * 60, 1)),
        ((1, 0), Cursor(1, 13 * 60), Cursor(1, 13 * 60)),  # there is no column beyond
        ((0, -1), Cursor(0, 0), Cursor(0, 0)),
    ],
)
def test_a_key_takes_the_cursor_to_the_next_thing(key: tuple[int, int], cursor: Cursor, lands: Cursor) -> None:
    assert field(ANN, BOB).moved(cursor, *key) == lands


def test_tab_goes_from_one_appointment_to_the_next_and_on_to_the_next_person() -> None:
    seen, cursor = [], Cursor(0, 8 * 60)
    while (there := field(ANN, BOB).next_block(cursor)) is not None:
        cursor = there
        here = field(ANN, BOB).here(cursor)
        assert here is not None and here.block is not None
        seen.append(here.block.id)
    assert seen == [1, 2, 3, 4]


def test_a_cursor_on_a_block_that_is_gone_is_on_nothing() -> None:
    before = field(ANN).here(Cursor(0, NINE))
    assert before is not None and before.block is not None
    taken = column("ann", block(9, 9))
    left = field(taken).stayed(Cursor(0, NINE), before)
    here = field(taken).here(left)
    assert left == Cursor(0, NINE, is_left=True)
    assert here is not None and here.block is None


def test_a_cursor_goes_along_with_its_block_into_another_lane() -> None:
    before = field(column("ann", block(2, 13))).here(Cursor(0, 13 * 60))
    assert isinstance(before, Here)
    beside = field(column("ann", block(1, 13), block(2, 13)))
    assert beside.stayed(Cursor(0, 13 * 60), before) == Cursor(0, 13 * 60, 1)


def test_on_another_day_there_is_nothing_to_stay_on() -> None:
    before = field(ANN).here(Cursor(0, NINE))
    assert before is not None
    tomorrow = replace(column("ann", day=24), blocks=())
    assert field(tomorrow).stayed(Cursor(0, NINE, is_left=True), before) == Cursor(0, NINE)


@pytest.mark.parametrize("month", range(1, 13))
def test_turning_a_month_shows_the_month_beside_it(month: int) -> None:
    day = on(23, 0).date().replace(year=2027, month=month, day=28)
    after, before = turned(Shows.MONTH, day, 1), turned(Shows.MONTH, day, -1)
    assert (after.month, before.month) == (month % 12 + 1, (month - 2) % 12 + 1)
    assert turned(Shows.MONTH, after, -1).month == month

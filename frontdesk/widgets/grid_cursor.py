"""The cursor of the time grid as a value: where it is, and where a key takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.views import Block, Column, Hold, Shut
from frontdesk.widgets.layout import DAY_MINUTES, ColumnLayout, Drawn, minute_of


@dataclass(frozen=True, slots=True)
class Here:
    """What the cursor is on."""

    column: Column
    minute: int
    """Wall minutes from 00:00."""
    block: Block | None
    shut: Shut | None
    hold: Hold | None = None

    @property
    def drawn(self) -> Drawn | None:
        return self.block or self.hold

    @property
    def wall(self) -> datetime:
        """Naive wall time of the place."""
        return datetime.combine(self.column.day, time()) + timedelta(minutes=self.minute)


@dataclass(frozen=True, slots=True)
class Cursor:
    column: int = 0
    minute: int = 8 * 60
    lane: int = 0
    """Which of several blocks side by side it is on."""
    is_left: bool = False
    """Whether what it was on is gone: then it is on nothing, not on what took its place."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a cursor moves in: columns of a day, in rows of so many minutes."""

    columns: Sequence[ColumnLayout]
    step: int

    def row(self, cursor: Cursor) -> int:
        return cursor.minute // self.step

    def here(self, cursor: Cursor) -> Here | None:
        """None where there is no such column, in a view that is still to come."""
        if cursor.column >= len(self.columns):
            return None
        layout, row = self.columns[cursor.column], self.row(cursor)
        drawn = None if cursor.is_left else layout.block_at(row, cursor.lane)
        return Here(
            layout.column,
            layout.free_from(row, self.step) if drawn is None else row * self.step,
            drawn if isinstance(drawn, Block) else None,
            None if drawn else layout.shut.get(row),
            drawn if isinstance(drawn, Hold) else None,
        )

    def within(self, cursor: Cursor) -> Cursor:
        """The same, but in a column and a row that there are."""
        if not self.columns:
            return replace(cursor, column=max(cursor.column, 0))
        column = max(0, min(len(self.columns) - 1, cursor.column))
        minute = max(0, min(DAY_MINUTES - self.step, cursor.minute))
        return replace(cursor, column=column, minute=minute)

    def stayed(self, cursor: Cursor, before: Here) -> Cursor:
        """On the block it was on before; on another day or person there is nothing to stay on."""
        column = self.columns[cursor.column].column
        if (column.practitioner, column.day) != (before.column.practitioner, before.column.day):
            return replace(cursor, is_left=False)
        if before.drawn is not None:
            return self.stayed_on(cursor, before.drawn.id)
        if cursor.is_left:
            return replace(cursor, is_left=bool(self._lanes(cursor)))
        return cursor

    def stayed_on(self, cursor: Cursor, block_id: int) -> Cursor:
        """The lane of a block, if that is in this row still; else the cursor is on nothing."""
        lanes = self._lanes(cursor)
        lane = next((lane for lane, block in lanes.items() if block.id == block_id), None)
        return replace(cursor, is_left=lane is None and bool(lanes), lane=cursor.lane if lane is None else lane)

    def on_block(self, block_id: int) -> Cursor | None:
        """On an appointment, if it is drawn."""
        found = ((n, it) for n, layout in enumerate(self.columns) for it in layout.drawn if it.id == block_id)
        return next((self._on(number, block) for number, block in found), None)

    def next_block(self, cursor: Cursor) -> Cursor | None:
        """The next appointment of the column, then of the next ones."""
        here = self.here(cursor)
        if here is None:
            return None
        place = (cursor.minute, -1) if here.drawn is None else _order(here.drawn, here.column)
        for number in range(cursor.column, len(self.columns)):
            column = self.columns[number].column
            for block in sorted(self.columns[number].drawn, key=lambda it: _order(it, column)):
                if number > cursor.column or _order(block, column) > place:
                    return self._on(number, block)
        return None

    def moved(self, cursor: Cursor, across: int, down: int) -> Cursor:
        """By rows, past the rest of what it is on; then by blocks and columns."""
        if down and self.columns:
            cursor = self._down(cursor, down)
        for _ in range(abs(across)):
            cursor = self._across(cursor, 1 if across > 0 else -1)
        return cursor

    def _on(self, number: int, block: Drawn) -> Cursor:
        layout = self.columns[number]
        return self.within(Cursor(number, minute_of(block.start, layout.column), layout.lane_of(block)))

    def _down(self, cursor: Cursor, by: int) -> Cursor:
        beside = self._beside_in_row(cursor, by)
        if beside is not None:
            return beside
        below = self.within(Cursor(cursor.column, self._minute_below(cursor, by)))
        lanes = self._in_order(below)
        return replace(below, lane=lanes[0 if by > 0 else -1]) if len(lanes) > 1 else below

    def _across(self, cursor: Cursor, by: int) -> Cursor:
        """To the block beside it in this row, then to the next column."""
        lanes = list(self._lanes(cursor)) if self.columns else []
        nearest = min(lanes, key=lambda it: (abs(it - cursor.lane), it), default=cursor.lane)
        beside = [lane for lane in lanes if (lane - nearest) * by > 0]
        if beside:
            return Cursor(cursor.column, cursor.minute, min(beside) if by > 0 else max(beside))
        if not 0 <= cursor.column + by < len(self.columns):
            return cursor
        there = Cursor(cursor.column + by, cursor.minute)
        return there if by > 0 else replace(there, lane=max(self._lanes(there), default=0))

    def _beside_in_row(self, cursor: Cursor, by: int) -> Cursor | None:
        """The next of several that begin in this row, if there is one."""
        layout, row, lanes = self.columns[cursor.column], self.row(cursor), self._lanes(cursor)
        here = layout.block_at(row, cursor.lane)
        begins = [it for it in self._in_order(cursor) if self._begins(lanes[it], layout) == row]
        at = next((n for n, lane in enumerate(begins) if lanes[lane] == here), None)
        if cursor.is_left or at is None or not 0 <= at + by < len(begins):
            return None
        return Cursor(cursor.column, cursor.minute, begins[at + by])

    def _in_order(self, cursor: Cursor) -> list[int]:
        """Lanes of this row by what begins first; those that only go on here stand behind."""
        layout, lanes = self.columns[cursor.column], self._lanes(cursor)
        begun = {lane: self._begins(block, layout) < self.row(cursor) for lane, block in lanes.items()}
        return sorted(lanes, key=lambda lane: (begun[lane], *_order(lanes[lane], layout.column)))

    def _minute_below(self, cursor: Cursor, by: int) -> int:
        """A row on, past the rest of the block the cursor is on."""
        layout = self.columns[cursor.column]
        block = layout.block_at(self.row(cursor), cursor.lane)
        row = self.row(cursor) + by
        while (
            block is not None and 0 <= row < DAY_MINUTES // self.step and layout.block_at(row, cursor.lane) == block
        ):
            row += by
        if by < 0 and (above := layout.block_at(max(row, 0), cursor.lane)) is not None:
            row = self._begins(above, layout)
        return row * self.step

    def _lanes(self, cursor: Cursor) -> dict[int, Drawn]:
        return self.columns[cursor.column].lanes_at(self.row(cursor))

    def _begins(self, block: Drawn, layout: ColumnLayout) -> int:
        return minute_of(block.start, layout.column) // self.step

    def rows_of(self, numbers: range) -> Iterator[int]:
        """Where everything begins that is drawn in these columns."""
        for number in numbers:
            layout = self.columns[number]
            yield from (self._begins(block, layout) for block in layout.drawn)


def _order(block: Drawn, column: Column) -> tuple[int, int]:
    """By time, then by who came first."""
    return minute_of(block.start, column), block.id

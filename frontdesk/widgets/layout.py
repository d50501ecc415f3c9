"""Where things lie in a column of the grid: pure values, no drawing.

A row is some minutes of wall time. A block lies in whole rows; a short last part is a half row, which gives way
to whatever begins in it. Blocks that still share rows lie side by side.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.domain.views import Block, Column, Hold, Shut

Drawn = Block | Hold
"""What lies in a column: an appointment, or a time that is kept for a while."""

DAY_MINUTES = 24 * 60

LABEL_EVERY = 8
"""Rows after which a named absence says its name again, so that a part of it on the screen says what it is."""


class Part(Enum):
    HEAD = "head"
    BODY = "body"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a block in one row, in one of so many lanes side by side."""

    block: Drawn
    part: Part
    lane: int
    lanes: int
    minute: int
    """Wall minutes at which the block begins."""


@dataclass(slots=True)
class ColumnLayout:
    """A column, row by row."""

    column: Column
    pieces: dict[int, list[Piece]] = field(default_factory=dict)
    shut: dict[int, Shut] = field(default_factory=dict)
    buffers: set[int] = field(default_factory=set)
    labels: dict[int, str] = field(default_factory=dict)
    """Rows in which a named absence begins."""

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        return (*self.column.blocks, *self.column.holds)

    def lanes_at(self, row: int) -> dict[int, Drawn]:
        """The blocks that have a row, from left to right, by lane."""
        found = [piece for piece in self.pieces.get(row, ()) if piece.part is not Part.TAIL]
        return {piece.lane: piece.block for piece in sorted(found, key=lambda piece: piece.lane)}

    def block_at(self, row: int, lane: int = 0) -> Drawn | None:
        """What the cursor means in a row: the block in its lane, else the nearest one."""
        found = self.lanes_at(row)
        return found[min(found, key=lambda it: (abs(it - lane), it))] if found else None

    def lane_of(self, block: Drawn) -> int:
        return next((it.lane for pieces in self.pieces.values() for it in pieces if it.block == block), 0)

    def free_from(self, row: int, step: int) -> int:
        """Wall minutes at which a row without a block is free: after what still reaches into it, with its buffer."""
        begins = row * step
        ends = [
            minute_of(block.padded_end, self.column)
            for block in self.drawn
            if minute_of(block.start, self.column) < begins
        ]
        return max([begins, *(end for end in ends if end < begins + step)])


def minute_of(instant: Instant, column: Column) -> int:
    """Wall minutes of an instant within the column's day, at most 24:00."""
    if instant <= column.span.start:
        return 0
    if instant >= column.span.end:
        return DAY_MINUTES
    at = wall_time(instant, column.zone)
    return at.hour * 60 + at.minute


def laid_out(column: Column, step: int) -> ColumnLayout:
    """The rows of a column, each of `step` minutes."""
    layout = ColumnLayout(column)
    _place_shut(layout, step)
    drawn = layout.drawn
    rows = [_rows_of(block, column, step) for block in drawn]
    heads = {first for first, _last, _tail in rows}
    for group in _groups(rows):
        lanes: list[int] = []  # the row from which each lane is free
        chosen: dict[int, int] = {}
        for index in group:
            first, last, _tail = rows[index]
            lane = next((n for n, free in enumerate(lanes) if free <= first), len(lanes))
            lanes[lane : lane + 1] = [last]
            chosen[index] = lane
        for index, lane in chosen.items():
            _place(layout, drawn[index], rows[index], lane, len(lanes), heads)
    for block in drawn:
        _place_buffers(layout, block, step)
    return layout


def _rows_of(block: Drawn, column: Column, step: int) -> tuple[int, int, bool]:
    """First row, the row after the last whole one, and whether a part of a row is left over."""
    start, end = minute_of(block.start, column), minute_of(block.end, column)
    first = start // step
    last = max(first + 1, end // step)
    return first, last, end > last * step


def _groups(rows: list[tuple[int, int, bool]]) -> list[list[int]]:
    """Blocks that share rows, directly or through others."""
    order = sorted(range(len(rows)), key=lambda index: (rows[index][0], -rows[index][1]))
    groups: list[list[int]] = []
    until = -1
    for index in order:
        first, last, _ = rows[index]
        if first >= until:
            groups.append([])
        groups[-1].append(index)
        until = max(until, last)
    return groups


def _place(
    layout: ColumnLayout, block: Drawn, rows: tuple[int, int, bool], lane: int, lanes: int, heads: set[int]
) -> None:
    first, last, tail = rows
    minute = minute_of(block.start, layout.column)
    for row in range(first, last):
        part = Part.HEAD if row == first else Part.BODY
        layout.pieces.setdefault(row, []).append(Piece(block, part, lane, lanes, minute))
    if tail and last not in heads:
        layout.pieces.setdefault(last, []).append(Piece(block, Part.TAIL, lane, lanes, minute))


def _place_shut(layout: ColumnLayout, step: int) -> None:
    column = layout.column
    for shut in sorted(column.shut, key=lambda it: (bool(it.label), it.start)):
        first = -(-minute_of(shut.start, column) // step)
        last = minute_of(shut.end, column) // step
        for row in range(first, last):
            layout.shut[row] = shut
        if shut.label and last > first:
            layout.labels.update(dict.fromkeys(range(first, last, LABEL_EVERY), shut.label))


def _place_buffers(layout: ColumnLayout, block: Drawn, step: int) -> None:
    column = layout.column
    if block.padded_end > block.end:
        first = minute_of(block.end, column) // step
        last = -(-minute_of(block.padded_end, column) // step)
        layout.buffers.update(range(first, last))
    if block.padded_start < block.start:
        first = minute_of(block.padded_start, column) // step
        layout.buffers.update(range(first, minute_of(block.start, column) // step))

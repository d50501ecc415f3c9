"""The time grid as segments: what stands in a row of a column. Values in, segments out."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.views import Hold
from frontdesk.core.render.times import clock_at, hour_of
from frontdesk.widgets.glyphs import Glyphs
from frontdesk.widgets.grid_cursor import Cursor, Field
from frontdesk.widgets.layout import ColumnLayout, Part, Piece
from frontdesk.widgets.text import fit

LABEL = 6
"""Cells of the time of day at the left."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a field looks, with the cursor in it, at one moment."""

    field: Field
    cursor: Cursor
    now: Instant
    twelve: bool
    glyphs: Glyphs
    style: Callable[[str], Style]

    def label(self, row: int, is_now: bool) -> list[Segment]:
        """The time of day, and the sign of now."""
        minute = row * self.field.step
        text = hour_of(minute // 60, self.twelve) if minute % 60 == 0 else ""
        if is_now:
            return [Segment(fit(text, LABEL - 1), self.style("label")), Segment(self.glyphs.now, self.style("now"))]
        return [Segment(fit(text, LABEL), self.style("label"))]

    def cell(self, number: int, row: int, width: int) -> list[Segment]:
        """One row of one column."""
        layout = self.field.columns[number]
        on_cursor = number == self.cursor.column and row == self.field.row(self.cursor)
        pieces = layout.pieces.get(row)
        if pieces and not (on_cursor and layout.block_at(row, self.cursor.lane) is None):
            return self._pieces(layout, pieces, row, width, on_cursor)
        if on_cursor:
            return [Segment(fit(f"[{self._cursor_text(layout, row, width - 2)}]", width), self.style("cursor"))]
        shut = layout.shut.get(row)
        if shut is not None:
            label = layout.labels.get(row, "")
            text = f"{self.glyphs.off} {label} " if label else ""
            filled = fit(text, min(len(text), width)) + self.glyphs.off * width
            return [Segment(filled[:width], self.style("off"))]
        if row in layout.buffers:
            return [Segment(self.glyphs.buffer * width, self.style("buffer"))]
        return [Segment(" " * width, self.style("label"))]

    def _cursor_text(self, layout: ColumnLayout, row: int, width: int) -> str:
        shut = layout.shut.get(row)
        if shut is not None:
            return fit(f" {shut.label or 'closed'} ", width)
        minute = layout.free_from(row, self.field.step)
        return fit(f" {clock_at(minute, self.twelve)}", width)

    def _pieces(
        self, layout: ColumnLayout, pieces: list[Piece], row: int, width: int, on_cursor: bool
    ) -> list[Segment]:
        lanes = max(piece.lanes for piece in pieces)
        lane_width = max(1, width // lanes)
        here = layout.block_at(row, self.cursor.lane) if on_cursor and not self.cursor.is_left else None
        by_lane = {piece.lane: piece for piece in pieces}
        segments = []
        left = width
        for lane in range(lanes):
            room = left if lane == lanes - 1 else min(lane_width, left)
            left -= room
            piece = by_lane.get(lane)
            if piece is None:
                filler = self.glyphs.buffer if row in layout.buffers else " "
                segments.append(Segment(filler * room, self.style("label")))
            else:
                segments.append(self._piece(piece, room, piece.block == here, row, layout))
        return segments

    def _piece(self, piece: Piece, width: int, on_cursor: bool, row: int, layout: ColumnLayout) -> Segment:
        block = piece.block
        if isinstance(block, Hold):
            return self._held(piece, block, width, on_cursor)
        late = block.is_late(self.now)
        style = self.style("cursor" if on_cursor else _STYLE_OF["late" if late else block.status.value])
        if piece.part is Part.TAIL:
            filler = self.glyphs.buffer if row in layout.buffers else " "
            return Segment(fit(self.glyphs.half + filler * (width - 1), width), self.style("buffer"))
        bar = "[" if on_cursor else self.glyphs.bar
        if piece.part is Part.BODY:
            return Segment(fit(bar, width), style)
        length = f"{(block.end - block.start) // 60}m"
        minutes = f":{piece.minute % 60:02} " if piece.minute % self.field.step else ""
        mark = self.glyphs.of(block.status, late)
        asks = f"{self.glyphs.becomes}?" if block.asks_for is not None else ""
        name = f"{bar}{mark}{asks}{minutes}{block.client_name}"
        ending = length + ("]" if on_cursor else " ")
        if cell_len(name) + len(ending) < width:  # a name is worth more than a length
            return Segment(fit(name, width - len(ending)) + ending, style)
        return Segment(fit(name, width - 1) + "]" if on_cursor else fit(name, width), style)

    def _held(self, piece: Piece, hold: Hold, width: int, on_cursor: bool) -> Segment:
        """Hatched where a client asked, and waits; a ghost where a colleague chooses."""
        asked = hold.request is not None or hold.service_name
        style = self.style("cursor" if on_cursor else "held" if asked else "ghost")
        fill = self.glyphs.hatch if asked else self.glyphs.ghost
        edge = "[" if on_cursor else self.glyphs.held
        if piece.part is Part.TAIL:
            return Segment(fit(self.glyphs.half + " " * (width - 1), width), self.style("buffer"))
        if piece.part is Part.BODY:
            return Segment(fit(edge + fill * (width - 1), width), style)
        minutes = f":{piece.minute % 60:02} " if piece.minute % self.field.step else ""
        asks = self.glyphs.becomes if hold.moves is not None else ""
        text = f"{edge}{'?' if asked else ''}{asks}{minutes}{hold.name}"
        ending = "]" if on_cursor else ""
        if cell_len(text) + len(ending) >= width:
            return Segment(fit(text, width - len(ending)) + ending, style)
        text += " "
        return Segment(fit(text + fill * width, width - len(ending)) + ending, style)


_STYLE_OF = {
    "late": "late",
    Status.BOOKED.value: "booked",
    Status.CONFIRMED.value: "confirmed",
    Status.ARRIVED.value: "arrived",
    Status.IN_SESSION.value: "session",
    Status.DONE.value: "done",
    Status.NO_SHOW.value: "noshow",
}

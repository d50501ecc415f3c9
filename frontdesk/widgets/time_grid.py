"""People side by side on a grid of time: one widget that draws line by line and refreshes what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.domain.views import Block, Calendar, Column, Hold, Shut
from frontdesk.core.render.times import clock_at, hour_of
from frontdesk.widgets.glyphs import UNICODE, Glyphs
from frontdesk.widgets.layout import DAY_MINUTES, ColumnLayout, Drawn, Part, Piece, laid_out, minute_of
from frontdesk.widgets.text import fit

STEPS = (5, 10, 15, 20, 30, 60)
LABEL = 6
NARROWEST = 12
"""Cells of a column, at least; a screen may say otherwise."""


@dataclass(frozen=True, slots=True)
class Here:
    """What the cursor is on."""

    column: Column
    minute: int
    """Wall minutes from 00:00."""
    block: Block | None
    shut: Shut | None
    hold: Hold | None = None


class TimeGrid(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a calendar; says where the cursor is and what was opened. Decides nothing."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--label", "grid--head", "grid--off", "grid--buffer", "grid--booked", "grid--confirmed",
        "grid--arrived", "grid--session", "grid--done", "grid--late", "grid--noshow", "grid--cursor", "grid--now",
        "grid--held", "grid--ghost",
    }  # fmt: skip

    class Moved(Message):
        """The cursor is somewhere else."""

    class Opened(Message):
        """Enter, or a second click."""

    class Dragged(Message):
        """A block was dragged from one place to another."""

        def __init__(self, block: Block, to: Here) -> None:
            super().__init__()
            self.block, self.to = block, to

    def __init__(self, glyphs: Glyphs = UNICODE, step: int = 30, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self.step = step
        self.twelve = False
        self.narrowest = NARROWEST
        self.heads: Sequence[str] = ()
        self.column = 0
        self.minute = 8 * 60
        self.lane = 0
        """Which of several blocks side by side the cursor is on."""
        self.is_left = False
        """Whether what the cursor was on is gone: then it is on nothing, not on what took its place."""
        self.first_column = 0
        self.first_minute = 0
        """Where the day begins on the screen while there is room for all of it."""
        self._columns: list[ColumnLayout] = []
        self._now: Instant = 0
        self._lines: dict[tuple[int, int], Strip] = {}
        self._styles: dict[str, Style] = {}
        self._dragged: Block | None = None
        self._has_dragged = False
        self._grabbed = 0  # rows between the first of the dragged block and the mouse

    @property
    def row(self) -> int:
        return self.minute // self.step

    @property
    def here(self) -> Here | None:
        if self.column >= len(self._columns):  # a view that is still to come has more
            return None
        layout = self._columns[self.column]
        drawn = None if self.is_left else layout.block_at(self.row, self.lane)
        minute = layout.free_from(self.row, self.step) if drawn is None else self.row * self.step
        return Here(
            layout.column,
            minute,
            drawn if isinstance(drawn, Block) else None,
            None if drawn else layout.shut.get(self.row),
            drawn if isinstance(drawn, Hold) else None,
        )

    @property
    def visible_columns(self) -> int:
        return max(1, min(len(self._columns) or 1, (self.size.width - LABEL) // self.narrowest))

    @property
    def column_width(self) -> int:
        return max(self.narrowest, (self.size.width - LABEL) // self.visible_columns)

    def show(self, calendar: Calendar, heads: Sequence[str]) -> None:
        """Draw these columns; the cursor stays where it is."""
        before = self.here
        self._columns = [laid_out(column, self.step) for column in calendar.columns]
        self._now = calendar.now
        self.heads = heads
        self.column = min(self.column, max(0, len(self._columns) - 1))
        if before is not None and self._columns:
            self._stay_where(before)
        self._page_to_cursor()
        self._redraw_changed()

    def tick(self, now: Instant) -> None:
        """Another minute: only the lines of the old and the new now are drawn again."""
        before, self._now = self._now, now
        late = any(b.start <= now and b.start > before for layout in self._columns for b in layout.column.blocks)
        if late:
            self._redraw()
            return
        for at in {before, now}:
            if self._columns:
                self._refresh_row(self._row_of_now(at))

    def zoom(self, by: int) -> None:
        """Rows of fewer or more minutes."""
        position = max(0, min(len(STEPS) - 1, STEPS.index(self.step) + by))
        if STEPS[position] != self.step:
            here, top = self.here, round(self.scroll_y) * self.step
            self.step = STEPS[position]
            self._columns = [laid_out(layout.column, self.step) for layout in self._columns]
            if here is not None and (drawn := here.block or here.hold) is not None:
                self._stay_on(drawn.id)
            self.show_from(top)
            self.reveal()

    def go(self, column: int, minute: int, lane: int = 0) -> None:
        """Put the cursor somewhere, and say so."""
        self._go(column, minute, lane)
        self.post_message(self.Moved())

    def _stay_where(self, before: Here) -> None:
        """On the block the cursor was on; on another day or person there is nothing to stay on."""
        column = self._columns[self.column].column
        if (column.practitioner, column.day) != (before.column.practitioner, before.column.day):
            self.is_left = False
        elif (drawn := before.block or before.hold) is not None:
            self._stay_on(drawn.id)
        elif self.is_left:
            self.is_left = bool(self._columns[self.column].lanes_at(self.row))

    def _stay_on(self, block_id: int) -> None:
        """The lane of a block that the cursor was on, if it is in this row still; else the cursor is on nothing."""
        lanes = self._columns[self.column].lanes_at(self.row)
        lane = next((lane for lane, block in lanes.items() if block.id == block_id), None)
        self.is_left = lane is None and bool(lanes)
        self.lane = self.lane if lane is None else lane

    def _go(self, column: int, minute: int, lane: int = 0) -> None:
        self.lane, self.is_left = lane, False
        if not self._columns:
            self.column, self.minute = max(column, 0), minute
            return
        before = (self.column, self.row)
        self.column = max(0, min(len(self._columns) - 1, column))
        self.minute = max(0, min(DAY_MINUTES - self.step, minute))
        paged = self._page_to_cursor()
        self.reveal()
        if paged:
            self._redraw()
        else:
            for row in {before[1], self.row}:
                self._refresh_cells(row, {before[0], self.column})

    def go_to_block(self, block_id: int) -> bool:
        """Put the cursor on an appointment, if it is drawn."""
        for number, layout in enumerate(self._columns):
            for block in layout.drawn:
                if block.id == block_id:
                    self._go_on(number, block)
                    return True
        return False

    def next_block(self) -> None:
        """The next appointment of the column, then of the next ones."""
        here = self.here
        if here is None:
            return
        drawn = here.block or here.hold
        place = (self.minute, -1) if drawn is None else _order(drawn, here.column)
        for number in range(self.column, len(self._columns)):
            column = self._columns[number].column
            for block in sorted(self._columns[number].drawn, key=lambda it: _order(it, column)):
                if number > self.column or _order(block, column) > place:
                    self._go_on(number, block)
                    return

    def _go_on(self, number: int, block: Drawn) -> None:
        layout = self._columns[number]
        self.go(number, minute_of(block.start, layout.column), layout.lane_of(block))

    def page_columns(self, by: int) -> None:
        self.go(self.column + by * self.visible_columns, self.minute)

    def reveal(self) -> None:
        """Scroll so that the cursor is seen."""
        height = self.size.height - 1
        top = round(self.scroll_y)
        if top <= self.row < top + height:
            return
        nearest = self.row if self.row < top else self.row - height + 1
        far = abs(nearest - top) > height // 3  # then with its surroundings
        top = max(0, self.row - height // 2) if far else nearest
        self.scroll_to(y=top, animate=False, immediate=True, force=True)
        self._redraw()

    def show_from(self, minute: int) -> None:
        """Scroll so that this minute is the first row."""
        self.first_minute, before = minute, round(self.scroll_y)
        self.scroll_to(y=minute // self.step, animate=False, immediate=True, force=True)
        if round(self.scroll_y) != before:
            self._redraw()

    def action_cursor(self, across: int, down: int) -> None:
        """Move the cursor; whoever asked for it knows."""
        if down and self._columns and not self._step_within_row(down):
            self._go(self.column, self._minute_below(down))
            beside = self._in_order()
            if len(beside) > 1:
                self._go(self.column, self.minute, beside[0 if down > 0 else -1])
        for _ in range(abs(across)):
            self._step_across(1 if across > 0 else -1)

    def _in_order(self) -> list[int]:
        """Lanes of this row by what begins first; those that only go on here stand behind."""
        layout = self._columns[self.column]
        lanes = layout.lanes_at(self.row)
        begun = {lane: minute_of(block.start, layout.column) // self.step < self.row for lane, block in lanes.items()}
        return sorted(lanes, key=lambda lane: (begun[lane], *_order(lanes[lane], layout.column)))

    def _step_within_row(self, by: int) -> bool:
        """To the next of several that begin in this row; whether there was one."""
        layout = self._columns[self.column]
        lanes = layout.lanes_at(self.row)
        here = layout.block_at(self.row, self.lane)
        begins = [
            lane for lane in self._in_order() if minute_of(lanes[lane].start, layout.column) // self.step == self.row
        ]
        at = next((n for n, lane in enumerate(begins) if lanes[lane] == here), None)
        if self.is_left or at is None or not 0 <= at + by < len(begins):
            return False
        self._go(self.column, self.minute, begins[at + by])
        return True

    def _step_across(self, by: int) -> None:
        """To the block beside it in this row, then to the next column."""
        lanes = list(self._columns[self.column].lanes_at(self.row)) if self._columns else []
        beside = [lane for lane in lanes if (lane - self._lane_here(lanes)) * by > 0]
        if beside:
            self._go(self.column, self.minute, min(beside) if by > 0 else max(beside))
        elif 0 <= self.column + by < len(self._columns):
            row_there = self._columns[self.column + by].lanes_at(self.row)
            self._go(self.column + by, self.minute, 0 if by > 0 else max(row_there, default=0))

    def _lane_here(self, lanes: list[int]) -> int:
        return min(lanes, key=lambda it: (abs(it - self.lane), it), default=self.lane)

    def _minute_below(self, down: int) -> int:
        """A row on, past the rest of the block the cursor is on."""
        layout = self._columns[self.column]
        block = layout.block_at(self.row, self.lane)
        row = self.row + down
        while block is not None and 0 <= row < DAY_MINUTES // self.step and layout.block_at(row, self.lane) == block:
            row += down
        if down < 0 and (above := layout.block_at(max(row, 0), self.lane)) is not None:
            row = minute_of(above.start, layout.column) // self.step
        return row * self.step

    def on_resize(self) -> None:
        self._page_to_cursor()
        self._redraw()
        self.show_from(self.first_minute)
        self.reveal()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._lines.clear()

    def on_click(self, event: events.Click) -> None:
        dragged, self._has_dragged = self._has_dragged, False
        place = self._place_at(event.x, event.y)
        if place is None or dragged:
            return
        self.go(*place)
        if event.chain > 1:
            self.post_message(self.Opened())

    def on_mouse_down(self, event: events.MouseDown) -> None:
        place = self._place_at(event.x, event.y)
        if place is not None:
            layout, row = self._columns[place[0]], place[1] // self.step
            drawn = layout.block_at(row, place[2])
            self._dragged = drawn if isinstance(drawn, Block) else None
            if self._dragged is not None:
                self.capture_mouse()
                self._grabbed = row - minute_of(self._dragged.start, layout.column) // self.step

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The cursor goes along with what is dragged: it shows where it would begin."""
        place = self._place_at(event.x, event.y) if self._dragged is not None and event.button else None
        if place is not None and (place[0], place[1] - self._grabbed * self.step) != (self.column, self.minute):
            self.go(place[0], place[1] - self._grabbed * self.step)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        dragged, self._dragged = self._dragged, None
        self.release_mouse()
        place = self._place_at(event.x, event.y)
        if dragged is None or place is None:
            return
        number, minute = place[0], place[1] - self._grabbed * self.step
        layout = self._columns[number]
        begins = minute_of(dragged.start, layout.column) // self.step
        if dragged not in layout.column.blocks or begins != minute // self.step:
            self._has_dragged = True
            self.go(number, minute)
            here = self.here
            if here is not None:
                self.post_message(self.Dragged(dragged, here))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll_by(2)
        event.stop()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll_by(-2)
        event.stop()

    def render_line(self, y: int) -> Strip:
        if not self._columns:
            return Strip.blank(self.size.width, self.rich_style)
        row = y - 1 + round(self.scroll_y) if y else -1
        cached = self._lines.get((row, 0))
        if cached is None:
            if len(self._lines) > 2000:
                self._lines.clear()
            cached = self._lines[row, 0] = self._head() if row < 0 else self._line(row)
        return cached

    def _head(self) -> Strip:
        style = self._style("head")
        segments = [Segment(fit(self._beyond(), LABEL), style)]
        width = self.column_width - 1
        for number in self._shown():
            text = self.heads[number] if number < len(self.heads) else ""
            load = f"{self._columns[number].column.load} %"
            segments.append(Segment(self.glyphs.edge, style))
            if cell_len(text) + len(load) < width:  # a name is worth more than a number
                text = fit(text, width - len(load) - 1) + " " + load
            segments.append(Segment(fit(text, width), style))
        return self._filled(segments, style)

    def _beyond(self) -> str:
        """How many appointments lie above and below what is seen."""
        top = round(self.scroll_y)
        bottom = top + self.size.height - 1
        shown = [self._columns[number] for number in self._shown()]
        rows = [minute_of(it.start, layout.column) // self.step for layout in shown for it in layout.drawn]
        above, below = sum(row < top for row in rows), sum(row >= bottom for row in rows)
        signs = ((self.glyphs.above, above), (self.glyphs.below, below))
        return "".join(f"{sign}{min(count, 99)}" for sign, count in signs if count)

    def _line(self, row: int) -> Strip:
        if row >= DAY_MINUTES // self.step:
            return Strip.blank(self.size.width, self.rich_style)
        segments = self._label(row)
        width, edge = self.column_width - 1, Segment(self.glyphs.edge, self._style("label"))
        for number in self._shown():
            segments.append(edge)
            segments.extend(self._cell(number, row, width))
        return self._filled(segments, self._style("label"))

    def _label(self, row: int) -> list[Segment]:
        minute = row * self.step
        text = ""
        if minute % 60 == 0:
            text = hour_of(minute // 60, self.twelve)
        if self._is_now(row):
            return [Segment(fit(text, LABEL - 1), self._style("label")), Segment(self.glyphs.now, self._style("now"))]
        return [Segment(fit(text, LABEL), self._style("label"))]

    def _cell(self, number: int, row: int, width: int) -> list[Segment]:
        layout = self._columns[number]
        on_cursor = number == self.column and row == self.row
        pieces = layout.pieces.get(row)
        if pieces and not (on_cursor and layout.block_at(row, self.lane) is None):
            return self._pieces(layout, pieces, row, width, on_cursor)
        if on_cursor:
            return [Segment(fit(f"[{self._cursor_text(layout, row, width - 2)}]", width), self._style("cursor"))]
        shut = layout.shut.get(row)
        if shut is not None:
            label = layout.labels.get(row, "")
            text = f"{self.glyphs.off} {label} " if label else ""
            filled = fit(text, min(len(text), width)) + self.glyphs.off * width
            return [Segment(filled[:width], self._style("off"))]
        if row in layout.buffers:
            return [Segment(self.glyphs.buffer * width, self._style("buffer"))]
        return [Segment(" " * width, self._style("label"))]

    def _cursor_text(self, layout: ColumnLayout, row: int, width: int) -> str:
        shut = layout.shut.get(row)
        if shut is not None:
            return fit(f" {shut.label or 'closed'} ", width)
        minute = layout.free_from(row, self.step)
        return fit(f" {clock_at(minute, self.twelve)}", width)

    def _pieces(
        self, layout: ColumnLayout, pieces: list[Piece], row: int, width: int, on_cursor: bool
    ) -> list[Segment]:
        lanes = max(piece.lanes for piece in pieces)
        lane_width = max(1, width // lanes)
        here = layout.block_at(row, self.lane) if on_cursor and not self.is_left else None
        by_lane = {piece.lane: piece for piece in pieces}
        segments = []
        left = width
        for lane in range(lanes):
            room = left if lane == lanes - 1 else min(lane_width, left)
            left -= room
            piece = by_lane.get(lane)
            if piece is None:
                filler = self.glyphs.buffer if row in layout.buffers else " "
                segments.append(Segment(filler * room, self._style("label")))
            else:
                segments.append(self._piece(piece, room, piece.block == here, row, layout))
        return segments

    def _piece(self, piece: Piece, width: int, on_cursor: bool, row: int, layout: ColumnLayout) -> Segment:
        block = piece.block
        if isinstance(block, Hold):
            return self._held(piece, block, width, on_cursor)
        late = block.is_late(self._now)
        style = self._style("cursor" if on_cursor else _STYLE_OF["late" if late else block.status.value])
        if piece.part is Part.TAIL:
            filler = self.glyphs.buffer if row in layout.buffers else " "
            return Segment(fit(self.glyphs.half + filler * (width - 1), width), self._style("buffer"))
        bar = "[" if on_cursor else self.glyphs.bar
        if piece.part is Part.BODY:
            return Segment(fit(bar, width), style)
        length = f"{(block.end - block.start) // 60}m"
        minutes = f":{piece.minute % 60:02} " if piece.minute % self.step else ""
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
        style = self._style("cursor" if on_cursor else "held" if asked else "ghost")
        fill = self.glyphs.hatch if asked else self.glyphs.ghost
        edge = "[" if on_cursor else self.glyphs.held
        if piece.part is Part.TAIL:
            return Segment(fit(self.glyphs.half + " " * (width - 1), width), self._style("buffer"))
        if piece.part is Part.BODY:
            return Segment(fit(edge + fill * (width - 1), width), style)
        minutes = f":{piece.minute % 60:02} " if piece.minute % self.step else ""
        asks = self.glyphs.becomes if hold.moves is not None else ""
        text = f"{edge}{'?' if asked else ''}{asks}{minutes}{hold.name}"
        ending = "]" if on_cursor else ""
        if cell_len(text) + len(ending) >= width:
            return Segment(fit(text, width - len(ending)) + ending, style)
        text += " "
        return Segment(fit(text + fill * width, width - len(ending)) + ending, style)

    def _is_now(self, row: int) -> bool:
        return any(
            layout.column.span.start <= self._now < layout.column.span.end for layout in self._columns
        ) and row == self._row_of_now(self._now)

    def _row_of_now(self, now: Instant) -> int:
        at = wall_time(now, self._columns[0].column.zone)
        return (at.hour * 60 + at.minute) // self.step

    def _shown(self) -> range:
        return range(self.first_column, min(len(self._columns), self.first_column + self.visible_columns))

    def _page_to_cursor(self) -> bool:
        """Turn the page of columns so that the cursor's is on it."""
        count = self.visible_columns
        first = self.column // count * count
        first = max(0, min(first, len(self._columns) - count))
        if self.first_column <= self.column < self.first_column + count and self.first_column <= max(
            0, len(self._columns) - count
        ):
            return False
        self.first_column = first
        return True

    def _place_at(self, x: int, y: int) -> tuple[int, int, int] | None:
        """Column, minute and lane under the mouse."""
        if not 0 < y < self.size.height or not LABEL <= x < self.size.width or not self._columns:
            return None
        shown, within = divmod(x - LABEL, self.column_width)
        number = self.first_column + shown
        row = y - 1 + round(self.scroll_y)
        if number not in self._shown() or row >= DAY_MINUTES // self.step:
            return None
        lanes = max((piece.lanes for piece in self._columns[number].pieces.get(row, ())), default=1)
        lane = min(max(within - 1, 0) * lanes // max(self.column_width - 1, 1), lanes - 1)
        return number, row * self.step, lane

    def _scroll_by(self, rows: int) -> None:
        self.scroll_to(y=max(0, round(self.scroll_y) + rows), animate=False, immediate=True, force=True)
        self._redraw()

    def _refresh_row(self, row: int) -> None:
        self._lines.pop((row, 0), None)
        self.refresh(Region(0, row + 1 - round(self.scroll_y), self.size.width, 1))

    def _refresh_cells(self, row: int, columns: set[int]) -> None:
        """Only some cells of a row: what a moved cursor touches."""
        self._lines.pop((row, 0), None)
        width = self.column_width
        for number in columns:
            x = LABEL + (number - self.first_column) * width
            self.refresh(Region(x, row + 1 - round(self.scroll_y), width, 1))

    def _redraw_changed(self) -> None:
        """Only the lines that look different now: most of a day looks like the day before it."""
        before, self._lines = self._lines, {}
        self.virtual_size = Size(self.size.width, DAY_MINUTES // self.step + 1)
        for y in range(self.size.height):
            row = y - 1 + round(self.scroll_y) if y else -1
            if self.render_line(y) != before.get((row, 0)):
                self.refresh(Region(0, y, self.size.width, 1))

    def _redraw(self) -> None:
        self._lines.clear()
        self.virtual_size = Size(self.size.width, DAY_MINUTES // self.step + 1)
        self.refresh()

    def _filled(self, segments: list[Segment], style: Style) -> Strip:
        # what looks alike is one segment: each costs forty bytes on the wire
        return Strip(segments).adjust_cell_length(self.size.width, style).simplify()

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"grid--{name}")
        return self._styles[name]


def _order(block: Drawn, column: Column) -> tuple[int, int]:
    """By time, then by who came first."""
    return minute_of(block.start, column), block.id


_STYLE_OF = {
    "late": "late",
    Status.BOOKED.value: "booked",
    Status.CONFIRMED.value: "confirmed",
    Status.ARRIVED.value: "arrived",
    Status.IN_SESSION.value: "session",
    Status.DONE.value: "done",
    Status.NO_SHOW.value: "noshow",
}

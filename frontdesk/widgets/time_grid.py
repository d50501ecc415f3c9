"""People side by side on a grid of time: one widget that draws line by line and refreshes what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.domain.views import Block, Calendar
from frontdesk.widgets.glyphs import UNICODE, Glyphs
from frontdesk.widgets.grid_cursor import Cursor, Field, Here
from frontdesk.widgets.grid_drawing import LABEL, Drawing
from frontdesk.widgets.layout import DAY_MINUTES, ColumnLayout, laid_out, minute_of
from frontdesk.widgets.text import fit

STEPS = (5, 10, 15, 20, 30, 60)
NARROWEST = 12
"""Cells of a column, at least; a screen may say otherwise."""


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
        self.cursor = Cursor()
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
    def field(self) -> Field:
        return Field(self._columns, self.step)

    @property
    def row(self) -> int:
        return self.field.row(self.cursor)

    @property
    def here(self) -> Here | None:
        return self.field.here(self.cursor)

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
        last = max(0, len(self._columns) - 1)
        self.cursor = replace(self.cursor, column=min(self.cursor.column, last))
        if before is not None and self._columns:
            self.cursor = self.field.stayed(self.cursor, before)
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
            if here is not None and here.drawn is not None:
                self.cursor = self.field.stayed_on(self.cursor, here.drawn.id)
            self.show_from(top)
            self.reveal()

    def choose_column(self, column: int) -> None:
        """For the picture that comes next; in a view that is still to come it may have more columns."""
        self.cursor = replace(self.cursor, column=column)

    def go(self, to: Cursor) -> None:
        """Put the cursor somewhere, and say so."""
        self._go(to)
        self.post_message(self.Moved())

    def _go(self, to: Cursor) -> None:
        before, self.cursor = self.cursor, self.field.within(to)
        if not self._columns:
            return
        paged = self._page_to_cursor()
        self.reveal()
        if paged:
            self._redraw()
        else:
            for row in {self.field.row(before), self.row}:
                self._refresh_cells(row, {before.column, self.cursor.column})

    def go_to_block(self, block_id: int) -> bool:
        """Put the cursor on an appointment, if it is drawn."""
        there = self.field.on_block(block_id)
        if there is not None:
            self.go(there)
        return there is not None

    def next_block(self) -> None:
        """The next appointment of the column, then of the next ones."""
        there = self.field.next_block(self.cursor)
        if there is not None:
            self.go(there)

    def page_columns(self, by: int) -> None:
        self.go(replace(self.cursor, column=self.cursor.column + by * self.visible_columns, lane=0, is_left=False))

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
        self._go(self.field.moved(self.cursor, across, down))

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
        self.go(Cursor(*place))
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
        begins = Cursor(place[0], place[1] - self._grabbed * self.step) if place is not None else None
        if begins is not None and (begins.column, begins.minute) != (self.cursor.column, self.cursor.minute):
            self.go(begins)

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
            self.go(Cursor(number, minute))
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
        rows = [*self.field.rows_of(self._shown())]
        above, below = sum(row < top for row in rows), sum(row >= bottom for row in rows)
        signs = ((self.glyphs.above, above), (self.glyphs.below, below))
        return "".join(f"{sign}{min(count, 99)}" for sign, count in signs if count)

    def _line(self, row: int) -> Strip:
        if row >= DAY_MINUTES // self.step:
            return Strip.blank(self.size.width, self.rich_style)
        drawing = self._drawing()
        segments = drawing.label(row, self._is_now(row))
        width, edge = self.column_width - 1, Segment(self.glyphs.edge, self._style("label"))
        for number in self._shown():
            segments.append(edge)
            segments.extend(drawing.cell(number, row, width))
        return self._filled(segments, self._style("label"))

    def _drawing(self) -> Drawing:
        return Drawing(self.field, self.cursor, self._now, self.twelve, self.glyphs, self._style)

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
        first = self.cursor.column // count * count
        first = max(0, min(first, len(self._columns) - count))
        if self.first_column <= self.cursor.column < self.first_column + count and self.first_column <= max(
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
        """What looks alike is one segment: each costs forty bytes on the wire, and as much time as all its cells."""
        width, drawn = self.size.width, LABEL + len(self._shown()) * self.column_width
        if drawn > width:  # too narrow for one column
            return Strip(segments).adjust_cell_length(width, style).simplify()
        joined: list[Segment] = []
        text, look = "", style
        for segment in (*segments, Segment(" " * (width - drawn), style)):
            if segment.style is look or segment.style == look:
                text += segment.text
                continue
            if text:
                joined.append(Segment(text, look))
            text, look = segment.text, segment.style or style
        return Strip([*joined, Segment(text, look)] if text else joined, width)

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"grid--{name}")
        return self._styles[name]

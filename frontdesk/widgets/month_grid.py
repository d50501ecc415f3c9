"""A month: how full each day is, as a bar and a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from frontdesk.core.domain.views import MonthDay
from frontdesk.core.render.language import _
from frontdesk.core.render.times import DAY_NAMES
from frontdesk.widgets.text import fit


class MonthGrid(Widget, can_focus=True):
    """Weeks as rows; says which day was chosen with the mouse."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "month--plain",
        "month--dim",
        "month--today",
        "month--cursor",
        "month--full",
    }
    DEFAULT_CSS = """
    MonthGrid {
        & > .month--plain { color: $foreground; }
        & > .month--dim { color: $foreground 40%; }
        & > .month--today { color: $warning; text-style: bold; }
        & > .month--full { color: $error; }
        & > .month--cursor { color: $background; background: $accent; text-style: bold; }
    }
    """

    class Chosen(Message):
        def __init__(self, day: date) -> None:
            super().__init__()
            self.day = day

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._days: Sequence[MonthDay] = ()
        self._chosen: date | None = None
        self._today: date | None = None

    @property
    def chosen(self) -> MonthDay | None:
        """The day under the cursor."""
        return next((it for it in self._days if it.day == self._chosen), None)

    def show(self, days: Sequence[MonthDay], chosen: date, today: date) -> None:
        self._days, self._chosen, self._today = days, chosen, today
        self.refresh()

    def choose(self, day: date) -> None:
        self._chosen = day
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = max(10, self.size.width // 7)
        plain = self.get_component_rich_style("month--plain")
        if y == 0:
            return Strip([Segment(fit(f" {_(name)}", width), plain) for name in DAY_NAMES])
        week, part = divmod(y - 1, self._week_height)
        days = self._days[week * 7 : week * 7 + 7]
        if not days:
            return Strip.blank(self.size.width, self.rich_style)
        return Strip([Segment(fit(self._text(it, part, width), width), self._style(it, part)) for it in days])

    def on_click(self, event: events.Click) -> None:
        week, column = (event.y - 1) // self._week_height, event.x // max(10, self.size.width // 7)
        at = week * 7 + column
        if event.y > 0 and at < len(self._days):
            self.post_message(self.Chosen(self._days[at].day))

    @property
    def _week_height(self) -> int:
        weeks = max(1, len(self._days) // 7)
        return max(3, (self.size.height - 1) // weeks)

    def _text(self, it: MonthDay, part: int, width: int) -> str:
        if part == 0:
            return f"[{it.day.day}]" if it.day == self._chosen else f" {it.day.day}"
        if part == 1 and it.open_minutes:
            return f" {it.booked} · {it.load} %"
        if part == 2 and it.open_minutes:
            return " " + "▇" * min(width - 2, round(it.load / 100 * (width - 2)))
        return ""

    def _style(self, it: MonthDay, part: int) -> Style:
        if it.day == self._chosen and part == 0:
            return self.get_component_rich_style("month--cursor")
        if it.day == self._today and part == 0:
            return self.get_component_rich_style("month--today")
        if self._chosen is not None and it.day.month != self._chosen.month:
            return self.get_component_rich_style("month--dim")
        return self.get_component_rich_style("month--full" if it.load >= 95 and part == 2 else "month--plain")

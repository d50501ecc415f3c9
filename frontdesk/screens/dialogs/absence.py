"""Somebody is away: who, from when, until when, why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.times import local_date
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Naive wall time of the practice, half-open."""

    staff: StaffId
    start: datetime
    end: datetime
    reason: str = ""

    def title(self, voice: Voice) -> str:
        """Who is away, and when."""
        return _("{who} is off {span}").format(who=voice.practitioner(self.staff), span=_span(voice, self))


class AbsenceDialog(DeskDialog[Absence]):
    """Answers who is away and when; whole days where no time is given."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "done", "go on", id="absence.done", priority=True)]

    def __init__(self, staff: StaffId | None, day: date) -> None:
        super().__init__()
        self._staff, self._day = staff, day

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            with Horizontal(classes="line"):
                yield Choice[StaffId](_("who"), self._people(), id="person")
            for label, id_ in ((_("from"), "from"), (_("to"), "to"), (_("why"), "why")):
                with Horizontal(classes="line"):
                    yield Static(plain(f"{label} "), classes="tag")
                    yield Field(placeholder="" if id_ == "why" else f"{self._day:%Y-%m-%d}", id=id_)
            yield Static("", id="problem")
            yield Keys(
                (_("⏎ what lies in it"), "screen.done"),
                _("tab who · from · to · why"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(_("Away"))
        self.query_one("#person", Choice).offer(self._people(), self._staff)
        self.query_one("#person").focus()
        self._say()

    def on_input_changed(self) -> None:
        self._say()

    def on_choice_changed(self) -> None:
        self._say()

    def action_done(self) -> None:
        found = self._resolved()
        if found is not None:
            self.dismiss(found)
        else:
            self._say()
            self.query_one("#from" if self._edges()[0] is None else "#to", Input).focus()

    def _resolved(self) -> Absence | None:
        staff: StaffId | None = self.query_one("#person", Choice).value
        start, end = self._edges()
        if staff is None or start is None or end is None or end <= start:
            return None
        return Absence(staff=staff, start=start, end=end, reason=self.query_one("#why", Input).value)

    def _edges(self) -> tuple[datetime | None, datetime | None]:
        """From and to; nothing typed is the day under the cursor, and the end of the day it begins."""
        start = self._edge("from", self._day)
        return start, self._edge("to", start.date() if start is not None else self._day, last=True)

    def _edge(self, id_: str, day: date, last: bool = False) -> datetime | None:
        today = local_date(self.host.now(), self.voice.zone)
        typed = self.query_one(f"#{id_}", Input).value or f"{day:%Y-%m-%d}"
        try:
            found = when(typed, today, base=day, locale=self.voice.setup.practice.locale)
        except NotUnderstood:
            return None
        if found.wall is not None:
            return found.wall
        return datetime.combine(found.day + timedelta(days=1) if last else found.day, time())

    def _people(self) -> list[tuple[str, StaffId]]:
        return [(person.name, person.id) for person in self.voice.setup.practitioners()]

    def _say(self) -> None:
        found = self._resolved()
        start, end = self._edges()
        if found is not None:
            told = f"= {_span(self.voice, found)}"
        elif start is None or end is None:
            which = _("from") if start is None else _("to")
            told = _("“{field}” is not understood: tue, 24 nov, 24 nov 12:00").format(field=which)
        else:
            told = _("it ends before it begins")
        self.query_one("#problem", Static).update(plain(told, "$primary" if found is not None else "$error"))


def _span(voice: Voice, absence: Absence) -> str:
    """Whole days as days, else with times."""
    start, end = absence.start, absence.end
    if start.time() == time() and end.time() == time():
        last = (end - timedelta(days=1)).date()
        first = times.day(start.date())
        return first if last == start.date() else f"{first} – {times.day(last)}"
    edges = (f"{times.day(at.date())} {times.clock(at, voice.twelve)}" for at in (start, end))
    return " – ".join(edges)

"""The calendar as a list that can be searched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from frontdesk.core.domain.times import local_date
from frontdesk.core.domain.views import AppointmentList, ListPlace, Named
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.voice import Voice
from frontdesk.screens.paging import Paging
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList


class Listing(Vertical):
    """Lines of appointments under a field for a part of a client's name."""

    def __init__(self, ask: Callable[[Any, bool, int], Awaitable[AppointmentList | None]], id: str) -> None:
        super().__init__(id=id)
        self.day, self._typed, self._zone = date.min, "", "UTC"
        """From which day on they stand, by what part of a name, in the practice's zone."""
        self.pages: Paging[Named] = Paging(ask, self._place, lambda it: self._place(it).just_before())

    def compose(self) -> ComposeResult:
        yield Field(placeholder=_("part of a client's name"), id="filter")
        yield LineList[Named | None](id="list")

    @property
    def filter(self) -> Field:
        return self.query_one("#filter", Field)

    @property
    def rows(self) -> LineList[Named | None]:
        return self.query_one("#list", LineList)

    @property
    def typed(self) -> str:
        return self.filter.value

    @property
    def chosen(self) -> Named | None:
        return self.rows.chosen

    def begin_at(self, day: date, zone_name: str) -> None:
        """Another day, or another name: another list."""
        if (day, self.typed, zone_name) != (self.day, self._typed, self._zone):
            self.day, self._typed, self._zone = day, self.typed, zone_name
            self.pages.forget()
            self.rows.show([])

    def draw(self, voice: Voice) -> None:
        """What lies from the day on, then what was before it; the cursor stays on what it was on."""
        lines: list[Line[Named | None]] = []
        was_before = False
        for it in self.pages.items:
            is_before = self._place(it).is_before
            if is_before and not was_before:
                lines.append(Line(_("Before {day}").format(day=times.day(self.day)), None, "title"))
            was_before = is_before
            lines.append(Line(_row(voice, it), it))
        self.rows.show_again(lines, lambda it: it.appointment.id if it is not None else None)

    def _place(self, it: Named) -> ListPlace:
        booked = it.appointment
        return ListPlace(local_date(booked.start, self._zone) < self.day, booked.start, booked.id)


def _row(voice: Voice, named: Named) -> str:
    it = named.appointment
    at = voice.moment(it.start, it.zone)
    return (
        f"{at:<16} {it.span.minutes:>3}m {named.client_name:<20.20} {status(it.status):<9}"
        f" {named.service_name:<12.12} {named.practitioner_name}"
    )

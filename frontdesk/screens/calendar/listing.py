"""The calendar as a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.containers import Vertical

from frontdesk.core.domain.views import AppointmentList, Named
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.voice import Voice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList

LISTED = 500
"""Lines of the list at most, on each side of the day."""


class Listing(Vertical):
    """Lines of appointments under a field for a part of a client's name."""

    is_cut = False
    """Whether only the first ones are shown."""

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

    def fill(self, voice: Voice, day: date, found: AppointmentList, before: Sequence[Named]) -> None:
        """What lies from the day on, then what was before it; the cursor stays on what it was on."""
        self.is_cut = found.more
        lines: list[Line[Named | None]] = [Line(_row(voice, it), it) for it in found.items]
        if before:
            lines.append(Line(_("Before {day}").format(day=times.day(day)), None, "title"))
            lines += [Line(_row(voice, it), it) for it in before]
        kept = self.chosen.appointment.id if self.chosen is not None else None
        cursor = next((n for n, line in enumerate(lines) if line.value and line.value.appointment.id == kept), 0)
        self.rows.show(lines, cursor)


def _row(voice: Voice, named: Named) -> str:
    it = named.appointment
    at = voice.moment(it.start, it.zone)
    return (
        f"{at:<16} {it.span.minutes:>3}m {named.client_name:<20.20} {status(it.status):<9}"
        f" {named.service_name:<12.12} {named.practitioner_name}"
    )

"""What all forms share in which a time is typed: how it is understood, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from frontdesk.core.domain.scenes import Verdict
from frontdesk.core.domain.times import local_date
from frontdesk.core.parse.when import NotUnderstood, When, when
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.objections import objection_words
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.widgets.field import Field
from frontdesk.widgets.text import plain

R = TypeVar("R")


class SlotForm(DeskDialog[R], Generic[R]):
    """Has a when line with its echo, a line for a problem, and one for the reason against a rule."""

    def when_line(self, label: str, value: str = "", placeholder: str = "", *, echoes: bool = True) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Static(plain(label + " "), classes="tag")
            yield Field(value, placeholder=placeholder, id="when")
            if echoes:
                yield Static("", id="echo")

    def override_line(self, label: str, value: str = "") -> ComposeResult:
        with Horizontal(classes="line", id="override-line"):
            yield Static(plain(label + " "), classes="tag")
            yield Field(value, id="override")

    @property
    def typed(self) -> str:
        """What stands in the when line."""
        return self.query_one("#when", Input).value

    @property
    def override(self) -> str:
        return self.query_one("#override", Input).value.strip()

    def understood(self, zone_name: str, base: date) -> When:
        """The when line, read from a day on. Raises NotUnderstood."""
        today = local_date(self.host.now(), zone_name)
        return when(self.typed, today, base=base, locale=self.voice.setup.practice.locale)

    def wall(self, zone_name: str, base: date) -> datetime | None:
        """The very time that is typed; None where it is none."""
        try:
            return self.understood(zone_name, base).wall
        except NotUnderstood:
            return None

    def echo(self, text: str, bad: bool = False) -> None:
        """How the when line is understood."""
        self.query_one("#echo", Static).update(plain(f"= {text}", "$error" if bad else ""))

    def moment_of(self, wall: datetime) -> str:
        """A wall time with its date."""
        return f"{self.voice.day(wall.date())} {times.clock(wall, self.voice.twelve)}"

    def say(self, text: str, bad: bool = True) -> None:
        """What speaks against what stands in the form, or for it."""
        self.query_one("#problem", Static).update(plain(text, "$error" if bad else "$success"))

    def against(self, *verdicts: Verdict) -> str:
        return "; ".join(objection_words(self.voice, it) for verdict in verdicts for it in verdict.reasons)

    def ask_for_reason(self, against: str) -> None:
        """Why a rule is to be overridden: in a few words, under what speaks against it."""
        self.query_one("#override-line").display = True
        self.query_one("#override", Input).focus()
        self.say(f"{against} · " + _("a reason in a few words, then ⏎"))

    def may_go_on(self, verdicts: Iterable[Verdict]) -> bool:
        """Whether nothing speaks against it that no reason overrides, and there is a reason for the rest."""
        verdicts = tuple(verdicts)
        stands = [reason for verdict in verdicts for reason in verdict.blocking(overridden=True)]
        if stands:
            self.say("; ".join(objection_words(self.voice, it) for it in stands))
            return False
        if not self.override:
            self.ask_for_reason(self.against(*verdicts[:1]))
            return False
        return True

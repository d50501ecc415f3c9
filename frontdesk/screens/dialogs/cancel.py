"""Cancelling: whose wish, since when, why; what the terms say and what it costs; the words for the client."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from frontdesk.core.asks.appointments import CancelAppointment
from frontdesk.core.asks.charges import ShowTerms
from frontdesk.core.domain.appointments import Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.outcomes import Outcome, outcome_of_cancelling
from frontdesk.core.domain.practice import BY_CLIENT, Reason, ReasonId
from frontdesk.core.domain.times import Instant, local_date, resolve, wall_time
from frontdesk.core.domain.views import Named, TermsView
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.labels import reason_label
from frontdesk.core.render.words.terms import countdown_words, sources_words
from frontdesk.screens.desk_screen import DeskDialog
from frontdesk.screens.rewriting import Rewriting
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelChoice:
    reason: ReasonId
    text: str = ""
    by: Side = Side.PRACTICE
    said_at: Instant | None = None
    message: str = ""
    letter: str = ""
    """The client's mail as it was rewritten."""
    rebook_link: bool | None = None
    """None: as the reason says."""
    waive: str = ""
    called: str = ""
    """What was typed for when they called."""


class CancelDialog(DeskDialog[CancelChoice]):
    """Answers why an appointment is cancelled, by whom, and what is said about it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="cancel.down", priority=True),
        Binding("up", "move(-1)", "previous", id="cancel.up", priority=True),
        Binding("enter", "confirm", "cancel it", id="cancel.confirm", priority=True),
        Binding("ctrl+e", "rewrite", "the mail", id="cancel.mail", priority=True),
    ]

    def __init__(self, named: Named, choice: CancelChoice | None = None, error: str = "") -> None:
        """`choice` and `error` are what was chosen before, and why it was not taken."""
        super().__init__()
        self._named, self._choice, self._error = named, choice, error
        self._chosen: Reason | None = None
        self._turned = choice is not None  # whose wish it is was said; the reason does not say it any more
        self._link: bool | None = choice.rebook_link if choice is not None else None
        self._mail = Rewriting(choice.letter if choice is not None else "")
        self._terms: TermsView | None = None

    def compose(self) -> ComposeResult:
        it, before = self._named, self._choice
        at = self.voice.moment(it.appointment.start, it.appointment.zone)
        with Vertical(classes="panel"):
            yield Static(plain(f"{it.client_name} · {at} · {it.service_name} · {it.practitioner_name}"))
            yield Static("", id="terms")
            with Horizontal(classes="line"):
                yield Choice[Side](_("wish of"), self._sides(), id="by")
                yield Static(plain(_("called") + " "), classes="tag", id="called-tag")
                yield Field(before.called if before else "", placeholder=_("now"), id="called")
            yield LineList[Reason](id="reasons")
            for label, id_, value in (
                (_("why, for us"), "text", before.text if before else ""),
                (_("message"), "message", before.message if before else ""),
                (_("waive: why"), "waive", before.waive if before else ""),
            ):
                with Horizontal(classes="line", id=f"{id_}-line"):
                    yield Static(plain(f"{label} "), classes="tag")
                    yield Field(value, id=id_)
                    if id_ == "message":
                        yield Static("", id="echo")
            yield Choice[bool](_("the mail"), self._links(), id="link")
            yield Static(plain(self._error, "$error"), id="problem")
            yield Button("", id="confirm", disabled=True, compact=True)
            yield Keys(
                (_("⏎ cancel it"), "screen.confirm"),
                (_("c client called"), "screen.turn"),
                (_("^e the mail"), "screen.rewrite"),
                _("tab words · message · link, ⇧tab when"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(_("Cancel"))
        reasons = [it for it in self.voice.setup.reasons.values() if it.offered and it.life is Life.ACTIVE]
        lines = [
            Line(f" {n} {reason_label(it)}", it)
            for n, it in enumerate(sorted(reasons, key=lambda it: it.position), 1)
        ]
        found = self.query_one("#reasons", LineList)
        found.show(lines, cursor=0)
        found.cursor = -1
        found.focus()
        if self._choice is not None:
            self.query_one("#by", Choice).offer(self._sides(), self._choice.by)
            ids = [line.value.id for line in lines]
            found.move(ids.index(self._choice.reason) + 1 if self._choice.reason in ids else 0)
            self._choose()
            self._mail.belongs_to(self._change(self._choice.reason))
        self._say()
        self.refresh_data()

    def refresh_data(self) -> None:
        self.begin(self._load(), group="load", exclusive=True)

    def on_key(self, event: events.Key) -> None:
        reasons: LineList[Reason] = self.query_one("#reasons", LineList)
        if not reasons.has_focus or not event.character:
            return
        if event.character.isdigit():
            number = int(event.character)
            if 1 <= number <= len(reasons.lines):
                reasons.move(number - 1 - reasons.cursor)
                self._choose()
            event.stop()
        elif event.character == "c":
            self.action_turn()
            event.stop()

    def on_line_list_moved(self) -> None:
        self._choose()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "message":
            n = len(event.value)
            told = plural("{n} character", "{n} characters", n).format(n=n) if n else ""
            self.query_one("#echo", Static).update(plain(told))
        self._say()

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self._turned = self._turned or self.query_one("#by", Choice).has_focus
        chosen: bool | None = self.query_one("#link", Choice).value
        default = self._chosen.rebook_link if self._chosen is not None else None
        self._link = None if chosen == default else chosen
        self._say()

    def on_button_pressed(self) -> None:
        self.action_confirm()

    def action_move(self, by: int) -> None:
        self.query_one("#reasons", LineList).move(by)

    def action_turn(self) -> None:
        """From the practice's wish to the client's, and back."""
        self._turned = True
        self.query_one("#by", Choice).action_step(1)

    def action_confirm(self) -> None:
        if self._missing():
            if self._chosen is not None:
                self.query_one("#text", Input).focus()
            self._say()
            return
        assert self._chosen is not None
        change = self._change(self._chosen.id)
        if not self._mail.is_about(change):
            self.begin(self._mail.look_again(self, change))
            return
        self.dismiss(
            CancelChoice(
                reason=change.reason,
                text=change.text,
                by=change.by,
                said_at=change.said_at,
                message=change.message,
                letter=self._mail.text,
                rebook_link=change.rebook_link,
                waive=change.waive,
                called=self.query_one("#called", Input).value,
            )
        )

    def action_rewrite(self) -> None:
        """The client's mail as it will read, to be changed by hand."""
        if self._chosen is None:
            self._say()
            return
        self.begin(self._rewrite(self._change(self._chosen.id)))

    async def _rewrite(self, change: CancelAppointment) -> None:
        await self._mail.look(self, change)
        self._say()

    def _change(self, reason: ReasonId) -> CancelAppointment:
        """What is asked for as the fields stand."""
        by, called = self._by(), self.query_one("#called", Input).value.strip()
        return CancelAppointment(
            appointment=self._named.appointment.id,
            seen=None,
            reason=reason,
            text=self.query_one("#text", Input).value.strip(),
            by=by,
            said_at=self._said_at() if by is Side.CLIENT and called else None,
            message=self.query_one("#message", Input).value.strip(),
            rebook_link=self._link,
            waive=self.query_one("#waive", Input).value.strip() if self._costs() else "",
        )

    async def _load(self) -> None:
        seen = await self.look(ShowTerms(appointment=self._named.appointment.id))
        if seen is not None:
            self._terms = seen
            told = f"{countdown_words(self.voice, seen.cancelling)} ({sources_words(self.voice, seen.terms)})"
            words = seen.terms.text.value
            parts = [plain(told, "$warning"), *([plain(f"“{words}”", "$foreground 70%")] if words else [])]
            self.query_one("#terms", Static).update(Content("\n").join(parts))
            self._say()

    def _choose(self) -> None:
        reasons: LineList[Reason] = self.query_one("#reasons", LineList)
        self._chosen = reasons.chosen
        if self._chosen is not None and not self._turned:
            by = Side.CLIENT if self._chosen.id == BY_CLIENT else Side.PRACTICE
            self.query_one("#by", Choice).offer(self._sides(), by)
        if self._chosen is not None:
            link = self._chosen.rebook_link if self._link is None else self._link
            self.query_one("#link", Choice).offer(self._links(), link)
            if self._chosen.needs_text:
                self.query_one("#text", Input).focus()
        self._say()

    def _sides(self) -> list[tuple[str, Side]]:
        return [(_("the practice"), Side.PRACTICE), (_("the client"), Side.CLIENT)]

    def _links(self) -> list[tuple[str, bool]]:
        if self.voice.setup.practice.portal.base:
            return [(_("carries the rebooking link"), True), (_("has no rebooking link"), False)]
        return [(_("says how to book again"), True), (_("says nothing of booking again"), False)]

    def _by(self) -> Side:
        return self.query_one("#by", Choice).value or Side.PRACTICE

    def _said_at(self) -> Instant | None:
        """When the client called; None where that is not understood."""
        typed = self.query_one("#called", Input).value.strip()
        now = self.host.now()
        if not typed:
            return now
        today = local_date(now, self.voice.zone)
        try:
            found = when(typed, today, base=today, locale=self.voice.setup.practice.locale)
        except NotUnderstood:
            return None
        if found.wall is None:
            return None
        at, week = resolve(found.wall, self.voice.zone), timedelta(days=7)
        if at is not None and at > now and typed[:1].isalpha():
            at = resolve(found.wall - week, self.voice.zone)  # of a weekday the last one: a call never lies ahead
        return at

    def _outcome(self) -> Outcome | None:
        said_at = self._said_at()
        if self._terms is None or said_at is None:
            return None
        currency = self.voice.setup.practice.currency
        it = self._named.appointment
        return outcome_of_cancelling(it, self._terms.terms, currency, self._by(), said_at)[1]

    def _costs(self) -> bool:
        outcome = self._outcome()
        return outcome is not None and bool(outcome.fee)

    def _missing(self) -> str:
        if self._chosen is None:
            return _("choose a reason: a digit, or ↑↓")
        if self._chosen.needs_text and not self.query_one("#text", Input).value.strip():
            return _("“{label}” needs a few words").format(label=reason_label(self._chosen))
        if self._by() is Side.CLIENT:
            said_at = self._said_at()
            if said_at is None:
                return _("when did they call? for example 9:15, or mon 17:00")
            if said_at > self.host.now():
                return _("the call cannot lie ahead")
        return ""

    def _say(self) -> None:
        """What is missing, else what the button will do."""
        by_client = self._by() is Side.CLIENT
        self.query_one("#called").display = self.query_one("#called-tag").display = by_client
        outcome = self._outcome()
        late, cost = outcome is not None and outcome.late, outcome.fee if outcome is not None else 0
        self.query_one("#waive-line").display = bool(cost)
        missing = self._missing()
        button = self.query_one("#confirm", Button)
        button.disabled = bool(missing)
        name = self._named.client_name
        text = _("Cancel late: {client}") if late else _("Cancel the appointment of {client}")
        text = text.format(client=name)
        if cost:
            waived = bool(self.query_one("#waive", Input).value.strip())
            text += f" · {self.voice.money(cost)} {_('waived') if waived else _('due')}"
        said_at = self._said_at()
        if by_client and said_at is not None and self.query_one("#called", Input).value.strip():
            wall = wall_time(said_at, self.voice.zone)
            text += f" · {_('called')} {times.day(wall.date())} {times.clock(wall, self.voice.twelve)}"
        if self._mail.text:
            text += f" · {self._mail.sign}"
        button.label = plain(missing or text)

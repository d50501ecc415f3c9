"""The slot picker: a when line, and the free times it means, with the reasons against the ones asked for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.slots import AskWhy, Away, FindSlots
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.reminders import reminder_hours as hours_of
from frontdesk.core.domain.scenes import Offer, Verdict
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Start, local_date
from frontdesk.core.domain.views import Named
from frontdesk.core.parse.reminders import reminder_hours, written
from frontdesk.core.parse.when import ALL_DAY, NotUnderstood, When
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.errors import plain_error
from frontdesk.core.render.words.labels import service_label
from frontdesk.core.render.words.objections import objection_words
from frontdesk.screens.dialogs.slot_form import SlotForm
from frontdesk.screens.keeping import SlotKeeper
from frontdesk.screens.rewriting import Rewriting
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain

SHOWN = 40
"""How many free times the list has at most."""

AHEAD = 21
"""How many days are looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The slot that was chosen, and what was changed with it."""

    start: Start
    service: ServiceId
    practitioner: StaffId
    location: LocationId
    room: RoomId | None = None
    note: str | None = None
    override: str = ""
    client_agreed: bool = False
    """To the terms of another service or practitioner."""
    message: str = ""
    """Personal words in the client's mail."""
    letter: str = ""
    """That mail as it was rewritten."""
    reminders: tuple[int, ...] | None = None
    """Hours before; None leaves them as they are."""
    hold: UUID | None = None
    """The key under which the time is kept."""
    typed: str = ""
    """The when line it came from."""


@dataclass(frozen=True, slots=True)
class Row:
    """A free time, or one that is not."""

    offer: Offer | None = None
    verdict: Verdict | None = None


class PickerDialog(SlotForm[Picked]):
    """Answers where an appointment is to go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="picker.down", priority=True),
        Binding("up", "move(-1)", "previous", id="picker.up", priority=True),
        Binding("enter", "choose", "move here", id="picker.choose", priority=True),
        Binding("ctrl+e", "rewrite", "the mail", id="picker.mail", priority=True),
    ]

    def __init__(
        self, moving: Named, before: Picked | None = None, error: str = "", away: Away | None = None
    ) -> None:
        """`before` and `error` are what was picked before, and why it was not taken; `away` is who will be off."""
        super().__init__()
        self._moving, self._before, self._error, self._away = moving, before, error, away
        self._typed = before.typed if before is not None else ""
        self._note = moving.appointment.note
        if before is not None and before.note is not None:
            self._note = before.note
        own = moving.appointment.reminders
        if before is not None and before.reminders is not None:
            own = before.reminders
        self._reminders = written(own)
        self._mail = Rewriting(before.letter if before is not None else "")
        if before is not None:
            self._mail.belongs_to(self._change_to(before))
        self._override_for: Verdict | None = None
        self._shown: tuple[object, ...] = ()
        """What the list answers: the when line, the service, the person."""
        self._keeper = SlotKeeper(self, before.hold if before is not None else None)

    @property
    def _appointment(self) -> Appointment:
        return self._moving.appointment

    @property
    def _overridden(self) -> str:
        """The reason that was given before a refusal."""
        return self._before.override if self._before is not None else ""

    @property
    def _service(self) -> ServiceId:
        chosen: ServiceId | None = self.query_one("#service", Choice).value
        return chosen or self._appointment.service

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield from self.when_line(_("when"), self._typed, placeholder="thu pm · 4p · 25 nov 10 · +2w")
            yield LineList[Row](id="rows", can_focus=False)
            yield Static(plain(self._error, "$error"), id="problem")
            with Horizontal(classes="line"):
                yield Choice[StaffId | None](_("with"), self._people(), id="person")
                yield Choice[ServiceId](_("service"), self._services(), id="service")
                yield Choice[bool](_("terms"), self._agreements(), id="agreed")
            with Horizontal(classes="line"):
                yield Static(plain(_("note to client") + " "), classes="tag")
                yield Field(self._note, id="note")
                yield Static(plain(_("reminders") + " "), classes="tag")
                yield Field(self._reminders, placeholder=self._usual_reminders(), id="reminders")
            with Horizontal(classes="line"):
                yield Static(plain(_("message") + " "), classes="tag")
                yield Field(self._before.message if self._before is not None else "", id="message")
                yield Static("", id="rewritten")
            yield from self.override_line(_("reason to override"), self._overridden)
            yield Keys(
                (_("⏎ move"), "screen.choose"),
                _("↑↓ choose"),
                _("tab person · service · note · message"),
                (_("^e the mail"), "screen.rewrite"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        it = self._appointment
        was = self.voice.moment(it.start, it.zone)
        self.title_panel(
            f"{_('Move')} · {self._moving.client_name} · {_('was')} {was} · {self._moving.service_name}"
            f" {it.span.minutes} min · {self._moving.practitioner_name}"
        )
        services = self.query_one("#service", Choice)
        services.offer(self._services(), self._before.service if self._before is not None else it.service)
        self.query_one("#override-line").display = bool(self._overridden)
        self.query_one("#rewritten", Static).update(plain(self._mail.sign))
        self.query_one("#when", Input).focus()
        self._search()

    def refresh_data(self) -> None:
        self._search()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "reminders":
            with suppress(BadInput):
                reminder_hours(event.value)
                self.say(self._error)
        elif event.input.id == "when":
            if event.value != self._typed:
                self._error = ""  # what was refused is something else now
            self._search()

    def on_choice_changed(self) -> None:
        self._error = ""
        self._search()

    def action_leave(self) -> None:
        """Back one step: out of the reason, then out of the picker."""
        if self._override_for is not None:
            self._ask_override(None)
            self.query_one("#when", Input).focus()
        else:
            self._keeper.leave()
            super().action_leave()

    def on_line_list_chosen(self) -> None:
        self.action_choose()

    def on_line_list_pointed(self) -> None:
        self._tell_why()

    def action_move(self, by: int) -> None:
        self._error = ""
        self.query_one("#rows", LineList).move(by)
        self._ask_override(None)
        self._tell_why()

    def action_rewrite(self) -> None:
        """The client's mail as it will read, to be changed by hand."""
        row: Row | None = self.query_one("#rows", LineList).chosen
        where = row.offer if row is not None else None
        if where is None:
            self.say(_("choose a free time first: its mail is shown then"))
            return
        if not self._reminders_fit():
            return
        picked = self._picked(where.start, where.practitioner, where.location, where.room)
        self.begin(self._rewrite(self._change_to(picked)))

    async def _rewrite(self, change: RescheduleAppointment) -> None:
        await self._mail.look(self, change)
        self.query_one("#rewritten", Static).update(plain(self._mail.sign))

    def _change_to(self, picked: Picked) -> RescheduleAppointment:
        """What is asked for, as far as the client's mail tells of it."""
        return RescheduleAppointment(
            appointment=self._appointment.id,
            seen=None,
            start=picked.start,
            service=picked.service,
            practitioner=picked.practitioner,
            location=picked.location,
            note=picked.note,
            message=picked.message,
        )

    def _leave_with(self, picked: Picked) -> None:
        """The choice is made, unless the client's mail was rewritten for another one."""
        change = self._change_to(picked)
        if not self._mail.is_about(change):
            self.begin(self._mail.look_again(self, change))
            return
        self.dismiss(replace(picked, letter=self._mail.text, hold=self._keeper.hand_over()))

    def action_choose(self) -> None:
        rows: LineList[Row] = self.query_one("#rows", LineList)
        row = rows.chosen
        if row is None:
            self.say(self._error or _("↓ chooses a time"))
            return
        if not self._reminders_fit():
            return
        if row.offer is not None:
            self._leave_with(
                self._picked(row.offer.start, row.offer.practitioner, row.offer.location, row.offer.room)
            )
        elif row.verdict is not None:
            self._choose_against(row.verdict)
        elif len(rows.lines) > 1:
            self.say(_("↓ chooses a time on another day"))

    def _reminders_fit(self) -> bool:
        try:
            reminder_hours(self.query_one("#reminders", Input).value)
        except BadInput as wrong:
            self.say(plain_error(wrong))
            self.query_one("#reminders", Input).focus()
            return False
        return True

    def _choose_against(self, verdict: Verdict) -> None:
        """A time that is not free: what may be overridden asks for a reason, the rest says why not."""
        stands = verdict.blocking(overridden=True)
        if stands:
            self.say("; ".join(objection_words(self.voice, it) for it in stands))
            return
        if self._override_for is None or not self.override:
            self._ask_override(verdict)
            return
        assert isinstance(verdict.start, int), "a time that does not exist cannot be overridden"
        self._leave_with(
            self._picked(verdict.start, verdict.practitioner, verdict.location, verdict.room, override=self.override)
        )

    def _tell_why(self) -> None:
        """All the reasons against the time under the cursor, where the list had to cut them."""
        row: Row | None = self.query_one("#rows", LineList).chosen
        self._keep(row.offer if row is not None else None)
        if row is not None and row.verdict is not None:
            self.say(self.against(row.verdict))
        elif row is not None and row.offer is not None and not self._error:
            self.say("")

    def _keep(self, offer: Offer | None) -> None:
        """The free time under the cursor is kept while the picker is open."""
        if offer is None:
            self._keeper.want_nothing()
            return
        self._keeper.want(
            service=self._service,
            start=offer.start,
            practitioner=offer.practitioner,
            location=offer.location,
            room=offer.room,
            moving=self._appointment.id,
        )

    def _ask_override(self, verdict: Verdict | None) -> None:
        self._override_for = verdict
        self.query_one("#override-line").display = verdict is not None
        if verdict is not None:
            self.ask_for_reason(self.against(verdict))

    def _picked(
        self, start: int, practitioner: StaffId, location: LocationId, room: RoomId | None, override: str = ""
    ) -> Picked:
        note = self.query_one("#note", Input).value
        reminders = reminder_hours(self.query_one("#reminders", Input).value)
        return Picked(
            start=start,
            service=self._service,
            practitioner=practitioner,
            location=location,
            room=room,
            note=note if note != self._appointment.note else None,
            override=override,
            client_agreed=self.query_one("#agreed", Choice).value is True,
            message=self.query_one("#message", Input).value.strip(),
            reminders=reminders if reminders != self._appointment.reminders else None,
            typed=self.typed,
        )

    def _usual_reminders(self) -> str:
        """What the service or the practice says, while the appointment has none of its own."""
        own = replace(self._appointment, reminders=None)
        return written(hours_of(own, self.voice.setup)) + " h"

    def _people(self) -> list[tuple[str, StaffId | None]]:
        """The same person first; then anybody; then each who offers it."""
        setup = self.voice.setup
        mine = self._appointment.practitioner
        others = [person for person in setup.practitioners() if person.id != mine]
        return [
            (_("{who}, then any").format(who=setup.staff[mine].name), mine),
            (_("anybody"), None),
            *((person.name, person.id) for person in others),
        ]

    def _services(self) -> list[tuple[str, ServiceId]]:
        setup = self.voice.setup
        return [(service_label(it), it.id) for it in setup.services.values()]

    def _agreements(self) -> list[tuple[str, bool]]:
        """Another service or person brings other terms only if the client agreed."""
        return [(_("stay"), False), (_("new, client agreed"), True)]

    def _search(self) -> None:
        self.begin(self._find(), group="find", exclusive=True)

    async def _find(self) -> None:
        typed, zone_name = self.typed, self._appointment.zone
        today = local_date(self.host.now(), zone_name)
        try:
            wanted = self.understood(zone_name, max(today, local_date(self._appointment.start, zone_name)))
        except NotUnderstood as error:
            self.echo(f"? “{error.word}”", bad=True)
            told = _("“{word}” is not understood: thu pm, 4p, 25 nov 10, +2w, asap").format(word=error.word)
            self.query_one("#rows", LineList).show([Line(told, Row(), "dim")])
            return
        self.echo(self._understood_as(wanted, bool(typed.strip())))
        asked, offers = await asyncio.gather(self._ask(wanted), self._offers(wanted, today, bool(typed.strip())))
        none_then = [] if asked or not wanted.named_day else await self._nothing_then(wanted, offers)
        rows = [*asked, *none_then, *offers]
        if not rows:
            rows = [Line(_("nothing is free in the next {n} days").format(n=AHEAD), Row(), "dim")]
        self._show_rows(rows[:SHOWN], (typed, self._service, self.query_one("#person", Choice).value))
        if self._error:
            self.say(self._error)

    def _show_rows(self, rows: list[Line[Row]], asked: tuple[object, ...]) -> None:
        """A new question begins at the first row; the same one again, as others change things, keeps the choice."""
        shown: LineList[Row] = self.query_one("#rows", LineList)
        before, again = shown.chosen, asked == self._shown
        self._shown = asked
        if not again or (before is not None and before.offer is None):
            shown.show(rows)
            self._tell_why()
            return
        place = _place(before)
        here = next((n for n, it in enumerate(rows) if place and _place(it.value) == place), -1)
        shown.show(rows, here)
        shown.cursor = here
        if here >= 0:
            self._tell_why()
        elif before is not None and before.offer is not None:  # nothing else is chosen in its place
            self._keeper.want_nothing()
            when_ = self.voice.moment(before.offer.start, self.voice.setup.zone_of(before.offer.location))
            self._error = _("{when} is not free any more: ↓ chooses").format(when=when_)

    async def _ask(self, wanted: When) -> list[Line[Row]]:
        """The very time that was asked for, where it is not free."""
        if wanted.wall is None:
            return []
        answer = await self.look(
            AskWhy(
                service=self._service,
                start=wanted.wall,
                practitioner=self.query_one("#person", Choice).value or self._appointment.practitioner,
                moving=self._appointment.id,
                away=self._away,
                nearest=0,
            )
        )
        return [self._dead(verdict) for verdict in answer.verdicts if not verdict.ok] if answer else []

    async def _nothing_then(self, wanted: When, offers: list[Line[Row]]) -> list[Line[Row]]:
        """Says so where the day that was named has nothing: another day is never chosen by itself."""
        if wanted.soon or any(line.look == "plain" for line in offers):
            return []
        answer = await self.look(
            FindSlots(
                service=self._service,
                first=wanted.day,
                days=1,
                practitioner=self.query_one("#person", Choice).value,
                moving=self._appointment.id,
                away=self._away,
            )
        )
        reasons = [it for verdict in answer.why_none for it in verdict.reasons] if answer is not None else []
        rules = [objection_words(self.voice, it) for it in reasons if not it.means_taken]
        told = _("nothing free {when}: {why}").format(
            when=self._understood_as(wanted, True), why="; ".join(rules) or _("all taken")
        )
        return [Line(told, Row(), "bad")]

    async def _offers(self, wanted: When, today: date, typed: bool) -> list[Line[Row]]:
        first = wanted.day if typed else today
        chosen = self.query_one("#person", Choice).value
        answer = await self.look(
            FindSlots(
                service=self._service,
                first=first,
                days=AHEAD,
                moving=self._appointment.id,
                away=self._away,
                each=True,
            )
        )
        if answer is None:
            return []
        found = [offer for offer in answer.offers if self._fits(offer, wanted, typed)]
        here = (self._appointment.start, self._appointment.practitioner)
        found = [offer for offer in found if (offer.start, offer.practitioner) != here or self._changes_service()]
        if chosen and chosen != self._appointment.practitioner:
            found = [offer for offer in found if offer.practitioner == chosen]

        def rank(offer: Offer) -> tuple[object, ...]:
            """The day that was named first, then near the time that was named, the same person before others."""
            at = self.voice.wall(offer)
            far = abs((at - wanted.wall).total_seconds()) if wanted.wall is not None else 0
            return (at.date() != wanted.day if typed else False, far, offer.practitioner != chosen, offer.start)

        ranked = sorted(found, key=rank)[:SHOWN]
        return [self._free(offer, typed and self.voice.wall(offer).date() != wanted.day) for offer in ranked]

    def _changes_service(self) -> bool:
        return self._service != self._appointment.service

    def _fits(self, offer: Offer, wanted: When, typed: bool) -> bool:
        """Inside the part of the day that was named; a day that was named is looked at first, not alone."""
        at = self.voice.wall(offer)
        minute = at.hour * 60 + at.minute
        first, last = wanted.part
        if wanted.part != ALL_DAY and not first <= minute < last:
            return False
        return not (typed and wanted.part != ALL_DAY and wanted.named_day and at.date() > wanted.day + timedelta(14))

    def _free(self, offer: Offer, another_day: bool) -> Line[Row]:
        same = _("same person") if offer.practitioner == self._appointment.practitioner else ""
        who = self.voice.practitioner(offer.practitioner)
        when_ = self.voice.moment(offer.start, self.voice.setup.zone_of(offer.location))
        room = f"  {self.voice.setup.rooms[offer.room].name}" if offer.room else ""
        return Line(f"{when_:<18} {who:<18} {same}{room}", Row(offer=offer), "dim" if another_day else "plain")

    def _dead(self, verdict: Verdict) -> Line[Row]:
        who = self.voice.practitioner(verdict.practitioner)
        zone_name = self.voice.setup.zone_of(verdict.location)
        start = verdict.start
        when_ = (
            self.voice.moment(start, zone_name)
            if isinstance(start, int)
            else f"{times.day(start.date())} {times.clock(start, self.voice.twelve)}"
        )
        why = "; ".join(objection_words(self.voice, it) for it in verdict.reasons)
        can = " ⏎" if not verdict.blocking(overridden=True) else ""
        return Line(f"{when_:<18} {who:<18} {self.host.glyphs.no} {why}{can}", Row(verdict=verdict), "bad")

    def _understood_as(self, wanted: When, typed: bool) -> str:
        if not typed or wanted.soon:
            return _("as soon as can be")
        text = self.voice.day(wanted.day)
        if wanted.wall is not None:
            return f"{text} {times.clock(wanted.wall, self.voice.twelve)}"
        if wanted.part != ALL_DAY:
            first, last = wanted.part
            twelve = self.voice.twelve
            return f"{text} {times.clock_at(first, twelve)}–{times.clock_at(last, twelve)}"
        return text


def _place(row: Row | None) -> tuple[object, ...]:
    """When, with whom and where a free time is; empty for what is none."""
    offer = row.offer if row is not None else None
    return (offer.start, offer.practitioner, offer.location) if offer is not None else ()

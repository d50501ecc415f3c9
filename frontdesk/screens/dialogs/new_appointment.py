"""A new appointment, for a client who is known or new, in one overlay; or the time is blocked instead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from frontdesk.core.asks.clients import FindClients, FindDuplicates
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.scenes import Verdict
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.views import ClientHit
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import service_label
from frontdesk.core.render.words.objections import objection_words
from frontdesk.screens.dialogs.picker import AHEAD
from frontdesk.screens.dialogs.slot_form import SlotForm
from frontdesk.screens.keeping import SlotKeeper
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the form: kept when saving was refused."""

    practitioner: StaffId | None
    start: datetime
    """Naive wall time."""
    name: str = ""
    phone: str = ""
    client: ClientId | None = None
    service: ServiceId | None = None
    note: str = ""
    override: str = ""
    hold: UUID | None = None
    """The key under which the time is kept."""
    block: bool = False
    """Block the time instead of booking it."""
    search: bool = False
    """Begin at the first free time from `start` on."""


class NewAppointmentDialog(SlotForm[Draft]):
    """Answers a draft, complete."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="new.down", priority=True),
        Binding("up", "move(-1)", "previous", id="new.up", priority=True),
        Binding("enter", "book", "book", id="new.book", priority=True),
        Binding("ctrl+f", "next_free", "next free time", id="new.next_free", priority=True),
        Binding("ctrl+o", "block", "block this", id="new.block", priority=True),
    ]

    def __init__(self, draft: Draft, error: str = "") -> None:
        super().__init__()
        self._draft, self._error = draft, error
        self._known = draft.client
        self._known_name = draft.name if draft.client is not None else ""
        self._verdicts: tuple[Verdict, ...] = ()
        self._keeper = SlotKeeper(self, draft.hold)

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            for label, name, value in (
                (_("name"), "name", self._draft.name),
                (_("phone"), "phone", self._draft.phone),
            ):
                with Horizontal(classes="line"):
                    yield Static(plain(f"{label} "), classes="tag")
                    yield Field(value, id=name)
            with Horizontal(classes="line"):
                yield Static(plain(_("service") + " "), classes="tag")
                yield Choice[ServiceId]("", self._services(), id="service")
            yield from self.when_line(_("when"), _when_text(self._draft.start))
            with Horizontal(classes="line"):
                yield Static(plain(_("with") + " "), classes="tag")
                yield Choice[StaffId | None]("", self._people(), id="person")
            with Horizontal(classes="line"):
                yield Static(plain(_("note to client") + " "), classes="tag")
                yield Field(self._draft.note, id="note")
            yield from self.override_line(_("reason"), self._draft.override)
            yield Static("", id="problem")
            yield LineList[ClientHit](id="clients", can_focus=False)
            yield Keys(
                (_("⏎ book"), "screen.book"),
                _("↑↓ known client"),
                (_("ctrl+f next free"), "screen.next_free"),
                (_("ctrl+o block"), "screen.block"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        self.title_panel(_("New appointment"))
        services = self.query_one("#service", Choice)
        services.offer(self._services(), self._draft.service)
        self.query_one("#person", Choice).offer(self._people(), self._draft.practitioner)
        self.query_one("#override-line").display = bool(self._draft.override)
        self.say(self._error)
        self.query_one("#name", Input).focus()
        if self._draft.search:
            self.begin(self._find_free(self._draft.start - timedelta(minutes=1)), group="judge", exclusive=True)
        else:
            self._judge()

    def refresh_data(self) -> None:
        self._judge()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id in ("name", "phone"):
            if event.input.id == "name" and self._known is not None and event.value.strip() != self._known_name:
                self._known, self._known_name = None, ""  # another name is another person, with another phone
                with self.prevent(Input.Changed):
                    self.query_one("#phone", Input).value = ""
            self.begin(self._find(), group="find", exclusive=True)
        elif event.input.id == "when":
            if event.value != _when_text(self._draft.start):
                self._error = ""  # what was refused is something else now
            self._judge()

    def on_choice_changed(self) -> None:
        self._error = ""
        self._judge()

    def action_leave(self) -> None:
        """Back one step: out of the reason, then out of the form."""
        reason = self.query_one("#override-line")
        if reason.display:
            reason.display = False
            self.query_one("#override", Input).value = ""
            self.query_one("#when", Input).focus()
        else:
            self._keeper.leave()
            super().action_leave()

    def on_line_list_pointed(self) -> None:
        self._take_known()

    def action_move(self, by: int) -> None:
        hits: LineList[ClientHit] = self.query_one("#clients", LineList)
        if hits.lines:
            hits.move(by)
            self._take_known()

    def _take_known(self) -> None:
        """Choosing a known client fills the form with what is known."""
        hits: LineList[ClientHit] = self.query_one("#clients", LineList)
        if hits.chosen is not None and hits.chosen.id == self._known:
            return
        if hits.chosen is not None:
            self._known, self._known_name = hits.chosen.id, hits.chosen.name
            with self.prevent(Input.Changed):
                name = self.query_one("#name", Input)
                name.value, name.cursor_position = hits.chosen.name, len(hits.chosen.name)
                self.query_one("#phone", Input).value = hits.chosen.phone
            self.say(_("known client; type another name for a new one"), bad=False)
            self._judge()

    def action_next_free(self) -> None:
        self.begin(self._find_free(self._wall() or self._draft.start), group="judge", exclusive=True)

    async def _find_free(self, wall: datetime) -> None:
        """The first free time after this one, of that person or of anybody, into the form."""
        service = self.query_one("#service", Choice).value
        if service is None:
            return
        ask = FindSlots(
            service=service,
            first=wall.date(),
            days=AHEAD,
            practitioner=self._person(),
            limit=5000,
            hold=self._keeper.key,
        )
        answer = await self.look(ask)
        starts = [self.voice.wall(offer) for offer in answer.offers] if answer is not None else []
        free = next((start for start in starts if start > wall), None)
        if free is None:
            reasons = [it for verdict in answer.why_none for it in verdict.reasons] if answer is not None else []
            why = "; ".join(objection_words(self.voice, it) for it in reasons)
            self.say(why or _("nothing is free in the next {n} days").format(n=AHEAD))
            return
        self.query_one("#when", Input).value = _when_text(free)

    def action_block(self) -> None:
        wall = self._wall()
        if wall is not None:
            self._keeper.leave()
            self.dismiss(Draft(practitioner=self._person(), start=wall, block=True))

    def action_book(self) -> None:
        name = self.query_one("#name", Input).value.strip()
        wall = self._wall()
        if not name:
            self.say(_("a name is needed; the rest can wait"))
            self.query_one("#name", Input).focus()
            return
        if wall is None:
            self.say(_("when? for example 14:30 or thu 9"))
            self.query_one("#when", Input).focus()
            return
        service = self.query_one("#service", Choice).value
        if service is None:
            self.say(_("nothing can be booked yet: the practice has no services"))
            return
        if self._speaks_against() and not self.may_go_on(self._verdicts):
            return
        self.dismiss(
            Draft(
                practitioner=self._person(),
                start=wall,
                name=name,
                phone=self.query_one("#phone", Input).value.strip(),
                client=self._known,
                service=service,
                note=self.query_one("#note", Input).value,
                override=self.override,
                hold=self._keeper.hand_over(),
            )
        )

    def _services(self) -> list[tuple[str, ServiceId]]:
        """All of them, those of the person first: one who does not offer it is an answer, not a gap."""
        setup = self.voice.setup
        person = self._draft.practitioner
        theirs = setup.staff[person].services if person is not None else ()
        known = sorted(setup.services.values(), key=lambda it: it.id not in theirs)
        return [(service_label(it), it.id) for it in known]

    def _people(self) -> list[tuple[str, StaffId | None]]:
        return [*((it.name, it.id) for it in self.voice.setup.practitioners()), (_("anybody"), None)]

    def _person(self) -> StaffId | None:
        chosen: StaffId | None = self.query_one("#person", Choice).value
        return chosen

    def _wall(self) -> datetime | None:
        return self.wall(self.voice.zone, self._draft.start.date())

    async def _find(self) -> None:
        """Who this may be already, while the name and the phone are typed."""
        name, phone = self.query_one("#name", Input).value, self.query_one("#phone", Input).value
        hits: tuple[ClientHit, ...] | None
        if len(phone) >= 4:
            hits = await self.look(FindDuplicates(name=name, phone=phone))
        elif len(name) >= 2:
            hits = await self.look(FindClients(text=name, limit=5))
        else:
            hits = ()
        found: LineList[ClientHit] = self.query_one("#clients", LineList)
        lines = [Line(f"{it.name:<26} {it.birthday:<10} {it.phone}", it) for it in hits or ()]
        found.show(lines)
        found.cursor = -1

    def _judge(self) -> None:
        self.begin(self._ask_why(), group="judge", exclusive=True)

    async def _ask_why(self) -> None:
        wall, service = self._wall(), self.query_one("#service", Choice).value
        if wall is None:
            self.echo("?", bad=True)
            return
        self.echo(self.moment_of(wall))
        if service is None:
            return
        who = self._person()
        answer = await self.look(
            AskWhy(service=service, start=wall, practitioner=who, client=self._known, hold=self._keeper.key)
        )
        verdicts = answer.verdicts if answer is not None else ()
        if any(it.ok for it in verdicts):
            self._keeper.want(service=service, start=wall, practitioner=who, client=self._known)
        else:
            self._keeper.want_nothing()
        self._verdicts = () if any(it.ok for it in verdicts) else verdicts
        if self._speaks_against():
            near = "; ".join(self.voice.moment(offer.start) for offer in answer.nearest) if answer else ""
            free = f" · {_('free')}: {near}" if near else ""
            against = f"{self.host.glyphs.no} {self._speaks_against()}{free}"
            more = "" if self._speaks_against() in self._error else against
            self.say(" · ".join(filter(None, (self._error, more))) if self._error else against)
        elif not self._error:
            notes = [objection_words(self.voice, it) for verdict in verdicts[:1] for it in verdict.warnings]
            self.say(" · ".join(notes), bad=bool(notes))

    def _speaks_against(self) -> str:
        return self.against(*self._verdicts[:1])


def _when_text(wall: datetime) -> str:
    """As the when line reads it back, whatever the language."""
    return f"{wall:%Y-%m-%d %H:%M}"

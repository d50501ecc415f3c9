"""Approving: person, time and place may change; notes, a ticket, a message; the record of somebody unknown."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from frontdesk.core.asks.slots import AskWhy
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import RequestKind
from frontdesk.core.domain.scenes import Offer, Verdict
from frontdesk.core.domain.services import LocationId, RoomId
from frontdesk.core.domain.times import Start, local_date
from frontdesk.core.domain.views import RequestCard
from frontdesk.core.render.language import _
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.requests import wish_words
from frontdesk.screens.dialogs.slot_form import SlotForm
from frontdesk.widgets.bars import Keys
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain

AS_NEW = ClientId(-1)
"""Stands for a new record in the choice of records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What stands in the form: kept when approving was refused."""

    practitioner: StaffId
    start: Start | None = None
    location: LocationId | None = None
    room: RoomId | None = None
    internal_note: str | None = None
    ticket: str | None = None
    message: str = ""
    client: ClientId | None = None
    new_client: bool = False
    override: str = ""
    typed: str = ""


class ApproveDialog(SlotForm[Approval]):
    """Answers how a request is approved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "next", id="approve.down", priority=True),
        Binding("up", "move(-1)", "previous", id="approve.up", priority=True),
        Binding("enter", "approve", "approve", id="approve.approve", priority=True),
    ]

    def __init__(self, card: RequestCard, before: Approval | None = None, error: str = "") -> None:
        """`before` and `error` are what was chosen before, and why it was not taken."""
        super().__init__(classes="bottom")
        self._card, self._before, self._error = card, before, error
        self._verdict: Verdict | None = None
        self._nearest: tuple[Offer, ...] = ()

    def compose(self) -> ComposeResult:
        request, before = self._card.line.request, self._before
        with Vertical(classes="panel"):
            asked = self.voice.moment(request.slot.start, request.zone)
            yield from self.when_line(_("time"), before.typed if before is not None else "", placeholder=asked)
            with Horizontal(classes="line"):
                yield Choice[StaffId](_("with"), self._people(), id="person")
                yield Choice[LocationId | None](_("at"), self._places(), id="place")
                yield Choice[RoomId | None](_("in"), self._rooms(), id="room")
            if self._card.known:
                line = self._card.line
                given = " ".join(filter(None, (line.client_name, line.phone, line.email)))
                yield Static(plain(f"{_('given')}     {given}"))
                yield Choice[ClientId | None](_("record"), self._records(), id="record")
            for label, id_, value in (
                (_("internal note"), "internal", request.internal_note),
                (_("ticket"), "ticket", request.ticket),
                (_("message to the client"), "message", ""),
            ):
                with Horizontal(classes="line"):
                    yield Static(plain(f"{label} "), classes="tag")
                    yield Field(self._kept(id_, value), id=id_)
            yield from self.override_line(_("reason to override"), before.override if before is not None else "")
            yield Static("", id="problem")
            yield LineList[Offer](id="near", can_focus=False)
            yield Keys(
                (_("⏎ approve"), "screen.approve"),
                _("↑↓ a free time"),
                _("tab with · at · notes"),
                (_("esc back"), "screen.leave"),
            )

    def on_mount(self) -> None:
        line = self._card.line
        self.title_panel(_("Approve") + f" · {line.client_name} · {wish_words(self.voice, line.request)}")
        slot, before = line.request.slot, self._before
        chosen = before.practitioner if before is not None else slot.practitioner
        self.query_one("#person", Choice).offer(self._people(), chosen)
        self.query_one("#place", Choice).offer(self._places(), before.location if before is not None else None)
        self.query_one("#room", Choice).offer(self._rooms(), before.room if before is not None else None)
        self.query_one("#place").display = len(self._places()) > 2
        self.query_one("#room").display = len(self._rooms()) > 1
        if before is not None and self._card.known:
            self.query_one("#record", Choice).offer(self._records(), AS_NEW if before.new_client else before.client)
        self.query_one("#override-line").display = bool(before is not None and before.override)
        self.query_one("#when", Input).focus()
        self._judge()

    def refresh_data(self) -> None:
        self._judge()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "when":
            if self._before is None or event.value != self._before.typed:
                self._error = ""
            self._judge()

    def on_choice_changed(self) -> None:
        self._error = ""
        self._judge()

    def on_line_list_pointed(self) -> None:
        self._take_near()

    def action_move(self, by: int) -> None:
        near: LineList[Offer] = self.query_one("#near", LineList)
        if near.lines:
            near.move(by)
            self._take_near()

    def action_approve(self) -> None:
        wall = self._wall()
        if wall is None and self.typed.strip():
            self.say(_("when? for example thu 3p, 14:30, 25 nov 10"))
            return
        record: ClientId | None = None
        if self._card.known:
            record = self.query_one("#record", Choice).value
            if record is None:
                self.say(_("is it one of these, or a new client? ‹ › chooses"))
                self.query_one("#record").focus()
                return
        if self._verdict is not None and not self._verdict.ok and not self.may_go_on((self._verdict,)):
            return
        request = self._card.line.request
        internal, ticket = (self.query_one(f"#{id_}", Input).value for id_ in ("internal", "ticket"))
        self.dismiss(
            Approval(
                practitioner=self._person(),
                start=wall,
                location=self.query_one("#place", Choice).value,
                room=self.query_one("#room", Choice).value,
                internal_note=internal if internal != request.internal_note else None,
                ticket=ticket if ticket != request.ticket else None,
                message=self.query_one("#message", Input).value,
                client=record if record is not None and record != AS_NEW else None,
                new_client=record == AS_NEW,
                override=self.override,
                typed=self.typed,
            )
        )

    def _kept(self, id_: str, value: str) -> str:
        """What was typed before, else what the request has."""
        if self._before is None:
            return value
        typed = {
            "internal": self._before.internal_note,
            "ticket": self._before.ticket,
            "message": self._before.message,
        }[id_]
        return value if typed is None else typed

    def _people(self) -> list[tuple[str, StaffId]]:
        setup = self.voice.setup
        return [(person.name, person.id) for person in setup.offering(self._card.line.request.service)]

    def _places(self) -> list[tuple[str, LocationId | None]]:
        setup = self.voice.setup
        service = setup.services[self._card.line.request.service]
        named = [(setup.locations[id_].name, id_) for id_ in setup.locations_of(service)]
        return [(_("where they work"), None), *named]

    def _rooms(self) -> list[tuple[str, RoomId | None]]:
        setup = self.voice.setup
        service = setup.services[self._card.line.request.service]
        return [(_("the first free room"), None), *((setup.rooms[id_].name, id_) for id_ in service.rooms)]

    def _records(self) -> list[tuple[str, ClientId | None]]:
        """What was given beside what is kept: nothing is overwritten."""
        known = [(" ".join(filter(None, (it.name, it.phone, it.email))), it.id) for it in self._card.known]
        return [(_("choose"), None), *known, (_("a new client, as given"), AS_NEW)]

    def _person(self) -> StaffId:
        chosen: StaffId | None = self.query_one("#person", Choice).value
        return chosen or self._card.line.request.slot.practitioner

    def _wall(self) -> datetime | None:
        """The time that is typed, None for the one that was asked for."""
        request = self._card.line.request
        if not self.typed.strip():
            return None
        return self.wall(request.zone, local_date(request.slot.start, request.zone))

    def _judge(self) -> None:
        self.begin(self._ask_why(), group="judge", exclusive=True)

    async def _ask_why(self) -> None:
        """The verdict on what stands in the form, and free times near it."""
        request, wall = self._card.line.request, self._wall()
        if self.typed.strip() and wall is None:
            self.echo("?", bad=True)
            return
        self.echo(self.moment_of(wall) if wall is not None else _("as asked"))
        same = wall is None and self._person() == request.slot.practitioner
        answer = await self.look(
            AskWhy(
                service=request.service,
                start=request.slot.start if wall is None else wall,
                practitioner=self._person(),
                location=self.query_one("#place", Choice).value or (request.slot.location if same else None),
                room=self.query_one("#room", Choice).value,
                client=request.client,
                moving=request.appointment if request.kind is RequestKind.RESCHEDULE else None,
                request=request.id,
                nearest=4,
            )
        )
        if answer is None or not answer.verdicts:
            return
        self._verdict = answer.verdicts[0]
        self._nearest = answer.nearest
        near = self.query_one("#near", LineList)
        near.show([Line(f" {self.voice.offer(offer)}", offer) for offer in answer.nearest])
        near.cursor = -1
        against = "" if self._verdict.ok else self.against(self._verdict)
        if self._error:
            more = against if against not in self._error else ""
            self.say(" · ".join(filter(None, (self._error, more))))
        elif self._verdict.ok:
            notes = "; ".join(objection_words(self.voice, it) for it in self._verdict.warnings)
            self.say(notes or f"{self.host.glyphs.yes} {_('nothing speaks against it')}", bad=bool(notes))
        else:
            self.say(f"{self.host.glyphs.no} {against}")

    def _take_near(self) -> None:
        """A free time instead, into the form."""
        offer: Offer | None = self.query_one("#near", LineList).chosen
        if offer is None:
            return
        with self.prevent(Input.Changed):
            self.query_one("#when", Input).value = f"{self.voice.wall(offer):%Y-%m-%d %H:%M}"
        self.query_one("#person", Choice).offer(self._people(), offer.practitioner)
        self.echo(self.moment_of(self.voice.wall(offer)))
        self._verdict = None
        self.say(f"{self.host.glyphs.yes} {self.voice.offer(offer)}", bad=False)

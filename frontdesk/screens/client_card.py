"""One client: what is next, what was, how they like it; everything can be done from here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from frontdesk.core.asks.appointments import PagePast
from frontdesk.core.asks.clients import MergeClients, ShowClient
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.domain.appointments import AppointmentId, client_ref
from frontdesk.core.domain.charges import ChargeState
from frontdesk.core.domain.outbox import OPEN, Call, Mail, MailState, Owed, Webhook, trouble_of
from frontdesk.core.domain.people import ClientId, ClientKind
from frontdesk.core.domain.requests import RequestId, RequestState
from frontdesk.core.domain.times import wall_time
from frontdesk.core.domain.touched import APPOINTMENT, CHARGE, CLIENT, MAIL, REQUEST, SETUP, WORK
from frontdesk.core.domain.views import ChargeLine, ClientCard, ClientHit, ListPlace, Named, RequestLine
from frontdesk.core.render.language import _
from frontdesk.core.render.words.charges import charge_words
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.outbox import mail_state_words
from frontdesk.core.render.words.requests import request_state_words
from frontdesk.core.render.words.troubles import trouble_words
from frontdesk.screens.deeds.appointments import AppointmentDeeds
from frontdesk.screens.deeds.clients import ClientDeeds
from frontdesk.screens.deeds.requests import RequestDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.screens.dialogs.finder import FinderDialog
from frontdesk.screens.dialogs.new_appointment import Draft
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.screens.paging import NEAR
from frontdesk.verbs import ON_CARD, Verb
from frontdesk.widgets.bars import Footer, Header, Info
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit
from frontdesk.widgets.text import lines as content_lines

Row = Named | RequestLine | ChargeLine | Owed | None
"""What a line of the card stands for: an appointment, a request, a charge, or a title."""


class ClientCardScreen(MainScreen):
    """Asks for one client; the verbs act on the appointment under the cursor, or on the client."""

    NAME = ON_CARD
    SHOWS = frozenset({APPOINTMENT, CHARGE, CLIENT, MAIL, REQUEST, SETUP, WORK})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_CARD),
        Binding("down,j,tab", "move(1)", id="card.down", show=False),
        Binding("up,k", "move(-1)", id="card.up", show=False),
        Binding("pagedown", "move(15)", id="card.page_down", show=False),
        Binding("pageup", "move(-15)", id="card.page_up", show=False),
        Binding("end", "end", id="card.end", show=False),
        Binding("home", "move(-100000)", id="card.home", show=False),
    ]
    DEFAULT_CSS = """
    ClientCardScreen #appointments { width: 1fr; }
    ClientCardScreen #about { width: 26; padding: 0 1; border-left: solid $panel; }
    """

    def __init__(self, client: ClientId, appointment: AppointmentId | None = None) -> None:
        """The cursor begins on the appointment that is named, else on the next one."""
        super().__init__()
        self.appointments = AppointmentDeeds(self)
        self.requests = RequestDeeds(self)
        self.clients = ClientDeeds(self)
        self.mails = self.appointments.mails
        self.client, self._wanted = client, appointment
        self._card: ClientCard | None = None
        self._past: list[Named] = []
        """Of what is past or cancelled what was asked for so far."""
        self._asking = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Horizontal(id="body"):
            yield LineList[Row](id="appointments")
            yield Static("", id="about")
        yield Info(id="info")
        yield Footer(ON_CARD)

    def on_mount(self) -> None:
        self.query_one("#appointments", LineList).focus()

    def head(self) -> None:
        if self._card is None:
            return
        client = self._card.client
        since = wall_time(client.created_at, self.voice.zone).year
        reach = " · ".join(filter(None, (client.phone, client.email, _("since {year}").format(year=since))))
        self.query_one("#header", Header).show([f"{client.name}   {reach}"], client_ref(client.id))

    def appointment_here(self) -> AppointmentId | None:
        here = self._here()
        return here.appointment.id if isinstance(here, Named) else None

    def request_here(self) -> RequestId | None:
        here = self._here()
        return here.request.id if isinstance(here, RequestLine) else None

    def _here(self) -> Row:
        here: Row = self.query_one("#appointments", LineList).chosen
        return here

    def verb(self, verb: Verb) -> None:
        match verb:
            case Verb.OPEN:
                self._open()
            case Verb.NEW:
                self._new()
            case _ if self.request_here() is not None and self.requests.start(verb, self.request_here()):
                return
            case Verb.EDIT if self._card is not None:
                self.begin(self.clients.edit(self._card.client))
            case Verb.HISTORY:
                self.begin(self._client_history())
            case Verb.MERGE:
                self.begin(self._merge())
            case Verb.MESSAGE if self._card is not None and self.appointment_here() is None:
                self.begin(self.mails.write_message(self.client))
            case Verb.BOOKING_LINK if self._card is not None:
                self.begin(self.mails.give_booking_link(self.client, self._card.client.name))
            case Verb.SETTLE | Verb.WAIVE:
                self._charge(verb)
            case Verb.BACK:
                self.app.pop_screen()
            case _ if self.appointments.start(verb, self.appointment_here()) or self.requests.start(
                verb, self.request_here()
            ):
                return
            case _:
                self.host.verb(verb)

    def action_move(self, by: int) -> None:
        rows: LineList[Row] = self.query_one("#appointments", LineList)
        rows.move(by)
        if rows.chosen is None and 0 < rows.cursor < len(rows.lines) - 1:
            rows.move(by)

    def on_line_list_chosen(self) -> None:
        self.verb(Verb.OPEN)

    def on_line_list_moved(self) -> None:
        self._tell_cursor()
        self.begin(self._fetch())

    def action_end(self) -> None:
        rows: LineList[Row] = self.query_one("#appointments", LineList)
        rows.move(len(rows.lines))

    async def _fetch(self) -> None:
        """More of what is past, as the cursor comes near its end."""
        rows: LineList[Row] = self.query_one("#appointments", LineList)
        card = self._card
        if card is None or self._asking.locked() or rows.cursor < len(rows.lines) - NEAR:
            return
        async with self._asking:
            if len(self._past) < card.over and self._past:
                found = await self.look(PagePast(client=card.client.id, place=_place(self._past[-1])))
                if found is not None and self._card is card:
                    self._past += found.items
                    self._draw(card)

    async def load(self) -> None:
        card = await self.look(ShowClient(client=self.client, opening=self._card is None))
        if card is None:
            return
        self._card, self._past = card, list(card.past)
        self.client = card.client.id
        self.head()
        self._draw(card)

    def _draw(self, card: ClientCard) -> None:
        rows: LineList[Row] = self.query_one("#appointments", LineList)
        lines: list[Line[Row]] = [Line(_of(_("Next"), card.upcoming, card.ahead), None, "title")]
        lines += map(self._line, card.upcoming)
        if card.requests:
            lines += [Line(_("Requests"), None, "title"), *map(self._request_line, card.requests)]
        if card.charges:
            lines += [Line(_("Charges"), None, "title"), *map(self._charge_line, card.charges)]
        if card.mails:
            lines += [Line(_("Mails"), None, "title"), *map(self._mail_line, card.mails)]
        lines += [Line(_of(_("Past, and cancelled"), card.past, card.over), None, "title")]
        lines += map(self._line, self._past)
        kept = _key(rows.chosen) if rows.chosen is not None else ("appointment", self._wanted)
        places = [(n, _key(line.value)) for n, line in enumerate(lines) if line.value is not None]
        first = places[0][0] if places else 0
        cursor = next((n for n, key in places if key == kept), first)
        rows.show(lines, cursor)
        self.query_one("#about", Static).update(content_lines(*self._about(card)))
        self._tell_cursor()

    def _line(self, named: Named) -> Line[Row]:
        it = named.appointment
        text = (
            f" {self.voice.moment(it.start, it.zone):<16} {it.span.minutes:>3}m {fit(named.service_name, 10)}"
            f" {fit(named.practitioner_name, 10)} {status(it.status)}"
        )
        return Line(text, named)

    def _request_line(self, line: RequestLine) -> Line[Row]:
        it = line.request
        when = self.voice.moment(it.slot.start, it.zone)
        state = request_state_words(it.state, it.ended)
        names = f"{fit(line.service_name, 10)} {fit(line.practitioner_name, 10)}"
        text = f" {when:<16} {it.slot.span.minutes:>3}m {names} {state}"
        return Line(text, line, "plain" if it.state is RequestState.PENDING else "dim")

    def _charge_line(self, line: ChargeLine) -> Line[Row]:
        when = self.voice.moment(line.start, line.zone)
        due = line.charge.state is ChargeState.DUE
        return Line(f" {when:<16} {charge_words(self.voice, line.charge)}", line, "bad" if due else "dim")

    def _mail_line(self, it: Owed) -> Line[Row]:
        state = mail_state_words(self.voice, it, self.host.now())
        look = "bad" if it.state is MailState.FAILED else "plain" if it.state in OPEN else "dim"
        return Line(f" {fit(state, 22)} {it.title}", it, look)

    def _about(self, card: ClientCard) -> list[str]:
        client = card.client
        facts = [
            (_("born"), client.born.isoformat() if client.born else ""),
            (_("kind"), _("company") if client.kind is ClientKind.COMPANY else ""),
            (_("likes"), client.preferences),
            (_("no-show"), f"{card.no_shows} {_('of')} {card.visits + card.no_shows}" if card.no_shows else ""),
            (_("cancelled"), str(card.cancelled) if card.cancelled else ""),
            (_("late"), str(card.late) if card.late else ""),
            (_("owes"), self.voice.money(card.owes) if card.owes else ""),
            (_("note"), client.note),
            *((_("contact"), f"{it.name} {it.phone} {it.email}") for it in client.contacts),
            *client.extra.items(),
        ]
        return [f"{label:<9} {value}" for label, value in facts if value] or [_("nothing more is known")]

    def _tell_cursor(self) -> None:
        self.query_one("#info", Info).show(self._about_line(self._here()))

    def _about_line(self, here: Row) -> str:
        match here:
            case Named():
                ticket = (
                    f" · {_('ticket')} {self.voice.ticket(here.appointment.ticket)}"
                    if here.appointment.ticket
                    else ""
                )
                return f"{here.appointment.ref} · {here.location_name}{ticket}"
            case RequestLine():
                keys = f" · {_('a approve  o offer  d decline')}"
                open_ = here.request.state is RequestState.PENDING
                return f"{here.request.ref} · {here.location_name}{keys if open_ else ''}"
            case ChargeLine():
                due = here.charge.state is ChargeState.DUE
                return charge_words(self.voice, here.charge) + (f" · {_(': settle or waive')}" if due else "")
            case Mail() | Call() | Webhook():
                trouble = trouble_of(here)
                why = trouble_words(trouble) if trouble is not None else ""
                return " · ".join(filter(None, (here.recipient, why, _("⏎ reads it"))))
            case None:
                return ""

    def _open(self) -> None:
        here, request, row = self.appointment_here(), self.request_here(), self._here()
        if isinstance(row, Mail | Call | Webhook):
            self.begin(self.mails.read(row.id))
            return
        if request is not None:
            self.begin(self.requests.open(request))
        elif here is not None:
            self.begin(self.appointments.panel(here))

    def _charge(self, verb: Verb) -> None:
        """The charge under the cursor, else the only one that is due."""
        here = self._here()
        due = (
            [it for it in self._card.charges if it.charge.state is ChargeState.DUE] if self._card is not None else []
        )
        line = here if isinstance(here, ChargeLine) else due[0] if len(due) == 1 else None
        if line is None:
            self.tell(_("put the cursor on a charge") if due else _("nothing is owed"), bad=True)
            return
        self.begin(self.clients.end_charge(line, waives=verb is Verb.WAIVE))

    def _new(self) -> None:
        card = self._card
        if card is None:
            return
        now = wall_time(self.host.now(), self.voice.zone).replace(tzinfo=None, second=0)
        last = card.past[0].appointment if card.past else None
        draft = Draft(
            practitioner=last.practitioner if last is not None else None,
            start=datetime(now.year, now.month, now.day, now.hour, now.minute),
            name=card.client.name,
            phone=card.client.phone,
            client=card.client.id,
            service=last.service if last is not None else None,
            search=True,
        )
        self.begin(self.appointments.book(draft))

    async def _merge(self) -> None:
        name = self._card.client.name if self._card is not None else ""
        title = _("merge which client into {name}?").format(name=name)
        hit = await self.answer(FinderDialog(title, but=(self.client,)))
        if isinstance(hit, ClientHit):
            await self.perform(MergeClients(keep=self.client, drop=hit.id))

    async def _client_history(self) -> None:
        lines = await self.look(ShowHistory(client=self.client))
        if lines is not None and self._card is not None:
            told = history_page(self.voice, lines)
            await self.answer(PageDialog(_("History · {name}").format(name=self._card.client.name), told))


def _of(title: str, shown: Sequence[Named], count: int) -> str:
    """A title, with how many there are where not all of them stand below it."""
    return f"{title} · {count}" if count > len(shown) else title


def _place(it: Named) -> ListPlace:
    return ListPlace(True, it.appointment.start, it.appointment.id)


def _key(row: Row) -> tuple[str, object]:
    """What a line is about, whichever list it stands in."""
    match row:
        case Named():
            return "appointment", row.appointment.id
        case RequestLine():
            return "request", row.request.id
        case ChargeLine():
            return "charge", row.charge.id
        case Mail() | Call() | Webhook():
            return "mail", row.id
        case None:
            return "", None

"""Requests: the list, what speaks for and against the one under the cursor, and the decisions, on one screen."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from frontdesk.core.asks.requests import (
    ApproveRequests,
    JudgeRequests,
    ListRequests,
    ShowRequest,
)
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.requests import TimesOffered
from frontdesk.core.domain.requests import RequestId, RequestKind, RequestState
from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import local_date, wall_time
from frontdesk.core.domain.touched import APPOINTMENT, CLIENT, HOLD, REQUEST, SETUP
from frontdesk.core.domain.views import RequestLine, RequestOrder, Standing
from frontdesk.core.render import times
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.request_card import age, request_card
from frontdesk.core.render.words.requests import STANDING_WORDS, request_state_words, wish_words
from frontdesk.core.render.words.voice import PLAIN_DAYS
from frontdesk.screens.deeds.requests import RequestDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.verbs import ON_REQUESTS, Verb
from frontdesk.widgets.bars import Bar, Footer, Header, Info
from frontdesk.widgets.field import Field
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import fit, linked, plain

PAGE = 500
"""Requests of the list at most; a search or another filter finds the others."""

FIRST_JUDGED = 40
"""As many are judged with the first picture as can be seen; the others follow."""

DETAIL_REST = 0.08
"""Seconds the cursor rests before the detail follows it."""

FILTERS: tuple[tuple[str, tuple[RequestState, ...]], ...] = (
    (later("All"), ()),
    (later("Pending"), (RequestState.PENDING,)),
    (later("Approved"), (RequestState.APPROVED,)),
    (later("Declined"), (RequestState.DECLINED,)),
    (later("Cancelled"), (RequestState.WITHDRAWN,)),
    (later("Expired"), (RequestState.EXPIRED,)),
)
PENDING = 1

ORDERS: tuple[tuple[RequestOrder, str], ...] = (
    (RequestOrder.START, later("by start")),
    (RequestOrder.ASKED, later("oldest first")),
    (RequestOrder.CLIENT, later("by client")),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One row: the request and, where it waits, how it stands."""

    line: RequestLine
    standing: Standing | None


class RequestsScreen(MainScreen):
    """Asks for requests, shows them, begins what is decided."""

    NAME = ON_REQUESTS
    SHOWS = frozenset({APPOINTMENT, CLIENT, HOLD, REQUEST, SETUP})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_REQUESTS),
        Binding("down,j", "move(1)", id="requests.down", show=False),
        Binding("up,k", "move(-1)", id="requests.up", show=False),
        Binding("pagedown", "move(15)", id="requests.page_down", show=False),
        Binding("pageup", "move(-15)", id="requests.page_up", show=False),
        Binding("right,l,tab", "filter(1)", id="requests.next_filter", show=False),
        Binding("left,h,shift+tab", "filter(-1)", id="requests.last_filter", show=False),
    ]
    DEFAULT_CSS = """
    RequestsScreen #filters { height: 1; background: $surface; }
    RequestsScreen #typed { display: none; }
    RequestsScreen #typed.-shown { display: block; }
    RequestsScreen #requests { width: 1fr; height: 1fr; }
    RequestsScreen #detail { width: 34; height: 1fr; padding: 0 1; border-left: solid $panel; }
    RequestsScreen.-narrow #detail { display: none; }
    .-wide RequestsScreen #detail, RequestsScreen.-wide #detail { width: 56; }
    """

    def __init__(self, wanted: RequestId | None = None) -> None:
        """The cursor begins on the request that is named."""
        super().__init__()
        self.requests = RequestDeeds(self)
        self._wanted = wanted
        self._filter = PENDING if wanted is None else 0
        self._order = 0
        self._marked: set[RequestId] = set()
        self._standings: dict[RequestId, Standing] = {}
        self._lines: tuple[RequestLine, ...] = ()
        self._more = False
        self._asked = 0
        self._in_detail: RequestId | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield Bar(id="filters")
        yield Field(placeholder=_("part of a client's name"), id="typed")
        with Horizontal(id="body"):
            yield LineList[_Seen](id="requests")
            yield Static("", id="detail")
        yield Info(id="info")
        yield Footer(ON_REQUESTS)

    @property
    def _by(self) -> tuple[RequestOrder, str]:
        """What waits stands by its start; what is over the newest first."""
        if self._order == 0 and self._filter != PENDING:
            return RequestOrder.NEWEST, later("newest first")
        return ORDERS[self._order]

    @property
    def rows(self) -> LineList[_Seen]:
        return self.query_one("#requests", LineList)

    def on_mount(self) -> None:
        self._set_width(self.app.size.width)
        self.rows.focus()
        self.head()

    def on_resize(self, event: events.Resize) -> None:
        self._set_width(event.size.width)
        if self._lines:
            self.call_after_refresh(self._draw)

    def _set_width(self, width: int) -> None:
        """Below 80 columns the list has them all; enter opens the detail."""
        self.set_class(width >= 120, "-wide")
        self.set_class(width < 80, "-narrow")

    def tick(self) -> None:
        self.refresh_data()

    def head(self) -> None:
        if self.host.setup is None:
            return
        glance = self.host.glance
        parts = [_("2 Requests")]
        if glance is not None:
            parts.append(_("{n} waiting").format(n=glance.pending))
            if glance.oldest is not None:
                parts.append(_("oldest {age}").format(age=age(self.host.now() - glance.oldest)))
        self.query_one("#header", Header).show([" · ".join(parts)], self.clock(), self.marks(but=Verb.REQUESTS))
        names = [f"[{_(name)}]" if n == self._filter else _(name) for n, (name, _states) in enumerate(FILTERS)]
        links = [(name, f"screen.filter_to({n})") for n, name in enumerate(names)]
        order = f"   {_(self._by[1])}"
        spaced = [part for link in links for part in (link, " ")]
        self.query_one("#filters", Bar).update(linked([" ", *spaced, order]), layout=False)

    def follow(self, event: Event) -> None:
        """After an offer the next one is to be decided."""
        if isinstance(event, TimesOffered):
            ids = [line.request.id for line in self._lines]
            at = ids.index(event.request.id) if event.request.id in ids else -1
            self._wanted = ids[(at + 1) % len(ids)] if ids else None

    def request_here(self) -> RequestId | None:
        chosen = self.rows.chosen
        return chosen.line.request.id if chosen is not None else None

    def verb(self, verb: Verb) -> None:
        match verb:
            case Verb.OPEN:
                here = self.request_here()
                if here is not None:
                    self.begin(self.requests.open(here))
            case Verb.APPROVE_ALL:
                self.begin(self._approve_all())
            case Verb.DECLINE if self._marked:
                self.begin(self.requests.decline_all([it for it in self._lines if it.request.id in self._marked]))
            case Verb.MARK:
                self._mark()
            case Verb.SORT:
                self._order = (self._order + 1) % len(ORDERS)
                self.refresh_data()
                self.head()
            case Verb.FILTER:
                self.query_one("#typed").add_class("-shown")
                self.query_one("#typed", Input).focus()
            case Verb.BACK:
                self._back()
            case _ if self.requests.start(verb, self.request_here()):
                return
            case _:
                self.host.verb(verb)

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def action_filter(self, by: int) -> None:
        self.action_filter_to((self._filter + by) % len(FILTERS))

    def action_filter_to(self, number: int) -> None:
        self._filter = number
        self._marked.clear()
        self.rows.cursor = -1
        self.head()
        self.refresh_data()

    def on_input_changed(self) -> None:
        self.rows.cursor = -1
        self.refresh_data()

    def on_input_submitted(self) -> None:
        self.rows.focus()

    def on_line_list_moved(self) -> None:
        self._follow_cursor()

    def on_line_list_chosen(self) -> None:
        self.verb(Verb.OPEN)

    def _back(self) -> None:
        typed = self.query_one("#typed", Input)
        if typed.has_focus or typed.value:
            typed.value = ""
            typed.remove_class("-shown")
            self.rows.focus()
        elif self._marked:
            self._marked.clear()
            self._draw()
        elif self._filter != PENDING:
            self.action_filter_to(PENDING)
        else:
            self.host.verb(Verb.CALENDAR)

    async def load(self) -> None:
        self._asked += 1
        mine = self._asked
        found = await self.look(
            ListRequests(
                states=FILTERS[self._filter][1],
                name=self.query_one("#typed", Input).value,
                order=self._by[0],
                limit=PAGE,
            )
        )
        if found is None or mine != self._asked:
            return
        self._lines, self._more = found.items, found.more
        waiting = [it.request.id for it in found.items if it.request.state is RequestState.PENDING]
        self._marked.intersection_update(waiting)
        known = self._standings
        self._standings = {id_: known[id_] for id_ in waiting if id_ in known}
        if self._standings:
            self._draw()  # what was decided is seen at once; how the others stand now follows
        self._standings |= await self._judged(waiting[:FIRST_JUDGED])
        if mine != self._asked:
            return
        self._draw()
        self._in_detail = None
        self._follow_cursor(at_once=True)
        for start in range(FIRST_JUDGED, len(waiting), FIRST_JUDGED):
            more = await self._judged_quietly(waiting[start : start + FIRST_JUDGED])
            if mine != self._asked:
                return
            self._standings |= more
            self._draw()

    async def _judged_quietly(self, ids: list[RequestId]) -> dict[RequestId, Standing]:
        """Behind the first picture: no key waits for it, and what cannot be judged now keeps what it had."""
        try:
            return await asyncio.to_thread(self.host.door.see, JudgeRequests(requests=tuple(ids)))
        except DeskError:
            return {}

    async def _judged(self, ids: list[RequestId]) -> dict[RequestId, Standing]:
        return await self.look(JudgeRequests(requests=tuple(ids))) or {} if ids else {}

    def _draw(self) -> None:
        """The rows as they are known now; the cursor stays on its request, or where it was."""
        wanted, self._wanted = self._wanted, None
        self.rows.show_again([self._row(line) for line in self._lines], lambda it: it.line.request.id, wanted)
        if not self._lines:
            self.query_one("#detail", Static).update("")
        self._tell()

    def _row(self, line: RequestLine) -> Line[_Seen]:
        request = line.request
        standing = self._standings.get(request.id) if request.state is RequestState.PENDING else None
        at = wall_time(request.slot.start, request.zone)
        when = f"{self._day(at.date())} {self.voice.time(request.slot.start, request.zone)}"
        mark = self.host.glyphs.marked if request.id in self._marked else self.host.glyphs.standing(standing)
        state = (
            _(STANDING_WORDS[standing])
            if standing is not None
            else request_state_words(request.state, request.ended)
            if request.state is not RequestState.PENDING
            else ""
        )
        width = max(self.rows.size.width or 44, 40) - 1
        end = f"{request.ticket[:8]:>9}" if request.ticket else ""
        left = f"{mark} {when:<{16 if self._is_wide else 12}}{request.slot.span.minutes:>4}m "
        right = f" {state}{end}"
        room = max(width - len(left) - max(len(right), 8), 8)
        name = room * 3 // 5
        moves = request.kind is RequestKind.RESCHEDULE
        what = f"{self.host.glyphs.becomes}{line.service_name}" if moves else line.service_name
        text = f"{left}{fit(line.client_name, name)} {fit(what, max(room - name - 1, 1))}{right}"
        bad = standing in (Standing.CLASH, Standing.RULE, Standing.ASKS)
        look = "bad" if bad else "dim" if request.state is not RequestState.PENDING else "plain"
        return Line(text, _Seen(line, standing), look)

    def _day(self, day: date) -> str:
        """As short as it can be understood: in another month the month tells more than the weekday."""
        today = local_date(self.host.now(), self.voice.zone)
        if self._is_wide or abs((day - today).days) > PLAIN_DAYS:
            return self.voice.day(day)
        same = (day.year, day.month) == (today.year, today.month)
        return times.day(day, month=False) if same else times.day(day).partition(" ")[2]

    @property
    def _is_wide(self) -> bool:
        return self.app.size.width >= 120

    def _tell(self) -> None:
        clear = sum(it is Standing.CLEAR for it in self._standings.values())
        if not self._lines:
            waiting = self._filter == PENDING and not self.query_one("#typed", Input).value
            text = _("no request waits") if waiting else _("no requests; ←→ shows others")
        elif self._marked:
            n = len(self._marked)
            text = plural(
                "{n} marked: A approves it, d declines it", "{n} marked: A approves them, d declines them", n
            )
            text = text.format(n=n)
        else:
            shown = plural("{n} request", "{n} requests", len(self._lines)).format(n=len(self._lines))
            more = f" · {_('only the first; f finds others')}" if self._more else ""
            text = shown + (f" · {_('{n} clear: A approves all').format(n=clear)}" if clear else "") + more
        self.query_one("#info", Info).show(text)

    def _follow_cursor(self, at_once: bool = False) -> None:
        """The detail follows a cursor that rests, not one that runs."""
        here = self.request_here()
        if here is None or here == self._in_detail:
            return
        if self._timer is not None:
            self._timer.stop()
        if at_once:
            self._fill_detail()
        else:
            self._timer = self.set_timer(DETAIL_REST, self._fill_detail)

    def _fill_detail(self) -> None:
        here = self.request_here()
        if here is not None:
            self._in_detail = here
            self.begin(self._load_detail(here), group="detail", exclusive=True)

    async def _load_detail(self, id_: RequestId) -> None:
        card = await self.look(ShowRequest(request=id_))
        if card is None or id_ != self.request_here():
            return
        glyphs = self.host.glyphs
        styles = {"plain": "", "good": "$success", "bad": "$error", "dim": "$foreground 60%"}
        parts = [plain(it.text, styles[it.look]) for it in request_card(self.voice, card, glyphs.yes, glyphs.no)]
        self.query_one("#detail", Static).update(Content("\n").join(parts), layout=False)

    def _mark(self) -> None:
        chosen = self.rows.chosen
        if chosen is None or chosen.line.request.state is not RequestState.PENDING:
            self.tell(_("only what waits can be marked"), bad=True)
            return
        self._marked.symmetric_difference_update({chosen.line.request.id})
        self._draw()
        self.rows.move(1)

    async def _approve_all(self) -> None:
        """All that are clear, or of the marked ones those that are: named before, told after, undone as one."""
        pending = [it for it in self._lines if it.request.state is RequestState.PENDING]
        wanted = [it for it in pending if not self._marked or it.request.id in self._marked]
        unknown = [it.request.id for it in wanted if it.request.id not in self._standings]
        self._standings |= await self._judged(unknown)
        clear = [it for it in wanted if self._standings.get(it.request.id) is Standing.CLEAR]
        if not clear:
            self.tell(_("none of these is clear; a decides one"), bad=True)
            return
        left = len(wanted) - len(clear)
        lines = [f"{it.client_name} · {wish_words(self.voice, it.request)}" for it in clear]
        if left:
            lines.append(plural("{n} is not clear and stays", "{n} are not clear and stay", left).format(n=left))
        n = len(clear)
        title = plural("Approve {n} that is clear", "Approve {n} that are clear", n).format(n=n)
        verb = await self.answer(PageDialog(title, lines, {Verb.OPEN: f"⏎ {_('approve {n}').format(n=n)}"}))
        if verb is Verb.OPEN:
            self._marked.clear()
            asked = tuple((it.request.id, it.request.revision) for it in clear)
            await self.perform(ApproveRequests(requests=asked))

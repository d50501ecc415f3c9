"""The outbox: every mail with how it stands; what waits counts down to its leaving."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from frontdesk.core.asks.mails import DropPaused, ListMails, ReleaseMails
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.outbox import (
    OPEN,
    MailId,
    MailPlace,
    MailState,
    Owed,
    QueueFault,
    is_to_be_called,
    just_before,
    place_of,
    trouble_of,
)
from frontdesk.core.domain.touched import CLIENT, MAIL, SETUP
from frontdesk.core.domain.views import Outbox
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.outbox import mail_state_words, outbox_words
from frontdesk.core.render.words.troubles import trouble_words
from frontdesk.screens.deeds.mails import MailDeeds
from frontdesk.screens.desk_screen import MainScreen, bindings_of
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.paging import Paging
from frontdesk.verbs import ON_OUTBOX, Verb
from frontdesk.widgets.bars import Footer, Header, Info
from frontdesk.widgets.line_list import Line, LineList
from frontdesk.widgets.text import plain

LOOKS = {
    MailState.FAILED: "bad",
    MailState.SUPERSEDED: "dim",
    MailState.DROPPED: "dim",
    MailState.SENT: "dim",
    MailState.CALLED: "dim",
}


def is_restored(it: Outbox) -> bool:
    """Whether nothing leaves since the database goes on from a copy."""
    return it.standstill is not None and it.standstill.fault is QueueFault.RESTORED


class OutboxScreen(MainScreen):
    """Asks what waits, what left, what failed; only here a second counts."""

    NAME = ON_OUTBOX
    SHOWS = frozenset({CLIENT, MAIL, SETUP})
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of(ON_OUTBOX),
        Binding("down,j,tab", "move(1)", id="outbox.down", show=False),
        Binding("up,k", "move(-1)", id="outbox.up", show=False),
        Binding("pagedown", "move(15)", id="outbox.page_down", show=False),
        Binding("pageup", "move(-15)", id="outbox.page_up", show=False),
        Binding("end", "end", id="outbox.end", show=False),
        Binding("home", "home", id="outbox.home", show=False),
    ]
    _outbox: Outbox | None = None
    _next: MailId | None = None
    """Where the cursor goes when what is under it was dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.mails = MailDeeds(self)
        self._pages: Paging[Owed] = Paging(self._page, place_of, just_before)

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield Static("", id="banner")
        yield LineList[Owed](id="mails")
        yield Info(id="info")
        yield Footer(ON_OUTBOX)

    @property
    def rows(self) -> LineList[Owed]:
        return self.query_one("#mails", LineList)

    def on_mount(self) -> None:
        self.query_one("#banner").display = False
        self.rows.focus()
        self.set_interval(1, self._count_down)

    def head(self) -> None:
        if self.host.setup is None:
            return
        n = self._outbox.waiting if self._outbox is not None else 0
        title = plural("6 Outbox · {n} waits", "6 Outbox · {n} wait", n).format(n=n) if n else _("6 Outbox")
        self.query_one("#header", Header).show([title], self.clock(), self.marks(but=Verb.OUTBOX))

    def verb(self, verb: Verb) -> None:
        mail = self.rows.chosen
        match verb:
            case Verb.APPROVE_ALL:
                self.begin(self._release())
            case Verb.DECLINE:
                self.begin(self._drop_paused())
            case Verb.OPEN | Verb.STATUS | Verb.CANCEL | Verb.KEEP | Verb.PRINT if mail is None:
                self.tell(_("there are no mails yet"), bad=True)
            case Verb.OPEN if mail is not None:
                self.begin(self.mails.read(mail.id))
            case Verb.STATUS if mail is not None and self.mails.next_word(mail) is None:
                told = mail_state_words(self.voice, mail, self.host.now())
                self.tell(_("{state}: there is no next step").format(state=told), bad=True)
            case Verb.KEEP if mail is not None and not is_to_be_called(mail):
                self.tell(_("nobody has to call {name} about this").format(name=mail.name), bad=True)
            case Verb.STATUS | Verb.CANCEL | Verb.KEEP | Verb.PRINT if mail is not None:
                self.begin(self._about(verb, mail))
            case Verb.UNDO:
                if not self.mails.undoes_decision():
                    self.tell(_("nothing was just dropped or called here; 1 u takes back other deeds"), bad=True)
            case Verb.BACK:
                self.host.verb(Verb.CALENDAR)
            case _:
                self.host.verb(verb)

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def on_line_list_chosen(self) -> None:
        self.verb(Verb.OPEN)

    def on_line_list_moved(self) -> None:
        self._tell_cursor()
        self.begin(self._fetch())

    def action_end(self) -> None:
        self.begin(self._go(self._pages.to_end(), last=True))

    def action_home(self) -> None:
        self.begin(self._go(self._pages.to_beginning(), last=False))

    async def _fetch(self) -> None:
        if await self._pages.near(self.rows.cursor):
            self._draw()

    async def _go(self, there: Awaitable[bool], last: bool) -> None:
        if await there:
            self._draw()
        self.rows.move(len(self.rows.lines) * (1 if last else -1))

    async def _page(self, place: MailPlace | None, backwards: bool, limit: int) -> Outbox | None:
        found = await self.look(ListMails(place=place, backwards=backwards, limit=limit))
        self._outbox = found or self._outbox
        return found

    async def _about(self, verb: Verb, mail: Owed) -> None:
        """After a decision the cursor goes to the mail that came next, not along with this one."""
        if verb is Verb.CANCEL:
            after = self.rows.lines[self.rows.cursor + 1 :]
            self._next = after[0].value.id if after and after[0].value is not None else None
        await self.mails.start(verb, mail)

    async def load(self) -> None:
        found = await self._pages.load()
        if self._outbox is None or found is None:
            return
        self._draw()
        self.head()
        found = self._outbox
        troubles = outbox_words(self.voice, found, self.host.now())
        if found.in_doubt or is_restored(found):
            troubles.append(_("s sends the one under the cursor, c drops it; A lets all others leave"))
        elif found.paused:
            troubles.append(_("A lets them all go, d drops them all, c the one under the cursor"))
        banner = self.query_one("#banner", Static)
        banner.display = bool(troubles)
        banner.update(Content("\n").join(plain(f" {line}", "$warning") for line in troubles))
        self._tell_cursor()

    def _draw(self) -> None:
        wide = max(26, self.size.width - 43)
        lines = [Line(self.mails.line(it, wide), it, LOOKS.get(it.state, "plain")) for it in self._pages.items]
        self.rows.show_again(lines, lambda it: it.id, self._next)
        self._next = None

    def _count_down(self) -> None:
        """Another second: only the lines of what waits are other ones."""
        if self._outbox is None or self.app.screen is not self:
            return
        now = self.host.now()
        if any(it.state in OPEN and it.due_at > now - 2 for it in self._pages.items):
            self._draw()

    def _tell_cursor(self) -> None:
        mail = self.rows.chosen
        if mail is None:
            self.query_one("#info", Info).show(_("nothing has been written yet"))
            return
        self.query_one(Footer).offer(self.mails.verbs(mail))
        call = _("call the client") if is_to_be_called(mail) else ""
        trouble = trouble_of(mail) if mail.state is not MailState.DROPPED else None
        why = trouble_words(trouble) if trouble is not None else ""
        style = "$error" if is_to_be_called(mail) or mail.state is MailState.FAILED else ""
        self.query_one("#info", Info).show(" · ".join(filter(None, (call, mail.recipient, why))), style)

    async def _release(self) -> None:
        was_restored = self._outbox is not None and is_restored(self._outbox)
        in_doubt = self._outbox.in_doubt if self._outbox is not None else 0
        if not was_restored and not self._some_wait():
            return
        done = await self.perform(ReleaseMails())
        if isinstance(done, DeskError):
            return
        text = plural("{n} mail leaves", "{n} mails leave", done).format(n=done)
        if was_restored:
            text = _("mails leave again") + (f" · {text}" if done else "")
        if in_doubt:
            text += " · " + plural("{n} is yours to decide", "{n} are yours to decide", in_doubt).format(n=in_doubt)
        self.tell(text)

    async def _drop_paused(self) -> None:
        """None of them leaves: that is not taken back at once, so it is asked."""
        if not self._some_wait() or self._outbox is None:
            return
        number = str(self._outbox.paused)
        typed = await self.answer(
            AskTextDialog(
                _("Drop all that wait for a yes?"),
                ((_("their number, {n}").format(n=number), ""),),
                fits=lambda typed: "" if typed[0].strip() == number else _("type {n} to drop them").format(n=number),
                done=_("drop {n}").format(n=number),
            )
        )
        if typed is None:
            return
        done = await self.perform(DropPaused())
        if not isinstance(done, DeskError):
            self.tell(plural("{n} mail is dropped", "{n} mails are dropped", done).format(n=done))

    def _some_wait(self) -> bool:
        wait = self._outbox is not None and bool(self._outbox.paused)
        if not wait:
            self.tell(_("nothing waits for a yes"), bad=True)
        return wait

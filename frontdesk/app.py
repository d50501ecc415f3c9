"""The terminal app: opens the door behind the first frame, switches screens, owns the key pump. Nothing else."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import date
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.geometry import Size
from textual.screen import Screen

from frontdesk.config import Config
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.notices import MarkRead, ShowGlance
from frontdesk.core.asks.requests import SweepExpired
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.backups import Head
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.errors import DeskError, StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import RequestId
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.touched import EVERYTHING, IN_GLANCE, SETUP, Touched, concerns
from frontdesk.core.domain.views import ClientHit, Glance, Named
from frontdesk.core.files import write_private
from frontdesk.core.render.language import _, language_for, speak
from frontdesk.core.render.words.errors import plain_error
from frontdesk.core.render.words.voice import Voice
from frontdesk.screens.calendar.screen import CalendarScreen
from frontdesk.screens.desk_screen import DeskScreen, MainScreen
from frontdesk.screens.pump import Input, KeyPump
from frontdesk.screens.small import SmallScreen, is_too_small
from frontdesk.verbs import Verb, sign_of, verbs_of
from frontdesk.widgets.bars import Footer
from frontdesk.widgets.frames import Frames
from frontdesk.widgets.glyphs import glyphs
from frontdesk.widgets.text import ControlFilter, draw_in_ascii
from frontdesk.widgets.themes import NAMES, THEMES

if TYPE_CHECKING:
    from frontdesk.core.desk import Desk

T = TypeVar("T")

MAIN_SCREENS: dict[Verb, tuple[str, str]] = {
    Verb.REQUESTS: ("requests", "RequestsScreen"),
    Verb.CLIENTS: ("clients", "ClientsScreen"),
    Verb.TODAY: ("today", "TodayScreen"),
    Verb.WORK: ("work", "WorkScreen"),
    Verb.OUTBOX: ("outbox", "OutboxScreen"),
}
"""Screens that lie on the calendar, one at a time; by name, for the first frame waits for none of them."""

FIRST_PICTURE = 2.0
"""Seconds after which what runs beside the screens begins, drawn or not."""
AFTER_THE_FIRST_FRAME = (
    *(module for module, _name in MAIN_SCREENS.values()),
    "calendar.deeds", "calendar.go_to", "deeds.appointments", "deeds.requests",
    "client_card", "time_off", "dialogs.bell", "dialogs.finder", "dialogs.palette",
)  # fmt: skip
"""What the thread that opened the desk imports while people look at the calendar."""


def main_screen(verb: Verb) -> type[MainScreen]:
    module, name = MAIN_SCREENS[verb]
    kind: type[MainScreen] = getattr(import_module(f"frontdesk.screens.{module}"), name)
    return kind


POLL = 0.4
"""Seconds between two looks at whether somebody else changed something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What the command line said."""

    config: Config
    open: Callable[[], Desk]
    """Opens the desk, in a thread. Raises a DeskError."""
    machine: Machine = Machine()


class WaitingDoor:
    """The desk before it is open: whoever asks waits for it, in their own thread."""

    def __init__(self) -> None:
        self.desk: Future[Desk] = Future()

    def do(self, ask: Ask[T]) -> T:
        return self.desk.result().do(ask)

    def see(self, question: Question[T]) -> T:
        return self.desk.result().see(question)


class FrontdeskApp(App[None]):
    """One desk, its screens, its keys in order."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["app.tcss", "screens/calendar/screen.tcss"]
    """That of the first screen too: were it the screen's own, all would be read a second time for it."""
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "verb('quit')", "quit", id="quit", priority=True)]

    def __init__(self, start: Start) -> None:
        self.config = start.config
        self.glyphs = glyphs(start.config.glyphs)
        draw_in_ascii(start.config.glyphs == "ascii")
        super().__init__()
        self.set_class(start.config.glyphs == "ascii", "-ascii")
        self.start = start
        self.door = WaitingDoor()
        self.pump = KeyPump(self, self._handle_key)
        self.setup: Setup | None = None
        self.glance: Glance | None = None
        self.doing = asyncio.Lock()
        self.drafts: dict[ClientId, str] = {}
        self.frames = Frames()
        self._without_control = ControlFilter()  # always the same one: what it made of a line is kept by it
        self.parting = ""
        self.is_older = False
        """The database is of an older version: left, because an upgrade comes first."""
        self.word_stays_until = 0.0
        self.trouble: StoreProblem | None = None
        """Why nothing can be saved now."""
        self._leaving = threading.Event()
        self._is_drawn = threading.Event()
        self._carrier: threading.Thread | None = None
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        speak(language_for(self.config.language))
        if os.environ.get("NO_COLOR"):
            self.theme = NAMES["ansi"]
        else:
            self._begin_with(NAMES[start.config.theme])

    def _begin_with(self, theme: str) -> None:
        """The first theme: set before anything is styled, nothing has to be styled again."""
        self.set_reactive(App.theme, theme)
        for name, wanted in (("-dark-mode", self.current_theme.dark), ("-light-mode", not self.current_theme.dark)):
            self.set_class(wanted, name, update=False)
        self.set_class(True, f"-theme-{theme}", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    async def on_mount(self) -> None:
        if self.console.color_system == "standard" and not self.is_headless:
            self.theme = NAMES["ansi"]  # sixteen colours: only the terminal's own are told apart
        self.pump.start()
        self.set_keymap(self.config.keys)
        await self.push_screen(CalendarScreen())
        self.call_after_refresh(threading.Thread(target=self._open_desk, daemon=True).start)
        self.set_interval(5, self._tick)
        self._minute = 0  # of the last tick
        self._leave_with_the_terminal()
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())
        self._cover_if_small(self.size)

    def on_unmount(self) -> None:
        """A mail that is on its way is let go on for a moment, so that it is marked."""
        self._leaving.set()
        self._is_drawn.set()
        if self._carrier is not None:
            self._carrier.join(timeout=3)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._without_control]

    def now(self) -> Instant:
        """The desk's clock; the machine's only until the desk is open."""
        if self.door.desk.done() and self.door.desk.exception() is None:
            return self.door.desk.result().now()
        return int(time.time())

    def changed_here(self) -> None:
        """After a deed nobody patches a picture: every screen asks again."""
        self._ask_again()

    def redraw(self) -> None:
        """After something else wrote to the terminal."""
        self.frames.forget()
        self.screen.refresh()

    def open_client(self, client: ClientId, appointment: AppointmentId | None = None) -> None:
        from frontdesk.screens.client_card import ClientCardScreen

        self.push_screen(ClientCardScreen(client, appointment))

    def open_request(self, request: RequestId) -> None:
        self._show_calendar()
        from frontdesk.screens.requests import RequestsScreen

        self.push_screen(RequestsScreen(request))

    def open_day(self, day: date) -> None:
        self._calendar().place.open(day)
        self._show_calendar()

    def verb(self, verb: Verb) -> None:
        """The verbs that mean the same everywhere."""
        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return
        match verb:
            case Verb.CALENDAR:
                self._show_calendar()
            case Verb.REQUESTS | Verb.CLIENTS | Verb.TODAY | Verb.WORK | Verb.OUTBOX:
                kind = main_screen(verb)
                if not isinstance(screen, kind):
                    self._show_calendar()
                    self.push_screen(kind())
            case Verb.BELL:
                screen.begin(self._hear(screen))
            case Verb.OFF:
                from frontdesk.screens.time_off import enter_time_off

                screen.begin(enter_time_off(screen, *self._calendar().person_and_day()))
            case Verb.FIND:
                screen.begin(self._find(screen))
            case Verb.UNDO:
                screen.begin(self._undo(screen))
            case Verb.REDO:
                screen.begin(self._redo(screen))
            case Verb.PALETTE:
                screen.begin(self._by_name(screen))
            case Verb.HELP:
                screen.begin(self._help(screen))
            case Verb.THEME:
                names = list(NAMES.values())
                self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]
                screen.tell(_("theme: {name}").format(name=self.theme))
            case Verb.REDRAW:
                self.redraw()
            case Verb.QUIT:
                self.exit()
            case _:
                screen.tell(_("{key} does nothing here").format(key=sign_of(verb)), bad=True)

    def action_verb(self, name: str) -> None:
        self.verb(Verb[name.upper()])

    def print_sheet(self, day: date, found: Sequence[Named], head: Head) -> None:
        """Write the day sheet as text and as a page, beside where the program was started."""
        from frontdesk.core.render.day_sheet import day_page, day_sheet

        assert self.setup is not None
        voice = Voice(self.setup)
        text, page = Path(f"day-{day}.txt"), Path(f"day-{day}.html")
        screen = cast(DeskScreen[Any], self.screen)
        try:
            write_private({text: day_sheet(voice, day, found, head), page: day_page(voice, day, found, head)})
        except OSError as error:
            told = _("the day sheet was not written: {why}").format(why=error.strerror or "")
            screen.tell(told, bad=True)
            return
        screen.tell(_("written: {text} and {page}").format(text=text.resolve(), page=page))

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, Input) and not event.is_forwarded:
            if isinstance(event, events.Key) and event.key == "ctrl+q":
                self.exit()  # leaving waits for nothing
            else:
                self.pump.put(event)
            return
        await super().on_event(event)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Every write to the terminal: a picture goes out as the cells that differ."""
        if renderable is not None and not self._batch_count and not self.is_headless:
            renderable = self.frames.only_changed(renderable, self.size, self.console)
        super()._display(screen, renderable)

    def on_resize(self, event: events.Resize) -> None:
        self.frames.forget()  # terminals redraw as they like when their size changes
        for screen in self.screen_stack:
            for rail in screen.query("#rail"):
                rail.set_class(event.size.width >= 120, "-shown")
        self._cover_if_small(event.size)

    async def _handle_key(self, event: Input) -> None:
        await super().on_event(event)

    def _open_desk(self) -> None:
        """In a thread behind the first frame; an unusable store is an answer, not a crash."""
        try:
            desk = self.start.open()
            setup = desk.see(ShowSetup())
        except DeskError as error:
            self.door.desk.set_exception(error)
            self.call_from_thread(self._unusable, error)
            return
        except Exception as fault:  # the last resort: a waiting door must never wait for ever
            self.door.desk.set_exception(fault)
            self.call_from_thread(self._fault, fault)
            return
        self.door.desk.set_result(desk)
        self.call_from_thread(self._opened, setup)
        self._is_drawn.wait(FIRST_PICTURE)  # all that follows would take its time
        self._carrier = threading.Thread(target=self._deliver, args=(desk,), daemon=True)
        self._carrier.start()
        for module in AFTER_THE_FIRST_FRAME:
            import_module(f"frontdesk.screens.{module}")
        threading.Thread(target=self._copy_by_the_hour, args=(desk,), daemon=True).start()
        self._watch(desk)

    def _opened(self, setup: Setup) -> None:
        self.setup = setup
        speak(language_for(self.config.language or setup.practice.locale), setup.practice.labels)
        self._minute = self.now() // 60
        for screen in self._screens():
            for footer in screen.query(Footer):
                footer.tell()  # now that the practice's language is known
            screen.ready()
        self._look_around()
        self.pump.open()

    def drawn(self) -> None:
        """There is a picture of the calendar on its way to the terminal."""
        if not self._is_drawn.is_set():
            self.call_after_refresh(self._is_drawn.set)

    def _look_around(self) -> None:
        """The counts of the header, as the latest answer has them."""
        self.run_worker(self._load_glance(), group="glance", exclusive=True)

    async def _load_glance(self) -> None:
        try:
            with self.pump.lookup():
                self.glance = await asyncio.to_thread(self.door.see, ShowGlance())
        except DeskError:
            return
        for screen in self._screens():
            screen.head()
        if self.glance.ended:
            await self._sweep()

    async def _sweep(self) -> None:
        """Record what has ended by itself; readers see it as over before. The next minute tries again."""
        try:
            await asyncio.shield(self._sweep_in_turn())
        except DeskError:
            return
        self._ask_again()

    async def _sweep_in_turn(self) -> None:
        async with self.doing:
            await asyncio.to_thread(self.door.do, SweepExpired())

    def _unusable(self, error: DeskError) -> None:
        self.is_older = isinstance(error, StoreUnusable) and error.problem is StoreProblem.OLDER
        self.parting = plain_error(error)
        self.exit(return_code=8)

    def _fault(self, fault: Exception) -> None:
        raise fault

    def _watch(self, desk: Desk) -> None:
        """Another terminal's change appears by itself."""
        watch = desk.watch()
        while self.is_running and not self.is_lost:
            try:
                touched = watch.touched(timeout=POLL)
                if self.trouble is not None:
                    touched = EVERYTHING
                if touched:
                    self._on_screen(self._changed_elsewhere, touched)
            except StoreUnusable as error:
                self._on_screen(self._troubled, error)
            if not watch.waits:
                time.sleep(POLL)
        watch.close()

    def _on_screen(self, do: Callable[..., None], *arguments: object) -> None:
        """From another thread, while there is a screen."""
        try:
            if not self._leaving.is_set():
                self.call_from_thread(do, *arguments)
        except RuntimeError:
            if not self._leaving.is_set():  # else the loop has ended in between
                raise

    @property
    def is_lost(self) -> bool:
        """Whether nothing can be saved any more until the app is opened again."""
        return self.trouble in (StoreProblem.REPLACED, StoreProblem.REMOVED)

    def _troubled(self, error: StoreUnusable) -> None:
        """What is on the screens is not what is kept any more: everybody who looks is told, before they save."""
        screen = self.screen
        if isinstance(screen, DeskScreen) and error.problem is not self.trouble:
            screen.tell_error(error, stays=True)
        if error.problem is StoreProblem.RESTORED:
            self._ask_again()
            return
        self.trouble = error.problem
        for shown in self._screens():
            shown.head()

    def _copy_by_the_hour(self, desk: Desk) -> None:
        from frontdesk.core.keeper import Keeper

        config = self.config
        keeper = Keeper(
            folder=config.backup_folder, keep=config.keep, recipient=config.backup_key, signs=(Duty.SWEEP,)
        )
        keeper.run(desk, self._leaving)

    def _deliver(self, desk: Desk) -> None:
        """Mails and reminders leave from a thread with a loop of its own: no link that stalls holds up a key."""
        from frontdesk.core.domain.actors import SYSTEM
        from frontdesk.core.sender import Sender
        from frontdesk.log import log_to_file

        log_to_file()
        asyncio.run(Sender(desk.acting(SYSTEM), self.start.machine.smtp, desk.now).run(self._leaving))

    def _changed_elsewhere(self, touched: Touched) -> None:
        self.trouble = None
        self._ask_again(touched)

    def _ask_again(self, touched: Touched = EVERYTHING) -> None:
        """Whoever shows something of it."""
        for screen in self._in_sight():
            if screen.shows(touched):
                screen.refresh_data()
        if concerns(touched, IN_GLANCE):
            self._look_around()
        if concerns(touched, (SETUP,)):
            asyncio.get_running_loop().create_task(self._refresh_setup())

    def _in_sight(self) -> Iterator[DeskScreen[Any]]:
        """The topmost screen, and the dialogues above it; what is covered asks again when it comes back."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeskScreen) and screen.is_mounted:
                yield screen
            if not screen.is_modal:
                return

    async def _refresh_setup(self) -> None:
        """Services and people may have changed too."""
        try:
            self.setup = await asyncio.to_thread(self.door.see, ShowSetup())
        except DeskError:
            return

    def _tick(self) -> None:
        minute = self.now() // 60
        if minute != self._minute:
            self._minute = minute
            self._look_around()
            for screen in self._screens():
                screen.tick()

    def _screens(self) -> list[MainScreen]:
        """The open screens that show what is kept; one that is being set up or taken down has nothing to draw on."""
        mounted = (it for it in self.screen_stack if isinstance(it, MainScreen) and it.is_mounted)
        return [it for it in mounted if it.query("#header")]

    def _calendar(self) -> CalendarScreen:
        return next(screen for screen in self.screen_stack if isinstance(screen, CalendarScreen))

    def _show_calendar(self) -> None:
        while not isinstance(self.screen, CalendarScreen):
            self.pop_screen()

    async def _by_name(self, screen: DeskScreen[Any]) -> None:
        """The palette, and what was chosen in it."""
        from frontdesk.screens.dialogs.palette import PaletteDialog

        wanted = await screen.answer(PaletteDialog(screen.NAME))
        if wanted is None:
            return
        if wanted.verb is not None:
            screen.verb(wanted.verb)
        elif wanted.client is not None:
            self.open_client(wanted.client)
        elif wanted.day is not None:
            self.open_day(wanted.day)

    async def _find(self, screen: DeskScreen[Any]) -> None:
        from frontdesk.screens.dialogs.finder import FinderDialog

        hit = await screen.answer(FinderDialog())
        if hit is None:
            return
        if not isinstance(hit, ClientHit):
            self.open_request(hit)
            return
        if hit.next_id is None:
            self.open_client(hit.id)
            return
        self._show_calendar()
        self._calendar().find_appointment(hit.next_id, hit.id)

    async def _hear(self, screen: DeskScreen[Any]) -> None:
        """The bell: what is opened is read."""
        from frontdesk.screens.dialogs.bell import BellDialog

        heard = await screen.answer(BellDialog())
        if heard is None:
            return
        await screen.perform(MarkRead(notices=heard.read))
        if heard.open is None:
            return
        about, id_ = heard.open.subject_kind, int(heard.open.subject_id)
        if about == "request":
            self.open_request(RequestId(id_))
        elif about == "client":
            self.open_client(ClientId(id_))
        elif about == "appointment":
            self._show_calendar()
            self._calendar().find_appointment(AppointmentId(id_), heard.open.client)

    async def _undo(self, screen: DeskScreen[Any]) -> None:
        await screen.perform(Undo(here=True))

    async def _redo(self, screen: DeskScreen[Any]) -> None:
        await screen.perform(Redo(here=True))

    async def _help(self, screen: DeskScreen[Any]) -> None:
        lines = [f"{'←↓↑→ hjkl':<10} {_('move'):<13} {_('the cursor')}"]
        lines += [
            f"{sign_of(verb) or ':':<10} {_(verb.value.label):<13} {_(verb.value.help)}"
            for verb in verbs_of(screen.NAME)
        ]
        from frontdesk.screens.dialogs.page import PageDialog

        await screen.answer(PageDialog(_("Keys"), lines, hint=_("what has no key is in the palette (:)")))

    def _cover_if_small(self, size: Size) -> None:
        if is_too_small(size) and not any(isinstance(screen, SmallScreen) for screen in self.screen_stack):
            self.push_screen(SmallScreen())

    def _leave_with_the_terminal(self) -> None:
        """A dropped line ends the program: by its signal, and by a thread where none comes."""
        if threading.current_thread() is not threading.main_thread() or self.is_headless:
            return
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.exit)
        threading.Thread(target=_end_without_terminal, daemon=True).start()

    def _fatal_error(self) -> None:
        """A bug: its trace goes to the log, never client data to the screen."""
        from frontdesk.log import log_to_file

        where = log_to_file()
        logging.getLogger("frontdesk").exception("fault")
        told = _("this is a fault in frontdesk; nothing more was saved. {where} says where.")
        self.parting = told.format(where=where)
        self._close_messages_no_wait()


def _end_without_terminal() -> None:
    while os.isatty(0):
        time.sleep(2)
    os._exit(1)

"""What every screen and dialogue shares: asking the desk in its thread, saying what came of it, verbs by name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import ModalScreen, Screen

from frontdesk.config import Config
from frontdesk.core.asks.door import Ask, Door, Question
from frontdesk.core.asks.upkeep import WhoWrites
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.backups import Head
from frontdesk.core.domain.errors import DeskError, StoreProblem
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.times import Instant, local_date, wall_time
from frontdesk.core.domain.touched import EVERY_KIND, Touched, concerns
from frontdesk.core.domain.views import Glance, Named
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.request_card import age
from frontdesk.core.render.words.errors import error_words, in_few_words, plain_error
from frontdesk.core.render.words.events import batch_words, event_words
from frontdesk.core.render.words.labels import WRITING_WORDS
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.screens.pump import KeyPump
from frontdesk.verbs import Verb, verbs_of
from frontdesk.widgets.bars import Mark
from frontdesk.widgets.choice import Choice
from frontdesk.widgets.glyphs import Glyphs
from frontdesk.widgets.text import fit, plain, safe

SOON = 0.7
"""Seconds that a save takes before people are told for whom it waits."""

R = TypeVar("R")
T = TypeVar("T")
D = TypeVar("D", bound="DeskScreen[Any]")


class Host(Protocol):
    """What screens know of the app."""

    door: Door
    pump: KeyPump
    config: Config
    glyphs: Glyphs
    setup: Setup | None
    glance: Glance | None
    trouble: StoreProblem | None
    """Why nothing can be saved now."""
    doing: asyncio.Lock
    word_stays_until: float
    """Until when what was told last is not overwritten."""
    drafts: dict[ClientId, str]
    """Messages that were begun and left."""

    def now(self) -> Instant: ...

    def changed_here(self) -> None: ...

    def drawn(self) -> None: ...

    def verb(self, verb: Verb) -> None: ...

    def open_client(self, client: ClientId, appointment: AppointmentId | None = None) -> None: ...

    def print_sheet(self, day: date, found: Sequence[Named], head: Head) -> None: ...


def bindings_of(screen: str) -> list[BindingType]:
    """A screen's keys, from the verbs: each with its id, so that it can be remapped."""
    return [
        Binding(verb.value.keys, f"verb('{verb.id}')", verb.value.label, id=verb.id, show=False)
        for verb in verbs_of(screen)
        if verb.value.keys
    ]


class DeskScreen(Screen[R], Generic[R]):
    """Asks and shows. Looking may be cancelled, doing may not."""

    NAME: ClassVar[str] = ""
    SHOWS: ClassVar[frozenset[str]] = EVERY_KIND
    """Kinds of what stands here: only their changes are asked for."""
    deeds_begun = 0
    """How often something was to be done from here."""

    @property
    def host(self) -> Host:
        return cast(Host, self.app)

    @property
    def voice(self) -> Voice:
        assert self.host.setup is not None, "words come with the practice"
        return Voice(self.host.setup, local_date(self.host.now(), self.host.setup.practice.timezone))

    async def look(self, question: Question[T]) -> T | None:
        """The answer, or None after its error was told."""
        try:
            with self.host.pump.lookup():
                return await asyncio.to_thread(self.host.door.see, question)
        except DeskError as error:
            self.tell_error(error)
            return None

    def marks(self, but: Verb | None = None) -> list[Mark]:
        """What waits, for the header: the least pressing first; what the screen itself shows is left out."""
        if self.host.trouble is not None:
            return [Mark(_("NOT SAVED: {why}").format(why=in_few_words(self.host.trouble)), _("NOT SAVED"))]
        glance = self.host.glance
        if glance is None:
            return []
        waits = f" {age(self.host.now() - glance.oldest)}" if glance.oldest is not None else ""
        every = (
            (Verb.BELL, glance.unread, f"b {glance.unread}", f"b{glance.unread}"),
            (Verb.OUTBOX, glance.mails or int(glance.mail_trouble), self._post(glance), self._post(glance)),
            (Verb.WORK, glance.work, _("w {n} to do").format(n=glance.work), f"w{glance.work}"),
            (
                Verb.REQUESTS,
                glance.pending,
                _("2 Requests {n}").format(n=glance.pending) + waits,
                f"2 req {glance.pending}{waits}",
            ),
            (Verb.TODAY, glance.late, _("{n} late").format(n=glance.late), _("{n} late").format(n=glance.late)),
        )
        if glance.mail_trouble:
            every = (*every[:1], *every[2:], every[1])  # nothing presses more than mail that does not leave
        return [
            Mark(words, short, f"screen.verb('{verb.id}')")
            for verb, count, words, short in every
            if count and verb is not but
        ]

    def _post(self, glance: Glance) -> str:
        """How many mails wait; with a sign where the desk has to look."""
        return f"{self.host.glyphs.mail} {glance.mails or ''}{'!' if glance.mail_trouble else ''}"

    def clock(self) -> str:
        """The time of day, as the practice writes it."""
        return times.clock(wall_time(self.host.now(), self.voice.zone), self.voice.twelve)

    async def keep_quietly(self, ask: Ask[T]) -> T | None:
        """Do what nobody has to see: a hold that is placed, renewed, left. An error is nothing to tell."""
        try:
            return await asyncio.shield(self._in_turn(ask))
        except DeskError:
            return None

    async def perform(self, ask: Ask[T], tell: bool = True) -> T | DeskError:
        """Do it, in the order of the keys; the event, or the error."""
        self.deeds_begun += 1
        with self.host.pump.lookup():
            try:
                event = await asyncio.shield(self._in_turn(ask))
            except DeskError as error:
                if tell:
                    self.tell_error(error)
                return error
            if isinstance(event, Event):
                self.tell_event(event)
                self.follow(event)
            elif isinstance(event, Batch):
                self.tell(batch_words(self.voice, event))
            self.host.changed_here()
        return event

    async def _in_turn(self, ask: Ask[T]) -> T:
        """One deed at a time; whoever stops waiting for it does not let the next one overtake it."""
        async with self.host.doing:
            deed = asyncio.ensure_future(asyncio.to_thread(self.host.door.do, ask))
            done, _waiting = await asyncio.wait({deed}, timeout=SOON)
            if not done:
                await self._tell_who_writes()
            return await deed

    async def _tell_who_writes(self) -> None:
        """A save that takes long waits for somebody: for whom."""
        with suppress(DeskError):
            found = await asyncio.to_thread(self.host.door.see, WhoWrites())
            if found is not None and self.host.setup is not None:
                words = _(WRITING_WORDS[found.operation]).format(who=found.who)
                self.app.screen.notify(safe(words), timeout=5, markup=False)

    def follow(self, event: Event) -> None:
        """What was just done from this screen; the cursor may go there."""

    def shows(self, touched: Touched) -> bool:
        """Whether something of what was touched may stand here."""
        return concerns(touched, self.SHOWS)

    def refresh_data(self) -> None:
        """Something was changed, here or elsewhere: what is shown asks again, what is typed stays."""

    def begin(self, work: Coroutine[Any, Any, None], group: str = "flow", exclusive: bool = False) -> None:
        """Run a flow beside the screen's own messages; `exclusive` drops an older one of the group.

        What a screen does is the app's: whoever goes to another one while a save waits is told there what came of it.
        A dialogue only looks, and what it looks for ends with it.
        """
        owner = self if exclusive or isinstance(self, ModalScreen) else self.app
        owner.run_worker(self._flow(work), group=group, exclusive=exclusive, exit_on_error=True)

    async def _flow(self, work: Coroutine[Any, Any, None]) -> None:
        """A flow whose answer comes when its screen is being taken down ends there: nothing is left to draw on."""
        try:
            await work
        except NoMatches:
            if self in self.app.screen_stack and self.app.is_running and not self._pruning and not self._closing:
                raise

    async def answer(self, dialog: ModalScreen[T]) -> T | None:
        """What people chose in a dialogue, None where they left it."""
        self.app.clear_notifications()  # an old result would hide the dialogue's keys
        return await self.app.push_screen_wait(dialog)

    def tell(self, text: str, bad: bool = False, stays: bool = False) -> None:
        """One line at the foot of the screen, until the next one; one that `stays` has the next beside it."""
        if time.monotonic() >= self.host.word_stays_until:
            self.app.clear_notifications()
        if stays:
            self.host.word_stays_until = time.monotonic() + 8
        self.notify(safe(text), severity="warning" if bad else "information", timeout=8 if bad else 5, markup=False)

    def tell_error(self, error: DeskError, stays: bool = False) -> None:
        self.tell(self.say_error(error), bad=True, stays=stays)

    def say_error(self, error: DeskError) -> str:
        return plain_error(error) if self.host.setup is None else error_words(self.voice, error)

    def tell_event(self, event: Event) -> None:
        warnings = [objection_words(self.voice, it) for it in getattr(event, "warnings", ())]
        self.tell(" · ".join([event_words(self.voice, event), *warnings]))

    def on_key(self, event: events.Key) -> None:
        """A key that means nothing here says so; it is never silent."""
        bound = event.key in self.active_bindings
        if event.is_printable and not bound and not self.is_modal:
            self.tell(_("{key} does nothing here; ? names the keys").format(key=event.character), bad=True)

    async def action_verb(self, name: str) -> None:
        """What a key, the palette or the mouse asks for."""
        self.verb(Verb[name.upper()])

    def verb(self, verb: Verb) -> None:
        """Each screen answers its own; the app has the rest."""
        raise NotImplementedError


class MainScreen(DeskScreen[None]):
    """Shows what is kept: asks when the desk is open, when it comes back, and after every change."""

    _dialogs = 0  # opened from here, whose end the screen was not told yet

    def head(self) -> None:
        """Draw the header again: another minute, or something else waits."""

    def ready(self) -> None:
        """The desk is open."""
        self.refresh_data()

    def tick(self) -> None:
        """Another minute."""
        self.head()

    def refresh_data(self) -> None:
        if self.host.setup is not None:
            self.begin(self.load(), group="load", exclusive=True)

    async def load(self) -> None:
        """Ask, and draw the answer."""
        raise NotImplementedError

    async def answer(self, dialog: ModalScreen[T]) -> T | None:
        self._dialogs += 1
        return await super().answer(dialog)

    def on_screen_resume(self) -> None:
        """Below a dialogue it went on asking, and has nothing to catch up with."""
        if self._dialogs:
            self._dialogs -= 1
        else:
            self.refresh_data()


class DeskDialog(DeskScreen[R | None], ModalScreen[R | None], Generic[R]):
    """A typed question: it may look, never do."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "back", id="dialog.back")]

    def title_panel(self, title: str) -> None:
        """The dialogue's title, cut where the panel ends; a name in it is never markup."""
        panel = self.query_one(".panel")
        widest = panel.styles.max_width
        room = min(self.app.size.width, int(widest.value) if widest is not None else 100) - 6
        panel.border_title = plain(fit(title, room) if cell_len(title) > room else title)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter goes nowhere while letters stand in a choice that mean none of it."""
        enter = {it.action for it in self.BINDINGS if isinstance(it, Binding) and it.key == "enter"}
        if action in enter and any(it.is_unclear for it in self.query(Choice)):
            return False
        return super().check_action(action, parameters)

    def action_leave(self) -> None:
        self.dismiss(None)

    def verb(self, verb: Verb) -> None:
        return

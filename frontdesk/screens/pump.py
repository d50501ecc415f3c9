"""Keys in order, none lost: each waits until what the one before it began is on the screen.

After a key the pump waits until the focused widget, its ancestors, the screen and the app have drained their
queues, and until every lookup a coming key could consume has answered, or two seconds have passed.
"""

from __future__ import annotations

import asyncio
import string
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.app import App
from textual.keys import _character_to_key
from textual.message_pump import MessagePump

PATIENCE = 2.0
"""Seconds a key waits for the lookups of the key before it."""

Input = events.Key | events.Paste

for _after_esc in "0123456789-=fb\x7f":  # Textual takes esc and these for signs and keys of some Mac keyboards
    ANSI_SEQUENCES_KEYS.pop(f"\x1b{_after_esc}", None)  # type: ignore[attr-defined]


class _Key(NamedTuple):
    """Stands for a member of Textual's keys."""

    value: str


_SIGNS = {"enter": "\r", "backspace": "\x7f", "space": " "}
_SIGNS |= {_character_to_key(sign): sign for sign in string.punctuation if sign not in "[]^_"}
"""Keys by name that Textual would take alone, dropping the esc before them; `[`, `]`, `^` and `_` after esc
begin sequences of the terminal."""

for _name, _sign in _SIGNS.items():
    ANSI_SEQUENCES_KEYS[f"\x1b{_sign}"] = (_Key(f"alt+{_name}"),)  # type: ignore[index]
constants.ESCAPE_DELAY = 0.025  # type: ignore[misc]  # seconds; nobody types a key so soon after esc, scripts do


def as_typed(event: Input) -> tuple[Input, ...]:
    """Alt and a character means nothing here: it is esc and the key that was typed right after it."""
    if not isinstance(event, events.Key) or not event.key.startswith("alt+"):
        return (event,)
    name = event.key.removeprefix("alt+").removeprefix("shift+")
    if name in _SIGNS:
        return events.Key("escape", "\x1b"), events.Key(name, _SIGNS[name])
    if not event.character:
        return (event,)
    return events.Key("escape", "\x1b"), events.Key(event.character if len(name) == 1 else name, event.character)


class KeyPump:
    """Owned by the app, which hands every key to `put` and gets it back, one at a time, through `handle`."""

    def __init__(self, app: App[None], handle: Callable[[Input], Awaitable[None]]) -> None:
        self._app = app
        self._handle = handle
        self._keys: asyncio.Queue[Input] = asyncio.Queue()
        self._lookups = 0
        self._answered = asyncio.Event()
        self._answered.set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._opened = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    def open(self) -> None:
        """The desk is open: the keys that were typed ahead have something to act on."""
        self._opened.set()

    def put(self, event: Input) -> None:
        self._idle.clear()
        for key in as_typed(event):
            self._keys.put_nowait(key)

    @contextmanager
    def lookup(self) -> Iterator[None]:
        """Around a question or a deed: later keys stay queued until it is answered."""
        self._lookups += 1
        self._answered.clear()
        try:
            yield
        finally:
            self._lookups -= 1
            if not self._lookups:
                self._answered.set()

    async def idle(self) -> None:
        """Until every key so far has had its effect."""
        await self._idle.wait()

    async def _run(self) -> None:
        while True:
            event = await self._keys.get()
            await self._opened.wait()
            await self._handle(event)
            await self._settle()
            if self._keys.empty():
                self._idle.set()

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        before: tuple[object, ...] | None = None
        while loop.time() < until:
            for node in self._chain():
                await self._drained(node, until - loop.time())
            if self._lookups:
                try:
                    await asyncio.wait_for(self._answered.wait(), max(0.0, until - loop.time()))
                except TimeoutError:
                    return
                before = None
                continue
            seen = (self._app.screen, self._app.focused)
            if seen == before:
                return
            before = seen

    def _chain(self) -> list[MessagePump]:
        """What a key runs through: the focused widget and all above it."""
        focused = self._app.focused
        chain: list[MessagePump] = [] if focused is None else list(focused.ancestors_with_self)
        if self._app.screen not in chain:
            chain += [self._app.screen, self._app]
        return chain

    async def _drained(self, node: MessagePump, patience: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def arrived() -> None:
            if not done.done():
                done.set_result(None)

        if not node.call_later(arrived):
            return
        try:
            await asyncio.wait_for(done, max(0.01, min(patience, PATIENCE)))
        except TimeoutError:
            return

"""What all deeds have: the screen they were begun from, and the way from a dialogue to what is done."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from textual.screen import ModalScreen

from frontdesk.core.asks.door import Ask
from frontdesk.core.domain.errors import DeskError

if TYPE_CHECKING:
    from frontdesk.screens.desk_screen import MainScreen

S = TypeVar("S")
A = TypeVar("A")
E = TypeVar("E")


class Deeds:
    """Begun by keys of a screen, in its name: its dialogues, its order of deeds, its foot for what came of them."""

    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen

    async def until_done(
        self,
        seen: S,
        dialog: Callable[[S, A | None, str], ModalScreen[A | None]],
        ask: Callable[[S, A], Ask[E] | None],
        again: Callable[[S], Coroutine[Any, Any, S | None]],
    ) -> E | None:
        """A dialogue, and what it answers is done; after an error it stands there again, with what was filled.

        `dialog` is made of what is kept, the last answer and the last error; `ask` of what is kept and the answer,
        None where that leads elsewhere; `again` says what is kept by now, None where nothing is left to do: the
        error is told, and that is the end. Answers what was done, None where nothing was.
        """
        answer, error = None, ""
        while True:
            answer = await self.screen.answer(dialog(seen, answer, error))
            if answer is None:
                return None
            wanted = ask(seen, answer)
            if wanted is None:
                return None
            done = await self.screen.perform(wanted, tell=False)
            if not isinstance(done, DeskError):
                return done
            error = self.screen.say_error(done)
            fresh = await again(seen)
            if fresh is None:
                self.screen.tell(error, bad=True)
                return None
            seen = fresh


async def unchanged(seen: S) -> S:
    """For a form that hangs on nothing that is kept."""
    return seen

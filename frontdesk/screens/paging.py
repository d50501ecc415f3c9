"""The part of a long list that is here: more of it is asked for as the cursor comes near its edge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PAGE = 100
"""Rows that are asked for at once."""
MOST = 10 * PAGE
"""Rows that are kept here; what is further away is asked for again."""
NEAR = 20
"""Rows before the edge at which more is asked for."""


class Found(Protocol[T_co]):
    """A page of some list, in its order."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def more(self) -> bool:
        """Whether there is more beyond it, the way it was asked for."""


class Paging(Generic[T]):
    """Rows are known by their place in the whole list, not by their number: what comes in above moves nothing."""

    def __init__(
        self,
        ask: Callable[[Any, bool, int], Awaitable[Found[T] | None]],
        place: Callable[[T], Any],
        just_before: Callable[[T], Any],
    ) -> None:
        """`ask` answers so many rows after a place, or before it; None: from the beginning, or the end.

        It answers None where that was refused, or something else was asked meanwhile.
        """
        self._ask, self._place, self._just_before = ask, place, just_before
        self._lock = asyncio.Lock()
        self.items: list[T] = []
        self.more_above = self.more_below = False

    def forget(self) -> None:
        """Another list: it begins at its beginning."""
        self.items, self.more_above, self.more_below = [], False, False

    async def load(self) -> Found[T] | None:
        """The same part anew, or the beginning."""
        async with self._lock:
            after = self._just_before(self.items[0]) if self.more_above and self.items else None
            found = await self._ask(after, False, max(PAGE, len(self.items)))
            if found is not None:
                self.items, self.more_below = list(found.items), found.more
                self.more_above = self.more_above and after is not None
        return found

    async def near(self, row: int) -> bool:
        """The cursor is on a row: whether that brought more of the list."""
        if self._lock.locked():
            return False
        if self.more_below and row >= len(self.items) - NEAR:
            return await self._below()
        if self.more_above and row < NEAR:
            return await self._above()
        return False

    async def to_end(self) -> bool:
        """The last page, whatever lies between; whether it is another one."""
        async with self._lock:
            found = await self._ask(None, True, PAGE) if self.more_below else None
            if found is None:
                return False
            self.items, self.more_above, self.more_below = list(found.items), found.more, False
        return True

    async def to_beginning(self) -> bool:
        """The first page; whether it is another one."""
        if not self.more_above:
            return False
        self.forget()
        return await self.load() is not None

    async def _below(self) -> bool:
        async with self._lock:
            found = await self._ask(self._place(self.items[-1]), False, PAGE)
            if found is None:
                return False
            every = [*self.items, *found.items]
            self.items, self.more_below = every[-MOST:], found.more
            self.more_above = self.more_above or len(every) > MOST
        return True

    async def _above(self) -> bool:
        async with self._lock:
            found = await self._ask(self._place(self.items[0]), True, PAGE)
            if found is None:
                return False
            every = [*found.items, *self.items]
            self.items, self.more_above = every[:MOST], found.more
            self.more_below = self.more_below or len(every) > MOST
        return True

"""The door: `do` and `see`. The only place that reads the clock, opens a transaction, and tries again."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any, TypeVar

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.actors import DESK, SYSTEM, Actor
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import Busy, Refused, SlotTaken, StoreProblem, StoreUnusable
from frontdesk.core.domain.events.outside import as_seen_outside
from frontdesk.core.domain.machine import Machine
from frontdesk.core.operations.preparing import Unprepared, prepare
from frontdesk.core.operations.table import OPERATIONS
from frontdesk.core.queries.actors import as_now, require_may
from frontdesk.core.queries.table import QUERIES
from frontdesk.core.store import duties
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Contention, Disconnected, Overlap
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.watch import Watch

T = TypeVar("T")

TRIES = 8
PATIENCE = 15.0
"""Seconds after which nobody tries once more."""
OVERLAP_TRIES = 3


def system_clock() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Desk:
    """One engine, many people: `acting` is a copy for somebody else."""

    store: Store
    actor: Actor = DESK
    clock: Callable[[], int] = system_clock
    machine: Machine = Machine()

    def acting(self, actor: Actor) -> Desk:
        return replace(self, actor=actor)

    def do(self, ask: Ask[T]) -> T:
        """One change, whole or not at all. Raises the families of `domain/errors.py`."""
        operation: Any = OPERATIONS[type(ask)]
        prepared = None
        with ExitStack() as while_it_lasts:
            for times in count():
                try:
                    return self._do(ask, operation, prepared, times)
                except Unprepared:  # so much that it is worked out while others save
                    prepared = self._looked(partial(prepare, operation, ask=ask, times=times), ask)
                    if not times:
                        while_it_lasts.enter_context(self._others_know(operation.name))
        raise AssertionError("in the end others wait for it")

    def _do(self, ask: Ask[T], operation: Any, prepared: Any, times: int) -> T:
        """Raises Unprepared where it was worked out less often than it takes."""
        from frontdesk.core.operations.recording import finish  # who only looks need not wait for it

        overlaps, until = 0, time.monotonic() + PATIENCE
        cut_off = False
        for attempt in range(TRIES):
            try:
                with self.store.writing(on_disk=ask.on_disk) as connection:
                    tx = self._tx(connection)
                    tx.prepared, tx.prepared_times = prepared, times
                    self._let_in(tx, ask)
                    done: T = operation(tx, ask)
                    finish(tx)
                return as_seen_outside(done) if self.actor.is_from_outside else done
            except Refused as refused:
                if any(it.is_too_late for it in refused.objections):
                    self.acting(SYSTEM)._write_down(ask.if_too_late())
                raise
            except Overlap:
                overlaps += 1
                if overlaps == OVERLAP_TRIES:
                    raise SlotTaken(()) from None
            except Contention:
                if time.monotonic() > until:
                    break
                time.sleep(random.uniform(0.5, 1.5) * 0.01 * 2**attempt)
            except Disconnected:
                if cut_off:
                    raise StoreUnusable(StoreProblem.UNREACHABLE, self.store.name) from None
                cut_off = True
        raise Busy

    @contextmanager
    def _others_know(self, what: str) -> Iterator[None]:
        """Who waits meanwhile can be told for whom."""
        self._mark(lambda tx: duties.writes(tx, tx.actor.name, what))
        try:
            yield
        finally:
            self._mark(duties.wrote)

    def _mark(self, mark: Callable[[Tx], None]) -> None:
        unmarked = suppress(Overlap, Contention, Disconnected, StoreUnusable)
        with unmarked, self.store.writing(on_disk=False) as connection:
            mark(self._tx(connection))

    def see(self, question: Question[T]) -> T:
        """One look at one moment. Raises the families of `domain/errors.py`."""
        seen: T = self._looked(lambda look: QUERIES[type(question)](look, question), question)
        self._write_down(question.once_seen())
        return seen

    def _looked(self, at: Callable[[Look], Any], asked: Ask[Any] | Question[Any]) -> Any:
        cut_off = False
        for attempt in range(TRIES):
            try:
                with self.store.reading() as connection:
                    look = Look(
                        store=self.store,
                        connection=connection,
                        actor=self.actor,
                        now=self.clock(),
                        machine=self.machine,
                    )
                    self._let_in(look, asked)
                    return at(look)
            except Contention:
                time.sleep(random.uniform(0.5, 1.5) * 0.01 * 2**attempt)
            except Disconnected:
                if cut_off:
                    raise StoreUnusable(StoreProblem.UNREACHABLE, self.store.name) from None
                cut_off = True
        raise Busy

    def now(self) -> int:
        return self.clock()

    def watch(self) -> Watch:
        """Tells whether anybody changed anything; for one thread."""
        return Watch(self.store)

    def close(self) -> None:
        self.store.close()

    def _let_in(self, look: Look, asked: Ask[Any] | Question[Any]) -> None:
        """The actor as they are now, if they may ask this at all. Raises NotAllowed."""
        look.actor = as_now(look, self.actor, asked.needs)
        require_may(look, asked.needs)

    def _tx(self, connection: Any) -> Tx:
        return Tx(
            store=self.store,
            connection=connection,
            actor=self.actor,
            now=self.clock(),
            machine=self.machine,
        )

    def _write_down(self, ask: Ask[Any] | None) -> None:
        """What follows from an ask or a question; a database that cannot be written to can still be looked at."""
        if ask is not None:
            with suppress(Busy, SlotTaken, StoreUnusable):
                self.do(ask)


def open_desk(
    url: str, *, create: bool = False, clock: Callable[[], int] | None = None, machine: Machine = Machine()
) -> Desk:
    """Opens a database (a path is SQLite). Raises StoreUnusable.

    A clock that is not the machine's makes a drill, writes into one, and only reads what is none.
    """
    store = Store(url, create=create, is_drill=clock is not None, limits=machine.limits)
    desk = Desk(store, clock=clock or system_clock, machine=machine)
    # what was imported stays for ever: the collector need not look at it again with every large answer
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    return desk

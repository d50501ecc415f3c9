"""Operations with so much to work out that they do it before they keep others from writing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.store.look import Look, Tx

TRIES = 3
"""So often it is worked out anew because things changed meanwhile; then others wait for it."""


class Unprepared(Exception):
    """There is much to work out, and nobody did, or it is not so any more: outside of the transaction, then again."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is done, and what is worked out for it as things are before: `Tx.prepared`, to be held against now."""

    name: str
    """What others are told who wait for it: the operation of its event."""
    prepare: Callable[[Look, Any, int], Any]
    """The last is how often it was worked out before."""
    operation: Callable[[Tx, Any], Any]

    def __call__(self, tx: Tx, ask: Any) -> Any:
        """The collector waits meanwhile, where there is much to look at, and nothing of it to throw away."""
        was_on = gc.isenabled() and tx.prepared is not None
        if was_on:
            gc.disable()
        try:
            return self.operation(tx, ask)
        finally:
            if was_on:
                gc.enable()


def require_prepared(tx: Tx) -> None:
    """Raises Unprepared, unless it was tried often enough."""
    if tx.prepared_times < TRIES:
        raise Unprepared


def prepare(operation: Any, look: Look, ask: Any, times: int) -> Any:
    """What an operation works out that found nothing prepared."""
    assert isinstance(operation, Prepared), "others prepare nothing"
    return operation.prepare(look, ask, times)

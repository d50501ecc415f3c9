"""Operations with so much to work out that they do it before they keep others from writing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.store.look import Look, Tx


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is done, and what is worked out for it as things are before: `Tx.prepared`, to be held against now."""

    prepare: Callable[[Look, Any], Any]
    operation: Callable[[Tx, Any], Any]

    def __call__(self, tx: Tx, ask: Any) -> Any:
        """The collector waits meanwhile: there is much to look at, and nothing of it to throw away."""
        was_on = gc.isenabled()
        gc.disable()
        try:
            return self.operation(tx, ask)
        finally:
            if was_on:
                gc.enable()


def prepared_by(prepare: Callable[[Look, Any], Any], operation: Callable[[Tx, Any], Any]) -> Prepared:
    return Prepared(prepare, operation)

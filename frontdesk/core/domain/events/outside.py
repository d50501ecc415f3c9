"""What somebody from outside is answered: the fact, without what is the team's alone, and what it was warned of."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.kinds import is_thing, kind_of

T = TypeVar("T")


def as_seen_outside(answer: T) -> T:
    """A fact, whatever things it names, as those may see them whose they are."""
    return _public(answer)  # type: ignore[no-any-return]


def _public(value: Any) -> Any:
    if is_thing(value):
        return kind_of(value).public(value)
    if isinstance(value, tuple):
        return tuple(_public(it) for it in value)
    if isinstance(value, Recorded | Change) and is_dataclass(value):
        told = {it.name: _public(getattr(value, it.name)) for it in fields(value)}
        return replace(value, **(told | {"warnings": ()} if "warnings" in told else told))
    return value

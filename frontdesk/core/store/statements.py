"""Statements about people and their affairs: whoever writes one says who may see what it answers.

Tables stand in them under their own names, for conditions to be put in: `{seen}` is what the actor may see, `{where}`
what else was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.store.connection import NO_VALUES, Values

if TYPE_CHECKING:
    from frontdesk.core.store.look import Look

LOCKED = " FOR NO KEY UPDATE"
"""Nobody else changes these rows until the transaction ends; others may refer to them."""


class Part(NamedTuple):
    """A condition, with its values."""

    text: str
    values: Values = NO_VALUES


EVERYTHING, NOTHING = Part("TRUE"), Part("FALSE")


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement whose answer somebody gets to see."""

    sight: Callable[[Look], Part]
    text: str

    def __post_init__(self) -> None:
        if "{seen}" not in self.text:
            raise TypeError(f"who may see this? {self.text}")


def shown(sight: Callable[[Look], Part], text: str) -> Shown:
    """To be asked by `Look.ask`, for whoever looks."""
    return Shown(sight, text)


def judged(text: str) -> str:
    """What rules need to know, or the desk itself: nobody sees the answer before it was judged whether they may."""
    return text


def filled(text: str, *, seen: Part = EVERYTHING, where: Iterable[Part] = (), values: Values) -> tuple[str, Values]:
    """A statement with its conditions, and the values of all."""
    asked = both(*where)
    return text.replace("{seen}", seen.text).replace("{where}", asked.text), {**values, **seen.values, **asked.values}


def put(text: str, parts: Mapping[str, str]) -> str:
    """A statement with its parts in the places that are named for them."""
    for place, part in parts.items():
        text = text.replace(place, part)
    return text


def both(*parts: Part) -> Part:
    return _joined(" AND ", parts) if parts else EVERYTHING


def either(*parts: Part) -> Part:
    return _joined(" OR ", parts) if parts else NOTHING


def number_of(table: str, kind: str, id_: str, wanted: str) -> str:
    """The number of a thing that a row names by kind and id; none for other kinds, whatever their id looks like."""
    return f"(CASE WHEN {table}.{kind} = '{wanted}' THEN CAST({table}.{id_} AS BIGINT) END)"


def words(these: Iterable[Enum]) -> str:
    """The kept words of some states, for a list."""
    return ", ".join(sorted(f"'{it.value}'" for it in these))


def _joined(by: str, parts: tuple[Part, ...]) -> Part:
    if len(parts) == 1:
        return parts[0]
    values = {name: value for it in parts for name, value in it.values.items()}
    return Part(f"({by.join(it.text for it in parts)})", values)

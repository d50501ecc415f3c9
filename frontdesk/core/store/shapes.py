"""The shapes of kept values: each is written with its kind and the version of its shape, and older ones are lifted.

A shape that changes gets the next version, a function that lifts the one before, and a sample that a test reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.kinds import ALL_KINDS, Thing, kind_of
from frontdesk.core.domain.people import Contact
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.settings import SettingValue
from frontdesk.core.domain.told import Told
from frontdesk.core.store import first_shapes
from frontdesk.core.store.values import Found, Misshapen, Plain, plain_of, value_of

Lifter: TypeAlias = Callable[[Plain], Plain]

COLUMNS: TypeAlias = dict[str, str]
"""Columns of an import that have no field of their own."""
HOURS: TypeAlias = tuple[int, ...]
CONTACTS: TypeAlias = tuple[Contact, ...]
OFFERS: TypeAlias = tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a kind of value is kept; the n-th lifter takes version n to the next."""

    kind: str
    of: Any
    lifters: tuple[Lifter, ...]

    @property
    def version(self) -> int:
        """The one that is written."""
        return len(self.lifters) + 1


_MORE: dict[str, Any] = {
    "terms": Terms,
    "told": Told,
    "contacts": CONTACTS,
    "offers": OFFERS,
    "columns": COLUMNS,
    "reminders": HOURS,
}
"""Kept values that are no things of their own."""

SHAPES: dict[str, Shape] = {
    name: Shape(name, of, (partial(first_shapes.lift, name),) if name in first_shapes.KINDS else ())
    for name, of in {**{kind.name: kind.of for kind in ALL_KINDS}, **_MORE}.items()
}


def to_text(kind: str, value: Any, before: str = "") -> str:
    """A value as it is kept; what a later version wrote into the text `before` stays in it."""
    shape = SHAPES[kind]
    plain = plain_of(value, shape.of)
    if before:
        unknown: Found = {}
        was = plain_of(from_text(kind, before, unknown), shape.of)
        for path, it in unknown.items():
            _put(plain, was, path[1:], it)
    return json.dumps({"kind": kind, "version": shape.version, "value": plain}, ensure_ascii=False)


def from_text(kind: str, text: str, unknown: Found | None = None) -> Any:
    """Raises Misshapen where something is missing, or not of its type."""
    try:
        kept = json.loads(text)
    except ValueError:
        raise Misshapen((kind,), "no JSON") from None
    return value_of(_lifted(kind, kept), SHAPES[kind].of, (kind,), unknown)


def change_to_json(change: Change) -> Plain:
    shape = SHAPES[change.kind]
    return {
        "kind": change.kind,
        "version": shape.version,
        "before": None if change.before is None else plain_of(change.before, shape.of),
        "after": None if change.after is None else plain_of(change.after, shape.of),
    }


def changes_from_json(plain: Plain) -> tuple[Change, ...]:
    """One; of a practice, as it was once kept in one piece, one for each key that differs. Raises Misshapen."""
    if isinstance(plain, dict) and plain.get("kind") == "practice":
        before, after = (first_shapes.settings_of(plain[name]) for name in ("before", "after"))
        return tuple(
            Change(None if path not in before else _setting(path, before[path]), _setting(path, after.get(path)))
            for path in {**before, **after}
            if before.get(path) != after.get(path)
        )
    return (_change_from_json(plain),)


def _setting(path: str, value: Plain) -> SettingValue:
    return SettingValue(path=path, value=value)


def _change_from_json(plain: Plain) -> Change:
    kind, version, unknown = _kind_of(plain), plain.get("version", 1), Found()
    before, after = (
        None if it is None else _thing(kind, version, it, unknown) for it in (plain["before"], plain["after"])
    )
    return Change(before, after, {".".join(path[1:]): it for path, it in unknown.items()})


def thing_to_json(thing: Thing) -> Plain:
    """A thing as it was, where it was not changed."""
    shape = SHAPES[kind_of(thing).name]
    return {"kind": shape.kind, "version": shape.version, "value": plain_of(thing, shape.of)}


def thing_from_json(plain: Plain) -> Thing:
    """Raises Misshapen."""
    return _thing(_kind_of(plain), plain["version"], plain["value"], {})


def _kind_of(plain: Plain) -> str:
    kind = plain.get("kind") if isinstance(plain, Mapping) else None
    if kind not in SHAPES:
        raise Misshapen(("event",), f"kind {kind!r}")
    return str(kind)


def _thing(kind: str, version: int, plain: Plain, unknown: Found) -> Thing:
    thing: Thing = value_of(_raised(kind, version, plain), SHAPES[kind].of, (kind,), unknown)
    return thing


def _lifted(kind: str, kept: Plain) -> Plain:
    """The plain value of the newest shape; texts of the first one are the value alone."""
    if not isinstance(kept, dict) or type(kept.get("version")) is not int:
        return _raised(kind, 1, kept)
    if kept.get("kind") != kind:
        raise Misshapen((kind,), f"kind {kept.get('kind')!r}")
    return _raised(kind, kept["version"], kept.get("value"))


def _raised(kind: str, version: int, plain: Plain) -> Plain:
    try:
        for lift in SHAPES[kind].lifters[version - 1 :]:
            plain = lift(plain)
    except (AttributeError, KeyError, TypeError):
        raise Misshapen((kind,), f"not of version {version}") from None
    return plain


def _put(plain: Plain, was: Plain, path: tuple[str, ...], value: Plain) -> None:
    """Put back what stood at a path, if what held it is still there; of a list the same entry, wherever it is now."""
    *way, name = path
    for step in way:
        if isinstance(plain, list):
            was = was[int(step)]
            plain = _same_entry(plain, was)
        else:
            was = was.get(step)
            plain = plain.get(step) if isinstance(plain, dict) else None
    if isinstance(plain, dict):
        plain.setdefault(name, value)


def _same_entry(entries: list[Plain], was: Plain) -> Plain:
    """The entry that has the same id, or says the same; None where none is known to be it."""
    if isinstance(was, dict) and was.get("id"):
        return next((it for it in entries if it.get("id") == was["id"]), None)
    return next((it for it in entries if it == was), None)

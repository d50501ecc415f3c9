"""Domain values as JSON text and back, typed: for details of events and for values inside rows."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

from frontdesk.core.domain.events import KINDS, Change, Thing

T = TypeVar("T")


def to_text(value: Any, of: Any = None) -> str:
    """JSON text of a value; `of` is its type where the value alone does not tell (a tuple of something)."""
    return _adapter(of or type(value)).dump_json(value, exclude_defaults=True).decode()


def from_text(text: str, of: type[T]) -> T:
    return _adapter(of).validate_json(text)  # type: ignore[no-any-return]


def changes_to_json(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    return [
        {"kind": change.kind, "before": _plain(change.before), "after": _plain(change.after)} for change in changes
    ]


def changes_from_json(plain: list[dict[str, Any]]) -> tuple[Change, ...]:
    return tuple(
        Change(_thing(change["kind"], change["before"]), _thing(change["kind"], change["after"])) for change in plain
    )


def _plain(thing: Thing | None) -> Any:
    if thing is None:
        return None
    return _adapter(type(thing)).dump_python(thing, mode="json", exclude_defaults=True)


def _thing(kind: str, plain: Any) -> Thing | None:
    return None if plain is None else _adapter(KINDS[kind]).validate_python(plain)


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(of: Any) -> TypeAdapter[Any]:
    if of not in _ADAPTERS:
        _ADAPTERS[of] = TypeAdapter(of)
    return _ADAPTERS[of]

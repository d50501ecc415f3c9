"""Domain values as plain JSON and back, by their types: every field is written, what is missing is an error.

The reader and the writer of a type are made at its first use. What is there and no field is told, never dropped.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

Plain = Any
"""What JSON can say: objects, lists, texts, numbers, true, false and null."""

Path = tuple[str, ...]
Write = Callable[[Any], Plain]
Found = dict[Path, Plain]
"""What is there and no field, by where it stands."""

Read = Callable[[Plain, Path, Found], Any]
"""Raises Misshapen."""


class Misshapen(Exception):
    """A kept value that is not of its shape, with where and why."""

    def __init__(self, at: Path, problem: str) -> None:
        super().__init__(".".join(at), problem)
        self.at = at
        self.problem = problem


def plain_of(value: Any, of: Any) -> Plain:
    """A value of a type as plain JSON, every field of it."""
    return _writer(of)(value)


def value_of(plain: Plain, of: Any, at: Path = (), unknown: Found | None = None) -> Any:
    """The value of a type that plain JSON says; what is no field goes to `unknown`. Raises Misshapen."""
    return _reader(of)(plain, at, {} if unknown is None else unknown)


_WRITERS: dict[Any, Write] = {}
_READERS: dict[Any, Read] = {}


def _writer(of: Any) -> Write:
    if of not in _WRITERS:
        _WRITERS[of] = _make_writer(of)
    return _WRITERS[of]


def _reader(of: Any) -> Read:
    if of not in _READERS:
        _READERS[of] = _make_reader(of)
    return _READERS[of]


def _as_is(value: Any) -> Plain:
    return value


def _make_writer(of: Any) -> Write:
    of = _without_name(of)
    origin, inner = get_origin(of), get_args(of)
    if of in (str, int, bool, NoneType, object, Any):
        return _as_is
    if of in (date, datetime):
        return lambda value: value.isoformat()
    if of is UUID:
        return str
    if isinstance(of, type) and issubclass(of, Enum):
        return lambda value: value.value
    if origin in (Union, UnionType):
        some = _writer(_but_none(of))
        return lambda value: None if value is None else some(value)
    if origin in (dict, Mapping):
        item = _writer(inner[1])
        return lambda value: {key: item(it) for key, it in value.items()}
    if origin is tuple and inner[-1] is Ellipsis:
        each = _writer(inner[0])
        return lambda value: [each(it) for it in value]
    if origin is tuple or _is_named_tuple(of):
        parts = tuple(_writer(it) for it in (inner or _types(of).values()))
        return lambda value: [write(it) for write, it in zip(parts, value, strict=True)]
    names = tuple((name, _writer(type_)) for name, type_ in _types(of).items())
    return lambda value: {name: write(getattr(value, name)) for name, write in names}


def _make_reader(of: Any) -> Read:
    of = _without_name(of)
    origin, inner = get_origin(of), get_args(of)
    if of in (object, Any):
        return lambda plain, at, unknown: plain
    if of in (str, int, bool, NoneType):
        return _scalar(of)
    if of in (date, datetime, UUID):
        return _parsed(of.fromisoformat if of is not UUID else UUID)
    if isinstance(of, type) and issubclass(of, Enum):
        return _member(of)
    if origin in (Union, UnionType):
        some = _reader(_but_none(of))
        return lambda plain, at, unknown: None if plain is None else some(plain, at, unknown)
    if origin in (dict, Mapping):
        return _mapping(_reader(inner[1]))
    if origin is tuple and inner[-1] is Ellipsis:
        return _sequence(_reader(inner[0]))
    if origin is tuple or _is_named_tuple(of):
        return _parts(of, tuple(_reader(it) for it in (inner or _types(of).values())))
    return _object(of)


def _scalar(of: type[Any]) -> Read:
    def read(plain: Plain, at: Path, _: Found) -> Any:
        if type(plain) is not of:
            raise Misshapen(at, f"{type(plain).__name__}, not {of.__name__}")
        return plain

    return read


def _parsed(parse: Callable[[str], Any]) -> Read:
    def read(plain: Plain, at: Path, _: Found) -> Any:
        try:
            return parse(plain)
        except (TypeError, ValueError, AttributeError):
            raise Misshapen(at, repr(plain)) from None

    return read


def _member(of: type[Enum]) -> Read:
    members = {it.value: it for it in of}

    def read(plain: Plain, at: Path, _: Found) -> Any:
        try:
            return members[plain]
        except (KeyError, TypeError):
            raise Misshapen(at, repr(plain)) from None

    return read


def _mapping(item: Read) -> Read:
    def read(plain: Plain, at: Path, unknown: Found) -> Any:
        if not isinstance(plain, dict):
            raise Misshapen(at, "no object")
        return {key: item(it, (*at, key), unknown) for key, it in plain.items()}

    return read


def _sequence(item: Read) -> Read:
    def read(plain: Plain, at: Path, unknown: Found) -> Any:
        if not isinstance(plain, list):
            raise Misshapen(at, "no list")
        return tuple(item(it, (*at, str(n)), unknown) for n, it in enumerate(plain))

    return read


def _parts(of: Any, parts: tuple[Read, ...]) -> Read:
    make = of._make if _is_named_tuple(of) else tuple

    def read(plain: Plain, at: Path, unknown: Found) -> Any:
        if not isinstance(plain, list) or len(plain) != len(parts):
            raise Misshapen(at, f"no list of {len(parts)}")
        return make([part(it, (*at, str(n)), unknown) for n, (part, it) in enumerate(zip(parts, plain, strict=True))])

    return read


def _object(of: Any) -> Read:
    make = get_origin(of) or of
    read_fields = {name: _reader(type_) for name, type_ in _types(of).items()}

    def read(plain: Plain, at: Path, unknown: Found) -> Any:
        if not isinstance(plain, dict):
            raise Misshapen(at, "no object")
        values: dict[str, Any] = {}
        for name, field in read_fields.items():
            if name not in plain:
                raise Misshapen((*at, name), "missing")
            values[name] = field(plain[name], (*at, name), unknown)
        if len(plain) > len(values):
            unknown.update({(*at, name): it for name, it in plain.items() if name not in read_fields})
        return make(**values)

    return read


def _types(of: Any) -> dict[str, Any]:
    """The fields of a dataclass or a named tuple, with their types; those of a generic one with what it is of."""
    cls = get_origin(of) or of
    hints = typing.get_type_hints(cls)
    if not is_dataclass(cls):
        return {name: hints[name] for name in cls._fields}
    of_what = dict(zip(getattr(cls, "__parameters__", ()), get_args(of), strict=True))
    return {field.name: of_what.get(hints[field.name], hints[field.name]) for field in fields(cls) if field.init}


def _without_name(of: Any) -> Any:
    while hasattr(of, "__supertype__"):
        of = of.__supertype__
    return of


def _but_none(of: Any) -> Any:
    """The type of an optional value; no kept value is of two kinds."""
    some = [it for it in get_args(of) if it is not NoneType]
    assert len(some) == 1, f"{of} is of several kinds"
    return some[0]


def _is_named_tuple(of: Any) -> bool:
    return isinstance(of, type) and issubclass(of, tuple) and hasattr(of, "_fields")

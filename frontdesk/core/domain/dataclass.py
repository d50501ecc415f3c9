"""`dataclass`, with frozen ones that cost nothing until they are used.

The standard decorator writes and compiles six methods for each class while it is defined, and a start defines
hundreds of which it uses few. Here `__init__` is written when the first value is made, what tells one value from
another needs no code of its own, and what `dataclasses.fields` answers is made when it is asked. All else is as in
the standard library, which makes at once whatever is not plainly frozen.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, make_dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, **rest):
        def made(cls):
            if frozen and not rest:
                return _frozen(cls, slots, kw_only)
            return dataclasses.dataclass(frozen=frozen, slots=slots, kw_only=kw_only, **rest)(cls)

        return made if cls is None else made(cls)


def changed(value: T, **what: Any) -> T:
    """As `dataclasses.replace`, of a frozen value of ours, for very many: three times as fast.

    `__post_init__` is left out, and of a name that is no field nobody tells.
    """
    made: Any = object.__new__(type(value))
    if hasattr(value, "__dict__"):
        vars(made).update(vars(value), **what)
        return cast(T, made)
    for name in getattr(type(value), _TOLD):
        object.__setattr__(made, name, what[name] if name in what else getattr(value, name))
    return cast(T, made)


class _Told:
    """One field, as its class tells it."""

    __slots__ = ("compare", "default", "factory", "hash", "init", "kw_only", "name", "repr", "type")

    def __init__(self, name: str, type_: Any, value: Any, kw_only: bool) -> None:
        it = value if isinstance(value, Field) else dataclasses.field(default=value)
        self.name, self.type = name, type_
        self.default, self.factory = it.default, it.default_factory
        self.init, self.repr, self.hash, self.compare = it.init, it.repr, it.hash, it.compare
        self.kw_only = kw_only if it.kw_only is MISSING else it.kw_only

    @property
    def has_default(self) -> bool:
        return self.default is not MISSING or self.factory is not MISSING


_TOLD = "__told__"
"""Where a class keeps its fields, those of its bases first."""


def _frozen(cls: Any, slots: bool, kw_only: bool) -> Any:
    own = {
        name: _Told(name, type_, vars(cls).get(name, MISSING), kw_only)
        for name, type_ in vars(cls).get("__annotations__", {}).items()
        if not str(type_).startswith(("ClassVar", "typing.ClassVar"))
    }
    told: dict[str, _Told] = {}
    for base in reversed(cls.__mro__[1:]):
        told.update(vars(base).get(_TOLD, {}))
    told.update(own)
    explicit = {name for name, it in vars(cls).items() if it is not None}
    cls = _with_slots(cls, own, told) if slots else _with_defaults(cls, own)
    setattr(cls, _TOLD, told)
    for name, method in _methods(cls, told, slots).items():
        if name not in explicit:
            setattr(cls, name, method)
    return cls


def _with_slots(cls: Any, own: dict[str, _Told], told: dict[str, _Told]) -> Any:
    """The same class with room for its fields alone."""
    taken = {name for base in cls.__mro__[1:] for name in vars(base).get("__slots__", ())}
    space = {
        name: it for name, it in vars(cls).items() if name not in own and name not in ("__dict__", "__weakref__")
    }
    made = type(cls)(cls.__name__, cls.__bases__, {**space, "__slots__": tuple(it for it in own if it not in taken)})
    made.__qualname__ = cls.__qualname__
    return made


def _with_defaults(cls: Any, own: dict[str, _Told]) -> Any:
    for name, it in own.items():
        if it.default is not MISSING:
            setattr(cls, name, it.default)
        elif name in vars(cls):
            delattr(cls, name)
    return cls


def _methods(cls: Any, told: dict[str, _Told], slots: bool) -> dict[str, Any]:
    fields = told.values()
    compared = _values_of([it.name for it in fields if it.compare])
    hashed = _values_of([it.name for it in fields if (it.compare if it.hash is None else it.hash)])
    shown = [it.name for it in fields if it.repr]
    names = tuple(told)

    def is_same(self: Any, other: Any) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def digest(self: Any) -> int:
        return hash(hashed(self))

    def words(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def set_state(self: Any, state: list[Any]) -> None:
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)

    return {
        "__init__": _first_init(cls),
        "__eq__": is_same,
        "__hash__": digest,
        "__repr__": words,
        "__setattr__": _refuse_setting,
        "__delattr__": _refuse_deleting,
        "__match_args__": tuple(it.name for it in fields if it.init and not it.kw_only),
        "__dataclass_fields__": _Asked("__dataclass_fields__"),
        "__dataclass_params__": _Asked("__dataclass_params__"),
        **({"__getstate__": state, "__setstate__": set_state} if slots else {}),
    }


def _values_of(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda _: ()


def _first_init(cls: Any) -> Callable[..., None]:
    """Writes the real one, and is it this once."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        _write_init(cls)
        cls.__init__(self, *args, **kwargs)

    return __init__


def _write_init(cls: Any) -> None:
    told: list[_Told] = list(getattr(cls, _TOLD).values())
    space: dict[str, Any] = {"NONE": MISSING}
    places = [_parameter(it) for it in told if it.init and not it.kw_only]
    named = [_parameter(it) for it in told if it.init and it.kw_only]
    lines = []
    for place, it in enumerate(told):
        if not it.init and not it.has_default:
            continue
        slot: Any = next((vars(base)[it.name] for base in cls.__mro__ if it.name in vars(base)), None)
        has_slot = hasattr(slot, "__set__")
        space[f"set_{place}"] = slot.__set__ if has_slot else object.__setattr__
        space[f"new_{it.name}"] = it.factory if it.factory is not MISSING else it.default
        value = it.name
        if it.factory is not MISSING:
            value = f"new_{it.name}() if {it.name} is NONE else {it.name}" if it.init else f"new_{it.name}()"
        elif not it.init:
            value = f"new_{it.name}"
        lines.append(f"set_{place}(self, {value})" if has_slot else f"set_{place}(self, {it.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    head = ", ".join(["self", *places, *(["*", *named] if named else [])])
    exec(f"def __init__({head}):\n " + "\n ".join(lines or ["pass"]), space)
    init = space["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = init


def _parameter(it: _Told) -> str:
    if it.factory is not MISSING:
        return f"{it.name}=NONE"
    return it.name if it.default is MISSING else f"{it.name}=new_{it.name}"


class _Asked:
    """What the standard library knows of a class of its own, once it asks."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, _: Any, cls: Any) -> Any:
        owner = next(base for base in cls.__mro__ if vars(base).get(self._name) is self)
        if self._name == "__dataclass_fields__":
            fields = [(it.name, it.type, _field(it)) for it in getattr(owner, _TOLD).values()]
            twin = _twin(owner, fields)
        else:
            twin = _twin(owner, [], frozen=True)
        found = getattr(twin, self._name)
        setattr(owner, self._name, found)
        return found


def _twin(cls: Any, fields: list[Any], frozen: bool = False) -> Any:
    """A class of the standard library's own, without methods."""
    told = {"__doc__": cls.__name__}  # else it would be the signature
    return make_dataclass(cls.__name__, fields, namespace=told, init=False, repr=False, eq=False, frozen=frozen)


def _field(it: _Told) -> Any:
    default: dict[str, Any] = {"default": it.default} if it.default is not MISSING else {}
    if it.factory is not MISSING:
        default = {"default_factory": it.factory}
    return dataclasses.field(
        init=it.init, repr=it.repr, hash=it.hash, compare=it.compare, kw_only=it.kw_only, **default
    )


def _refuse_setting(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")

"""`dataclass`, with the methods of frozen ones written at first use.

The standard decorator writes and compiles six methods for each class while it is defined (0.3 ms each), and a start
defines hundreds of which it uses few. Here each method is written when it is called first, by the standard library
all the same, so what it does and how fast it does it is unchanged. Only freezing is spelt out.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, field, fields, make_dataclass
from dataclasses import dataclass as written
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, kw_only=False, **rest):
        """As the standard one, which makes at once whatever is not plainly frozen."""

        def made(cls):
            if frozen and not rest:
                return _written_late(cls, slots, kw_only)
            return written(frozen=frozen, slots=slots, kw_only=kw_only, **rest)(cls)

        return made if cls is None else made(cls)


LATE = ("__init__", "__repr__", "__eq__", "__hash__")


def _written_late(cls: type, slots: bool, kw_only: bool) -> type:
    own = {name for name, it in vars(cls).items() if it is not None}
    cls.__doc__ = cls.__doc__ or cls.__name__  # else it would be the signature, which nobody reads and takes time
    cls = written(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
    late = [name for name in LATE if name not in own]
    methods = {name: _late(cls, name, late) for name in late}
    methods |= {"__setattr__": _refuse_setting, "__delattr__": _refuse_deleting}
    if slots:
        methods |= {"__getstate__": _state, "__setstate__": _set_state}
    for name, method in methods.items():
        if name not in own:
            setattr(cls, name, method)
    return cls


def _late(cls: type, name: str, late: list[str]) -> Any:
    """A method that puts the real ones in their places, and is one of them."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        _write(cls, late)
        return getattr(cls, name)(self, *args, **kwargs)

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    return method


def _write(cls: Any, late: list[str]) -> None:
    """Move over the methods of a class of the same fields."""
    twins = [(it.name, object, _like(it)) for it in fields(cls)]
    space = {"__post_init__": None} if hasattr(cls, "__post_init__") else {}
    twin = make_dataclass(cls.__name__, twins, namespace=space, frozen=True)
    for name in late:
        method = getattr(twin, name)
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, method)


def _like(it: Field[Any]) -> Any:
    default: dict[str, Any] = {}
    if it.default is not MISSING:
        default["default"] = it.default
    if it.default_factory is not MISSING:
        default["default_factory"] = it.default_factory
    return field(init=it.init, repr=it.repr, hash=it.hash, compare=it.compare, kw_only=it.kw_only, **default)


def _refuse_setting(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, it.name) for it in fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for it, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, it.name, value)

"""The core's whole public language: asks change something, questions look; a door takes both.

Both are frozen dataclasses that import nothing heavy, each declaring the permission it needs.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Protocol, TypeVar

from frontdesk.core.domain.permissions import Permission

E = TypeVar("E", covariant=True)
V = TypeVar("V", covariant=True)
T = TypeVar("T")


class Ask(Generic[E]):
    """Something to be done; its answer is the event."""

    __slots__ = ()
    needs: ClassVar[Permission]
    on_disk: ClassVar[bool] = True
    """Whether it has to outlive a power cut the moment it is done."""

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if not hasattr(cls, "needs"):
            raise TypeError(f"{cls.__name__} declares no permission")


class Question(Generic[V]):
    """Something to be shown; its answer is a view."""

    __slots__ = ()
    needs: ClassVar[Permission]

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if not hasattr(cls, "needs"):
            raise TypeError(f"{cls.__name__} declares no permission")


class Door(Protocol):
    """Raises the families of `domain/errors.py`, nothing else but bugs."""

    def do(self, ask: Ask[T]) -> T: ...

    def see(self, question: Question[T]) -> T: ...

"""The core's whole public language: asks change something, questions look; a door takes both.

Both are frozen dataclasses that import nothing heavy, each declaring the permission it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

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

    def if_too_late(self) -> Ask[Any] | None:
        """What is written down, as the system's doing, where this is refused because something ended by itself."""
        return None


class Question(Generic[V]):
    """Something to be shown; its answer is a view."""

    __slots__ = ()
    needs: ClassVar[Permission]

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if not hasattr(cls, "needs"):
            raise TypeError(f"{cls.__name__} declares no permission")

    def once_seen(self) -> Ask[Any] | None:
        """What is written down after the answer; that this cannot be done takes no answer back."""
        return None


class Door(Protocol):
    """Raises the families of `domain/errors.py`, nothing else but bugs."""

    def do(self, ask: Ask[T]) -> T: ...

    def see(self, question: Question[T]) -> T: ...


Operations: TypeAlias = dict[type[Ask[Any]], Callable[[Any, Any], Any]]
"""What may be done about a noun, each by `(tx, ask) -> event`: every file of operations ends with one."""

Queries: TypeAlias = dict[type[Question[Any]], Callable[[Any, Any], Any]]
"""What can be asked about a noun, each by `(look, question) -> view`: every file of queries ends with one."""

"""Frozen values whose methods are written at first use are what the standard library makes of them."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from frontdesk.core.domain.dataclass import changed, dataclass

OURS: Any = dataclass
Decorator = Callable[..., Any]


def values_by(decorator: Decorator) -> tuple[Any, Any]:
    """Two classes, one below the other, with each kind of field."""

    @decorator(frozen=True, slots=True, kw_only=True)
    class Person:
        """Somebody."""

        known: ClassVar[int] = 3
        name: str
        phone: str = ""
        secret: str = dataclasses.field(default="", repr=False)
        since: int = dataclasses.field(default=0, compare=False)
        more: tuple[str, ...] = dataclasses.field(default_factory=tuple)

    @decorator(frozen=True, slots=True, kw_only=True)
    class Client(Person):
        """Somebody who comes."""

        visits: int = 0

    return Person, Client


@dataclass(frozen=True, slots=True)
class Kept:
    """Stands in a module, so that it can be pickled."""

    name: str
    parts: tuple[int, ...] = ()


@pytest.mark.parametrize("which", [0, 1])
def test_they_answer_what_the_standard_ones_answer(which: int) -> None:
    ours, standard = values_by(OURS)[which], values_by(dataclasses.dataclass)[which]
    given: list[dict[str, Any]] = [
        {"name": "Ada"},
        {"name": "Ada", "phone": "1", "secret": "s", "since": 4, "more": ("x",)},
        {"name": "Ada", "since": 9},
        {"name": "Bo"},
    ]

    def answers(cls: Any) -> list[object]:
        made = [cls(**it) for it in given]
        return [
            [repr(it).rpartition("<locals>.")[2] for it in made],
            [hash(it) == hash(other) for it in made for other in made],
            [it == other for it in made for other in made],
            [dataclasses.asdict(it) for it in made],
            [dataclasses.replace(it, name="Cy").name for it in made],
            [it == object() for it in made],
            [copy.deepcopy(it) == it for it in made],
            cls.__match_args__,
            cls.__doc__,
            [it.name for it in dataclasses.fields(cls)],
            cls.known,
        ]

    assert answers(ours) == answers(standard)


@pytest.mark.parametrize("given", [{}, {"name": "Ada", "nmae": "Bo"}])
def test_what_is_missing_or_unknown_is_refused_in_the_same_words(given: dict[str, str]) -> None:
    refused = []
    for cls in (values_by(OURS)[0], values_by(dataclasses.dataclass)[0]):
        with pytest.raises(TypeError) as error:
            cls(**given)
        refused.append(str(error.value))

    assert refused[0] == refused[1]


def test_nothing_can_be_set_or_deleted() -> None:
    kept = Kept("Ada")

    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        kept.name = "Bo"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del kept.name
    assert kept == Kept("Ada")


def test_they_go_through_a_copy_and_a_pickle() -> None:
    kept = Kept("Ada", (1, 2))

    assert copy.copy(kept) == copy.deepcopy(kept) == pickle.loads(pickle.dumps(kept)) == kept


def test_what_a_class_says_itself_stays() -> None:
    @dataclass(frozen=True)
    class Half:
        whole: int

        def __post_init__(self) -> None:
            if self.whole % 2:
                raise ValueError(self.whole)

        def __repr__(self) -> str:
            return f"half of {self.whole}"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, int) and other * 2 == self.whole

    assert (repr(Half(4)), Half(4) == 2, Half(4) == 4, hash(Half(4)) == hash(Half(4))) == (
        "half of 4", True, False, True
    )  # fmt: skip
    with pytest.raises(ValueError, match="3"):
        Half(3)


def test_a_method_is_written_when_it_is_called_first() -> None:
    ours, standard = values_by(OURS)[0], values_by(dataclasses.dataclass)[0]
    stub = ours.__init__

    ours(name="Ada")

    assert ours.__init__ is not stub
    assert ours.__init__.__code__.co_varnames == standard.__init__.__code__.co_varnames


def test_a_changed_one_is_what_the_standard_library_makes_of_it() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Open:
        name: str
        more: int = 0

    for before in (Kept("Ada", (1,)), Open(name="Ada")):
        assert changed(before, name="Bo") == dataclasses.replace(before, name="Bo")
        assert before.name == "Ada"

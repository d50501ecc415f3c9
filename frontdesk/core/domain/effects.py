"""What a change of the set-up does to what is booked: pure functions of the set-up before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.scenes import Asking, Place, Scene, Wish
from frontdesk.core.domain.slot_rules import PRESENCE


class Lost(Enum):
    """The rule by which an appointment falls outside."""

    HOURS = "hours"
    CLOSURE = "closure"
    TIME_OFF = "time_off"
    PERSON = "staff"
    """Of those that follow: archived."""
    SERVICE = "service"
    ROOM = "room"
    PLACE = "location"


OUT_OF_USE = frozenset({Lost.PERSON, Lost.SERVICE, Lost.ROOM, Lost.PLACE})
"""What it needs is out of use."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why an appointment has not what it needs; `of` is the id of what is archived."""

    rule: Lost
    of: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """An appointment that falls outside by a change, and did not before for the same reason."""

    appointment: Appointment
    because: tuple[Because, ...]

    @property
    def is_archived(self) -> bool:
        return any(it.rule in OUT_OF_USE for it in self.because)


def effects_of(before: Setup, after: Setup, booked: Iterable[Appointment]) -> tuple[Effect, ...]:
    """Which of some appointments fall outside, by which rules, in the order they were given."""
    found = ((it, _new(lost_because(before, it), lost_because(after, it))) for it in booked)
    return tuple(Effect(it, because) for it, because in found if because)


def lost_because(setup: Setup, appointment: Appointment) -> tuple[Because, ...]:
    """What of its time, people and places an appointment has not; empty where it has all."""
    return (*_lost_time(setup, appointment), *_archived(setup, appointment))


def _new(before: tuple[Because, ...], after: tuple[Because, ...]) -> tuple[Because, ...]:
    return tuple(it for it in after if it not in before)


def _lost_time(setup: Setup, appointment: Appointment) -> Iterator[Because]:
    """By the rules of presence: hours, closures, time off."""
    wish = Wish(
        service=setup.services[appointment.service],
        asking=Asking.STAFF,
        now=appointment.start,
        duration=appointment.end - appointment.start,
        before=0,
        after=0,
    )
    scene = Scene(setup=setup, wish=wish, busy={})
    place = Place(appointment.practitioner, appointment.location)
    for lost, rule in zip((Lost.HOURS, Lost.CLOSURE, Lost.TIME_OFF), PRESENCE, strict=True):
        if any(True for _ in rule.reasons(scene, place, appointment.start)):
            yield Because(lost)


def _archived(setup: Setup, appointment: Appointment) -> Iterator[Because]:
    needs = (
        (Lost.PERSON, appointment.practitioner, setup.staff),
        (Lost.SERVICE, appointment.service, setup.services),
        (Lost.PLACE, appointment.location, setup.locations),
        (Lost.ROOM, appointment.room, setup.rooms),
    )
    for lost, id_, known in needs:
        if id_ is not None and known[id_].life is not Life.ACTIVE:  # type: ignore[index]
            yield Because(lost, str(id_))

"""What is checked before a request is approved, topic by topic: ✓ where nothing was said against it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from frontdesk.core.domain import objections as why
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.objections import SlotObjection
from frontdesk.core.domain.scenes import Verdict


class Topic(Enum):
    SERVICE = "service"
    HOURS = "hours"
    FREE = "free"
    ROOM = "room"
    CLIENT = "client"


_SAYS: dict[Topic, tuple[type[SlotObjection], ...]] = {
    Topic.SERVICE: (why.ServiceNotActive, why.NotOffered, why.NotAtLocation),
    Topic.HOURS: (why.OutsideHours, why.Closed, why.Away, why.NoSuchTime, why.InThePast),
    Topic.FREE: (why.PractitionerTaken, why.Held),
    Topic.ROOM: (why.RoomDoesNotFit, why.RoomsTaken),
    Topic.CLIENT: (why.ClientBusy,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One topic, and what was said against it."""

    topic: Topic
    reasons: tuple[SlotObjection, ...]
    warnings: tuple[SlotObjection, ...]

    @property
    def ok(self) -> bool:
        return not self.reasons and not self.warnings


def checks(verdict: Verdict) -> tuple[Check, ...]:
    """The topics that concern this verdict; a service that needs no room is not asked about one."""
    return tuple(check for check in _all(verdict) if check.topic is not Topic.ROOM or verdict.room or not check.ok)


def _all(verdict: Verdict) -> Iterator[Check]:
    for topic, kinds in _SAYS.items():
        yield Check(
            topic=topic,
            reasons=tuple(it for it in verdict.reasons if isinstance(it, kinds)),
            warnings=tuple(it for it in verdict.warnings if isinstance(it, kinds)),
        )

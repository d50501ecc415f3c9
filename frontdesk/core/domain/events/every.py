"""All facts there are, as one closed union: who tells them apart is checked to know each of them."""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar, get_args

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.appointments import AppointmentEvent
from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.domain.events.charges import ChargeEvent
from frontdesk.core.domain.events.clients import ClientEvent
from frontdesk.core.domain.events.mails import MailEvent
from frontdesk.core.domain.events.practice import PracticeEvent
from frontdesk.core.domain.events.recorded import EventId, Left
from frontdesk.core.domain.events.requests import RequestEvent
from frontdesk.core.domain.events.reversals import Reversed
from frontdesk.core.domain.events.schedule import ScheduleEvent
from frontdesk.core.domain.events.transfer import TransferEvent
from frontdesk.core.domain.events.upkeep import UpkeepEvent

Event: TypeAlias = (
    AppointmentEvent
    | RequestEvent
    | ClientEvent
    | ChargeEvent
    | ScheduleEvent
    | PracticeEvent
    | MailEvent
    | AutomationRan
    | TransferEvent
    | UpkeepEvent
    | Reversed
)

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, kw_only=True)
class Batch(Generic[E]):
    """Several facts of one act: undone together."""

    events: tuple[E, ...]
    left: tuple[Left, ...] = ()
    """What was asked for and could not be done; it stands as it was."""

    @property
    def id(self) -> EventId:
        return self.events[-1].id if self.events else EventId(0)


FINAL: frozenset[str] = frozenset(cls.operation for cls in get_args(Event) if not cls.undoable)
"""Operations that cannot be taken back."""

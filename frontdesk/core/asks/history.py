"""Asks and questions about what happened."""

from __future__ import annotations

from datetime import date

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.events.reversals import Redone, Undone
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.requests import RequestId


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Ask[Undone]):
    """Reverse a batch whole: the one of an event, or this actor's last. Raises NotFound, Refused or SlotTaken."""

    needs = Permission.SEE_CALENDAR  # each thing it changes asks for its own permission
    event: EventId | None = None
    here: bool = False
    """Only what was done at this terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo(Ask[Redone]):
    """Do again what was undone last, until something else is done. Raises Refused or SlotTaken."""

    needs = Permission.SEE_CALENDAR
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHistory(Question[tuple[HistoryLine, ...]]):
    """Events of one appointment, request, client or day (practice's zone), or the latest of all; oldest first.

    Practitioners see what happened to their own appointments and clients, and what they did themselves.
    """

    needs = Permission.SEE_CLIENTS
    appointment: AppointmentId | None = None
    request: RequestId | None = None
    client: ClientId | None = None
    day: date | None = None
    limit: int = 200

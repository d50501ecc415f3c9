"""What happened to requests."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.objections import SlotObjection
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.requests import Request


@dataclass(frozen=True, kw_only=True)
class _RequestChanged(Recorded):
    before: Request
    request: Request
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.request),)


@dataclass(frozen=True, kw_only=True)
class RequestMade(Recorded):
    operation = "request"
    request: Request
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(None, self.request),)

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class RequestEdited(_RequestChanged):
    """The client asked for something else, or said more."""

    operation = "edit_request"

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(_RequestChanged):
    operation = "withdraw"
    undoable = False

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class RequestApproved(_RequestChanged):
    """Confirmed: the appointment is made, or moved; a person nobody knew has a record now."""

    operation = "approve"
    appointment: Appointment
    was: Appointment | None = None
    """The appointment before it was moved."""
    client: Client
    new_client: bool = False
    taken: bool = False
    """The client took one of the times that were offered."""
    override: str = ""
    warnings: tuple[SlotObjection, ...] = ()

    @property
    def own_changes(self) -> tuple[Change, ...]:
        made = (Change(None, self.client),) if self.new_client else ()
        return (Change(self.before, self.request), Change(self.was, self.appointment), *made)

    @property
    def text(self) -> str:
        return self.override

    @property
    def side(self) -> Side:
        return Side.CLIENT if self.taken else Side.PRACTICE


@dataclass(frozen=True, kw_only=True)
class RequestDeclined(_RequestChanged):
    operation = "decline"


@dataclass(frozen=True, kw_only=True)
class TimesOffered(_RequestChanged):
    """A counter-offer: other times are held until the client answers."""

    operation = "offer"


@dataclass(frozen=True, kw_only=True)
class OffersRefused(_RequestChanged):
    """The client takes none of the times that were offered."""

    operation = "refuse_offers"

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class OffersLapsed(_RequestChanged):
    """Nobody answered the counter-offer in time."""

    operation = "lapse"
    undoable = False
    by_itself = True


@dataclass(frozen=True, kw_only=True)
class RequestExpired(_RequestChanged):
    operation = "expire"
    undoable = False
    by_itself = True


RequestEvent: TypeAlias = (
    RequestMade
    | RequestEdited
    | RequestWithdrawn
    | RequestApproved
    | RequestDeclined
    | TimesOffered
    | OffersRefused
    | OffersLapsed
    | RequestExpired
)

"""Asks and questions about money that is owed, and the terms it comes from."""

from __future__ import annotations

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.charges import ChargeId, ChargeState
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.charges import ChargeSettled, ChargeWaived
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.views import ChargeLine, TermsView


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleCharge(Ask[ChargeSettled]):
    """It was paid. Raises NotFound, Stale, NotAllowed or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    charge: ChargeId
    seen: int | None = None
    reason: str = ""
    """How it was paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveCharge(Ask[ChargeWaived]):
    """It need not be paid, with a reason. Raises NotFound, Stale, NotAllowed or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    charge: ChargeId
    seen: int | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCharges(Question[tuple[ChargeLine, ...]]):
    """The newest first; practitioners see those of their own appointments."""

    needs = Permission.SEE_CLIENTS
    client: ClientId | None = None
    states: tuple[ChargeState, ...] = ()
    """None named: all."""
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTerms(Question[TermsView]):
    """The terms of one appointment, the countdowns, and what was charged. Raises NotFound or NotAllowed."""

    needs = Permission.SEE_CALENDAR
    appointment: AppointmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowPolicy(Question[Terms]):
    """The terms in force now for a service or a practitioner, each with its source. Raises NotFound."""

    needs = Permission.SEE_CALENDAR
    service: ServiceId | None = None
    practitioner: StaffId | None = None

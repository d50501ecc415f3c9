"""Charges: money owed for a late cancel, a late move, a no-show. No payment is taken here."""

from __future__ import annotations

from enum import Enum
from typing import NewType

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.times import Instant

ChargeId = NewType("ChargeId", int)


class ChargeKind(Enum):
    LATE_CANCEL = "late_cancel"
    LATE_RESCHEDULE = "late_reschedule"
    NO_SHOW = "no_show"


class ChargeState(Enum):
    DUE = "due"
    WAIVED = "waived"
    SETTLED = "settled"
    VOID = "void"
    """What caused it was undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    id: ChargeId
    client: ClientId
    appointment: AppointmentId
    kind: ChargeKind
    amount: int
    """Minor units."""
    currency: str
    made_at: Instant
    state: ChargeState = ChargeState.DUE
    reason: str = ""
    """Why it was waived, or how it was settled."""
    revision: int = 1

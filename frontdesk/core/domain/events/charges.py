"""What happened to charges."""

from __future__ import annotations

from typing import TypeAlias

from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded


@dataclass(frozen=True, kw_only=True)
class _ChargeChanged(Recorded):
    before: Charge
    charge: Charge
    client_name: str = ""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return (Change(self.before, self.charge),)

    @property
    def text(self) -> str:
        return self.charge.reason


@dataclass(frozen=True, kw_only=True)
class ChargeSettled(_ChargeChanged):
    operation = "settle_charge"


@dataclass(frozen=True, kw_only=True)
class ChargeWaived(_ChargeChanged):
    operation = "waive_charge"


ChargeEvent: TypeAlias = ChargeSettled | ChargeWaived

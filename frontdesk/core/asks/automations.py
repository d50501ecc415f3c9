"""Questions about automations."""

from __future__ import annotations

from datetime import date

from frontdesk.core.asks.door import Question
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.views import Rehearsed


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearseAutomations(Question[tuple[Rehearsed, ...]]):
    """What the automations, as they are now, would have done after past events; dates inclusive. Does nothing."""

    needs = Permission.CHANGE_SETTINGS
    first: date
    last: date

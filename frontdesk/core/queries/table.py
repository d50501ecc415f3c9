"""Everything that can be asked: the tables of all nouns, joined."""

from __future__ import annotations

from frontdesk.core.asks.door import Queries
from frontdesk.core.queries import (
    appointments,
    automations,
    calendar,
    charges,
    clients,
    history,
    letters,
    mails,
    notices,
    reminders,
    requests,
    schedule,
    setup,
    slots,
    transfer,
    upkeep,
)

_NOUNS = (
    appointments,
    automations,
    calendar,
    charges,
    clients,
    history,
    letters,
    mails,
    notices,
    reminders,
    requests,
    schedule,
    setup,
    slots,
    transfer,
    upkeep,
)

QUERIES: Queries = {asked: answer for noun in _NOUNS for asked, answer in noun.QUERIES.items()}

"""Everything the system can do: the tables of all nouns, joined."""

from __future__ import annotations

from frontdesk.core.asks.door import Operations
from frontdesk.core.operations import (
    access,
    appointments,
    charges,
    clients,
    decisions,
    erasing,
    holds,
    mails,
    notices,
    queue,
    replies,
    requests,
    schedule,
    settings,
    transfer,
    undo,
    upkeep,
)

_NOUNS = (
    access,
    appointments,
    charges,
    clients,
    decisions,
    erasing,
    holds,
    mails,
    notices,
    queue,
    replies,
    requests,
    schedule,
    settings,
    transfer,
    undo,
    upkeep,
)

OPERATIONS: Operations = {asked: answer for noun in _NOUNS for asked, answer in noun.OPERATIONS.items()}

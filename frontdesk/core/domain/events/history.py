"""A fact as history shows it."""

from __future__ import annotations

from frontdesk.core.domain.actors import ActorId
from frontdesk.core.domain.appointments import Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import BatchId, Change, EventId
from frontdesk.core.domain.kinds import Thing
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.times import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One event as history shows it."""

    id: EventId
    at: Instant
    who: ActorId | None
    """None where it happened before actors had ids, under a name that nobody, or more than one, had."""
    actor_name: str
    """As it was shown; empty where it was forgotten."""
    on_behalf_of: ClientId | None = None
    """The client for whom staff did what clients do."""
    client_name: str = ""
    """What that client, or applicant, was called."""
    role: str
    terminal: str
    operation: str
    subject_kind: str
    subject_id: str
    batch: BatchId
    undoes: BatchId | None
    changes: tuple[Change, ...]
    """Empty where the details were forgotten."""
    is_forgotten: bool = False
    about: tuple[Thing, ...] = ()
    """What it was about without changing it."""
    text: str = ""
    message: str = ""
    consent: str = ""
    """What the client agreed to."""
    by: Side = Side.PRACTICE
    """Whose doing it was."""

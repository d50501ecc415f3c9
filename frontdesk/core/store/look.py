"""What an operation or a query is handed: a connection, who asks, and when it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from frontdesk.core.domain.actors import Actor
from frontdesk.core.domain.appointments import TermsId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.recorded import BatchId
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.outbox import Owed
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import ResourceId, Setup
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.touched import Touch
from frontdesk.core.store.connection import NO_VALUES, Answer, Connection, Values
from frontdesk.core.store.statements import Part, Shown, filled

if TYPE_CHECKING:
    from frontdesk.core.store.engine import Store


@dataclass(slots=True, kw_only=True)
class Look:
    """One read: everything seen through it is of one moment."""

    store: Store
    connection: Connection
    actor: Actor
    now: Instant
    machine: Machine = field(default_factory=Machine)
    setup: Setup | None = None
    """The set-up, once it was read."""

    @property
    def is_sqlite(self) -> bool:
        return self.connection.is_sqlite

    def ask(self, statement: Shown, values: Values = NO_VALUES, where: Iterable[Part] = ()) -> Answer:
        """What of the answer the actor may see."""
        text, values = filled(statement.text, seen=statement.sight(self), where=where, values=values)
        return self.connection.execute(text, values)


@dataclass(slots=True, kw_only=True)
class Tx(Look):
    """One change, whole or not at all. Its events make one batch."""

    batch: BatchId | None = None
    chain_head: str | None = None
    last_event: int = 0
    """The newest event, known once the end of the chain is locked."""
    last_event_at: Instant = 0
    clients: dict[ClientId, Client] = field(default_factory=dict)
    """Clients that nobody else changes until this is over, as they are now."""
    terms: dict[TermsId, Terms] = field(default_factory=dict)
    """What was agreed to, written with this change."""
    told: dict[tuple[str, str], list[Owed]] = field(default_factory=dict)
    """By subject what may have to be taken back of it, once that was read and locked; as it is now."""
    undid: dict[BatchId, tuple[str, BatchId | None]] = field(default_factory=dict)
    """Of acts that were read what they were, and what they undid."""
    ran_out: list[Event] = field(default_factory=list)
    """What had ended by itself and lay in the way: recorded first, with this change."""
    mails_written: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    """By number the row of each mail that was written, until what it says is put down last of all."""
    prepared: Any = None
    """What was worked out before this transaction began, and may not be so any more."""
    prepared_times: int = 0
    locked: set[ResourceId] = field(default_factory=set)
    """Whose time nobody else takes until this is over."""
    touched: set[Touch] = field(default_factory=set)
    """What others may show, and have to ask for again."""
    storm: bool = False
    """So much ends by itself at once that what is mailed of it waits for a yes."""
    setup_changed: bool = False
    setup_so_far: Setup | None = None
    setup_revision: int | None = None
    """The set-up this change was judged by."""

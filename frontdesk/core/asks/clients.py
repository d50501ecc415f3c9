"""Asks and questions about clients."""

from __future__ import annotations

from datetime import date

from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.clients import ClientAdded, ClientEdited, ClientErased, ClientsMerged
from frontdesk.core.domain.people import ClientId, ClientKind, Contact
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.views import ClientCard, ClientHit


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A name is enough: a walk-in gives the rest later."""

    name: str
    kind: ClientKind = ClientKind.PERSON
    phone: str = ""
    email: str = ""
    born: date | None = None
    contacts: tuple[Contact, ...] = ()
    locale: str = ""
    note: str = ""
    preferences: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddClient(Ask[ClientAdded]):
    """Raises BadInput or NotAllowed."""

    needs = Permission.CHANGE_CLIENTS
    client: NewClient


@dataclass(frozen=True, slots=True, kw_only=True)
class EditClient(Ask[ClientEdited]):
    """Change what is given, leave what is None. Raises NotFound, BadInput, Stale or NotAllowed."""

    needs = Permission.CHANGE_CLIENTS
    client: ClientId
    seen: int | None
    name: str | None = None
    kind: ClientKind | None = None
    phone: str | None = None
    email: str | None = None
    born: date | None = None
    contacts: tuple[Contact, ...] | None = None
    locale: str | None = None
    note: str | None = None
    preferences: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeClients(Ask[ClientsMerged]):
    """Make one record of two. Raises NotFound, NotAllowed or Refused."""

    needs = Permission.CHANGE_CLIENTS
    keep: ClientId
    drop: ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseClient(Ask[ClientErased]):
    """Forget a client, with the records that were merged into theirs; it cannot be taken back.

    Raises NotFound, NotAllowed, or Refused while something is open between them and the practice.
    """

    needs = Permission.ERASE_CLIENTS
    client: ClientId


@dataclass(frozen=True, slots=True, kw_only=True)
class FindClients(Question[tuple[ClientHit, ...]]):
    """Half a name, last digits of a phone, an e-mail, a reference; small typing errors are forgiven."""

    needs = Permission.SEE_CLIENTS
    text: str
    limit: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FindDuplicates(Question[tuple[ClientHit, ...]]):
    """Who a new client may already be: the same phone, or a like name, the same birth date first."""

    needs = Permission.SEE_CLIENTS
    name: str
    phone: str = ""
    born: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowClient(Question[ClientCard]):
    """Raises NotFound. Opening a record is logged."""

    needs = Permission.SEE_CLIENTS
    client: ClientId
    opening: bool = True
    """Not where an open record is only drawn again."""

    def once_seen(self) -> LogOpening | None:
        return LogOpening(client=self.client) if self.opening else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOpening(Ask[None]):
    """Somebody opened a client's record: that goes to the access log, not to the history."""

    needs = Permission.SEE_CLIENTS
    client: ClientId

"""What all facts share: what changed, what they are about, whose doing it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, NewType

from frontdesk.core.domain.appointments import Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.kinds import Thing, kind_of
from frontdesk.core.domain.objections import Objection
from frontdesk.core.domain.people import Client, ClientId

EventId = NewType("EventId", int)
BatchId = NewType("BatchId", int)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing, as it was and as it is; None before for what is new, or was forgotten."""

    before: Thing | None
    after: Thing | None
    unknown: Mapping[str, object] = field(default_factory=dict, compare=False)
    """What a later version kept with it, by field: it is shown as it stands."""

    @property
    def kind(self) -> str:
        return kind_of(self._either).name

    @property
    def id(self) -> str:
        return kind_of(self._either).id(self._either)

    @property
    def reference(self) -> str:
        """What people call the thing."""
        return kind_of(self._either).reference(self._either)

    @property
    def client(self) -> ClientId | None:
        """Whose it is, where it is somebody's."""
        return kind_of(self._either).client(self._either)

    @property
    def _either(self) -> Thing:
        thing = self.after if self.after is not None else self.before
        assert thing is not None, "a change is of something"
        return thing


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What all facts share; `id` and `batch` are given when it is recorded."""

    operation: ClassVar[str]
    undoable: ClassVar[bool] = True
    by_itself: ClassVar[bool] = False
    """Happens as time passes: the system's doing, in a batch of its own."""
    id: EventId = EventId(0)
    batch: BatchId = BatchId(0)
    undoes: BatchId | None = None
    also: tuple[Change, ...] = ()
    """What followed from it in the same act: a charge, a request that was overtaken, a hold that was lost."""
    message: str = ""
    """Words for the one mail that tells of it."""
    letter: str = ""
    """That mail as somebody rewrote it; it is kept in the outbox, not with the event."""
    description: str = ""
    """What a client said with it."""
    consent: str = ""
    """What a client agreed to with it, as it was worded."""
    forgets: tuple[EventId, ...] = ()
    """Events whose details go with it."""

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.own_changes, *self.also)

    @property
    def is_news(self) -> bool:
        """Whether anything may follow of it: mails, notices, automations."""
        return True

    @property
    def side(self) -> Side:
        """Whose doing it was."""
        return Side.PRACTICE

    @property
    def about(self) -> tuple[Thing, ...]:
        """What it is about without changing it."""
        return ()

    @property
    def whose(self) -> ClientId | None:
        """The client of the first thing that is somebody's."""
        of_changes = (change.client for change in self.changes)
        of_things = (kind_of(thing).client(thing) for thing in self.about)
        return next((it for it in (*of_changes, *of_things) if it is not None), None)

    @property
    def whose_name(self) -> str:
        """What that client, or an applicant, is called."""
        client: Client | None = getattr(self, "client", None)
        return client.name if client is not None else getattr(self, "client_name", "")

    @property
    def own_changes(self) -> tuple[Change, ...]:
        raise NotImplementedError

    @property
    def text(self) -> str:
        """The reason people gave, kept with the details."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One thing that an act on many left alone, and why."""

    reference: str
    client_name: str
    objections: tuple[Objection, ...]

"""Words that went between the practice and its clients."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change, Recorded
from frontdesk.core.domain.kinds import Thing
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.work import Answer


@dataclass(frozen=True, kw_only=True)
class _Message(Recorded):
    """Words, in a mail of their own; nothing else changes."""

    client: Client
    appointment: Appointment | None = None

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()

    @property
    def about(self) -> tuple[Thing, ...]:
        return (self.client,) if self.appointment is None else (self.client, self.appointment)


@dataclass(frozen=True, kw_only=True)
class MessageWritten(_Message):
    """To a client."""

    operation = "message"


@dataclass(frozen=True, kw_only=True)
class MessageReceived(_Message):
    """Of a client's, to whom they have to do with."""

    operation = "client_message"
    undoable = False

    @property
    def side(self) -> Side:
        return Side.CLIENT


@dataclass(frozen=True, kw_only=True)
class BookingLinkGiven(Recorded):
    """A client was given a link with which they book a service once."""

    operation = "booking_link"
    client: Client
    service: Service
    mailed: bool
    link: str = field(default="", repr=False)
    """The whole link; it is shown once, and kept nowhere."""
    until: Instant = 0

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()

    @property
    def about(self) -> tuple[Thing, ...]:
        return (self.client,)

    @property
    def text(self) -> str:
        return self.service.name


@dataclass(frozen=True, kw_only=True)
class ReplyNoted(Recorded):
    """A client's answer to the invitation that somebody has to decide about; the appointment stands."""

    operation = "reply"
    appointment: Appointment
    client_name: str
    answer: Answer
    proposes: Instant | None = None
    comment: str = ""
    elsewhere: str = ""
    """Who answered, where that is not plainly the client."""

    @property
    def own_changes(self) -> tuple[Change, ...]:
        return ()

    @property
    def about(self) -> tuple[Thing, ...]:
        return (self.appointment,)

    @property
    def text(self) -> str:
        return " – ".join(filter(None, (self.answer.value, self.elsewhere, self.comment)))


MailEvent: TypeAlias = MessageWritten | MessageReceived | BookingLinkGiven | ReplyNoted

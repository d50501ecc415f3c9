"""Asks and questions about mails: those of the desk, and those of whoever delivers."""

from __future__ import annotations

from dataclasses import field

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived, MessageWritten
from frontdesk.core.domain.outbox import Attempt, Letter, Mail, MailId, MailPlace, MailState, Owed, Trouble, Webhook
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.views import CallLine, Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMails(Question[Outbox]):
    """The outbox: what waits first, by when it leaves, then the rest, the newest first. Secrets are masked.

    Of the list of all, what stands after a place, or before it.
    """

    needs = Permission.SEE_CLIENTS
    client: ClientId | None = None
    states: tuple[MailState, ...] = ()
    limit: int = 200
    place: MailPlace | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMail(Question[Owed]):
    """One mail, its secrets masked. Raises NotFound."""

    needs = Permission.SEE_CLIENTS
    mail: MailId


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNow(Ask[Owed]):
    """A waiting mail leaves without its delay. Raises NotFound or Refused. Records nothing."""

    needs = Permission.CHANGE_APPOINTMENTS
    mail: MailId


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMail(Ask[Owed]):
    """A waiting mail does not leave; a failed one, or a call, is seen to. Raises NotFound or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    mail: MailId


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryMail(Ask[Owed]):
    """One that failed, or was dropped, leaves after all; a call that was not made is to be made. Raises NotFound or
    Refused.
    """

    needs = Permission.CHANGE_APPOINTMENTS
    mail: MailId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade(Ask[Owed]):
    """The client was called: they know. Raises NotFound or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    mail: MailId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMails(Ask[int]):
    """The yes that many paused mails wait for, and all of them after a restore; answers how many leave now.

    Those that may have been told already stay: each is sent, or dropped, by itself.
    """

    needs = Permission.CHANGE_APPOINTMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPaused(Ask[int]):
    """The no: none of the paused mails leaves; answers how many were dropped."""

    needs = Permission.CHANGE_APPOINTMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBackDecision(Ask[Owed]):
    """A mail that was dropped, or a call that was made, is as it was before. Raises NotFound or Refused."""

    needs = Permission.CHANGE_APPOINTMENTS
    mail: MailId
    was: MailState | None = None
    """As the asker saw it, where somebody dropped it; else as its last attempt tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteMessage(Ask[MessageWritten]):
    """A message to a client, about an appointment or not. Raises NotFound, NotAllowed or BadInput."""

    needs = Permission.CHANGE_APPOINTMENTS
    client: ClientId
    text: str
    appointment: AppointmentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAsClient(Ask[MessageReceived]):
    """A message as the client would write it: mailed to the practitioner, or the practice.

    Raises NotFound, NotAllowed or BadInput.
    """

    needs = Permission.WRITE
    client: ClientId
    text: str
    appointment: AppointmentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBookingLink(Ask[BookingLinkGiven]):
    """A link with which this client books this service once; mailed, or only shown (`event.link`).

    Raises NotFound, NotAllowed or Refused.
    """

    needs = Permission.CHANGE_APPOINTMENTS
    client: ClientId
    service: ServiceId
    mailed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTestMail(Ask[Owed]):
    """A test to an address: whether mail leaves this machine. Records nothing."""

    needs = Permission.MANAGE_STAFF
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a leased mail."""

    mail: MailId
    lease: str
    outcome: Attempt
    trouble: Trouble | None = None
    under_fault: bool = False
    """As it was leased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A mail or webhook to be sent now, whole, with its secrets in place."""

    owed: Mail | Webhook
    text: str
    html: str = ""
    sender: str = ""
    """The practice's address."""
    sender_name: str = ""
    reply_to: str = ""
    signing: str = field(default="", repr=False)
    """What a webhook is signed with."""
    under_fault: bool = False
    """The queue stood still: this one tries whether it runs again."""

    @property
    def mail(self) -> Mail:
        """What is no webhook."""
        assert isinstance(self.owed, Mail), "a webhook is no mail"
        return self.owed


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMails(Ask[tuple[Leased, ...]]):
    """Lease the next mails that are due and still true, each the first in its turn.

    Only for who delivers. Records nothing.
    """

    needs = Permission.DELIVER_MAILS
    on_disk = False
    limit: int = 1
    only: MailId | None = None
    """This one alone, though the queue stands still: a test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMail(Ask[None]):
    """Say what became of a leased mail, at once: until then it may go out again.

    Only for who delivers. Records nothing. What a power cut forgets of it is sent once more, as the same message.
    """

    needs = Permission.DELIVER_MAILS
    on_disk = False
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReminders(Ask[int]):
    """Queue every reminder that is due; answers how many. Too many at once wait for a yes. Records nothing."""

    needs = Permission.DELIVER_MAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class CountReminders(Question[int]):
    """How many reminders are to be written now, or wait for a yes that they need no more."""

    needs = Permission.DELIVER_MAILS


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDue(Question[Instant | None]):
    """When the next mail wants to leave; without a mail server the next webhook."""

    needs = Permission.DELIVER_MAILS
    by_mail: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCalls(Question[tuple[CallLine, ...]]):
    """Whom the desk has to call, and what about: the oldest first."""

    needs = Permission.SEE_CALENDAR


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLetter(Question[Letter | None]):
    """The client's mail that this change would write, its links covered; None where none would be.

    Raises NotFound or NotAllowed.
    """

    needs = Permission.SEE_CLIENTS
    change: RescheduleAppointment | CancelAppointment

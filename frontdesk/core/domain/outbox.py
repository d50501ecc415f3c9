"""The outbox: what people are owed by mail, by a call or by a webhook, and how far each has come."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any, ClassVar, NamedTuple, NewType, TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.times import HOUR, MINUTE, Instant
from frontdesk.core.domain.told import MailKind, Reader, Told

MailId = NewType("MailId", int)

LEASE = 5 * MINUTE
"""How long a worker has a mail: longer than the whole SMTP timeout."""
SMTP_TIMEOUT = 60
FIRST_RETRY, LONGEST_RETRY = 30, HOUR
GIVE_UP = 72 * HOUR
TOO_OLD = 15 * MINUTE
"""A mail that is due for longer is a matter for the desk."""

SECRET_OPEN, SECRET_CLOSE = "\ue000", "\ue001"
"""Around the name of a secret in a stored body."""
SECTION_OPEN, SECTION_CLOSE = "\ue002", "\ue003"
"""Around what a letter says, without who writes, and why."""
GREETING_OPEN, GREETING_CLOSE = "\ue004", "\ue005"
MARKS = SECRET_OPEN + SECRET_CLOSE + SECTION_OPEN + SECTION_CLOSE + GREETING_OPEN + GREETING_CLOSE
"""Signs in stored bodies that nobody sees; text from outside never holds them there."""


class MailState(Enum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Refused for good: call the client."""
    CALLED = "called"
    """No mail arrived, and somebody called instead: its reader knows."""
    SUPERSEDED = "superseded"
    """What it says is no longer true, or no longer needed; it did not leave."""
    DROPPED = "dropped"
    """Somebody decided that it does not leave."""
    PAUSED = "paused"
    """Many became due at once: waits for a yes."""


UNSENT = frozenset({MailState.QUEUED, MailState.PAUSED})
OPEN = frozenset({MailState.QUEUED, MailState.PAUSED, MailState.SENDING})
ARRIVED = frozenset({MailState.SENT, MailState.CALLED})


class PutAside(Enum):
    """Why something waits no more, where it may come back."""

    CAUSE_GONE = "cause_gone"
    """What wrote it, an automation, would not do so any more."""
    TAKEN_BACK = "taken_back"
    """The act that wrote it was undone."""


@dataclass(frozen=True, slots=True)
class About:
    """What is spoken of, and as of when: the sequence of an appointment, the revision of a request."""

    kind: str
    """`appointment`, `request`, `client`, `access` or `practice`."""
    id: str
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """How something stands is told: each way once."""


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """So many hours before an appointment."""

    hours: int


@dataclass(frozen=True, slots=True)
class WordsWritten:
    """What somebody wrote, or a link that they gave, in one act."""

    batch: int


@dataclass(frozen=True, slots=True)
class AutomationFollowed:
    """What an automation does after an event, or after it was undone or done again; `batch` is the first act's."""

    batch: int
    event: int
    automation: str


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A code to sign in with."""

    code: int


@dataclass(frozen=True, slots=True)
class TrialWanted:
    """Whether mail leaves at all."""

    name: str


Occasion: TypeAlias = ChangeTold | ReminderDue | WordsWritten | AutomationFollowed | CodeIssued | TrialWanted
"""Tells apart what is rightly sent twice."""


class DeliveryTrouble(Enum):
    """What keeps one thing from arriving."""

    REFUSED = "refused"
    """The server answered that it never takes it (5xx)."""
    PUT_OFF = "put_off"
    """The server answered that it may take it later (4xx)."""
    BAD_ADDRESS = "bad_address"
    NO_CONNECTION = "no_connection"
    LOST = "lost"
    """The connection broke off on the way."""
    TOO_SLOW = "too_slow"
    NO_KEY = "no_key"
    """The key that its secrets were sealed with is not on this machine."""
    OUT_OF_TIME = "out_of_time"
    """No server took it for three days."""
    FAULT = "fault"
    """Of this program: the log has it."""


class QueueFault(Enum):
    """What keeps all mails from leaving."""

    SIGN_IN = "sign_in"
    TLS = "tls"
    UNSUPPORTED = "unsupported"
    """The server does not do what it is asked to."""
    NO_SENDER = "no_sender"
    """The practice has no address to send from."""
    SENDER_REFUSED = "sender_refused"
    """The server does not take mail from this sender."""
    RESTORED = "restored"
    """The database goes on from a copy: somebody has to look before any mail leaves."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, with the words of the server, or of the system."""

    kind: DeliveryTrouble | QueueFault
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """The whole queue of mails waits."""

    fault: QueueFault
    detail: str
    since: Instant
    retry_at: Instant
    tries: int

    @property
    def trouble(self) -> Trouble:
        return Trouble(self.fault, self.detail)


class Attempt(Enum):
    """How an attempt to deliver ended."""

    SENT = "sent"
    REFUSED = "refused"
    """For good: this mail will never arrive."""
    LATER = "later"
    """Not now: it certainly did not arrive."""
    UNKNOWN = "unknown"
    """The connection was lost after the text: nobody knows."""
    UNTRIED = "untried"
    """Leased ahead, and given back."""
    QUEUE_FAULT = "queue_fault"
    """No mail can leave."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, why, and whether the connection still serves."""

    outcome: Attempt
    trouble: Trouble | None = None
    connected: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail as it is read: rendered, with the places of its secrets still masked."""

    subject: str
    text: str
    html: str = ""
    calendar: str = ""
    method: str = ""
    """Of the calendar file: REQUEST or CANCEL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a worker has come with it."""

    attempts: int = 0
    perhaps: bool = False
    """An attempt ended so that nobody knows whether it arrived."""
    lease: str = ""
    leased_until: Instant | None = None
    trouble: Trouble | None = None
    """Of the last attempt."""


class Carrier(Enum):
    MAIL = "mail"
    CALL = "call"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    """What all that is owed has in common; kept for ever."""

    carrier: ClassVar[Carrier]
    id: MailId
    kind: MailKind
    about: About
    occasion: Occasion = ChangeTold()
    message_id: str = ""
    state: MailState = MailState.QUEUED
    made_at: Instant = 0
    due_at: Instant = 0
    until: Instant | None = None
    """From then on it is pointless."""
    sent_at: Instant | None = None
    put_aside: PutAside | None = None
    decided_by: str = ""
    """Who dropped it, or called: the key of an actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _News(_Owed):
    """A letter to one reader, whoever or whatever brings it."""

    reader: Reader = Reader.CLIENT
    name: str = ""
    client: ClientId | None = None
    staff: StaffId | None = None
    language: str = "en"
    letter: Letter
    message: str = ""
    """Personal words in it."""
    thread: str = ""
    sealed: str = ""
    """Its secrets, readable only with the machine's key; empty once it left by mail, or is put aside."""
    known: Told | None = None
    """What its reader was told before."""
    unsure: bool = False
    """What was known before is not sure: a mail about it perhaps arrived."""
    tells: Told | None = None
    act: int | None = None
    """The batch of the act that it tells of."""
    goes_with: MailId | None = None
    """The first of those that leave, or left, in one letter; None for that one itself."""

    @property
    def title(self) -> str:
        return self.letter.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(_News):
    carrier = Carrier.MAIL
    address: str
    delivery: Delivery = Delivery()

    @property
    def recipient(self) -> str:
        return self.address

    def as_call(self, phone: str, at: Instant) -> Call:
        """The same news, to be told by phone."""
        perhaps = self.delivery.perhaps or self.state is MailState.SENDING
        return Call(**{**_shared(self), "state": MailState.QUEUED, "due_at": at}, phone=phone, perhaps=perhaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(_News):
    """The client has no e-mail: somebody calls."""

    carrier = Carrier.CALL
    phone: str
    perhaps: bool = False
    """It was a mail before, and nobody knows whether that arrived."""

    @property
    def recipient(self) -> str:
        return self.phone

    def as_mail(self, address: str, letter: Letter, due_at: Instant) -> Mail:
        """The same news, to be told by mail."""
        delivery = Delivery(perhaps=self.perhaps)
        return Mail(**{**_shared(self), "letter": letter, "due_at": due_at}, address=address, delivery=delivery)


def _shared(it: _News) -> dict[str, Any]:
    """What a mail and a call have in common."""
    return {field.name: getattr(it, field.name) for field in fields(_News)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(_Owed):
    """What happened, posted to an address that an automation names."""

    carrier = Carrier.WEBHOOK
    automation: str
    url: str
    title: str
    body: str
    """JSON, as it is signed and posted."""
    delivery: Delivery = Delivery()

    @property
    def recipient(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        return self.automation


Owed: TypeAlias = Mail | Call | Webhook


def trouble_of(it: Owed) -> Trouble | None:
    """What went wrong with it last."""
    return None if isinstance(it, Call) else it.delivery.trouble


def is_told(it: Owed) -> bool:
    """Whether its reader has to be taken to know what it says."""
    return is_in_doubt(it) or it.state in ARRIVED or it.state is MailState.SENDING


def is_in_doubt(it: Owed) -> bool:
    """Whether an attempt ended so that nobody knows whether it arrived."""
    return it.perhaps if isinstance(it, Call) else it.delivery.perhaps


def is_to_be_called(it: Owed) -> bool:
    """Whether somebody has to call its reader: a client without an address, or whom no mail reached."""
    match it:
        case Call():
            return it.state is MailState.QUEUED
        case Mail():
            return it.reader is Reader.CLIENT and it.state is MailState.FAILED
        case Webhook():
            return False


def may_be_dropped(it: Owed) -> bool:
    return it.state in UNSENT or it.state is MailState.FAILED


def may_still_change(it: Owed) -> bool:
    """Whether it waits, and nobody can have read it."""
    return it.state in UNSENT and not is_in_doubt(it)


def retry_delay(attempts: int, chance: float) -> int:
    """Seconds until the next attempt after so many: full jitter under a bound that doubles; `chance` in [0, 1)."""
    bound = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(max(attempts - 1, 0), 12))
    return 1 + int(bound * chance)


class MailPlace(NamedTuple):
    """Where a mail stands in the list of all: what waits by when it leaves, then the rest, the newest first."""

    is_over: bool
    due_at: Instant
    """Of what waits."""
    id: int


FIRST_PLACE, LAST_PLACE = MailPlace(False, -1, 0), MailPlace(True, 0, -1)
FIRST_OVER = MailPlace(True, 1 << 62, 1 << 62)
"""Before all that is over, and after all that waits."""


def place_of(it: Owed) -> MailPlace:
    return MailPlace(False, it.due_at, it.id) if it.state in OPEN else MailPlace(True, 0, it.id)


def just_before(it: Owed) -> MailPlace:
    """After which it comes first."""
    place = place_of(it)
    return place._replace(id=place.id + 1 if place.is_over else place.id - 1)

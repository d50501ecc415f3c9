"""The nine ways an ask can fail: typed fields, no text. Anything else is a bug."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

from frontdesk.core.domain.dataclass import dataclass

if TYPE_CHECKING:  # whoever meets an error with these in it has them; others need not wait for them
    from frontdesk.core.domain.appointments import AppointmentId
    from frontdesk.core.domain.events.recorded import Change
    from frontdesk.core.domain.objections import Culprit, Objection, SlotObjection
    from frontdesk.core.domain.outbox import Trouble
    from frontdesk.core.domain.people import Role
    from frontdesk.core.domain.scenes import Offer
    from frontdesk.core.domain.times import Instant


@dataclass(frozen=True, slots=True)
class About:
    """Which of several appointments that were asked for together."""

    appointment: AppointmentId
    client_name: str


class DeskError(Exception):
    """What the desk refuses or cannot do; one of the families below."""

    about: About | None = None
    """Where several were asked for together: the one it is about."""


class Problem(Enum):
    """What is wrong with a value that was given."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NOT_A_TIME = "not_a_time"
    NOT_A_DATE = "not_a_date"
    NOT_A_ZONE = "not_a_zone"
    NOT_A_LOCALE = "not_a_locale"
    NOT_A_COUNTRY = "not_a_country"
    NOT_A_CURRENCY = "not_a_currency"
    NOT_A_NUMBER = "not_a_number"
    NOT_AN_AMOUNT = "not_an_amount"
    NOT_AN_EMAIL = "not_an_email"
    NOT_A_PHONE = "not_a_phone"
    NOT_A_CHOICE = "not_a_choice"
    OUT_OF_RANGE = "out_of_range"
    ENDS_BEFORE_IT_STARTS = "ends_before_it_starts"
    OVERLAPS = "overlaps"
    TWICE = "twice"
    NOT_READABLE = "not_readable"
    NOT_WRITABLE = "not_writable"
    NOT_A_FILE = "not_a_file"
    EXISTS_ALREADY = "exists_already"
    EXCLUDES_ANOTHER = "excludes_another"


@dataclass(frozen=True, slots=True)
class Hint:
    """What would do instead: a sentence, and what is put into its places."""

    text: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.text.format(**self.values)


def saying(text: str, **values: object) -> Hint:
    """A hint with something in it; the sentence is translated before."""
    return Hint(text, values)


@dataclass
class BadInput(DeskError):
    """A value that cannot be understood; `hint` says what would be (a nearest key, a range, a choice)."""

    field: str
    problem: Problem
    value: str = ""
    hint: str | Hint = ""
    line: int | None = None


@dataclass
class NotFound(DeskError):
    kind: str
    reference: str


@dataclass
class NotAllowed(DeskError):
    permission: str
    actor: str
    roles: tuple[Role, ...] = ()
    """Who may: whom to ask."""
    is_gone: bool = False
    """Whoever asks is not here any more, and may nothing."""


@dataclass
class Refused(DeskError):
    objections: tuple[Objection, ...]


@dataclass
class SlotTaken(DeskError):
    """Only because somebody else has the time."""

    conflicts: tuple[SlotObjection, ...]
    nearest: tuple[Offer, ...] = ()

    @property
    def culprits(self) -> tuple[Culprit, ...]:
        return tuple(objection.by for objection in self.conflicts if hasattr(objection, "by"))


@dataclass
class Stale(DeskError):
    """Somebody changed it since it was on the asker's screen."""

    kind: str
    reference: str
    by: str
    operation: str
    at: Instant
    revision: int
    name: str = ""
    """The client's, for people; the reference is for machines."""
    change: Change | None = None
    """What was changed last, where that is known."""


class Busy(DeskError):
    """Others were writing the whole time; nothing was saved."""


class StoreProblem(Enum):
    MISSING = "missing"
    NO_FOLDER = "no_folder"
    NOT_A_DATABASE = "not_a_database"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    READ_ONLY = "read_only"
    FULL = "full"
    DISK_FAULT = "disk_fault"
    NEWER = "newer"
    OLDER = "older"
    DAMAGED = "damaged"
    MISSHAPEN = "misshapen"
    """A kept value lacks something; `detail` says which and what."""
    NETWORK_DISK = "network_disk"
    UNREACHABLE = "unreachable"
    EXISTS = "exists"
    NOT_COPIED = "not_copied"
    BAD_BACKUP = "bad_backup"
    """A copy that cannot be used; `detail` says why."""
    NOT_RESTORED = "not_restored"
    NO_SEAL_KEY = "no_seal_key"
    WRONG_SEAL_KEY = "wrong_seal_key"
    REPLACED = "replaced"
    """Another file, or another content, lies where the one that is open lay."""
    REMOVED = "removed"
    RESTORED = "restored"
    """It was put back to another moment while it was open."""
    STRAY_WAL = "stray_wal"
    """What lies beside the file was written for another one."""
    NOT_A_DRILL = "not_a_drill"
    """A clock that is not the machine's would write into what is real."""
    CLOCK_IS_BACK = "clock_is_back"
    """The newest event is later than now; `detail` names both times."""
    UNCERTAIN = "uncertain"
    """The server did not say whether it saved."""


@dataclass
class StoreUnusable(DeskError):
    problem: StoreProblem
    where: str = ""
    detail: str | Hint = ""


@dataclass
class MailRefused(DeskError):
    address: str
    trouble: Trouble | None = None
    """None where nobody tried it in time."""

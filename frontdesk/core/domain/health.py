"""What a look at a database and its machine finds: what is wrong, and what somebody has to see to."""

from __future__ import annotations

from enum import Enum

from frontdesk.core.domain.damage import Damage
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import Instant


class Ailment(Enum):
    """Each is bad by itself, or a worry: something that will be bad one day."""

    DAMAGED = "damaged"
    NOT_WRITABLE = "not_writable"
    NEWER = "newer"
    """The database is of a newer program than this one: it is only read."""
    READ_BY_OTHERS = "read_by_others"
    """A file with people's names in it, or a key."""
    NO_KEY = "no_key"
    OTHER_KEY = "other_key"
    NEVER_SEALED = "never_sealed"
    NOT_DELIVERED = "not_delivered"
    """Nobody delivers mails, sweeps, or copies: of the duties."""
    NOT_SWEPT = "not_swept"
    NOT_COPIED = "not_copied"
    NOT_ELSEWHERE = "not_elsewhere"
    """No copy lies on another disk."""
    NOT_REHEARSED = "not_rehearsed"

    @property
    def is_bad(self) -> bool:
        return self in _BAD


_BAD = frozenset(
    {
        Ailment.DAMAGED,
        Ailment.NOT_WRITABLE,
        Ailment.NEWER,
        Ailment.READ_BY_OTHERS,
        Ailment.NO_KEY,
        Ailment.OTHER_KEY,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    ailment: Ailment
    where: str = ""
    """Which file, or what came of it last."""
    since: Instant | None = None
    """When it was well last; None where it never was."""
    damage: Damage | None = None

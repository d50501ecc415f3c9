"""Copies of a database: what each says of itself, and which of many stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.times import Instant

SIGNS = 20
"""Of a digest, on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where the chains of events, of openings of records and of mails end: who knows it finds what was changed before
    it.
    """

    events: int
    digest: str
    at: Instant
    """Of the newest event."""
    openings: int
    opening_digest: str
    mails: int | None = None
    """None in a manifest from before mails had a chain."""
    mail_digest: str = ""

    def __str__(self) -> str:
        """As it is printed, and as `verify --head` takes it."""
        parts = [(self.events, self.digest), (self.openings, self.opening_digest)]
        parts += [] if self.mails is None else [(self.mails, self.mail_digest)]
        return "/".join(f"{number}:{digest[:SIGNS]}" for number, digest in parts)

    def is_as_told(self, told: Head) -> bool:
        """Whether a manifest says the same; one from before mails had a chain says nothing of them."""
        return replace(self, mails=None, mail_digest="") == told if told.mails is None else self == told


KnownEnd: TypeAlias = tuple[int, str]
"""The number of the last entry of a chain, and how its digest begins."""


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head as somebody kept it: of each chain its end, those left out that stood not there."""

    events: KnownEnd
    openings: KnownEnd | None = None
    mails: KnownEnd | None = None


def known_head(text: str) -> KnownHead:
    """`123:4f0c…/45:9a1b…/67:c3d2…`, as the day sheet and each manifest have it; the first part alone will do.

    Raises BadInput.
    """
    parts = [part.partition(":") for part in "".join(text.split()).casefold().split("/")]
    good = all(number.isdecimal() and set(digest) <= set("0123456789abcdef") for number, _colon, digest in parts)
    if not good or len(parts) > 3 or any(colon != ":" or (number != "0") != bool(it) for number, colon, it in parts):
        raise BadInput("--head", Problem.NOT_READABLE, text, hint="NUMBER:DIGEST, as at the foot of the day sheet")
    return KnownHead(*((int(number), digest) for number, _colon, digest in parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What lies beside a copy, and lets it be checked without it."""

    program: str
    schema: str
    engine: str
    number: int
    """Of the database."""
    made_at: Instant
    counts: Mapping[str, int]
    head: Head
    size: int
    sha256: str
    """Of the file as it lies there."""
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Erasure:
    """A client who was forgotten, by what is found of them in any copy."""

    client: ClientId
    event: str
    """The digest of the event that made their record: after a restore somebody else may get the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many copies stay: the last of so many hours, days and months in which there are any."""

    hourly: int = 24
    daily: int = 14
    monthly: int = 12


def staying(made: Iterable[Instant], keep: Keep) -> frozenset[Instant]:
    """Of copies made at these moments, those that stay."""
    stay: set[Instant] = set()
    newest_first = sorted(made, reverse=True)
    for form, count in (("%Y%m%d%H", keep.hourly), ("%Y%m%d", keep.daily), ("%Y%m", keep.monthly)):
        last: dict[str, Instant] = {}
        for at in newest_first:
            last.setdefault(datetime.fromtimestamp(at, UTC).strftime(form), at)
        stay |= set(list(last.values())[:count])
    return frozenset(stay)

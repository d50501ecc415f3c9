"""Claims are there exactly while a time is held, and no two of one lane meet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.practice import ResourceId
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.times import Span
from frontdesk.core.store import appointments, practice, requests
from frontdesk.core.store.claims import Claim, claims_of
from frontdesk.core.store.connection import Row, uuid_of
from frontdesk.core.store.look import Look
from frontdesk.core.store.pickers import PICKER


def damage(look: Look) -> Iterator[Damage]:
    setup = practice.load(look)
    held = [(row.id, _claim(row)) for row in look.connection.execute("SELECT * FROM claim")]
    yield from _overlaps(held)
    pickers = set(look.connection.execute("SELECT id FROM picker").scalars())
    bookings: list[Appointment | Request] = [*appointments.holding_time(look), *requests.everything(look)]
    wanted = Counter(claim for booking in bookings for claim in claims_of(setup, booking, look.now))
    for id_, claim in held:
        if claim.source_kind == PICKER:
            if claim.source_id not in pickers:
                yield Damage("claim", str(id_), Wrong.CLAIM_STRAY, f"{PICKER} {claim.source_id}")
        elif wanted[claim]:
            wanted[claim] -= 1
        elif claim.expires_at is None or claim.expires_at > look.now:  # what ran out waits for who meets it
            yield Damage("claim", str(id_), Wrong.CLAIM_STRAY, f"{claim.source_kind} {claim.source_id}")
    for claim, count in wanted.items():
        if count:
            yield Damage(claim.source_kind, str(claim.source_id), Wrong.CLAIM_MISSING, f"resource {claim.resource}")


def _claim(it: Row) -> Claim:
    return Claim(
        resource=ResourceId(it.resource_id),
        lane=it.lane,
        holder=uuid_of(it.holder),
        source_kind=it.source_kind,
        source_id=it.source_id,
        span=Span(it.start, it.end),
        padded=Span(it.padded_start, it.padded_end),
        expires_at=it.expires_at,
    )


def _overlaps(held: list[tuple[int, Claim]]) -> Iterator[Damage]:
    lanes: dict[tuple[int, int], list[tuple[int, Claim]]] = defaultdict(list)
    for id_, claim in held:
        lanes[claim.resource, claim.lane].append((id_, claim))
    for claims in lanes.values():
        open_: list[tuple[int, Claim]] = []
        for id_, one in sorted(claims, key=lambda it: it[1].padded.start):
            open_ = [it for it in open_ if it[1].padded.end > one.padded.start]
            for other_id, other in open_:
                if other.holder != one.holder and _meet(one, other):
                    yield Damage("claim", f"{other_id} and {id_}", Wrong.OVERLAP)
            open_.append((id_, one))


def _meet(one: Claim, other: Claim) -> bool:
    """The core of one meets the padded other; buffers may meet buffers."""
    return (one.span.start < other.padded.end and other.padded.start < one.span.end) or (
        other.span.start < one.padded.end and one.padded.start < other.span.end
    )

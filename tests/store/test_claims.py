"""The guard of the claim table, alone: what it lets in, what it keeps out, what is no longer there."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK
from frontdesk.core.domain.practice import ResourceId
from frontdesk.core.domain.times import DAY, Instant, Span
from frontdesk.core.operations import taking
from frontdesk.core.store import claims
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Failed, Overlap
from frontdesk.core.store.look import Look, Tx
from tests.store.evidence import NOW, claims_in, overlaps

T = TypeVar("T")

INSERTS = 300
FREE, TAKEN = True, False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A claim in the words of the rule: a core, and what must lie before and after it."""

    resource: int
    lane: int
    holder: UUID
    start: int
    end: int
    before: int
    after: int

    @property
    def claim(self) -> claims.Claim:
        return claims.Claim(
            resource=ResourceId(self.resource),
            lane=self.lane,
            holder=self.holder,
            source_kind="test",
            source_id=0,
            span=Span(self.start, self.end),
            padded=Span(self.start - self.before, self.end + self.after),
        )

    def agrees_with(self, other: Wanted) -> bool:
        """The rule: the gap is no shorter than the longer of the two buffers that lie in it."""
        if (self.resource, self.lane) != (other.resource, other.lane) or self.holder == other.holder:
            return True
        first, second = sorted((self, other), key=lambda wanted: wanted.start)
        return second.start - first.end >= max(first.after, second.before, 0)


def test_random_claims_are_refused_exactly_where_the_gap_is_too_short(desk: Desk) -> None:
    rng = random.Random(7)
    resources = _resources(desk.store)[:2]
    holders = [uuid4() for _ in range(40)]
    inside: list[Wanted] = []
    refused = 0
    for _ in range(INSERTS):
        start = NOW + rng.randrange(1200)
        wanted = Wanted(
            resource=rng.choice(resources),
            lane=rng.randrange(2),
            holder=rng.choice(holders),
            start=start,
            end=start + rng.randrange(1, 20),
            before=rng.choice((0, 0, rng.randrange(30))),
            after=rng.choice((0, 0, rng.randrange(30))),
        )
        agrees = all(wanted.agrees_with(other) for other in inside)
        assert _insert(desk.store, wanted.claim) is agrees, wanted
        if agrees:
            inside.append(wanted)
        else:
            refused += 1
    assert refused > INSERTS / 6
    assert len(inside) > INSERTS / 6
    assert len(claims_in(desk.store)) == len(inside)
    assert overlaps(claims_in(desk.store)) == []


@pytest.mark.parametrize(
    ("before", "after", "gap", "outcome"),
    [
        (0, 0, 0, FREE),
        (0, 600, 600, FREE),
        (0, 600, 599, TAKEN),
        (900, 0, 900, FREE),
        (900, 0, 899, TAKEN),
        (900, 600, 900, FREE),
        (600, 900, 899, TAKEN),
    ],
)
def test_buffers_may_meet_buffers_but_no_core(desk: Desk, before: int, after: int, gap: int, outcome: bool) -> None:
    resource = _resources(desk.store)[0]
    assert _insert(desk.store, _claim(resource, NOW, NOW + 1800, after=after))
    second = NOW + 1800 + gap
    assert _insert(desk.store, _claim(resource, second, second + 1800, before=before)) is outcome


def test_a_claim_is_the_same_to_the_guard_whichever_comes_first(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    assert _insert(desk.store, _claim(resource, NOW + 3600, NOW + 5400, before=600))
    assert not _insert(desk.store, _claim(resource, NOW + 2000, NOW + 3001))
    assert _insert(desk.store, _claim(resource, NOW + 2000, NOW + 3000, after=600))


def test_a_claim_inside_another_and_one_around_it_are_refused(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    assert _insert(desk.store, _claim(resource, NOW, NOW + 3600))
    assert not _insert(desk.store, _claim(resource, NOW + 600, NOW + 601))
    assert not _insert(desk.store, _claim(resource, NOW - 600, NOW + 7200))


def test_a_claim_of_a_whole_day_is_seen_to_its_last_second(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    assert _insert(desk.store, _claim(resource, NOW + 3600, NOW + DAY - 3600, before=3600, after=3600))
    assert not _insert(desk.store, _claim(resource, NOW + DAY - 1, NOW + DAY + 600))
    assert not _insert(desk.store, _claim(resource, NOW - 600, NOW + 1))
    assert _insert(desk.store, _claim(resource, NOW + DAY, NOW + 2 * DAY))
    assert _insert(desk.store, _claim(resource, NOW - DAY, NOW))


def test_a_core_of_a_whole_day_is_seen_by_one_that_begins_a_day_later(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    assert _insert(desk.store, _claim(resource, NOW, NOW + DAY))
    assert not _insert(desk.store, _claim(resource, NOW + DAY, NOW + DAY + 600, before=1))
    assert _insert(desk.store, _claim(resource, NOW + DAY, NOW + DAY + 600))


def test_no_claim_is_longer_than_a_day(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    with pytest.raises(Failed):
        _insert(desk.store, _claim(resource, NOW, NOW + DAY, after=1))


@pytest.mark.parametrize(
    ("start", "end", "padded_start", "padded_end"),
    [(0, 0, 0, 0), (0, 0, -60, 60), (60, 0, 0, 60), (0, 60, 1, 60), (0, 60, 0, 59)],
)
def test_an_empty_or_crooked_span_is_refused(
    desk: Desk, start: int, end: int, padded_start: int, padded_end: int
) -> None:
    crooked = claims.Claim(
        resource=ResourceId(_resources(desk.store)[0]),
        lane=0,
        holder=uuid4(),
        source_kind="test",
        source_id=0,
        span=Span(NOW + start, NOW + end),
        padded=Span(NOW + padded_start, NOW + padded_end),
    )
    with pytest.raises(Failed):
        _insert(desk.store, crooked)
    assert claims_in(desk.store) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE claim SET lane = lane + 1",
        'UPDATE claim SET "start" = "start"',
        "UPDATE claim SET padded_end = padded_end - 1",
        "UPDATE claim SET expires_at = 1",
    ],
)
def test_a_claim_is_never_updated(desk: Desk, change: str) -> None:
    resource = _resources(desk.store)[0]
    _insert(desk.store, _claim(resource, NOW, NOW + 1800, after=600))
    before = claims_in(desk.store)
    with pytest.raises(Failed, match="claim_is_fixed"), desk.store.writing() as connection:
        connection.execute(change)
    assert claims_in(desk.store) == before


@pytest.mark.parametrize("how", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT ... DO UPDATE"])
def test_no_way_of_inserting_gets_past_the_guard(desk: Desk, how: str) -> None:
    if desk.store.path is None and " OR " in how:
        pytest.skip("only SQLite says it so")
    resource = _resources(desk.store)[0]
    _insert(desk.store, _claim(resource, NOW, NOW + 1800))
    before = claims_in(desk.store)
    verb, _, tail = how.partition(" ... ")
    tail = "ON CONFLICT (id) DO UPDATE SET lane = 9" if tail else ""
    statement = (
        f'{verb} INTO claim (id, resource_id, lane, holder, source_kind, source_id, "start", "end",'
        f" padded_start, padded_end) VALUES (1, {resource}, 0, :holder, 'test', 0, {NOW + 60}, {NOW + 120},"
        f" {NOW + 60}, {NOW + 120}) {tail}"
    )
    holder = uuid4().hex if desk.store.path is not None else str(uuid4())
    with pytest.raises((Failed, Overlap)), desk.store.writing() as connection:
        connection.execute(statement, {"holder": holder})
    assert claims_in(desk.store) == before


def test_the_spans_that_prove_a_claim_are_as_fixed_as_it_is(desk: Desk) -> None:
    if desk.store.path is not None:
        pytest.skip("only PostgreSQL keeps spans beside the claims")
    _insert(desk.store, _claim(_resources(desk.store)[0], NOW, NOW + 1800))
    for change in ('UPDATE claim_span SET "end" = "start" + 1', "DELETE FROM claim_span"):
        with pytest.raises(Failed), desk.store.writing() as connection:
            connection.execute(change)


def test_one_holder_may_meet_itself_and_lanes_do_not_meet(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    holder = uuid4()
    assert _insert(desk.store, _claim(resource, NOW, NOW + 1800, holder=holder))
    assert _insert(desk.store, _claim(resource, NOW + 900, NOW + 2700, holder=holder))
    assert _insert(desk.store, _claim(resource, NOW, NOW + 1800, lane=1))
    assert not _insert(desk.store, _claim(resource, NOW, NOW + 1800, lane=1))


def test_releasing_a_claim_frees_its_time_in_the_same_transaction(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    _insert(desk.store, _claim(resource, NOW, NOW + 1800))
    with desk.store.writing() as connection:
        tx = Tx(store=desk.store, connection=connection, actor=DESK, now=NOW)
        claims.release(tx, "test", 0)
        claims.insert_all(tx, [_claim(resource, NOW + 600, NOW + 1200)])
    assert [(held.start, held.end) for held in claims_in(desk.store)] == [(NOW + 600, NOW + 1200)]


def test_a_hold_is_busy_until_the_second_it_expires(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    _insert(desk.store, _claim(resource, NOW, NOW + 1800, expires_at=NOW + 300))
    window = Span(NOW - DAY, NOW + DAY)

    def busy_at(now: int) -> int:
        return len(
            _looking(
                desk.store, now, lambda look: claims.busy(look, (ResourceId(resource),), window)[ResourceId(resource)]
            )
        )

    assert [busy_at(now) for now in (NOW, NOW + 299, NOW + 300, NOW + 301)] == [1, 1, 0, 0]


def test_an_expired_hold_stands_in_nobodys_way_once_the_resource_is_locked(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    _insert(desk.store, _claim(resource, NOW, NOW + 1800, expires_at=NOW + 300))
    with desk.store.writing() as connection:
        tx = Tx(store=desk.store, connection=connection, actor=DESK, now=NOW + 299)
        taking.lock(tx, [ResourceId(resource)])
    assert not _insert(desk.store, _claim(resource, NOW + 600, NOW + 1200))
    with desk.store.writing() as connection:
        tx = Tx(store=desk.store, connection=connection, actor=DESK, now=NOW + 300)
        taking.lock(tx, [ResourceId(resource)])
        claims.insert_all(tx, [_claim(resource, NOW + 600, NOW + 1200)])
    assert len(claims_in(desk.store)) == 1


def test_busy_finds_what_began_a_day_before_the_window(desk: Desk) -> None:
    resource = _resources(desk.store)[0]
    _insert(desk.store, _claim(resource, NOW, NOW + DAY))
    late = Span(NOW + DAY - 1, NOW + DAY + 600)
    assert (
        len(
            _looking(
                desk.store, NOW, lambda look: claims.busy(look, (ResourceId(resource),), late)[ResourceId(resource)]
            )
        )
        == 1
    )


def _claim(
    resource: int,
    start: int,
    end: int,
    *,
    before: int = 0,
    after: int = 0,
    lane: int = 0,
    holder: UUID | None = None,
    expires_at: Instant | None = None,
) -> claims.Claim:
    return claims.Claim(
        resource=ResourceId(resource),
        lane=lane,
        holder=holder or uuid4(),
        source_kind="test",
        source_id=0,
        span=Span(start, end),
        padded=Span(start - before, end + after),
        expires_at=expires_at,
    )


def _insert(store: Store, claim: claims.Claim) -> bool:
    try:
        with store.writing() as connection:
            claims.insert_all(Tx(store=store, connection=connection, actor=DESK, now=NOW), [claim])
    except Overlap:
        return False
    return True


def _looking(store: Store, now: int, question: Callable[[Look], T]) -> T:
    with store.reading() as connection:
        return question(Look(store=store, connection=connection, actor=DESK, now=now))


def _resources(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute("SELECT id FROM resource ORDER BY id").scalars())

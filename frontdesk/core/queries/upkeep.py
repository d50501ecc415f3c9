"""How the database is looked after."""

from __future__ import annotations

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.upkeep import ListDuties, ListErasures, ShowHead, Verify, WhoWrites
from frontdesk.core.domain.backups import Erasure, Head
from frontdesk.core.domain.damage import Damage
from frontdesk.core.domain.duties import DutyState, Writing
from frontdesk.core.store import duties, erasures
from frontdesk.core.store.heads import head_of
from frontdesk.core.store.look import Look
from frontdesk.core.store.verify.all import damage


def list_duties(look: Look, _: ListDuties) -> tuple[DutyState, ...]:
    return duties.every(look)


def who_writes(look: Look, _: WhoWrites) -> Writing | None:
    return duties.writing(look)


def show_head(look: Look, _: ShowHead) -> Head:
    return head_of(look.connection)


def list_erasures(look: Look, _: ListErasures) -> frozenset[Erasure]:
    return erasures.of(look)


def verify(look: Look, question: Verify) -> tuple[Damage, ...]:
    return damage(look, question.head)


QUERIES: Queries = {
    ListDuties: list_duties,
    ListErasures: list_erasures,
    ShowHead: show_head,
    Verify: verify,
    WhoWrites: who_writes,
}

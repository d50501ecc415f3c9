"""Looking after the database: whose turn it is, and going on from a copy."""

from __future__ import annotations

from frontdesk.core.asks.door import Operations
from frontdesk.core.asks.mails import WriteReminders
from frontdesk.core.asks.upkeep import ReportDuty, StartAgain, TakeDuty
from frontdesk.core.domain.backups import Erasure
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.events.upkeep import DatabaseRestored
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.outbox import QueueFault, Standstill
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.times import HOUR
from frontdesk.core.operations.erasing import erase, lock_all_of
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.queue import write_reminders
from frontdesk.core.operations.recording import record
from frontdesk.core.store import codes, duties, erasures, links, mail_queue, pickers
from frontdesk.core.store.look import Tx

NEVER = 2**62
"""A moment that does not come by itself."""


def take_duty(tx: Tx, ask: TakeDuty) -> bool:
    require_allowed(tx, ask.needs)
    it = duties.lock(tx, ask.duty)
    is_due = it.done_at is None or it.done_at + ask.every <= tx.now
    if not is_due or (it.leased_until is not None and it.leased_until > tx.now):
        return False
    duties.lease(tx, ask.duty, tx.now + ask.lease)
    return True


def report_duty(tx: Tx, ask: ReportDuty) -> None:
    require_allowed(tx, ask.needs)
    if ask.done:
        duties.done(tx, ask.duty, ask.detail)
    elif ask.detail:
        duties.failed(tx, ask.duty, ask.detail, tx.now + HOUR)
    else:
        duties.seen(tx, ask.duty)


def start_again(tx: Tx, ask: StartAgain) -> DatabaseRestored:
    require_allowed(tx, ask.needs)
    erased, left = _erase_again(tx, ask.erased)
    write_reminders(tx, WriteReminders())
    doubtful = mail_queue.doubt_all_due(tx)
    still = Standstill(fault=QueueFault.RESTORED, detail="", since=tx.now, retry_at=NEVER, tries=0)
    mail_queue.set_standstill(tx, still)
    links.close_all(tx)
    codes.forget_all(tx)
    pickers.close_all(tx)
    duties.clear(tx)
    duties.done(tx, Duty.REHEARSE, ask.copy)  # it was the real thing
    return record(tx, DatabaseRestored(made_at=ask.made_at, doubtful=doubtful, erased=erased, left=left))


def _erase_again(tx: Tx, erased: frozenset[Erasure]) -> tuple[int, tuple[ClientId, ...]]:
    """Clients who were forgotten, and are known here: how many are again, and who is part of somebody else's record.

    What is theirs there cannot be told apart: that is left to people.
    """
    known = {it.client for it in erased if erasures.is_known_still(tx, it)}
    count, left = 0, []
    for client in sorted(known):
        theirs = lock_all_of(tx, client)
        own = next((it for it in theirs if isinstance(it, Client) and it.id == client), None)
        if own is None:
            continue  # with another one's by now
        if own.life is Life.MERGED and own.merged_into not in known:
            left.append(client)
            continue
        erase(tx, client, theirs, only=known)
        count += 1
    if count:
        erasures.tidy_search(tx)
    return count, tuple(left)


OPERATIONS: Operations = {
    TakeDuty: take_duty,
    ReportDuty: report_duty,
    StartAgain: start_again,
}

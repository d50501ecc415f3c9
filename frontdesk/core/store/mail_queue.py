"""What is to leave: taken by whoever delivers, leased, marked; and what keeps all of it from leaving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.outbox import (
    Call,
    Carrier,
    Mail,
    MailId,
    QueueFault,
    Standstill,
    Webhook,
    is_told,
)
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.times import DAY, HOUR, Instant
from frontdesk.core.domain.told import APPOINTMENT_KINDS
from frontdesk.core.domain.touched import MAIL
from frontdesk.core.store import clients, touched
from frontdesk.core.store.connection import Later, Row
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.mail_rows import APPOINTMENT, LEAVES, value
from frontdesk.core.store.statements import judged, words


def _in_turn(mail: str) -> str:
    """Whether nothing older about the same, to the same reader, is still on its way."""
    return judged(
        f"NOT EXISTS (SELECT 1 FROM mail earlier WHERE earlier.subject_kind = {mail}.subject_kind"
        f" AND earlier.subject_id = {mail}.subject_id AND earlier.recipient = {mail}.recipient"
        f" AND earlier.id < {mail}.id AND earlier.state IN ('queued', 'sending'))"
    )


def _is_joined(mail: str) -> str:
    """Whether it may leave in one letter with others of its act."""
    return (
        f"({mail}.act IS NOT NULL AND {mail}.carrier = 'mail' AND {mail}.kind IN ({words(APPOINTMENT_KINDS)})"
        f" AND NOT {mail}.perhaps)"
    )


_LEADS = judged(
    f"NOT ({_is_joined('mail')} AND EXISTS (SELECT 1 FROM mail leads WHERE {_is_joined('leads')}"
    " AND leads.act = mail.act AND leads.reader = mail.reader AND leads.recipient = mail.recipient"
    f" AND leads.id < mail.id AND leads.state = 'queued' AND leads.due_at <= :now AND {_in_turn('leads')}))"
)
"""The first of a letter is taken, and brings the others: so no two workers take parts of one."""
_RUNS = (
    "(mail.carrier <> 'mail' OR NOT EXISTS"
    " (SELECT 1 FROM mail_queue WHERE mail_queue.fault <> '' AND mail_queue.retry_at > :now))"
)
"""The whole queue of mails stands still after a fault of sign-in or TLS, until it is tried again."""
_FREE = judged(
    "(mail.goes_with IS NULL OR (mail.state = 'queued' AND NOT mail.perhaps) OR NOT EXISTS"
    " (SELECT 1 FROM mail lead WHERE lead.id = mail.goes_with AND (lead.state = 'sending'"
    " OR (lead.state = 'queued' AND lead.due_at <= mail.due_at))))"
)
"""What may have arrived in a letter goes again with its lead; by itself only where that one has to wait longer."""
_FOR_SENDING = judged(
    "SELECT mail.*, appointment.sequence AS now_at, coalesce(kept.email, client.email) AS now_email,"
    " kept.merged_into AS merged_on, (SELECT revision FROM practice) AS setup_revision,"
    " (mail.carrier = 'mail' AND EXISTS (SELECT 1 FROM mail_queue WHERE mail_queue.fault <> '')) AS under_fault"
    f" FROM mail LEFT JOIN appointment ON appointment.id = {APPOINTMENT}"
    " LEFT JOIN client ON client.id = mail.client_id AND mail.reader = 'client'"
    " LEFT JOIN client kept ON kept.id = client.merged_into"
)
"""A mail with how its appointment stands now, in one look; `kept` is the record that a client's was merged into."""
_TAKEN = " FOR UPDATE OF mail SKIP LOCKED"
_DUE = (
    f"{_FOR_SENDING} WHERE mail.state = 'queued' AND mail.due_at <= :now AND mail.carrier IN :carriers"
    f" AND {_in_turn('mail')} AND {_RUNS} AND {_FREE} AND {_LEADS} ORDER BY mail.due_at, mail.id LIMIT :limit{_TAKEN}"
)
_THIS = f"{_FOR_SENDING} WHERE mail.id = :id AND mail.state = 'queued' AND mail.carrier = 'mail' FOR UPDATE OF mail"
_LAPSED = (
    f"{_FOR_SENDING} WHERE mail.state = 'sending' AND mail.leased_until <= :now AND mail.carrier IN :carriers"
    f" AND {_RUNS} AND {_FREE} ORDER BY mail.leased_until LIMIT :limit{_TAKEN}"
)
_BESIDE = (
    f"{_FOR_SENDING} WHERE mail.carrier = 'mail' AND mail.id NOT IN :those AND ((mail.act IN :acts"
    " AND mail.recipient IN :recipients AND mail.state = 'queued' AND NOT mail.perhaps AND mail.due_at <= :now"
    f" AND {_in_turn('mail')}) OR (mail.goes_with IN :leads AND ((mail.state = 'queued' AND mail.perhaps)"
    f" OR (mail.state = 'sending' AND mail.leased_until <= :now)))){_TAKEN}"
)
"""What may leave in one letter with some that leave now."""
_LEASE = (
    "UPDATE mail SET state = 'sending', goes_with = :with_lead, lease = :to, leased_until = :ends,"
    " attempts = :tries, perhaps = :maybe WHERE id = :key"
)
_SENT = (
    "UPDATE mail SET state = 'sent', sent_at = :at, sealed = '', lease = '', leased_until = NULL, trouble = '',"
    " error = '' WHERE (id = :key OR goes_with = :key) AND lease = :mine AND state = 'sending'"
)
_IN_LETTER = judged(
    "SELECT * FROM mail WHERE (id = :lead OR goes_with = :lead) AND state = 'sending' AND lease = :lease"
    " ORDER BY id FOR UPDATE"
)
_NEXT_QUEUED = judged("SELECT min(due_at) FROM mail WHERE state = 'queued' AND carrier IN :carriers")
_NEXT_LEASED = judged("SELECT min(leased_until) FROM mail WHERE state = 'sending' AND carrier IN :carriers")
_USUAL_HOUR = judged(
    "SELECT coalesce(avg(n), 0) FROM (SELECT count(*) AS n FROM mail WHERE sent_at > :since AND sent_at <= :now"
    f" GROUP BY sent_at - sent_at % {HOUR}) AS hours"
)
_DOUBT = (
    "UPDATE mail SET state = 'paused', perhaps = TRUE, lease = '', leased_until = NULL WHERE carrier IN :carriers"
    " AND (state = 'sending' OR (state = 'queued' AND due_at <= :now) OR state = 'paused')"
)
_QUEUE = "SELECT fault, detail, since, retry_at, tries FROM mail_queue WHERE id = 1"
_SET_QUEUE = "UPDATE mail_queue SET fault = :f, detail = :d, since = :s, retry_at = :r, tries = :t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A mail or webhook that is to leave, and what decides whether it still may."""

    owed: Mail | Webhook
    sequence: int | None
    """Of the appointment as it is now; None for other subjects."""
    address: str | None
    """The client's address as it is now; None for who has no record."""
    setup_revision: int
    under_fault: bool
    """The queue stood still: this one tries whether it runs again."""


def lease(tx: Tx, taken: Iterable[Mail | Webhook], leads: Mapping[MailId, MailId]) -> None:
    """Somebody has them now; until the lease ends nobody else takes them. Each goes with its lead."""
    ours = [
        {
            "key": it.id,
            "to": it.delivery.lease,
            "ends": it.delivery.leased_until,
            "tries": it.delivery.attempts,
            "maybe": it.delivery.perhaps,
            "with_lead": None if leads[it.id] == it.id else leads[it.id],
        }
        for it in taken
    ]
    if ours:
        tx.connection.execute(_LEASE, ours)
        touched.note(tx, (MAIL, 0))


def mark_sent(tx: Tx, id_: MailId, lease: str, at: Instant) -> None:
    """It left, with all that went in its letter, if the lease is still ours; what was secret is kept no longer."""
    tx.connection.execute(_SENT, {"key": id_, "mine": lease, "at": at})
    touched.note(tx, (MAIL, 0))


def next_due(tx: Tx, limit: int, by_mail: bool) -> tuple[Due, ...]:
    """The mails that have waited longest, each first in its turn; none while the queue stands still. Locked.

    Those whose worker died come first. Without a mail server only webhooks.
    """
    carriers = LEAVES if by_mail else [Carrier.WEBHOOK.value]
    where = {"now": tx.now, "limit": limit, "carriers": carriers}
    found = list(tx.connection.execute(_LAPSED, where))
    if len(found) < limit:
        found += tx.connection.execute(_DUE, {**where, "limit": limit - len(found)})
    return tuple(_due(tx, row) for row in found)


def beside(tx: Tx, leaving: Sequence[Due]) -> tuple[Due, ...]:
    """What else may leave in one letter with these. Locked."""
    found = [it.owed for it in leaving if isinstance(it.owed, Mail)]
    acts = {it.act for it in found if it.act is not None and it.kind in APPOINTMENT_KINDS}
    leads = {it.id for it in found if is_told(it)}
    if not acts and not leads:
        return ()
    where = {
        "now": tx.now,
        "acts": sorted(acts),
        "recipients": sorted({it.address for it in found}),
        "leads": sorted(leads),
        "those": [it.id for it in found],
    }
    return tuple(_due(tx, row) for row in tx.connection.execute(_BESIDE, where).all())


def in_letter(tx: Tx, lead: MailId, lease: str) -> list[Mail | Webhook]:
    """All that is leaving in a letter, while the lease is ours; locked."""
    answer = tx.connection.execute(_IN_LETTER, {"lead": lead, "lease": lease})
    return [_leaves(row) for row in answer]


def this_one(tx: Tx, id_: MailId) -> tuple[Due, ...]:
    """One mail, if it waits; though the queue stands still. Locked."""
    return tuple(_due(tx, row) for row in tx.connection.execute(_THIS, {"id": id_}).all())


def _due(tx: Tx, row: Row) -> Due:
    address = row.now_email
    if row.merged_on is not None:  # and merged again
        client = clients.living(tx, ClientId(row.client_id))
        address = client.email if client is not None else address
    return Due(
        owed=_leaves(row),
        sequence=row.now_at,
        address=address,
        setup_revision=row.setup_revision,
        under_fault=bool(row.under_fault),
    )


def _leaves(row: Row) -> Mail | Webhook:
    it = value(row)
    assert not isinstance(it, Call), "calls are made by people"
    return it


def next_due_at(look: Look, by_mail: bool) -> Instant | None:
    """When the next mail wants to leave, or the lease of a worker that may have died ends."""
    mine = {"carriers": LEAVES if by_mail else [Carrier.WEBHOOK.value]}
    found = [look.connection.execute(it, mine).scalar() for it in (_NEXT_QUEUED, _NEXT_LEASED)]
    return min((int(at) for at in found if at is not None), default=None)


def usual_hour(look: Look) -> float:
    """Mails of an ordinary hour: the mean of the hours of the last week in which any left."""
    return float(look.connection.execute(_USUAL_HOUR, {"since": look.now - 7 * DAY, "now": look.now}).scalar_one())


def doubt_all_due(tx: Tx) -> int:
    """What waits and is due may have left already: each waits for a yes of its own. Answers how many."""
    touched.note(tx, (MAIL, 0))
    return tx.connection.execute(_DOUBT, {"now": tx.now, "carriers": LEAVES}).rowcount


def standstill(look: Look) -> Later[Standstill | None]:
    """Why no mail leaves; None while they do."""
    asked = look.connection.execute(_QUEUE)
    return lambda: _standstill(asked.one())


def _standstill(found: Row) -> Standstill | None:
    if not found.fault:
        return None
    return Standstill(
        fault=QueueFault(found.fault),
        detail=found.detail,
        since=found.since,
        retry_at=found.retry_at,
        tries=found.tries,
    )


def forget_words(tx: Tx, addresses: Sequence[str]) -> None:
    """What a server said goes, where it names one of these."""
    still = standstill(tx)()
    if still is not None and any(it in still.detail.lower() for it in addresses):
        set_standstill(tx, replace(still, detail=""))


def set_standstill(tx: Tx, it: Standstill | None) -> None:
    """The queue stands still; or, at None, it runs."""
    values = {"f": "", "d": "", "s": None, "r": None, "t": 0}
    if it is not None:
        values = {"f": it.fault.value, "d": it.detail, "s": it.since, "r": it.retry_at, "t": it.tries}
    tx.connection.execute(_SET_QUEUE, values)
    touched.note(tx, (MAIL, 0))

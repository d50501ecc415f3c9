"""What is to leave: taken by whoever delivers, leased, marked; and what keeps all of it from leaving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.outbox import (
    Call,
    Carrier,
    Mail,
    MailId,
    MailState,
    QueueFault,
    Standstill,
    Webhook,
    is_told,
)
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.times import DAY, HOUR, Instant
from frontdesk.core.domain.told import APPOINTMENT_KINDS, Reader
from frontdesk.core.store import clients, rows
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.mail_rows import APPOINTMENT, COLUMNS, LEAVES, ONE, value

_m = rows.Mail


def _in_turn(mail: Any) -> Any:
    """Whether nothing older about the same, to the same reader, is still on its way."""
    earlier = aliased(rows.Mail)
    older = exists().where(
        col(earlier.subject_kind) == col(mail.subject_kind),
        col(earlier.subject_id) == col(mail.subject_id),
        col(earlier.recipient) == col(mail.recipient),
        col(earlier.id) < col(mail.id),
        col(earlier.state).in_([MailState.QUEUED.value, MailState.SENDING.value]),
    )
    return ~older.correlate(mail)


def _is_joined(mail: Any) -> Any:
    """Whether it may leave in one letter with others of its act."""
    told = [it.value for it in APPOINTMENT_KINDS]
    is_mail = col(mail.carrier) == Carrier.MAIL.value
    return and_(col(mail.act).is_not(None), is_mail, col(mail.kind).in_(told), col(mail.perhaps).is_(False))


_IN_TURN = _in_turn(rows.Mail)
_first = aliased(rows.Mail)
_LEADS = ~and_(
    _is_joined(_m),
    exists()
    .where(
        _is_joined(_first),
        col(_first.act) == col(_m.act),
        col(_first.reader) == col(_m.reader),
        col(_first.recipient) == col(_m.recipient),
        col(_first.id) < col(_m.id),
        col(_first.state) == MailState.QUEUED.value,
        col(_first.due_at) <= bindparam("now"),
        _in_turn(_first),
    )
    .correlate(rows.Mail),
)
"""The first of a letter is taken, and brings the others: so no two workers take parts of one."""
_RUNS = or_(
    col(_m.carrier) != Carrier.MAIL.value,
    ~exists().where(col(rows.MailQueue.fault) != "", col(rows.MailQueue.retry_at) > bindparam("now")),
)
"""The whole queue of mails stands still after a fault of sign-in or TLS, until it is tried again."""
_lead = aliased(rows.Mail)
_FREE = or_(
    col(_m.goes_with).is_(None),
    and_(col(_m.state) == MailState.QUEUED.value, col(_m.perhaps).is_(False)),
    ~(
        exists()
        .where(
            col(_lead.id) == col(_m.goes_with),
            or_(
                col(_lead.state) == MailState.SENDING.value,
                and_(col(_lead.state) == MailState.QUEUED.value, col(_lead.due_at) <= col(_m.due_at)),
            ),
        )
        .correlate(rows.Mail)
    ),
)
"""What may have arrived in a letter goes again with its lead; by itself only where that one has to wait longer."""
_kept = aliased(rows.Client)
"""The record into which a client's was merged, if it was."""
_FOR_SENDING = (
    select(
        *COLUMNS,
        col(rows.Appointment.sequence).label("now_at"),
        func.coalesce(col(_kept.email), col(rows.Client.email)).label("now_email"),
        col(_kept.merged_into).label("merged_on"),
        select(col(rows.Practice.revision)).scalar_subquery().label("setup_revision"),
        and_(col(_m.carrier) == Carrier.MAIL.value, exists().where(col(rows.MailQueue.fault) != "")).label(
            "under_fault"
        ),
    )
    .join(
        rows.Appointment,
        col(rows.Appointment.id) == APPOINTMENT,
        isouter=True,
    )
    .join(
        rows.Client,
        and_(col(rows.Client.id) == col(_m.client_id), col(_m.reader) == Reader.CLIENT.value),
        isouter=True,
    )
    .join(_kept, col(_kept.id) == col(rows.Client.merged_into), isouter=True)
)
"""A mail with how its appointment stands now, in one look."""
_DUE = (
    _FOR_SENDING.where(
        col(_m.state) == MailState.QUEUED.value,
        col(_m.due_at) <= bindparam("now"),
        col(_m.carrier).in_(bindparam("carriers", expanding=True)),
        _IN_TURN,
        _RUNS,
        _FREE,
        _LEADS,
    )
    .order_by(col(_m.due_at), col(_m.id))
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=rows.Mail)
)
_THIS = _FOR_SENDING.where(
    col(_m.id) == bindparam("key"), col(_m.state) == MailState.QUEUED.value, col(_m.carrier) == Carrier.MAIL.value
).with_for_update(of=rows.Mail)
_LAPSED = (
    _FOR_SENDING.where(
        col(_m.state) == MailState.SENDING.value,
        col(_m.leased_until) <= bindparam("now"),
        col(_m.carrier).in_(bindparam("carriers", expanding=True)),
        _RUNS,
        _FREE,
    )
    .order_by(col(_m.leased_until))
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=rows.Mail)
)
_BESIDE = _FOR_SENDING.where(
    or_(
        and_(
            col(_m.act).in_(bindparam("acts", expanding=True)),
            col(_m.recipient).in_(bindparam("recipients", expanding=True)),
            col(_m.state) == MailState.QUEUED.value,
            col(_m.perhaps).is_(False),
            col(_m.due_at) <= bindparam("now"),
            _IN_TURN,
        ),
        and_(
            col(_m.goes_with).in_(bindparam("leads", expanding=True)),
            or_(
                and_(col(_m.state) == MailState.QUEUED.value, col(_m.perhaps).is_(True)),
                and_(col(_m.state) == MailState.SENDING.value, col(_m.leased_until) <= bindparam("now")),
            ),
        ),
    ),
    col(_m.carrier) == Carrier.MAIL.value,
    col(_m.id).not_in(bindparam("those", expanding=True)),
).with_for_update(skip_locked=True, of=rows.Mail)
"""What may leave in one letter with some that leave now."""
_LEASE = (
    update(rows.Mail)
    .where(col(_m.id) == bindparam("key"))
    .values(
        state=MailState.SENDING.value,
        goes_with=bindparam("with_lead"),
        lease=bindparam("to"),
        leased_until=bindparam("ends"),
        attempts=bindparam("tries"),
        perhaps=bindparam("maybe"),
    )
)
_SENT = (
    update(rows.Mail)
    .where(
        or_(col(_m.id) == bindparam("key"), col(_m.goes_with) == bindparam("key")),
        col(_m.lease) == bindparam("mine"),
        col(_m.state) == MailState.SENDING.value,
    )
    .values(
        state=MailState.SENT.value,
        sent_at=bindparam("at"),
        sealed="",
        lease="",
        leased_until=None,
        trouble="",
        error="",
    )
)
_QUEUE = text("SELECT fault, detail, since, retry_at, tries FROM mail_queue WHERE id = 1")


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


def mark_sent(tx: Tx, id_: MailId, lease: str, at: Instant) -> None:
    """It left, with all that went in its letter, if the lease is still ours; what was secret is kept no longer."""
    tx.connection.execute(_SENT, {"key": id_, "mine": lease, "at": at})


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
    return tuple(_due(tx, row) for row in tx.connection.execute(_BESIDE, where))


def in_letter(tx: Tx, lead: MailId, lease: str) -> list[Mail | Webhook]:
    """All that is leaving in a letter, while the lease is ours; locked."""
    answer = tx.connection.execute(
        ONE.where(
            or_(col(_m.id) == lead, col(_m.goes_with) == lead),
            col(_m.state) == MailState.SENDING.value,
            col(_m.lease) == lease,
        )
        .order_by(col(_m.id))
        .with_for_update()
    )
    return [_leaves(row) for row in answer]


def this_one(tx: Tx, id_: MailId) -> tuple[Due, ...]:
    """One mail, if it waits; though the queue stands still. Locked."""
    return tuple(_due(tx, row) for row in tx.connection.execute(_THIS, {"key": id_}))


def _due(tx: Tx, row: Any) -> Due:
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


def _leaves(row: Any) -> Mail | Webhook:
    it = value(row)
    assert not isinstance(it, Call), "calls are made by people"
    return it


def next_due_at(look: Look, by_mail: bool) -> Instant | None:
    """When the next mail wants to leave, or the lease of a worker that may have died ends."""
    mine = col(_m.carrier).in_(LEAVES if by_mail else [Carrier.WEBHOOK.value])
    waiting = select(func.min(col(_m.due_at))).where(col(_m.state) == MailState.QUEUED.value, mine)
    leased = select(func.min(col(_m.leased_until))).where(col(_m.state) == MailState.SENDING.value, mine)
    found = [look.connection.execute(it).scalar() for it in (waiting, leased)]
    return min((int(at) for at in found if at is not None), default=None)


def usual_hour(look: Look) -> float:
    """Mails of an ordinary hour: the mean of the hours of the last week in which any left."""
    hour = col(_m.sent_at) - col(_m.sent_at) % HOUR
    per_hour = (
        select(func.count().label("n"))
        .where(col(_m.sent_at) > look.now - 7 * DAY, col(_m.sent_at) <= look.now)
        .group_by(hour)
        .subquery()
    )
    return float(look.connection.execute(select(func.coalesce(func.avg(per_hour.c.n), 0))).scalar_one())


def doubt_all_due(tx: Tx) -> int:
    """What waits and is due may have left already: each waits for a yes of its own. Answers how many."""
    doubted = (
        update(rows.Mail)
        .where(
            or_(
                col(_m.state) == MailState.SENDING.value,
                and_(col(_m.state) == MailState.QUEUED.value, col(_m.due_at) <= tx.now),
                col(_m.state) == MailState.PAUSED.value,
            ),
            col(_m.carrier).in_(LEAVES),
        )
        .values(state=MailState.PAUSED.value, perhaps=True, lease="", leased_until=None)
    )
    return tx.connection.execute(doubted).rowcount


def standstill(look: Look) -> Standstill | None:
    """Why no mail leaves; None while they do."""
    found = look.connection.execute(_QUEUE).one()
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
    still = standstill(tx)
    if still is not None and any(it in still.detail.lower() for it in addresses):
        set_standstill(tx, replace(still, detail=""))


def set_standstill(tx: Tx, it: Standstill | None) -> None:
    """The queue stands still; or, at None, it runs."""
    values = {"f": "", "d": "", "s": None, "r": None, "t": 0}
    if it is not None:
        values = {"f": it.fault.value, "d": it.detail, "s": it.since, "r": it.retry_at, "t": it.tries}
    tx.connection.execute(
        text("UPDATE mail_queue SET fault = :f, detail = :d, since = :s, retry_at = :r, tries = :t"), values
    )

"""The outbox as rows: written with the change, leased by whoever delivers, marked when it left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, case, cast, exists, false, func, or_, select, text, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.outbox import (
    ARRIVED,
    OPEN,
    UNSENT,
    Call,
    Carrier,
    Mail,
    MailId,
    MailState,
    Owed,
    PutAside,
    QueueFault,
    ReminderDue,
    Standstill,
    Webhook,
    WordsWritten,
    is_told,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own, scope_of
from frontdesk.core.domain.times import DAY, HOUR, Instant
from frontdesk.core.domain.told import APPOINTMENT_KINDS, MailKind, Reader
from frontdesk.core.store import appointments, clients, occasions, rows
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.mail_rows import row, value

T = TypeVar("T", Mail, Call, Webhook)

_m = rows.Mail
_COLUMNS = rows.Mail.__table__.columns  # type: ignore[attr-defined]
_ONE = select(*_COLUMNS)
_UPDATE = update(rows.Mail).where(col(_m.id) == bindparam("key"))
_LEAVES = [Carrier.MAIL.value, Carrier.WEBHOOK.value]
"""What a worker takes; calls are made by people."""

_ONCE = ("subject_kind", "subject_id", "sequence", "kind", "occasion", "reader", "recipient")
"""A mail is written once for these."""

_TELLS_HOW_IT_STANDS = col(_m.occasion) + "" == occasions.CHANGE
"""Not by its index: half of all mails are such."""

_LATEST = (
    _ONE.where(
        col(_m.subject_kind) == bindparam("subject_kind"),
        col(_m.subject_id) == bindparam("subject_id"),
        col(_m.reader) == bindparam("reader"),
        _TELLS_HOW_IT_STANDS,
        func.coalesce(col(_m.staff_id), "") == bindparam("staff"),
    )
    .order_by(col(_m.id).desc())
    .limit(1)
)
_LATEST_LOCKED = _LATEST.with_for_update()
_earlier = aliased(rows.Mail)
_IN_TURN = ~(
    exists()
    .where(
        col(_earlier.subject_kind) == col(_m.subject_kind),
        col(_earlier.subject_id) == col(_m.subject_id),
        col(_earlier.recipient) == col(_m.recipient),
        col(_earlier.id) < col(_m.id),
        col(_earlier.state).in_([MailState.QUEUED.value, MailState.SENDING.value]),
    )
    .correlate(rows.Mail)
)
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
            col(_lead.state).in_([MailState.QUEUED.value, MailState.SENDING.value]),
        )
        .correlate(rows.Mail)
    ),
)
"""What may have arrived in a letter with others goes again with them, not by itself."""

_APPOINTMENT = case(
    (col(_m.subject_kind) == "appointment", cast(col(_m.subject_id), rows.Appointment.__table__.c.id.type))  # type: ignore[attr-defined]
)
"""The number of the appointment a mail is about; none for other subjects, whatever their id looks like."""

_kept = aliased(rows.Client)
"""The record into which a client's was merged, if it was."""
_FOR_SENDING = (
    select(
        *_COLUMNS,
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
        col(rows.Appointment.id) == _APPOINTMENT,
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
_WAITING_REMINDERS = (
    _ONE.where(
        col(_m.subject_kind) == "appointment",
        col(_m.subject_id) == bindparam("appointment"),
        col(_m.kind) == MailKind.REMINDER.value,
        col(_m.state).in_([it.value for it in (*UNSENT, MailState.FAILED)]),
    )
    .order_by(col(_m.id))
    .with_for_update()
)
_NOTIFY = text("SELECT pg_notify('frontdesk', '')")
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


def add(tx: Tx, it: T) -> T | None:
    """With the number the database gives; None where the same was written before, and not put aside."""
    statement = _INSERT_ONCE[tx.is_sqlite]
    id_ = tx.connection.execute(statement, row(it)).scalar()
    return None if id_ is None else replace(it, id=MailId(id_))


def find(look: Look, id_: MailId) -> Owed | None:
    found = look.connection.execute(_ONE.where(col(_m.id) == id_)).first()
    return None if found is None else value(found)


def lock(tx: Tx, id_: MailId) -> Owed | None:
    """The same, but nobody else changes it until this transaction ends."""
    found = tx.connection.execute(_ONE.where(col(_m.id) == id_).with_for_update()).first()
    return None if found is None else value(found)


def latest(
    look: Look, subject_kind: str, subject_id: str, reader: Reader, staff: StaffId | None
) -> Mail | Call | None:
    """The last mail that told a reader how something stands, whatever became of it; locked by who may write."""
    where = {
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "reader": reader.value,
        "staff": staff or "",
    }
    locks = isinstance(look, Tx) and not look.is_sqlite
    found = look.connection.execute(_LATEST_LOCKED if locks else _LATEST, where).first()
    if found is None:
        return None
    last = value(found)
    assert not isinstance(last, Webhook), "a webhook tells nobody how something stands"
    return last


def save(tx: Tx, it: Owed) -> None:
    tx.connection.execute(_UPDATE, {**row(it), "key": it.id})


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


def changed(tx: Tx) -> None:
    """Tell other programs to look again."""
    if not tx.is_sqlite:
        tx.connection.execute(_NOTIFY)


def is_seen(look: Look, id_: MailId) -> bool:
    """Whether the actor may see it."""
    return look.connection.execute(select(col(_m.id)).where(col(_m.id) == id_, *_seen(look))).first() is not None


def of_words(tx: Tx, occasion: WordsWritten) -> list[Owed]:
    """What was written in one act; locked."""
    return _locked(tx, col(_m.occasion) == occasions.kept(occasion))


def of_automations(tx: Tx, batch: int) -> list[Mail | Webhook]:
    """What automations wrote after an act; locked."""
    begins = occasions.after(batch)
    found = _locked(tx, col(_m.occasion).between(begins, begins + "~"))
    return [it for it in found if not isinstance(it, Call)]


def _locked(tx: Tx, which: Any) -> list[Owed]:
    found = tx.connection.execute(_ONE.where(which).order_by(col(_m.id)).with_for_update())
    return [value(row) for row in found]


def next_due(tx: Tx, limit: int, by_mail: bool) -> tuple[Due, ...]:
    """The mails that have waited longest, each first in its turn; none while the queue stands still. Locked.

    Those whose worker died come first. Without a mail server only webhooks.
    """
    carriers = _LEAVES if by_mail else [Carrier.WEBHOOK.value]
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
    where = {"now": tx.now, "acts": sorted(acts), "leads": sorted(leads), "those": [it.id for it in found]}
    return tuple(_due(tx, row) for row in tx.connection.execute(_BESIDE, where))


def in_letter(tx: Tx, lead: MailId, lease: str) -> list[Mail | Webhook]:
    """All that is leaving in a letter, while the lease is ours; locked."""
    answer = tx.connection.execute(
        _ONE.where(
            or_(col(_m.id) == lead, col(_m.goes_with) == lead),
            col(_m.state) == MailState.SENDING.value,
            col(_m.lease) == lease,
        )
        .order_by(col(_m.id))
        .with_for_update()
    )
    return [_leaves(row) for row in answer]


def gone_with(look: Look, it: Mail) -> list[Mail]:
    """All that left, or is leaving, in one letter with a mail, and that itself."""
    lead = it.goes_with or it.id
    answer = look.connection.execute(
        _ONE.where(or_(col(_m.id) == lead, col(_m.goes_with) == lead), col(_m.state) == it.state.value)
    )
    return [found for found in map(value, answer) if isinstance(found, Mail)]


def waiting_with(look: Look, it: Mail) -> list[Mail]:
    """All that waits of the same act, and becomes due at the same moment, and that itself."""
    if it.act is None:
        return [it]
    answer = look.connection.execute(
        _ONE.where(col(_m.act) == it.act, col(_m.state) == it.state.value, col(_m.due_at) == it.due_at)
    )
    return [found for found in map(value, answer) if isinstance(found, Mail)]


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
    mine = col(_m.carrier).in_(_LEAVES if by_mail else [Carrier.WEBHOOK.value])
    waiting = select(func.min(col(_m.due_at))).where(col(_m.state) == MailState.QUEUED.value, mine)
    leased = select(func.min(col(_m.leased_until))).where(col(_m.state) == MailState.SENDING.value, mine)
    found = [look.connection.execute(it).scalar() for it in (waiting, leased)]
    return min((int(at) for at in found if at is not None), default=None)


def told_sequence(look: Look, appointment: AppointmentId) -> int | None:
    """The sequence of the mail that told the client last how an appointment stands."""
    last = select(func.max(col(_m.sequence))).where(
        col(_m.subject_kind) == "appointment",
        col(_m.subject_id) == str(appointment),
        col(_m.reader) == Reader.CLIENT.value,
        _TELLS_HOW_IT_STANDS,
        col(_m.state).in_([it.value for it in ARRIVED]),
    )
    found = look.connection.execute(last).scalar()
    return None if found is None else int(found)


def waiting_reminders(tx: Tx, appointment: AppointmentId) -> list[Mail]:
    """Reminders of an appointment that have not left, or reached nobody; locked."""
    theirs = tx.connection.execute(_WAITING_REMINDERS, {"appointment": str(appointment)})
    return [it for it in map(value, theirs) if isinstance(it, Mail)]


def waiting_automations(tx: Tx, appointment: AppointmentId) -> list[Mail]:
    """What automations wrote of an appointment and nobody can have read, locked; also where the cause is gone."""
    theirs = (
        _ONE.where(
            col(_m.subject_kind) == "appointment",
            col(_m.subject_id) == str(appointment),
            col(_m.kind) == MailKind.AUTOMATION.value,
            col(_m.carrier) == Carrier.MAIL.value,
            col(_m.perhaps).is_(False),
            or_(
                col(_m.state).in_([it.value for it in UNSENT]),
                and_(col(_m.state) == MailState.SUPERSEDED.value, col(_m.put_aside) == PutAside.CAUSE_GONE.value),
            ),
        )
        .order_by(col(_m.id))
        .with_for_update()
    )
    return [it for it in map(value, tx.connection.execute(theirs)) if isinstance(it, Mail)]


def unsent_to(tx: Tx, client: ClientId) -> list[Mail | Call]:
    """What waits for a client; locked."""
    theirs = (
        _ONE.where(
            _is_of(client),
            col(_m.reader) == Reader.CLIENT.value,
            col(_m.state).in_([it.value for it in UNSENT]),
        )
        .order_by(col(_m.id))
        .with_for_update()
    )
    return [it for it in map(value, tx.connection.execute(theirs)) if not isinstance(it, Webhook)]


def invited(look: Look, appointment: AppointmentId) -> frozenset[str]:
    """Addresses that were sent a calendar file of an appointment, in lower case."""
    theirs = select(func.lower(col(_m.recipient))).where(
        col(_m.subject_kind) == "appointment",
        col(_m.subject_id) == str(appointment),
        col(_m.reader) == Reader.CLIENT.value,
        col(_m.state) == MailState.SENT.value,
        col(_m.calendar) != "",
    )
    return frozenset(look.connection.execute(theirs).scalars())


def _is_of(client: ClientId) -> Any:
    """Written to a client, or to somebody whose record was merged into theirs."""
    merged = select(col(rows.Client.id)).where(col(rows.Client.merged_into) == client)
    return or_(col(_m.client_id) == client, col(_m.client_id).in_(merged))


def listed(
    look: Look,
    *,
    client: ClientId | None = None,
    states: Sequence[MailState] = (),
    limit: int | None = None,
) -> tuple[Owed, ...]:
    """What waits first, by when it leaves; then the rest, the newest first. Of these, what the actor may see."""
    statement = _ONE.where(*_seen(look))
    if client is not None:
        statement = statement.where(_is_of(client))
    if states:
        statement = statement.where(col(_m.state).in_([it.value for it in states]))
        found = look.connection.execute(statement.order_by(col(_m.id).desc()).limit(limit)).all()
        return tuple(value(row) for row in found)
    is_open = col(_m.state).in_([it.value for it in OPEN])
    waiting = look.connection.execute(
        statement.where(is_open).order_by(col(_m.due_at), col(_m.id)).limit(limit)
    ).all()
    left = None if limit is None else max(0, limit - len(waiting))
    over = look.connection.execute(statement.where(~is_open).order_by(col(_m.id).desc()).limit(left)).all()
    return tuple(value(row) for row in (*waiting, *over))


def calls(look: Look) -> tuple[Mail | Call, ...]:
    """Clients to be called: those without an address, and those whom no mail reached; not about what is over."""
    to_call = or_(
        and_(col(_m.carrier) == Carrier.CALL.value, col(_m.state) == MailState.QUEUED.value),
        and_(
            col(_m.carrier) == Carrier.MAIL.value,
            col(_m.reader) == Reader.CLIENT.value,
            col(_m.state) == MailState.FAILED.value,
        ),
    )
    either = col(_m.state).in_([MailState.QUEUED.value, MailState.FAILED.value])  # few, and the index has them
    ahead = or_(col(_m.until).is_(None), col(_m.until) > look.now)
    found = look.connection.execute(_ONE.where(either, to_call, ahead, *_seen(look)).order_by(col(_m.id)))
    return tuple(it for it in map(value, found) if not isinstance(it, Webhook))


def count_waiting(look: Look, since: Instant) -> tuple[int, int, int, int, Instant | None]:
    """How many wait to leave, how many of them are due since before, are paused, have failed with what
    still matters, and when the oldest was due.
    """
    mine = and_(col(_m.carrier).in_(_LEAVES), *_seen(look))
    waiting = select(func.count(), func.min(col(_m.due_at))).where(
        col(_m.state).in_([MailState.QUEUED.value, MailState.SENDING.value]), mine
    )
    n, oldest = look.connection.execute(waiting).one()
    troubled = or_(col(_m.attempts) > 0, col(_m.trouble) != "")
    late = or_(col(_m.due_at) <= since, and_(troubled, col(_m.made_at) <= since))
    stuck = select(func.count()).where(col(_m.state) == MailState.QUEUED.value, late, mine)
    paused = select(func.count()).where(col(_m.state) == MailState.PAUSED.value, mine)
    ahead = or_(col(_m.until).is_(None), col(_m.until) > look.now)
    failed = select(func.count()).where(col(_m.state) == MailState.FAILED.value, ahead, mine)
    one = look.connection.execute
    return (
        int(n),
        int(one(stuck).scalar_one()) if n else 0,
        int(one(paused).scalar_one()),
        int(one(failed).scalar_one()),
        None if oldest is None else int(oldest),
    )


def paused(look: Look, seen: bool) -> list[Mail]:
    """What waits for a yes, or of it what the actor may see; locked by who may write."""
    held = _ONE.where(col(_m.state) == MailState.PAUSED.value).order_by(col(_m.id))
    held = held.where(*_seen(look)) if seen else held
    found = look.connection.execute(held.with_for_update() if isinstance(look, Tx) else held)
    return [it for it in map(value, found) if isinstance(it, Mail)]


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


def to_be_reminded(look: Look, near: Instant, far: Instant) -> tuple[tuple[Appointment, frozenset[int]], ...]:
    """Appointments that stand and are near, or further ahead with reminders of their own, each with the hours of the
    reminders already written for it, also before it was moved and moved back.
    """
    _a = rows.Appointment
    written = (
        select(col(_m.subject_id), col(_m.occasion))
        .join(rows.Appointment, col(_a.id) == _APPOINTMENT)
        .where(
            col(_m.kind) == MailKind.REMINDER.value,
            col(_m.subject_kind) == "appointment",
            col(_m.due_at) > look.now - (far - look.now),
            or_(col(_m.sequence) == col(_a.sequence), col(_m.until) == col(_a.start)),
            or_(col(_m.state) != MailState.SUPERSEDED.value, col(_m.perhaps).is_(True)),
            col(_a.start) > look.now,
        )
    )
    known: dict[str, set[int]] = {}
    for id_, kept in look.connection.execute(written):
        occasion = occasions.occasion(kept)
        assert isinstance(occasion, ReminderDue)
        known.setdefault(id_, set()).add(occasion.hours)
    ahead = appointments.standing(look, look.now, near, far)
    return tuple((it, frozenset(known.get(str(it.id), ()))) for it in ahead)


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


def set_standstill(tx: Tx, it: Standstill | None) -> None:
    """The queue stands still; or, at None, it runs."""
    values = {"f": "", "d": "", "s": None, "r": None, "t": 0}
    if it is not None:
        values = {"f": it.fault.value, "d": it.detail, "s": it.since, "r": it.retry_at, "t": it.tries}
    tx.connection.execute(
        text("UPDATE mail_queue SET fault = :f, detail = :d, since = :s, retry_at = :r, tries = :t"), values
    )


def _once(sqlite: bool) -> Any:
    if sqlite:
        from sqlalchemy.dialects.sqlite import insert as insert_or_not
    else:
        from sqlalchemy.dialects.postgresql import insert as insert_or_not  # type: ignore[assignment]
    written = insert_or_not(rows.Mail)
    again = and_(
        col(_m.state) == MailState.SUPERSEDED.value, col(_m.perhaps).is_(False), col(_m.occasion) != occasions.CHANGE
    )  # what was put aside and is wanted after all; nobody can have read it
    return written.on_conflict_do_update(
        index_elements=_ONCE,
        set_={it.name: written.excluded[it.name] for it in _COLUMNS if it.name not in ("id", *_ONCE)},
        where=again,
    ).returning(col(_m.id))


class _Once(dict[bool, Any]):
    """Each engine's own way of writing only once, built when that engine is first used."""

    def __missing__(self, sqlite: bool) -> Any:
        self[sqlite] = _once(sqlite)
        return self[sqlite]


_INSERT_ONCE = _Once()


def _seen(look: Look) -> list[Any]:
    """Practitioners see the mails about their own appointments and requests."""
    if scope_of(look.actor, Permission.SEE_CLIENTS) is None:
        return [false()]
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is None:
        return []
    type_ = rows.Mail.__table__.c.subject_id.type  # type: ignore[attr-defined]
    booked = select(cast(col(rows.Appointment.id), type_)).where(col(rows.Appointment.practitioner_id) == own)
    asked = select(cast(col(rows.Request.id), type_)).where(col(rows.Request.practitioner_id) == own)
    return [
        or_(
            and_(col(_m.subject_kind) == "appointment", col(_m.subject_id).in_(booked)),
            and_(col(_m.subject_kind) == "request", col(_m.subject_id).in_(asked)),
            col(_m.staff_id) == own,
        )
    ]


def everything(look: Look) -> Iterable[Owed]:
    yield from map(value, look.connection.execute(_ONE.order_by(col(_m.id))))

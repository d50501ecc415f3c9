"""The outbox as rows: written with the change, leased by whoever delivers, marked when it left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, cast, false, func, or_, select, text, update
from sqlmodel import col

from frontdesk.core.domain.appointments import Appointment, AppointmentId
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
    ReminderDue,
    Webhook,
    WordsWritten,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own, scope_of
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.store import appointments, mail_log, occasions, rows
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.mail_rows import APPOINTMENT, COLUMNS, LEAVES, ONE, row, value

_m = rows.Mail

T = TypeVar("T", Mail, Call, Webhook)

_UPDATE = update(rows.Mail).where(col(_m.id) == bindparam("key"))

_ONCE = ("subject_kind", "subject_id", "sequence", "kind", "occasion", "reader", "recipient")
"""A mail is written once for these."""

_TELLS_HOW_IT_STANDS = col(_m.occasion) + "" == occasions.CHANGE
"""Not by its index: half of all mails are such."""

_LATEST = (
    ONE.where(
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


_WAITING_REMINDERS = (
    ONE.where(
        col(_m.subject_kind) == "appointment",
        col(_m.subject_id) == bindparam("appointment"),
        col(_m.kind) == MailKind.REMINDER.value,
        col(_m.state).in_([it.value for it in (*UNSENT, MailState.FAILED)]),
    )
    .order_by(col(_m.id))
    .with_for_update()
)
_NOTIFY = text("SELECT pg_notify('frontdesk', '')")


def add(tx: Tx, it: T) -> T | None:
    """With the number the database gives; None where the same was written before, and not put aside."""
    written = {**row(it), "salt": mail_log.new_salt()}
    id_ = tx.connection.execute(_insert_once(tx.is_sqlite), written).scalar()
    if id_ is None:
        return None
    mail_log.written(tx, id_, written)
    return replace(it, id=MailId(id_))


def find(look: Look, id_: MailId) -> Owed | None:
    found = look.connection.execute(ONE.where(col(_m.id) == id_)).first()
    return None if found is None else value(found)


def lock(tx: Tx, id_: MailId) -> Owed | None:
    """The same, but nobody else changes it until this transaction ends."""
    found = tx.connection.execute(ONE.where(col(_m.id) == id_).with_for_update()).first()
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
    written = row(it)
    tx.connection.execute(_UPDATE, {**written, "key": it.id})
    mail_log.written(tx, it.id, written)


def empty(tx: Tx, it: Mail | Call) -> None:
    """As `save`, of one whose reader is forgotten: with what it said goes the salt of its digests."""
    emptied = {**row(it), "salt": mail_log.new_salt()}
    tx.connection.execute(_UPDATE, {**emptied, "key": it.id})
    mail_log.written(tx, it.id, emptied)


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


def _locked(tx: Tx, *which: Any) -> list[Owed]:
    found = tx.connection.execute(ONE.where(*which).order_by(col(_m.id)).with_for_update())
    return [value(row) for row in found]


def gone_with(look: Look, it: Mail) -> list[Mail]:
    """All that left, or is leaving, in one letter with a mail, and that itself."""
    lead = it.goes_with or it.id
    answer = look.connection.execute(
        ONE.where(or_(col(_m.id) == lead, col(_m.goes_with) == lead), col(_m.state) == it.state.value)
    )
    return [found for found in map(value, answer) if isinstance(found, Mail)]


def waiting_with(look: Look, it: Mail) -> list[Mail]:
    """All that waits of the same act, and becomes due at the same moment, and that itself."""
    if it.act is None:
        return [it]
    answer = look.connection.execute(
        ONE.where(col(_m.act) == it.act, col(_m.state) == it.state.value, col(_m.due_at) == it.due_at)
    )
    return [found for found in map(value, answer) if isinstance(found, Mail)]


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
    found = _locked(
        tx,
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
    return [it for it in found if isinstance(it, Mail)]


def of_clients(
    tx: Tx, clients: Sequence[ClientId], theirs: Mapping[str, Sequence[str]], addresses: Sequence[str]
) -> list[Owed]:
    """What was ever written to clients, or about what is theirs, by kind and id, and codes to addresses; locked."""
    about = [and_(col(_m.subject_kind) == kind, col(_m.subject_id).in_(ids)) for kind, ids in theirs.items()]
    codes = and_(col(_m.subject_kind) == "access", func.lower(col(_m.recipient)).in_(addresses))
    return _locked(tx, or_(col(_m.client_id).in_(clients), codes, *about))


def unsent_to(tx: Tx, client: ClientId) -> list[Mail | Call]:
    """What waits for a client; locked."""
    found = _locked(
        tx,
        _is_of(client),
        col(_m.reader) == Reader.CLIENT.value,
        col(_m.state).in_([it.value for it in UNSENT]),
    )
    return [it for it in found if not isinstance(it, Webhook)]


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
    statement = ONE.where(*_seen(look))
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
    found = look.connection.execute(ONE.where(either, to_call, ahead, *_seen(look)).order_by(col(_m.id)))
    return tuple(it for it in map(value, found) if not isinstance(it, Webhook))


def count_waiting(look: Look, since: Instant) -> tuple[int, int, int, int, int, Instant | None]:
    """How many wait to leave, how many of them are due since before, are paused, are so since they may have been
    told, have failed with what still matters, and when the oldest was due.
    """
    mine = and_(col(_m.carrier).in_(LEAVES), *_seen(look))
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
        int(one(paused.where(col(_m.perhaps).is_(True))).scalar_one()),
        int(one(failed).scalar_one()),
        None if oldest is None else int(oldest),
    )


def paused(look: Look, seen: bool) -> list[Mail]:
    """What waits for a yes, or of it what the actor may see; locked by who may write."""
    held = ONE.where(col(_m.state) == MailState.PAUSED.value).order_by(col(_m.id))
    held = held.where(*_seen(look)) if seen else held
    found = look.connection.execute(held.with_for_update() if isinstance(look, Tx) else held)
    return [it for it in map(value, found) if isinstance(it, Mail)]


def to_be_reminded(look: Look, near: Instant, far: Instant) -> tuple[tuple[Appointment, frozenset[int]], ...]:
    """Appointments that stand and are near, or further ahead with reminders of their own, each with the hours of the
    reminders already written for it, also before it was moved and moved back.
    """
    _a = rows.Appointment
    written = (
        select(col(_m.subject_id), col(_m.occasion))
        .join(rows.Appointment, col(_a.id) == APPOINTMENT)
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


@cache
def _insert_once(sqlite: bool) -> Any:
    """Each engine's own way of writing only once."""
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
        set_={it.name: written.excluded[it.name] for it in COLUMNS if it.name not in ("id", *_ONCE)},
        where=again,
    ).returning(col(_m.id))


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
    yield from map(value, look.connection.execute(ONE.order_by(col(_m.id))))

"""Notices as rows: who is to be told of which event, and what staff have read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.notices import Audience, Notice, NoticeId, NoticeKind
from frontdesk.core.domain.people import ClientId, Role, StaffId
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.views import BellLine
from frontdesk.core.store import actors, rows
from frontdesk.core.store.look import Look, Tx

_n = rows.Notice
_INSERT = insert(rows.Notice)
_READ = text(
    "INSERT INTO notice_read (reader, notice_id, at) VALUES (:reader, :notice, :at)"
    " ON CONFLICT (reader, notice_id) DO NOTHING"
)
BELL_DAYS = 30
"""How far the bell looks back."""

DESK_ROLES = frozenset({Role.ADMIN, Role.MANAGER, Role.RECEPTIONIST})
"""Who is told what the desk is told."""


def add(tx: Tx, event: EventId, notices: Sequence[Notice]) -> None:
    if notices:
        tx.connection.execute(
            _INSERT,
            [
                {
                    "event_id": event,
                    "audience": it.audience.value,
                    "staff_id": it.staff,
                    "client_id": it.client,
                    "kind": it.kind.value,
                    "subject_kind": it.subject_kind,
                    "subject_id": it.subject_id,
                }
                for it in notices
            ],
        )


def of_event(look: Look, event: EventId) -> tuple[Notice, ...]:
    found = look.connection.execute(
        select(*rows.Notice.__table__.columns).where(col(_n.event_id) == event).order_by(col(_n.id))  # type: ignore[attr-defined]
    )
    return tuple(_value(row) for row in found)


def for_reader(look: Look, limit: int) -> tuple[BellLine, ...]:
    """What the actor is to be told, the newest first."""
    found = look.connection.execute(
        select(*rows.Notice.__table__.columns, col(rows.Event.at), _is_read(look).label("read"))  # type: ignore[attr-defined]
        .join(rows.Event, col(rows.Event.id) == col(_n.event_id))
        .where(*_mine(look))
        .order_by(col(_n.id).desc())
        .limit(limit)
    )
    return tuple(
        BellLine(
            id=NoticeId(row.id),
            event=EventId(row.event_id),
            at=row.at,
            notice=_value(row),
            is_read=bool(row.read),
        )
        for row in found
    )


def count_unread(look: Look) -> int:
    unread = (
        select(func.count())
        .select_from(rows.Notice)
        .join(rows.Event, col(rows.Event.id) == col(_n.event_id))
        .where(*_mine(look), ~_is_read(look))
    )
    return int(look.connection.execute(unread).scalar_one())


def mark_read(tx: Tx, ids: Sequence[NoticeId]) -> None:
    """For this reader; those read already stay so."""
    if ids:
        tx.connection.execute(_READ, [{"reader": _reader(tx), "notice": id_, "at": tx.now} for id_ in sorted(ids)])


def unread(look: Look) -> list[NoticeId]:
    """Everything the actor has not read."""
    found = (
        select(col(_n.id))
        .join(rows.Event, col(rows.Event.id) == col(_n.event_id))
        .where(*_mine(look), ~_is_read(look))
    )
    return [NoticeId(id_) for id_ in look.connection.execute(found).scalars()]


def _mine(look: Look) -> list[ColumnElement[bool]]:
    """What the desk is told, for its people, but for what they took back themselves; and what a practitioner is told
    of others' doings.
    """
    told: list[ColumnElement[bool]] = []
    if look.actor.staff is not None:
        theirs = and_(col(_n.audience) == Audience.PRACTITIONER.value, col(_n.staff_id) == look.actor.staff)
        told.append(and_(theirs, ~actors.done_by(look, look.actor.who)))
    if DESK_ROLES.intersection(look.actor.roles):
        undone_here = and_(col(_n.kind) == NoticeKind.TAKEN_BACK.value, actors.done_by(look, look.actor.who))
        told.append(and_(col(_n.audience) == Audience.DESK.value, col(_n.staff_id).is_(None), ~undone_here))
    return [or_(*told) if told else col(_n.id) < 0, col(_n.id) >= _first_of(look)]


def _first_of(look: Look) -> Any:
    """The first notice of the days the bell looks back: what is older is history, however much there is."""
    since = look.now - BELL_DAYS * DAY
    event = (
        select(col(rows.Event.id)).where(col(rows.Event.at) >= since).order_by(col(rows.Event.at), col(rows.Event.id))
    )
    first = aliased(rows.Notice)
    notice = select(col(first.id)).where(col(first.event_id) >= event.limit(1).scalar_subquery())
    return notice.order_by(col(first.event_id), col(first.id)).limit(1).scalar_subquery()


def _reader(look: Look) -> str:
    """Whose read marks these are."""
    return look.actor.who.key


def _is_read(look: Look) -> ColumnElement[bool]:
    return exists().where(col(rows.NoticeRead.notice_id) == col(_n.id), col(rows.NoticeRead.reader) == _reader(look))


def _value(row: Any) -> Notice:
    return Notice(
        audience=Audience(row.audience),
        kind=NoticeKind(row.kind),
        staff=None if row.staff_id is None else StaffId(row.staff_id),
        client=None if row.client_id is None else ClientId(row.client_id),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
    )

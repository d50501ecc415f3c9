"""Notices as rows: who is to be told of which event, and what staff have read."""

from __future__ import annotations

from collections.abc import Sequence

from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.notices import Audience, Notice, NoticeId, NoticeKind
from frontdesk.core.domain.people import ClientId, Role, StaffId
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.touched import NOTICE
from frontdesk.core.domain.views import BellLine
from frontdesk.core.store import actors, touched
from frontdesk.core.store.connection import Later, Row
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import NOTHING, Part, both, either, judged, shown

_READ = (
    "INSERT INTO notice_read (reader, notice_id, at) VALUES (:reader, :notice, :at)"
    " ON CONFLICT (reader, notice_id) DO NOTHING"
)
BELL_DAYS = 30
"""How far the bell looks back."""

DESK_ROLES = frozenset({Role.ADMIN, Role.MANAGER, Role.RECEPTIONIST})
"""Who is told what the desk is told."""


def add(tx: Tx, event: EventId, notices: Sequence[Notice]) -> None:
    if notices:
        touched.note(tx, (NOTICE, 0))
        tx.connection.insert_all(
            "notice",
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
    return tuple(_value(row) for row in look.connection.execute(_OF_EVENT, {"event": event}))


def for_reader(look: Look, limit: int) -> tuple[BellLine, ...]:
    """What the actor is to be told, the newest first."""
    return tuple(
        BellLine(
            id=NoticeId(row.id),
            event=EventId(row.event_id),
            at=row.at,
            notice=_value(row),
            is_read=bool(row.is_read),
        )
        for row in look.ask(_BELL, {"limit": limit, "reader": _reader(look)})
    )


def count_unread(look: Look) -> Later[int]:
    found = look.ask(_COUNT_UNREAD, {"reader": _reader(look)})
    return lambda: int(found.scalar_one())


def mark_read(tx: Tx, ids: Sequence[NoticeId]) -> None:
    """For this reader; those read already stay so."""
    if ids:
        touched.note(tx, (NOTICE, 0))
        tx.connection.execute(_READ, [{"reader": _reader(tx), "notice": id_, "at": tx.now} for id_ in sorted(ids)])


def unread(look: Look) -> list[NoticeId]:
    """Everything the actor has not read."""
    return [NoticeId(id_) for id_ in look.ask(_UNREAD, {"reader": _reader(look)}).scalars()]


def _mine(look: Look) -> Part:
    """What the desk is told, for its people, but for what they took back themselves; and what a practitioner is told
    of others' doings.
    """
    told = []
    if look.actor.staff is not None:
        told.append(Part(_TO_PRACTITIONER, {"reads": look.actor.staff}))
    if DESK_ROLES.intersection(look.actor.roles):
        told.append(Part(_TO_DESK))
    mine = either(*told) if told else NOTHING
    since = Part(f"notice.id >= {_FIRST}", {"since": look.now - BELL_DAYS * DAY})
    return both(mine, since, Part("TRUE", actors.values(look.actor.who)))


_TO_PRACTITIONER = f"(notice.audience = 'practitioner' AND notice.staff_id = :reads AND NOT {actors.DONE_BY})"
_TO_DESK = (
    "(notice.audience = 'desk' AND notice.staff_id IS NULL"
    f" AND NOT (notice.kind = 'taken_back' AND {actors.DONE_BY}))"
)
_FIRST = judged(
    "(SELECT first.id FROM notice first WHERE first.event_id >="
    " (SELECT since.id FROM event since WHERE since.at >= :since ORDER BY since.at, since.id LIMIT 1)"
    " ORDER BY first.event_id, first.id LIMIT 1)"
)
"""The first notice of the days the bell looks back: what is older is history, however much there is."""
_IS_READ = "EXISTS (SELECT 1 FROM notice_read seen WHERE seen.notice_id = notice.id AND seen.reader = :reader)"
_OF_EVENT = judged("SELECT * FROM notice WHERE event_id = :event ORDER BY id")
_BELL = shown(
    _mine,
    f"SELECT notice.*, event.at, {_IS_READ} AS is_read FROM notice JOIN event ON event.id = notice.event_id"
    " WHERE {seen} ORDER BY notice.id DESC LIMIT :limit",
)
_COUNT_UNREAD = shown(
    _mine,
    f"SELECT count(*) FROM notice JOIN event ON event.id = notice.event_id WHERE {{seen}} AND NOT {_IS_READ}",
)
_UNREAD = shown(
    _mine, f"SELECT notice.id FROM notice JOIN event ON event.id = notice.event_id WHERE {{seen}} AND NOT {_IS_READ}"
)


def _reader(look: Look) -> str:
    """Whose read marks these are."""
    return look.actor.who.key


def _value(row: Row) -> Notice:
    return Notice(
        audience=Audience(row.audience),
        kind=NoticeKind(row.kind),
        staff=None if row.staff_id is None else StaffId(row.staff_id),
        client=None if row.client_id is None else ClientId(row.client_id),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
    )

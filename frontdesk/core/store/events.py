"""Events as rows: a chain of digests over ids, with details that can be forgotten without breaking it."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar, cast

from frontdesk.core.domain import dataclass
from frontdesk.core.domain.actors import SYSTEM, Actor, ActorId, ActorKind
from frontdesk.core.domain.appointments import AppointmentId, Side
from frontdesk.core.domain.consents import ConsentId, consent_id
from frontdesk.core.domain.errors import BadInput, Problem, StoreProblem, StoreUnusable
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.events.recorded import BatchId, Change, EventId
from frontdesk.core.domain.events.transfer import RecordImported
from frontdesk.core.domain.kinds import Thing, kind_of
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.records import PastEvent
from frontdesk.core.domain.times import MINUTE, Instant, Span
from frontdesk.core.domain.touched import touched_by
from frontdesk.core.store import actors, consents, identity, sight, things, touched
from frontdesk.core.store.chain import Link
from frontdesk.core.store.connection import NO_LIMIT, Connection, Row, batched
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import change_to_json, changes_from_json, thing_from_json, thing_to_json
from frontdesk.core.store.statements import Part, both, either, filled, judged, shown
from frontdesk.core.store.values import Misshapen

E = TypeVar("E", bound=Event)
EventThing = tuple[str, str, bool]
"""Kind and id of what an event is of, and whether it is only about it, without a change."""

CLOCK_SLACK = MINUTE
"""How far two clocks may lie apart, in seconds."""

DETAIL_VERSION = 3
"""Of the details as a whole; the values in them have their own."""

_HEAD = "SELECT head FROM event_chain FOR UPDATE"
_SET_HEAD = "UPDATE event_chain SET head = :digest"
_THINGS = judged("SELECT event_id, kind, thing_id, is_about FROM event_thing")
_LAST = judged("SELECT id, at FROM event ORDER BY id DESC LIMIT 1")
_KEPT = judged(
    "SELECT event.*, d.salt, d.detail FROM event LEFT JOIN event_detail d ON d.event_id = event.id ORDER BY event.id"
)
_EACH = judged("SELECT * FROM event ORDER BY id")
_OF_THINGS = judged("SELECT event_id FROM event_thing WHERE kind = :kind AND thing_id IN :ids")
_BY_CLIENTS = judged(
    "SELECT id FROM event WHERE (actor_kind = 'client' AND actor IN :names) OR on_behalf_of IN :clients"
)
_DETAILS = judged(f"SELECT detail FROM event_detail WHERE event_id IN ({_OF_THINGS})")
_ALL_DETAILS = judged("SELECT event_id, detail FROM event_detail")
_LAST_OF_ACT = judged("SELECT operation, undoes FROM event WHERE batch = :batch ORDER BY id DESC LIMIT 1")
_LAST_CHANGE = judged("SELECT max(event_id) FROM event_thing WHERE kind = :kind AND thing_id = :id AND NOT is_about")
_COUNT_OF_ACT = judged(
    "SELECT count(*) FROM event_thing JOIN event ON event.id = event_thing.event_id WHERE event.batch = :batch"
)
_SINCE = judged("SELECT kind, thing_id FROM event_thing WHERE event_id > :event AND NOT is_about")
_CHANGED_SINCE = judged("SELECT thing_id FROM event_thing WHERE kind = :kind AND event_id > :event AND NOT is_about")
_LATEST_ACTS = judged(
    "SELECT event.batch, event.operation, event.undoes, event.id FROM event"
    " JOIN event_detail d ON d.event_id = event.id"
    " WHERE event.id IN (SELECT max(event.id) FROM event WHERE {where} GROUP BY event.batch)"
    " ORDER BY event.batch DESC LIMIT :limit"
)
_DONE = judged(
    "SELECT id FROM event WHERE actor = :who AND actor_kind = :who_kind AND operation = :operation LIMIT 1"
)
_LINES = judged(
    "SELECT event.*, d.detail FROM event LEFT JOIN event_detail d ON d.event_id = event.id"
    " WHERE {where} AND {seen} ORDER BY event.id DESC LIMIT :limit"
)
_SHOWN_LINES = shown(sight.of_events, _LINES)
_IS_UNDONE = judged(
    "EXISTS (SELECT 1 FROM event undone WHERE undone.undoes = event.batch"
    " AND NOT EXISTS (SELECT 1 FROM event redone WHERE redone.undoes = undone.batch))"
)
_CHAINED = (
    "id", "at", "actor", "role", "terminal", "operation", "subject_kind", "subject_id", "batch", "undoes",
    "detail_digest",
)  # fmt: skip
_CHAINED_SINCE_IDS = (*_CHAINED, "actor_kind", "on_behalf_of")
"""What the digest of an event covers; of those from before actors had ids, what it covered then."""


def lock_chain(tx: Tx) -> None:
    """Be the only writer at the end of the chain until this transaction ends."""
    if tx.chain_head is None:
        head, newest = tx.connection.execute(_HEAD), tx.connection.execute(_LAST)
        tx.chain_head, last = head.scalar_one(), newest.first()
        tx.last_event, tx.last_event_at = (last.id, last.at) if last is not None else (0, 0)


def append(tx: Tx, event: E) -> E:
    """Write an event at the end of the chain; answers it with its id and batch.

    None is earlier than the one before it: a clock that lies a little back takes that one's time. Raises
    StoreUnusable for one that lies further back.
    """
    return cast(E, append_all(tx, (event,))[0])


class Detailed(NamedTuple):
    """An event with what is kept of it, before it has its place in the chain."""

    event: Event
    changed: list[tuple[str, str]]
    about: list[tuple[str, str]]
    """What it changes, and what it is about, by kind and id."""
    detail: str
    salt: str
    digest: str


def append_all(tx: Tx, events: Iterable[Event | Detailed]) -> list[Event]:
    """The same, one after the other; of those that come with their details everything is known already."""
    lock_chain(tx)
    links = [_linked(tx, it if isinstance(it, Detailed) else detailed(tx, it)) for it in events]
    _keep(tx, [kept for kept, _event in links])
    return [event for _kept, event in links]


def detailed(look: Look, event: Event) -> Detailed:
    """The details of an event that the actor makes; for very much, before anybody has to wait."""
    changes, about, actor = event.changes, event.about, _actor_of(look, event)
    told: dict[str, Any] = {
        "version": DETAIL_VERSION,
        "actor": _shown(actor, event.whose_name if _is_for_client(event, actor) else ""),
        "changes": [change_to_json(change) for change in changes],
        "about": [thing_to_json(thing) for thing in about],
        "text": event.text,
        "message": event.message,
        "description": event.description,
        "consent": consent_id(event.consent),
        "by": event.side.value,
    }
    if event.forgets:  # counted back from this one, so that it stays true where a history goes on elsewhere
        assert isinstance(look, Tx), "its place has to be known"
        told["forgets"] = [look.last_event + 1 - it for it in event.forgets]
    detail, salt = json.dumps(told, ensure_ascii=False), secrets.token_hex(16)
    return Detailed(
        event,
        [(change.kind, change.id) for change in changes],
        [(kind_of(thing).name, kind_of(thing).id(thing)) for thing in about],
        detail,
        salt,
        _digest(salt, detail),
    )


def _actor_of(look: Look, event: Event) -> Actor:
    return SYSTEM if event.by_itself else look.actor


def _is_for_client(event: Event, actor: Actor) -> bool:
    return event.side is Side.CLIENT and not actor.is_from_outside


def _linked(tx: Tx, it: Detailed) -> tuple[_Kept, Event]:
    """An event as it is to be kept, and as it is known from then on."""
    event, actor = it.event, _actor_of(tx, it.event)
    if event.consent:
        consents.keep(tx, event.consent)
    subject = next(iter([*it.changed, *it.about]), ("practice", "practice"))
    id_ = EventId(tx.last_event + 1)
    batch = BatchId(id_) if event.by_itself or tx.batch is None else tx.batch
    if not event.by_itself:
        tx.batch = batch
    row: dict[str, Any] = {
        "id": id_,
        "at": _moment(tx),
        "actor_kind": actor.kind.value,
        "actor": actor.who.id,
        "on_behalf_of": event.whose if _is_for_client(event, actor) else None,
        "role": ",".join(role.value for role in actor.roles),
        "terminal": tx.machine.terminal,
        "operation": event.operation,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "batch": batch,
        "undoes": event.undoes,
        "detail_digest": it.digest,
    }
    touched.note(tx, *touched_by(event.changes))
    kept = _tied(tx, row, _things(it.changed, it.about), it.salt, it.detail)
    return kept, dataclass.changed(event, id=id_, batch=batch)


def _moment(tx: Tx) -> Instant:
    if tx.now + CLOCK_SLACK < tx.last_event_at:
        now, last = (datetime.fromtimestamp(it, UTC).isoformat(" ")[:19] for it in (tx.now, tx.last_event_at))
        raise StoreUnusable(StoreProblem.CLOCK_IS_BACK, now, last)
    return max(tx.now, tx.last_event_at)


def _shown(actor: Actor, client_name: str) -> dict[str, str]:
    """What people see of who did it; it goes with the details when somebody is forgotten."""
    shown = {"name": actor.name, "for": client_name, "contact": actor.contact or ""}
    return shown | {"entrance": actor.entrance.value if actor.entrance is not None else ""}


def _things(changed: Iterable[tuple[str, str]], about: Iterable[tuple[str, str]]) -> list[EventThing]:
    """What an event is of, in the order its digest has it; what it changes is not told twice."""
    is_changed = set(changed)
    both = [*((kind, id_, False) for kind, id_ in is_changed), *((*it, True) for it in set(about) - is_changed)]
    return sorted(both)


def kept(look: Look) -> tuple[PastEvent, ...]:
    """Every event as it is kept, for another database."""
    things = _all_things(look.connection)
    found = look.connection.execute(_KEPT)
    names = [name for name in _CHAINED_SINCE_IDS if name != "id"]
    texts, past = consents.texts(look.connection), actors.past(look)
    return tuple(
        PastEvent(
            id=row.id,
            **{name: getattr(row, name) for name in names},
            meant=_meant(past, row),
            things=tuple(sorted(things[row.id])),
            salt=row.salt or "",
            detail=row.detail or "",
            consent=texts.get(_consent_of(row.detail), "") if texts and row.detail else "",
        )
        for row in found
    )


def highest_named(past: Iterable[PastEvent]) -> dict[str, int]:
    """By kind the highest number of a thing that events speak of."""
    highest: dict[str, int] = {}
    for kind, id_, _ in (thing for event in past for thing in event.things):
        if id_.isdecimal():
            highest[kind] = max(highest.get(kind, 0), int(id_))
    return highest


def take_over(tx: Tx, past: Sequence[PastEvent]) -> None:
    """Events of another database at the end of this chain: who, when and what stay, numbers and links are new.

    Raises BadInput where one does not agree with its digest, or cannot be read: history is for ever.
    """
    _require_sound(past)
    lock_chain(tx)
    batches: dict[int, int] = {}
    known = actors.past(tx)
    links = []
    for event in past:
        id_ = tx.last_event + 1
        batch = batches.setdefault(event.batch, id_)
        row = {name: getattr(event, name) for name in _CHAINED_SINCE_IDS if name != "id"}
        undoes = batches.get(event.undoes) if event.undoes is not None else None
        things = sorted(event.things)
        consents.keep(tx, event.consent)
        if event.meant is not None:
            actors.keep_past(tx, known, event.actor, event.role, *event.meant)
        numbered = {**row, "id": id_, "batch": batch, "undoes": undoes}
        links.append(_tied(tx, numbered, things, event.salt, event.detail))
    _keep(tx, links)


def _require_sound(past: Sequence[PastEvent]) -> None:
    for event in past:
        if not event.detail:
            continue
        try:
            _changes_of(json.loads(event.detail))
            told = _consent_of(event.detail) == consent_id(event.consent)
            sound = told and _digest(event.salt, event.detail) == event.detail_digest
        except (ValueError, TypeError, KeyError, Misshapen):
            sound = False
        if not sound:
            raise BadInput(
                "history", Problem.NOT_READABLE, f"event {event.id}", hint="it was changed since the export"
            )


def _meant(past: actors.PastNames, row: Any) -> tuple[str, str] | None:
    who = None if row.actor_kind else past.get((row.actor, row.role))
    return None if who is None else (who.kind.value, who.id)


def _consent_of(detail: str) -> ConsentId:
    """The first details knew of none."""
    return ConsentId(json.loads(detail).get("consent", ""))


def _is_whole(detail: str, texts: Container[ConsentId]) -> bool:
    """Whether it can be read, and the text that was agreed to is kept."""
    try:
        agreed = _consent_of(detail)
    except (AttributeError, ValueError):
        return False
    return not agreed or agreed in texts


class _Kept(NamedTuple):
    """An event with what hangs on it, as it is written."""

    row: dict[str, Any]
    things: Sequence[EventThing]
    salt: str
    detail: str


def _tied(tx: Tx, row: dict[str, Any], things: Sequence[EventThing], salt: str, detail: str) -> _Kept:
    """One more at the end of the chain, which is to be written."""
    assert tx.chain_head is not None
    digest = _chained(tx.chain_head, row, things)
    linked = {**row, "previous": tx.chain_head, "digest": digest}
    tx.chain_head, tx.last_event, tx.last_event_at = digest, row["id"], row["at"]
    return _Kept(linked, things, salt, detail)


def _keep(tx: Tx, links: Sequence[_Kept]) -> None:
    if not links:
        return
    tx.connection.insert_all("event", (it.row for it in links))
    tx.connection.insert_all(
        "event_detail",
        ({"event_id": it.row["id"], "salt": it.salt, "detail": it.detail} for it in links if it.detail),
    )
    tx.connection.insert_all(
        "event_thing",
        (
            {"event_id": it.row["id"], "kind": kind, "thing_id": thing, "is_about": is_about}
            for it in links
            for kind, thing, is_about in it.things
        ),
    )
    last = links[-1].row
    tx.connection.execute(_SET_HEAD, {"digest": last["digest"]})
    identity.appended(tx.connection, last["id"], last["digest"])


def of_clients(look: Look, clients: Sequence[ClientId], theirs: Mapping[str, Sequence[str]]) -> tuple[EventId, ...]:
    """Events that speak of clients: of what is theirs, by kind and id, done by them or in their name."""
    found: set[int] = set()
    for kind, ids in theirs.items():
        found.update(look.connection.execute(_OF_THINGS, {"kind": kind, "ids": ids}).scalars())
    by_them = {"names": [str(it) for it in clients], "clients": clients}
    found.update(look.connection.execute(_BY_CLIENTS, by_them).scalars())
    return tuple(EventId(it) for it in sorted(found))


def clients_as_told(look: Look, clients: Sequence[ClientId]) -> list[Client]:
    """Clients as history knows them at every moment, as far as it can be read."""
    told = look.connection.execute(_DETAILS, {"kind": "client", "ids": [str(it) for it in clients]})
    found: list[Client] = []
    for detail in told.scalars():
        with suppress(Misshapen, ValueError, KeyError, TypeError, AttributeError):
            both = (it for change in _changes_of(json.loads(detail))[0] for it in (change.before, change.after))
            found += [it for it in both if isinstance(it, Client) and it.id in clients]
    return found


def forget(tx: Tx, forgotten: Sequence[EventId]) -> None:
    """The details of events, and the salts of their digests, go; what says so is an event of its own."""
    for some in batched(forgotten):
        tx.connection.execute("DELETE FROM event_detail WHERE event_id IN :some", {"some": some})


def forgotten_by(event: int, detail: str) -> frozenset[int]:
    """The numbers of the events whose details went with one, by its own details."""
    try:
        return frozenset(event - back for back in json.loads(detail).get("forgets", ()))
    except (AttributeError, ValueError, TypeError):
        return frozenset()


def find(look: Look, id_: EventId) -> HistoryLine | None:
    return next(iter(_lines(look, Part("event.id = :id", {"id": id_}))), None)


def newest(look: Look) -> int:
    """The number of the newest event, 0 where there is none."""
    last = look.connection.execute(_LAST).first()
    return 0 if last is None else int(last.id)


def count_of(look: Look, batch: BatchId) -> int:
    """How much one act changed, or was about."""
    return int(look.connection.execute(_COUNT_OF_ACT, {"batch": batch}).scalar_one())


def things_since(look: Look, event: int) -> set[tuple[str, str]]:
    """Kind and id of all that events after one changed."""
    return set(look.connection.execute(_SINCE, {"event": event}).tuples())


def of_batch(look: Look, batch: BatchId) -> tuple[HistoryLine, ...]:
    """The events of one act, oldest first."""
    found = _lines(look, Part("event.batch = :batch", {"batch": batch}))
    if found and isinstance(look, Tx):
        look.undid[batch] = found[-1].operation, found[-1].undoes
    return found


def operation_of(look: Look, batch: BatchId) -> tuple[str, BatchId | None]:
    """What the last event of an act was, and what it undid."""
    if isinstance(look, Tx) and batch in look.undid:
        return look.undid[batch]
    operation, undoes = look.connection.execute(_LAST_OF_ACT, {"batch": batch}).one()
    return operation, None if undoes is None else BatchId(undoes)


def first_of(look: Look, batch: BatchId) -> BatchId:
    """The act itself, below all undoing and redoing of it."""
    while (below := operation_of(look, batch)[1]) is not None:
        batch = below
    return batch


def of_thing(look: Look, kind: str, id_: str, limit: int) -> tuple[HistoryLine, ...]:
    return _seen_lines(look, _touching(kind, [id_]), limit)


def of_client(look: Look, client: ClientId, limit: int) -> tuple[HistoryLine, ...]:
    """What happened to a client's record, and to all that is theirs."""
    theirs = things.of_client(look, client).items()
    about = either(*(_touching(kind, [str(it) for it in numbers]) for kind, numbers in theirs))
    return _seen_lines(look, about, limit)


def of_span(look: Look, span: Span | None, limit: int | None) -> tuple[HistoryLine, ...]:
    """What happened in a span of time, or the latest of all."""
    if span is None:
        return _seen_lines(look, Part("event.id > 0"), limit)
    when = Part("event.at >= :begin AND event.at < :finish", {"begin": span.start, "finish": span.end})
    return _seen_lines(look, when, limit)


def last_of(look: Look, kind: str, id_: str) -> HistoryLine | None:
    """The newest event that changed a thing."""
    event = look.connection.execute(_LAST_CHANGE, {"kind": kind, "id": id_}).scalar()
    return None if event is None else find(look, EventId(event))


def changed_since(look: Look, kind: str, event: EventId) -> frozenset[str]:
    """Ids of things of a kind that a later event changed."""
    return frozenset(look.connection.execute(_CHANGED_SINCE, {"kind": kind, "event": event}).scalars())


def last_imported(look: Look, kind: str, id_: str) -> HistoryLine | None:
    """The newest event by which an import wrote a thing, those that were undone left out."""
    stands = Part(f"event.operation = :import AND NOT {_IS_UNDONE}", {"import": RecordImported.operation})
    return next(iter(_lines(look, both(_touching(kind, [id_]), stands), limit=1)), None)


def last_of_appointment(look: Look, id_: AppointmentId) -> HistoryLine | None:
    return last_of(look, "appointment", str(id_))


def batches_of(
    look: Look, who: ActorId, terminal: str | None, limit: int
) -> list[tuple[BatchId, str, BatchId | None, int]]:
    """An actor's latest batches, newest first: batch, operation of its last event, what it undoes, how many events.

    Without those whose details were forgotten: nobody takes them back.
    """
    mine = [actors.done_by(who)]
    if terminal is not None:
        mine.append(Part("event.terminal = :terminal", {"terminal": terminal}))
    answer = look.connection.execute(*filled(_LATEST_ACTS, where=mine, values={"limit": limit}))
    return [
        (BatchId(batch), operation, None if undoes is None else BatchId(undoes), last - batch + 1)
        for batch, operation, undoes, last in answer
    ]


def has_done(look: Look, who: ActorId, operation: str) -> bool:
    """Whether an actor, who had an id from the first, ever did this."""
    done = look.connection.execute(_DONE, {"operation": operation, **actors.values(who)})
    return done.first() is not None


def links(connection: Connection) -> Iterator[Link]:
    """Each event as an entry of the chain, oldest first."""
    things = _all_things(connection)
    for row in connection.execute(_EACH).mappings():
        digest = _chained(row["previous"], row, sorted(things[row["id"]]))
        yield Link(row["id"], row["previous"], row["digest"], row["digest"] == digest)


def is_as_written(salt: str, detail: str, digest: str, texts: Container[ConsentId]) -> bool:
    """Whether what an event told is what was told then, and can be read."""
    return _digest(salt, detail) == digest and _is_whole(detail, texts)


def changes_in(detail: dict[str, Any]) -> tuple[Change, ...]:
    """What an event changed, by what it told. Raises Misshapen, KeyError, TypeError."""
    return _changes_of(detail)[0]


def require_readable(connection: Connection) -> int:
    """Reads every event as history does; answers how many there are. Raises Misshapen."""
    count, texts = 0, consents.texts(connection)
    for event, detail in connection.execute(_ALL_DETAILS):
        with _named(event):
            _changes_of(json.loads(detail))
            agreed = _consent_of(detail)
            if agreed and agreed not in texts:
                raise Misshapen(("consent",), "its text is gone, or was changed")
        count += 1
    return count


def _all_things(connection: Connection) -> dict[int, list[EventThing]]:
    things: dict[int, list[EventThing]] = defaultdict(list)
    for event_id, kind, thing, is_about in connection.execute(_THINGS):
        things[event_id].append((kind, thing, bool(is_about)))
    return things


def _touching(kind: str, ids: Sequence[str]) -> Part:
    """Events that speak of some things of a kind."""
    text = f"event.id IN ({_OF_THINGS})".replace(":kind", f":{kind}_kind").replace(":ids", f":{kind}_ids")
    return Part(text, {f"{kind}_kind": kind, f"{kind}_ids": ids})


def _lines(look: Look, which: Part, limit: int | None = None) -> tuple[HistoryLine, ...]:
    """Events, oldest first; the newest ones where a limit cuts."""
    values = {"limit": NO_LIMIT if limit is None else limit}
    return _read(look, look.connection.execute(*filled(_LINES, where=[which], values=values)).all())


def _seen_lines(look: Look, which: Part, limit: int | None) -> tuple[HistoryLine, ...]:
    """The same, of those the actor may see."""
    return _read(look, look.ask(_SHOWN_LINES, {"limit": NO_LIMIT if limit is None else limit}, [which]).all())


def _read(look: Look, answer: list[Row]) -> tuple[HistoryLine, ...]:
    past = actors.past(look) if any(not row.actor_kind for row in answer) else {}
    lines = tuple(_line(row, past) for row in reversed(answer))
    if not any(it.consent for it in lines):
        return lines
    texts = consents.texts(look.connection)
    return tuple(replace(it, consent=_agreed(texts, it)) if it.consent else it for it in lines)


def _agreed(texts: Mapping[ConsentId, str], line: HistoryLine) -> str:
    """Raises Misshapen where the text is gone, or another one."""
    said = texts.get(ConsentId(line.consent))
    if said is None:
        raise Misshapen(("event", str(line.id), "consent"), "its text is gone, or was changed")
    return said


def _line(row: Row, past: actors.PastNames) -> HistoryLine:
    """An event as history shows it, with the id of what was agreed to. Raises Misshapen with its number."""
    with _named(row.id):
        return _read_line(row, past)


@contextmanager
def _named(event: int) -> Iterator[None]:
    """Which event it is that cannot be read. Raises Misshapen."""
    try:
        yield
    except Misshapen as error:
        raise Misshapen(("event", str(event), *error.at), error.problem) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Misshapen(("event", str(event)), "not of its shape") from None


def _read_line(row: Row, past: actors.PastNames) -> HistoryLine:
    detail: dict[str, Any] = json.loads(row.detail) if row.detail else {"changes": [], "text": ""}
    shown = detail.get("actor", {})
    changes, about = _changes_of(detail)
    return HistoryLine(
        id=EventId(row.id),
        at=row.at,
        who=ActorId(ActorKind(row.actor_kind), row.actor) if row.actor_kind else past.get((row.actor, row.role)),
        actor_name=shown.get("name", "") if row.actor_kind else row.actor,
        on_behalf_of=None if row.on_behalf_of is None else ClientId(row.on_behalf_of),
        client_name=shown.get("for", ""),
        role=row.role,
        terminal=row.terminal,
        operation=row.operation,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        batch=BatchId(row.batch),
        undoes=None if row.undoes is None else BatchId(row.undoes),
        changes=changes,
        is_forgotten=not row.detail,
        about=about,
        text=detail["text"],
        message=detail.get("message", ""),
        consent=detail.get("consent", ""),
        by=Side(detail.get("by", Side.PRACTICE.value)),
    )


def _changes_of(detail: dict[str, Any]) -> tuple[tuple[Change, ...], tuple[Thing, ...]]:
    """What an event changed, and what it is about. Raises Misshapen.

    The first details knew no `about`: what was changed to the same stood for it.
    """
    changes = tuple(change for it in detail["changes"] for change in changes_from_json(it))
    if "version" in detail:
        return changes, tuple(thing_from_json(it) for it in detail["about"])
    about = tuple(it.after for it in changes if it.before == it.after and it.after is not None)
    return tuple(it for it in changes if it.before != it.after), about


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _chained(previous: str, row: Any, things: Sequence[EventThing]) -> str:
    names = _CHAINED_SINCE_IDS if row["actor_kind"] else _CHAINED
    of = [(kind, id_, "about") if is_about else (kind, id_) for kind, id_, is_about in things]
    return _digest(previous, json.dumps([row[name] for name in names]), json.dumps(of))

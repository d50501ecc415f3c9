"""The outbox as rows: written with the change, leased by whoever delivers, marked when it left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.outbox import (
    ARRIVED,
    FIRST_OVER,
    FIRST_PLACE,
    LAST_PLACE,
    OPEN,
    UNSENT,
    Call,
    ChangeTold,
    Mail,
    MailId,
    MailPlace,
    MailState,
    Owed,
    PutAside,
    ReminderDue,
    Webhook,
    WordsWritten,
    place_of,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.domain.touched import MAIL
from frontdesk.core.store import appointments, mail_log, occasions, sight, touched
from frontdesk.core.store.connection import NO_LIMIT, Later, Values
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.mail_rows import APPOINTMENT, row, value
from frontdesk.core.store.statements import EVERYTHING, Part, Shown, either, filled, judged, put, shown, words

T = TypeVar("T", Mail, Call, Webhook)

_ONCE = ("subject_kind", "subject_id", "sequence", "kind", "occasion", "reader", "recipient")
"""A mail is written once for these."""

_TELLS_HOW_IT_STANDS = f"mail.occasion || '' = '{occasions.CHANGE}'"
"""Not by its index: half of all mails are such."""
_AHEAD = "(mail.until IS NULL OR mail.until > :now)"
"""What it tells still matters."""
_OF_CLIENT = judged(
    "(mail.client_id = :client"
    " OR mail.client_id IN (SELECT gone.id FROM client gone WHERE gone.merged_into = :client))"
)
"""Written to a client, or to somebody whose record was merged into theirs."""
_IS_OPEN = f"mail.state IN ({words(OPEN)})"
_IS_OVER = f"mail.state NOT IN ({words(OPEN)})"
"""As the index of them says it."""

_ONE = judged("SELECT * FROM mail WHERE id = :id")
_ALL = judged("SELECT * FROM mail ORDER BY id")
_WHICH = judged("SELECT * FROM mail WHERE {where} ORDER BY mail.id FOR UPDATE")
_LATEST = judged(
    "SELECT * FROM mail WHERE mail.subject_kind = :subject_kind AND mail.subject_id = :subject_id"
    f" AND mail.reader = :reader AND {_TELLS_HOW_IT_STANDS} AND coalesce(mail.staff_id, '') = :staff"
    " ORDER BY mail.id DESC LIMIT 1"
)
_TOLD = judged(
    "SELECT * FROM mail WHERE mail.subject_kind = :subject_kind AND mail.subject_id = :subject_id"
    f" AND ((mail.kind = 'reminder' AND mail.state IN ({words((*UNSENT, MailState.FAILED))})) OR mail.id IN"
    " (SELECT max(last.id) FROM mail last WHERE last.subject_kind = :subject_kind"
    f" AND last.subject_id = :subject_id AND last.occasion || '' = '{occasions.CHANGE}'"
    " GROUP BY last.reader, last.staff_id)) ORDER BY mail.id FOR UPDATE"
)
_GONE_WITH = judged("SELECT * FROM mail WHERE (id = :lead OR goes_with = :lead) AND state = :state")
_WAITING_WITH = judged("SELECT * FROM mail WHERE act = :act AND state = :state AND due_at = :due_at")
_TOLD_SEQUENCE = judged(
    "SELECT max(mail.sequence) FROM mail WHERE mail.subject_kind = 'appointment' AND mail.subject_id = :appointment"
    f" AND mail.reader = 'client' AND {_TELLS_HOW_IT_STANDS} AND mail.state IN ({words(ARRIVED)})"
)
_REMINDERS = judged(
    "SELECT mail.subject_id, mail.occasion FROM mail"
    f" JOIN appointment ON appointment.id = {APPOINTMENT} WHERE mail.kind = 'reminder'"
    " AND mail.subject_kind = 'appointment' AND mail.due_at > :since"
    " AND (mail.sequence = appointment.sequence OR mail.until = appointment.start)"
    " AND (mail.state <> 'superseded' OR mail.perhaps) AND appointment.start > :now"
)
_IS_SEEN = shown(sight.of_mails, "SELECT mail.id FROM mail WHERE mail.id = :id AND {seen}")
_IN_STATES = shown(
    sight.of_mails, "SELECT mail.* FROM mail WHERE {where} AND {seen} ORDER BY mail.id DESC LIMIT :limit"
)
_OPEN_ONES = shown(
    sight.of_mails,
    f"SELECT mail.* FROM mail WHERE {_IS_OPEN} AND {{where}} AND {{seen}} ORDER BY mail.due_at, mail.id LIMIT :limit",
)
_OF_STATE = judged(
    "SELECT mail.* FROM mail WHERE mail.state = :state AND (mail.due_at, mail.id) {is_beyond} (:due_at, :id)"
    " AND {seen} ORDER BY mail.due_at{way}, mail.id{way} LIMIT :limit"
)
_OVER = judged(
    f"SELECT mail.* FROM mail WHERE {_IS_OVER} AND mail.id {{is_beyond}} :id"
    " AND {seen} ORDER BY mail.id{way} LIMIT :limit"
)
_AFTER, _BEFORE = {"{is_beyond}": ">", "{way}": ""}, {"{is_beyond}": "<", "{way}": " DESC"}
_NEXT_OPEN, _OPEN_BEFORE = (shown(sight.of_mails, put(_OF_STATE, it)) for it in (_AFTER, _BEFORE))
_NEXT_OVER, _OVER_BEFORE = (shown(sight.of_mails, put(_OVER, it)) for it in (_BEFORE, _AFTER))
"""What is over stands the other way round: the newest first."""
_TO_BE_CALLED = (
    "((mail.state = 'queued' AND mail.carrier = 'call')"
    " OR (mail.state = 'failed' AND mail.carrier = 'mail' AND mail.reader = 'client'))"
    f" AND {_AHEAD}"
)
_CALLS = shown(sight.of_mails, f"SELECT mail.* FROM mail WHERE {_TO_BE_CALLED} AND {{seen}} ORDER BY mail.id")
_COUNT_CALLS = shown(sight.of_mails, f"SELECT count(*) FROM mail WHERE {_TO_BE_CALLED} AND {{seen}}")
_LEAVES = "mail.carrier IN ('mail', 'webhook')"
_COUNT_WAITING = shown(
    sight.of_mails,
    "SELECT count(*), min(mail.due_at) FROM mail WHERE mail.state IN ('queued', 'sending')"
    f" AND {_LEAVES} AND {{seen}}",
)
_COUNT_STUCK = shown(
    sight.of_mails,
    f"SELECT count(*) FROM mail WHERE mail.state = 'queued' AND {_LEAVES} AND mail.due_at <= :since AND {{seen}}",
)
_COUNT_TRIED = shown(
    sight.of_mails,
    "SELECT count(*) FROM mail WHERE mail.state = 'queued' AND mail.made_at <= :since"
    f" AND (mail.attempts > 0 OR mail.trouble <> '') AND mail.due_at > :since AND {_LEAVES} AND {{seen}}",
)
_COUNT_PAUSED = shown(
    sight.of_mails,
    "SELECT count(*), count(CASE WHEN mail.perhaps THEN 1 END) FROM mail WHERE mail.state = 'paused'"
    f" AND {_LEAVES} AND {{seen}}",
)
_COUNT_FAILED = shown(
    sight.of_mails, f"SELECT count(*) FROM mail WHERE mail.state = 'failed' AND {_AHEAD} AND {_LEAVES} AND {{seen}}"
)
_PAUSED = shown(sight.of_mails, "SELECT mail.* FROM mail WHERE mail.state = 'paused' AND {seen} ORDER BY mail.id")


def add(tx: Tx, it: T) -> T | None:
    """With the number the database gives; None where the same was written before, and not put aside."""
    written = {**row(it), "salt": mail_log.new_salt()}
    id_ = tx.connection.execute(_insert_once(tuple(written)), written).scalar()
    if id_ is None:
        return None
    mail_log.written(tx, id_, written)
    touched.note(tx, (MAIL, 0))
    added = replace(it, id=MailId(id_))
    _remember(tx, added)
    return added


def find(look: Look, id_: MailId) -> Owed | None:
    found = look.connection.execute(_ONE, {"id": id_}).first()
    return None if found is None else value(found)


def lock(tx: Tx, id_: MailId) -> Owed | None:
    """The same, but nobody else changes it until this transaction ends."""
    found = tx.connection.execute(_ONE + " FOR UPDATE", {"id": id_}).first()
    return None if found is None else value(found)


def latest(
    look: Look, subject_kind: str, subject_id: str, reader: Reader, staff: StaffId | None
) -> Mail | Call | None:
    """The last mail that told a reader how something stands, whatever became of it; locked by who may write."""
    if isinstance(look, Tx):
        told = [it for it in _told(look, subject_kind, subject_id) if not isinstance(it, Webhook)]
        to_them = (it for it in reversed(told) if it.occasion == ChangeTold() and it.reader is reader)
        return next((it for it in to_them if it.staff == staff), None)
    values = {"subject_kind": subject_kind, "subject_id": subject_id, "reader": reader.value}
    found = look.connection.execute(_LATEST, {**values, "staff": staff or ""}).first()
    last = None if found is None else value(found)
    assert not isinstance(last, Webhook), "a webhook tells nobody how something stands"
    return last


def _told(tx: Tx, kind: str, id_: str) -> list[Owed]:
    """What told each reader last how something stands, and what waits to remind of it; read once, and locked."""
    if (kind, id_) not in tx.told:
        found = tx.connection.execute(_TOLD, {"subject_kind": kind, "subject_id": id_})
        tx.told[kind, id_] = [value(row) for row in found]
    return tx.told[kind, id_]


def _remember(tx: Tx, it: Owed) -> None:
    """As it is now, where what is told of its subject is known."""
    known = tx.told.get((it.about.kind, it.about.id))
    if known is not None:
        known[:] = sorted([*(other for other in known if other.id != it.id), it], key=lambda each: each.id)


def save(tx: Tx, it: Owed) -> None:
    written = row(it)
    tx.connection.update("mail", it.id, written)
    mail_log.written(tx, it.id, written)
    touched.note(tx, (MAIL, 0))
    _remember(tx, it)


def empty(tx: Tx, it: Mail | Call) -> None:
    """As `save`, of one whose reader is forgotten: with what it said goes the salt of its digests."""
    emptied = {**row(it), "salt": mail_log.new_salt()}
    tx.connection.update("mail", it.id, emptied)
    mail_log.written(tx, it.id, emptied)
    touched.note(tx, (MAIL, 0))


def is_seen(look: Look, id_: MailId) -> bool:
    """Whether the actor may see it."""
    return look.ask(_IS_SEEN, {"id": id_}).first() is not None


def of_words(tx: Tx, occasion: WordsWritten) -> list[Owed]:
    """What was written in one act; locked."""
    return _locked(tx, Part("mail.occasion = :occasion", {"occasion": occasions.kept(occasion)}))


def of_automations(tx: Tx, batch: int) -> list[Mail | Webhook]:
    """What automations wrote after an act; locked."""
    begins = occasions.after(batch)
    found = _locked(tx, Part("mail.occasion BETWEEN :begin AND :finish", {"begin": begins, "finish": f"{begins}~"}))
    return [it for it in found if not isinstance(it, Call)]


def _locked(tx: Tx, which: Part) -> list[Owed]:
    return [value(row) for row in tx.connection.execute(*filled(_WHICH, where=[which], values={}))]


def gone_with(look: Look, it: Mail) -> list[Mail]:
    """All that left, or is leaving, in one letter with a mail, and that itself."""
    lead = it.goes_with or it.id
    answer = look.connection.execute(_GONE_WITH, {"lead": lead, "state": it.state.value})
    return [found for found in map(value, answer) if isinstance(found, Mail)]


def waiting_with(look: Look, it: Mail) -> list[Mail]:
    """All that waits of the same act, and becomes due at the same moment, and that itself."""
    if it.act is None:
        return [it]
    same = {"act": it.act, "state": it.state.value, "due_at": it.due_at}
    answer = look.connection.execute(_WAITING_WITH, same)
    return [found for found in map(value, answer) if isinstance(found, Mail)]


def told_sequence(look: Look, appointment: AppointmentId) -> int | None:
    """The sequence of the mail that told the client last how an appointment stands."""
    found = look.connection.execute(_TOLD_SEQUENCE, {"appointment": str(appointment)}).scalar()
    return None if found is None else int(found)


def waiting_reminders(tx: Tx, appointment: AppointmentId) -> list[Mail]:
    """Reminders of an appointment that have not left, or reached nobody; locked."""
    theirs = (it for it in _told(tx, "appointment", str(appointment)) if isinstance(it, Mail))
    return [it for it in theirs if it.kind is MailKind.REMINDER and it.state in (*UNSENT, MailState.FAILED)]


_WAITING_AUTOMATIONS = (
    "mail.subject_kind = 'appointment' AND mail.subject_id = :appointment AND mail.kind = 'automation'"
    f" AND mail.carrier = 'mail' AND NOT mail.perhaps AND (mail.state IN ({words(UNSENT)})"
    f" OR (mail.state = 'superseded' AND mail.put_aside = '{PutAside.CAUSE_GONE.value}'))"
)
_UNSENT_TO = f"{_OF_CLIENT} AND mail.reader = 'client' AND mail.state IN ({words(UNSENT)})"


def waiting_automations(tx: Tx, appointment: AppointmentId) -> list[Mail]:
    """What automations wrote of an appointment and nobody can have read, locked; also where the cause is gone."""
    found = _locked(tx, Part(_WAITING_AUTOMATIONS, {"appointment": str(appointment)}))
    return [it for it in found if isinstance(it, Mail)]


def of_clients(
    tx: Tx, clients: Sequence[ClientId], theirs: Mapping[str, Sequence[str]], addresses: Sequence[str]
) -> list[Owed]:
    """What was ever written to clients, or about what is theirs, by kind and id, and codes to addresses; locked."""
    about = [
        Part(f"(mail.subject_kind = '{kind}' AND mail.subject_id IN :{kind}_ids)", {f"{kind}_ids": ids})
        for kind, ids in theirs.items()
    ]
    to_them = Part("mail.client_id IN :clients", {"clients": clients})
    codes = Part("(mail.subject_kind = 'access' AND lower(mail.recipient) IN :addresses)", {"addresses": addresses})
    return _locked(tx, either(to_them, codes, *about))


def unsent_to(tx: Tx, client: ClientId) -> list[Mail | Call]:
    """What waits for a client; locked."""
    found = _locked(tx, Part(_UNSENT_TO, {"client": client}))
    return [it for it in found if not isinstance(it, Webhook)]


def listed(
    look: Look,
    *,
    client: ClientId | None = None,
    states: Sequence[MailState] = (),
    limit: int | None = None,
) -> tuple[Owed, ...]:
    """What waits first, by when it leaves; then the rest, the newest first. Of these, what the actor may see."""
    where = [] if client is None else [Part(_OF_CLIENT, {"client": client})]
    most = NO_LIMIT if limit is None else limit
    if states:
        where.append(Part("mail.state IN :states", {"states": [it.value for it in states]}))
        return tuple(map(value, look.ask(_IN_STATES, {"limit": most}, where).all()))
    waiting = look.ask(_OPEN_ONES, {"limit": most}, where).all()
    over = look.ask(_IN_STATES, {"limit": max(0, most - len(waiting))}, [*where, Part(_IS_OVER)]).all()
    return tuple(map(value, (*waiting, *over)))


def page(look: Look, place: MailPlace | None, backwards: bool, limit: int) -> list[Owed]:
    """So many after a place in the same list, or before it, in its order; None: from its beginning, or end."""
    if backwards:
        at = place or LAST_PLACE
        found = _over(look, _OVER_BEFORE, at, limit) if at.is_over else []
        at = at if not at.is_over else FIRST_OVER
        if len(found) < limit:
            found += _open(look, _OPEN_BEFORE, at, limit - len(found))
        return found[::-1]
    at = place or FIRST_PLACE
    found = _open(look, _NEXT_OPEN, at, limit) if not at.is_over else []
    if len(found) < limit:
        found += _over(look, _NEXT_OVER, at if at.is_over else FIRST_OVER, limit - len(found))
    return found


def _open(look: Look, statement: Shown, at: MailPlace, limit: int) -> list[Owed]:
    """Of each state as many as there may be, then of all of them: no index has several states in one order."""
    values = {"due_at": at.due_at, "id": at.id, "limit": limit}
    asked = [look.ask(statement, {"state": state.value, **values}) for state in OPEN]
    found = [value(row) for answer in asked for row in answer]
    return sorted(found, key=place_of, reverse=statement is _OPEN_BEFORE)[:limit]


def _over(look: Look, statement: Shown, at: MailPlace, limit: int) -> list[Owed]:
    return [value(row) for row in look.ask(statement, {"id": at.id, "limit": limit})]


def count_calls(look: Look) -> Later[int]:
    """How many clients are to be called."""
    found = look.ask(_COUNT_CALLS, {"now": look.now})
    return lambda: int(found.scalar_one())


def calls(look: Look) -> tuple[Mail | Call, ...]:
    """Clients to be called: those without an address, and those whom no mail reached; not about what is over."""
    found = look.ask(_CALLS, {"now": look.now})
    return tuple(it for it in map(value, found) if not isinstance(it, Webhook))


def count_waiting(look: Look, since: Instant) -> Later[tuple[int, int, int, int, int, Instant | None]]:
    """How many wait to leave, how many of them are due since before, are paused, are so since they may have been
    told, have failed with what still matters, and when the oldest was due.
    """
    all_waiting, all_paused = look.ask(_COUNT_WAITING), look.ask(_COUNT_PAUSED)
    stuck, tried = (look.ask(it, {"since": since}) for it in (_COUNT_STUCK, _COUNT_TRIED))
    failed = look.ask(_COUNT_FAILED, {"now": look.now})

    def read() -> tuple[int, int, int, int, int, Instant | None]:
        waiting, oldest = all_waiting.one()
        held, doubtful = all_paused.one()
        return waiting, stuck.scalar_one() + tried.scalar_one(), held, doubtful, failed.scalar_one(), oldest

    return read


def paused(look: Look, seen: bool) -> list[Mail]:
    """What waits for a yes, or of it what the actor may see; locked by who may write."""
    text = _PAUSED.text + (" FOR UPDATE" if isinstance(look, Tx) else "")
    of = sight.of_mails(look) if seen else EVERYTHING
    found = look.connection.execute(*filled(text, seen=of, values={}))
    return [it for it in map(value, found) if isinstance(it, Mail)]


def to_be_reminded(look: Look, near: Instant, far: Instant) -> tuple[tuple[Appointment, frozenset[int]], ...]:
    """Appointments that stand and are near, or further ahead with reminders of their own, each with the hours of the
    reminders already written for it, also before it was moved and moved back.
    """
    times: Values = {"now": look.now, "since": look.now - (far - look.now)}
    known: dict[str, set[int]] = {}
    for id_, kept in look.connection.execute(_REMINDERS, times):
        occasion = occasions.occasion(kept)
        assert isinstance(occasion, ReminderDue)
        known.setdefault(id_, set()).add(occasion.hours)
    ahead = appointments.standing(look, look.now, near, far)
    return tuple((it, frozenset(known.get(str(it.id), ()))) for it in ahead)


@lru_cache(16)
def _insert_once(names: tuple[str, ...]) -> str:
    """What was put aside, and is wanted after all, is written over: nobody can have read it."""
    columns, values = ", ".join(f'"{it}"' for it in names), ", ".join(f":{it}" for it in names)
    again = ", ".join(f'"{it}" = excluded."{it}"' for it in names if it not in _ONCE)
    return (
        f"INSERT INTO mail ({columns}) VALUES ({values}) ON CONFLICT ({', '.join(_ONCE)}) DO UPDATE SET {again}"
        " WHERE mail.state = 'superseded' AND NOT mail.perhaps"
        f" AND mail.occasion <> '{occasions.CHANGE}' RETURNING id"
    )


def everything(look: Look) -> Iterable[Owed]:
    yield from map(value, look.connection.execute(_ALL))

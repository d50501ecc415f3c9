"""The outbox: each mail says what it said when it was written last, and only an act about it wrote it again."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.events.clients import ClientErased
from frontdesk.core.domain.told import MailKind
from frontdesk.core.store import mail_log, mail_rows, seals
from frontdesk.core.store.connection import Connection, by_name
from frontdesk.core.store.events import CLOCK_SLACK
from frontdesk.core.store.look import Look

_MAIL = "SELECT kind, subject_kind, subject_id, client_id, sent_at FROM mail WHERE id = :id"
_IS_ABOUT = (
    "SELECT 1 FROM event e JOIN event_thing t ON t.event_id = e.id WHERE e.batch = :act"
    " AND ((t.kind = :kind AND t.thing_id = :id) OR (t.kind = 'client' AND t.thing_id IN ("
    " SELECT CAST(c.id AS TEXT) FROM client c WHERE c.id = :client OR c.id ="
    " (SELECT m.merged_into FROM client m WHERE m.id = :client)))) LIMIT 1"
)
_MAILS = "SELECT * FROM mail ORDER BY id"
_ERASES = "SELECT 1 FROM event WHERE batch = :act AND operation = :erase LIMIT 1"


def damage(look: Look) -> Iterator[Damage]:
    """Each says what it said when it was written, of itself what fits, and is about what is there."""
    told = yield from _told(look.connection)
    for row in look.connection.execute(_MAILS):
        said = told.pop(row.id, None)
        if said is None:
            yield Damage("mail", str(row.id), Wrong.INSERTED)
            continue
        if not said.is_still(mail_log.said(by_name(row), row.salt), row.state):
            yield Damage("mail", str(row.id), Wrong.CHANGED, "it says something else")
            continue
        why = _misfit(row)
        if why:
            yield Damage("mail", str(row.id), Wrong.SUM, why)
            continue
        try:
            mail_rows.value(row)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            yield Damage("mail", str(row.id), Wrong.CHANGED, f"it cannot be read: {error}")
    for id_ in told:
        yield Damage("mail", str(id_), Wrong.MISSING)
    lost = (
        "SELECT m.id FROM mail m LEFT JOIN mail lead ON lead.id = m.goes_with"
        " WHERE m.goes_with IS NOT NULL AND lead.id IS NULL"
    )
    for (id_,) in look.connection.execute(lost):
        yield Damage("mail", str(id_), Wrong.REFERENCE, "the one it goes with")
    for kind in ("appointment", "request"):
        gone = (
            f"SELECT m.id FROM mail m LEFT JOIN {kind} t ON CAST(t.id AS TEXT) = m.subject_id"
            " WHERE m.subject_kind = :kind AND t.id IS NULL"
        )
        for (id_,) in look.connection.execute(gone, {"kind": kind}):
            yield Damage("mail", str(id_), Wrong.REFERENCE, f"the {kind} it is about")
    acts = "SELECT m.id FROM mail m LEFT JOIN event e ON e.id = m.act WHERE m.act IS NOT NULL AND e.id IS NULL"
    for (id_,) in look.connection.execute(acts):
        yield Damage("mail", str(id_), Wrong.REFERENCE, "the act it tells of")
    twice = "SELECT min(id) FROM mail WHERE message_id <> '' GROUP BY message_id HAVING count(*) > 1"
    for (id_,) in look.connection.execute(twice):
        yield Damage("mail", str(id_), Wrong.SUM, "two have its Message-ID")
    if seals.seal_print(look)() == "" and look.connection.execute("SELECT 1 FROM mail WHERE sealed <> ''").first():
        yield Damage("mail_queue", "1", Wrong.CHANGED, "links are sealed, and the key's mark is gone")


def _told(connection: Connection) -> Generator[Damage, None, dict[int, mail_log.Said]]:
    """By the number of each mail what it said last, and what was written again by nobody's act."""
    last: dict[int, mail_log.Entry] = {}
    acts: set[tuple[int, int]] = set()
    for entry in mail_log.entries(connection):
        before = last.get(entry.mail)
        is_twice = (entry.mail, entry.act) in acts
        if before is not None and (is_twice or not _may_follow(connection, before, entry)):
            yield Damage("mail", str(entry.mail), Wrong.CHANGED, "it was written again by no act on record")
        if entry.act:
            acts.add((entry.mail, entry.act))
        last[entry.mail] = entry
    return {number: it.said for number, it in last.items()}


def _may_follow(connection: Connection, before: mail_log.Entry, entry: mail_log.Entry) -> bool:
    """Whether a mail may say something else from here on.

    By the erasing of its client; while it has not left, by an act that is about what it is about; and by any, or
    none, only to another address, or as a reminder that is wanted again.
    """
    mail = connection.execute(_MAIL, {"id": entry.mail}).first()
    if mail is None:
        return True  # that it is gone is told
    if connection.execute(_ERASES, {"act": entry.act, "erase": ClientErased.operation}).first():
        return True
    if mail.sent_at is not None and entry.at > mail.sent_at + CLOCK_SLACK:
        return False
    if mail.kind == MailKind.REMINDER.value or entry.said.content == before.said.content:
        return True
    about = {"act": entry.act, "kind": mail.subject_kind, "id": mail.subject_id, "client": mail.client_id}
    return connection.execute(_IS_ABOUT, about).first() is not None


def _misfit(row: object) -> str:
    """What of a mail does not go with its state."""
    state, sent, leased = row.state, row.sent_at, row.leased_until  # type: ignore[attr-defined]
    if state == "sent" and sent is None:
        return "it was sent, and nobody knows when"
    if state in ("queued", "paused", "sending") and sent is not None:
        return "it waits, and was sent"
    if state == "sending" and (leased is None or not row.lease):  # type: ignore[attr-defined]
        return "it is being sent by nobody"
    if sent is not None and sent < row.made_at:  # type: ignore[attr-defined]
        return "it was sent before it was written"
    if row.attempts < 0:  # type: ignore[attr-defined]
        return "fewer attempts than none"
    return ""

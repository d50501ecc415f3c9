"""The chains of events, openings and mails: every entry as it was written, tied to the one before it, none gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from frontdesk.core.domain.backups import KnownEnd, KnownHead
from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.events.clients import ClientErased
from frontdesk.core.domain.events.upkeep import DatabaseRestored
from frontdesk.core.store import access_log, consents, events, mail_log
from frontdesk.core.store.chain import Link
from frontdesk.core.store.connection import Connection

EVENT, OPENING, MAIL = "event", "access_log", "mail_log"


def damage(connection: Connection, known: KnownHead | None) -> Iterator[Damage]:
    heads = connection.execute("SELECT head, access_head, mail_head FROM event_chain WHERE id = 1").first()
    ends = (heads.head, heads.access_head, heads.mail_head) if heads is not None else ("", "", "")
    if heads is None:
        yield Damage("event_chain", "1", Wrong.MISSING)
    logs: tuple[tuple[str, Iterable[Link], KnownEnd | None], ...] = (
        (EVENT, events.links(connection), known.events if known is not None else None),
        (OPENING, access_log.LOG.links(connection), known.openings if known is not None else None),
        (MAIL, mail_log.LOG.links(connection), known.mails if known is not None else None),
    )
    anew = Wrong.STAMPED_ANEW if known is None or not _went_on(connection, known) else Wrong.NOT_IN_COPY
    for (what, links, told), end in zip(logs, ends, strict=True):
        yield from _chain(what, links, end, told, anew)
    yield from _details(connection)
    yield from _strays(connection)


def _went_on(connection: Connection, known: KnownHead) -> bool:
    """Whether the database went on from a copy, which may not reach to the end that somebody knows."""
    restored = "SELECT min(b.id) FROM event r JOIN event b ON b.batch = r.batch WHERE r.operation = :restored"
    first = connection.execute(restored, {"restored": DatabaseRestored.operation}).scalar()
    return first is not None and first <= known.events[0]


def _chain(
    what: str, links: Iterable[Link], end: str, known: KnownEnd | None, anew: Wrong = Wrong.STAMPED_ANEW
) -> Iterator[Damage]:
    """Each break once: what follows it is held against what stands there, not against what should."""
    previous, last, met = "", 0, None
    for link in links:
        if link.id != last + 1:
            gone = f"{last + 1} to {link.id - 1}" if link.id - 1 > last + 1 else f"{last + 1}"
            is_gap = link.id > last
            yield Damage(what, gone if is_gap else str(link.id), Wrong.MISSING if is_gap else Wrong.INSERTED)
        elif link.previous != previous and link.holds:
            yield Damage(what, str(last or link.id), Wrong.CHANGED, "with a digest of its own")
        if not link.holds:
            is_last = link.id == last + 1 and previous == end
            yield Damage(what, str(link.id), Wrong.INSERTED if is_last else Wrong.CHANGED)
        if known is not None and link.id == known[0]:
            met = link.digest
        previous, last = link.digest, link.id
    if known is not None and last < known[0]:
        yield Damage(what, f"{last + 1} to {known[0]}", Wrong.CUT_SHORT, "by the head that was given")
    elif known is not None and known[0] and (met is None or not met.startswith(known[1])):
        yield Damage(what, f"up to {known[0]}", anew, "by the head that was given")
    if previous != end and (known is None or last >= known[0]):
        yield Damage(what, f"after {last}", Wrong.CUT_SHORT)


def _details(connection: Connection) -> Iterator[Damage]:
    """What each event told, as it was written; a text that was agreed to, too."""
    texts = consents.texts(connection)
    forgotten = _forgotten(connection)
    for id_, salt, detail, digest in connection.execute(
        "SELECT e.id, d.salt, d.detail, e.detail_digest FROM event e"
        " LEFT JOIN event_detail d ON d.event_id = e.id ORDER BY e.id"
    ):
        if detail is None and id_ in forgotten:
            continue
        if detail is None:
            yield Damage("event_detail", str(id_), Wrong.MISSING)
        elif id_ in forgotten:
            yield Damage("event_detail", str(id_), Wrong.INSERTED, "it was forgotten")
        elif not events.is_as_written(salt, detail, digest, texts):
            yield Damage("event_detail", str(id_), Wrong.CHANGED)


def _forgotten(connection: Connection) -> frozenset[int]:
    """Events whose details went with a client, by the events that say so."""
    erasing = (
        "SELECT e.id, d.detail FROM event e JOIN event_detail d ON d.event_id = e.id WHERE e.operation = :erased"
    )
    found = connection.execute(erasing, {"erased": ClientErased.operation})
    return frozenset(it for id_, detail in found for it in events.forgotten_by(id_, detail))


def _strays(connection: Connection) -> Iterator[Damage]:
    for table in ("event_detail", "event_thing"):
        stray = f"SELECT DISTINCT t.event_id FROM {table} t LEFT JOIN event e ON e.id = t.event_id WHERE e.id IS NULL"
        for (id_,) in connection.execute(stray):
            yield Damage(table, str(id_), Wrong.INSERTED)

"""Clients who were forgotten: a folder beside the copies, so that going on from an older one forgets them again.

One empty file for each, whose name has all there is to say: nothing in it can be spoiled, or lost to somebody who
writes there at the same moment.
"""

from __future__ import annotations

import re
from pathlib import Path

from frontdesk.core.domain.backups import Erasure
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.people import ClientId
from frontdesk.core.files import make_folder, mark
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import judged

FOLDER = "erased"

_NAME = re.compile(r"(\d+)-([0-9a-f]{64})")
_MADE_BY = judged(
    "(SELECT e.digest FROM event_thing t JOIN event e ON e.id = t.event_id"
    " WHERE t.kind = 'client' AND t.thing_id = CAST(c.id AS TEXT) ORDER BY e.id LIMIT 1)"
)
_ERASED = judged(f"SELECT c.id, {_MADE_BY} AS event FROM client c WHERE c.life = 'erased'")
_KNOWN = judged(f"SELECT {_MADE_BY} FROM client c WHERE c.id = :id AND c.life <> 'erased'")


def of(look: Look) -> frozenset[Erasure]:
    """Everybody who was forgotten in this database."""
    return frozenset(Erasure(ClientId(it.id), it.event) for it in look.connection.execute(_ERASED))


def is_known_still(look: Look, it: Erasure) -> bool:
    """Whether this client is here, and not forgotten; not somebody else with the same number."""
    return bool(look.connection.execute(_KNOWN, {"id": it.client}).scalar() == it.event)


def tidy_search(tx: Tx) -> None:
    """Names that were changed leave the index too: SQLite's keeps them until it is put in order."""
    if tx.is_sqlite:
        tx.connection.execute("INSERT INTO client_search(client_search) VALUES ('optimize')")


def is_in(folder: Path) -> bool:
    return (folder / FOLDER).is_dir()


def read(folder: Path) -> frozenset[Erasure]:
    """Those in a folder of copies; empty where none are. Raises StoreUnusable."""
    try:
        names = [it.name for it in (folder / FOLDER).iterdir()] if is_in(folder) else []
    except OSError as error:
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(folder / FOLDER), error.strerror or "") from None
    found = (_NAME.fullmatch(name) for name in names)
    return frozenset(Erasure(ClientId(int(it[1])), it[2]) for it in found if it is not None)


def keep(folder: Path, erased: frozenset[Erasure]) -> None:
    """Add to those in a folder of copies; that there are none is said too, by an empty one. Raises StoreUnusable."""
    try:
        make_folder(folder / FOLDER)
        for it in erased - read(folder):
            mark(folder / FOLDER / f"{it.client}-{it.event}")
    except OSError as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(folder / FOLDER), error.strerror or "") from None

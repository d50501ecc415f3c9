"""Clients who were forgotten: a list beside the copies, so that going on from an older one forgets them again.

Its file says of each only by which numbers they are found: that of the practice's first database, their own, and when
their record was made, since after a restore another client may get the same number.
"""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from frontdesk.core.domain.backups import Erasure
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import ClientId
from frontdesk.core.files import make_folder, written
from frontdesk.core.store import identity
from frontdesk.core.store.look import Look, Tx

FILE = "erased.json"

_ERASED = text("SELECT id, created_at FROM client WHERE life = :erased ORDER BY id").bindparams(
    erased=Life.ERASED.value
)


def of(look: Look) -> frozenset[Erasure]:
    """Everybody who was forgotten in this database."""
    origin = identity.of(look.connection).origin
    return frozenset(Erasure(origin, ClientId(it.id), it.created_at) for it in look.connection.execute(_ERASED))


def tidy_search(tx: Tx) -> None:
    """Names that were changed leave the index too: SQLite's keeps them until it is put in order."""
    if tx.is_sqlite:
        tx.connection.execute(text("INSERT INTO client_search(client_search) VALUES ('optimize')"))


def read(folder: Path) -> frozenset[Erasure]:
    """The list in a folder; empty where none is. Raises StoreUnusable for one that cannot be read."""
    path = folder / FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["erased"]
        return frozenset(Erasure(int(it["practice"]), ClientId(it["client"]), int(it["created_at"])) for it in told)
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(path), str(error)) from None


def keep(folder: Path, erased: frozenset[Erasure]) -> None:
    """Add to the list in a folder; it is written where it says more than before. Raises StoreUnusable."""
    known = read(folder)
    if erased <= known:
        return
    every = sorted(known | erased, key=lambda it: (it.origin, it.client, it.created_at))
    told = [{"practice": it.origin, "client": it.client, "created_at": it.created_at} for it in every]
    try:
        make_folder(folder)
        with written(folder / FILE) as (part,):
            part.write_text(json.dumps({"version": 1, "erased": told}, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(folder / FILE), error.strerror or "") from None

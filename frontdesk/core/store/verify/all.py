"""Everything there is to check, in the order in which one thing rests on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from frontdesk.core.domain.backups import KnownHead
from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.store.copying import faults
from frontdesk.core.store.look import Look
from frontdesk.core.store.values import Misshapen
from frontdesk.core.store.verify import chains, claims, guards, mails, records, sums


def damage(look: Look, known: KnownHead | None = None) -> tuple[Damage, ...]:
    """What is wrong with a database; `known` is a head that was printed, or stands in a manifest. Empty is good."""
    connection = look.connection
    parts: tuple[Callable[[], Iterator[Damage]], ...] = (
        lambda: _file(connection),
        lambda: guards.damage(connection),
        lambda: chains.damage(connection, known),
        lambda: records.damage(look),
        lambda: claims.damage(look),
        lambda: mails.damage(look),
        lambda: sums.damage(look),
    )
    found: dict[Damage, None] = {}
    for part in parts:
        try:
            found.update(dict.fromkeys(part()))
        except (DBAPIError, StoreUnusable, Misshapen, KeyError, ValueError, TypeError, AttributeError) as error:
            found[Damage("database", "", Wrong.UNREADABLE, str(error).splitlines()[0])] = None
            if isinstance(error, DBAPIError) and connection.dialect.name != "sqlite":
                break  # nothing more is answered in this transaction
    return tuple(found)


def _file(connection: Connection) -> Iterator[Damage]:
    if connection.dialect.name != "sqlite":
        return
    for said in faults(connection.exec_driver_sql, 20):
        yield Damage("file", "", Wrong.UNREADABLE, said)
    for table, row, parent, _number in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        yield Damage(table, str(row), Wrong.REFERENCE, parent)

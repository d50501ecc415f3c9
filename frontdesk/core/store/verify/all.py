"""Everything there is to check, in the order in which one thing rests on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from frontdesk.core.domain.backups import KnownHead
from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.copying import faults
from frontdesk.core.store.failures import Failed
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
        except (Failed, StoreUnusable, Misshapen, KeyError, ValueError, TypeError, AttributeError) as error:
            found[Damage("database", "", Wrong.UNREADABLE, str(error).splitlines()[0])] = None
            if isinstance(error, Failed) and not connection.is_sqlite:
                break  # nothing more is answered in this transaction
    return tuple(found)


def _file(connection: Connection) -> Iterator[Damage]:
    if not connection.is_sqlite:
        return
    for said in faults(connection.driven.execute, 20):
        yield Damage("file", "", Wrong.UNREADABLE, said)
    for table, row, parent, _number in connection.execute("PRAGMA foreign_key_check").all():
        yield Damage(table, str(row), Wrong.REFERENCE, parent)

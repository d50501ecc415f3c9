"""SQLAlchemy on a connection of ours: tables are made, migrated and looked over with it, nothing else.

It opens, commits and closes nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from frontdesk.core.store.connecting import driver
from frontdesk.core.store.connection import Connection
from frontdesk.core.store.failures import Failed


def over(connection: Connection) -> sqlalchemy.Connection:
    """For as long as the transaction lasts that the connection is in. Raises Failed."""
    connection.answer_at_once()
    if connection.is_sqlite:
        engine = sqlalchemy.create_engine(
            "sqlite://", module=driver(), creator=lambda: connection.driven, poolclass=StaticPool
        )
    else:
        engine = sqlalchemy.create_engine(
            "postgresql+psycopg://", creator=lambda: connection.driven, poolclass=StaticPool
        )
    dialect: Any = engine.dialect
    for what in ("do_commit", "do_rollback", "do_close", "do_terminate"):
        setattr(dialect, what, _nothing)
    return engine.connect()


@contextmanager
def failing() -> Iterator[None]:
    """SQLAlchemy's errors as those of the driver that it met."""
    try:
        yield
    except DBAPIError as error:
        raise Failed(error.orig or error) from None


def _nothing(*_: Any) -> None:
    pass

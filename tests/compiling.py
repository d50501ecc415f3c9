"""Every test has its own database, and so its own engine; what they say in SQL is the same, and compiled once.

SQLAlchemy keeps compiled statements by engine and dialect object. Here all engines of a kind share what they
compiled: their dialects are made by the same call, and count as equal.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import frontdesk.core.store.connecting

_compiled: dict[type, LRUCache[Any, Any]] = {}


def share(patch: pytest.MonkeyPatch) -> None:
    """From now on, in this process."""
    made = sqlalchemy.create_engine
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
        patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))

    @wraps(made)
    def create_engine(*args: Any, **more: Any) -> Engine:
        new = made(*args, **more)
        new._compiled_cache = _compiled.setdefault(type(new.dialect), LRUCache(4000))
        return new

    patch.setattr(frontdesk.core.store.connecting, "create_engine", create_engine)

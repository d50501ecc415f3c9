"""Databases that many tests begin with: each process of a run makes one of a kind, and every test has a copy.

Copying a database on a server takes longer than most tests. So what a test has left may be lent again: its rows are
made those that it began with.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_made: dict[tuple[str, str], str] = {}
_lent: dict[str, str] = {}
"""By URL which kind a database on a server was made as."""
_left: dict[str, list[str]] = {}
"""By server what tests have left."""

_REMEMBER = """
DO $$ DECLARE name text; BEGIN
CREATE SCHEMA prepared;
FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE prepared.%I AS TABLE public.%I', name, name);
END LOOP;
CREATE TABLE prepared.counters AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
END $$
"""
_RESTORE = """
DO $$ DECLARE name text; counter record; BEGIN
SET LOCAL session_replication_role = replica;
FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DELETE FROM public.%I', name);
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE TABLE prepared.%I', name, name);
END LOOP;
FOR counter IN SELECT * FROM prepared.counters LOOP
    PERFORM setval(format('public.%I', counter.sequencename), coalesce(counter.last_value, 1),
                   counter.last_value IS NOT NULL);
END LOOP;
END $$
"""


def put(url: str, kind: str, make: Callable[[str], None]) -> None:
    """A copy of what `make` makes at a URL, where nothing is yet; `kind` tells what it makes.

    `make` leaves nothing open.
    """
    (_put_on_server if url.startswith("postgresql:") else _put_file)(url, kind, make)


def left(url: str) -> None:
    """A test has left its database as it was made, but for its rows: another may have it."""
    if url in _lent:
        _left.setdefault(url.rpartition("/")[0], []).append(url)


def taken(server: str) -> str | None:
    """The URL of a database that a test has left, if there is one."""
    return _left[server].pop() if _left.get(server) else None


def _put_file(url: str, kind: str, make: Callable[[str], None]) -> None:
    if ("", kind) not in _made:
        folder = tempfile.mkdtemp(prefix="frontdesk-prepared-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        made = str(Path(folder) / "practice.db")
        make(made)
        _made["", kind] = made
    assert not Path(url).exists(), "a copy over something proves nothing"
    shutil.copyfile(_made["", kind], url)


def _put_on_server(url: str, kind: str, make: Callable[[str], None]) -> None:
    import psycopg

    server, _slash, name = url.rpartition("/")
    if _lent.get(url) == kind:
        with psycopg.connect(url) as connection:
            connection.execute(_RESTORE.encode())
        return
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if (server, kind) not in _made:
            made = f"prepared_{len(_made)}"
            connection.execute(f'CREATE DATABASE "{made}" TEMPLATE template0 STRATEGY FILE_COPY'.encode())
            make(f"{server}/{made}")
            with psycopg.connect(f"{server}/{made}") as inside:
                inside.execute(_REMEMBER.encode())
            _made[server, kind] = made
        if url in _lent:
            connection.execute(f'DROP DATABASE "{name}"'.encode())
        how = f'CREATE DATABASE "{name}" TEMPLATE "{_made[server, kind]}" STRATEGY FILE_COPY'
        connection.execute(how.encode())
    _lent[url] = kind

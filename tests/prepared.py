"""Databases that many tests begin with: each process of a run makes one of a kind, and every test has a copy."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

_made: dict[tuple[str, str], str] = {}


def put(url: str, kind: str, make: Callable[[str], None]) -> None:
    """A copy of what `make` makes at a URL, where nothing is yet; `kind` tells what it makes.

    `make` leaves nothing open.
    """
    (_put_on_server if url.startswith("postgresql:") else _put_file)(url, kind, make)


def _put_file(url: str, kind: str, make: Callable[[str], None]) -> None:
    if ("", kind) not in _made:
        folder = tempfile.mkdtemp(prefix="frontdesk-prepared-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        made = str(Path(folder) / "practice.db")
        make(made)
        _made["", kind] = made
    shutil.copyfile(_made["", kind], url)


def _put_on_server(url: str, kind: str, make: Callable[[str], None]) -> None:
    import psycopg

    server, _slash, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if (server, kind) not in _made:
            made = f"prepared_{len(_made)}"
            connection.execute(f'CREATE DATABASE "{made}" TEMPLATE template0 STRATEGY FILE_COPY'.encode())
            make(f"{server}/{made}")
            _made[server, kind] = made
        how = f'CREATE DATABASE "{name}" TEMPLATE "{_made[server, kind]}" STRATEGY FILE_COPY'
        connection.execute(how.encode())

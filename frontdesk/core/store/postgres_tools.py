"""PostgreSQL's own programs `pg_dump` and `pg_restore`, of the server's version at least, and whole databases."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable, saying
from frontdesk.core.store.connecting import shown

TRIES = 10
"""How often a name is taken from a database that others keep coming back to."""
_CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps each version's programs."""


def dump(url: str, to: Path, snapshot: str = "") -> None:
    """A copy in PostgreSQL's own form, of one snapshot. Raises StoreUnusable."""
    program = _program("pg_dump", _version_of(url), str(to))
    of = [f"--snapshot={snapshot}"] if snapshot else []
    _run([program, "--format=custom", *of, f"--file={to}"], url, StoreProblem.NOT_COPIED, str(to))


def require_readable(path: Path) -> None:
    """Raises StoreUnusable."""
    program = _program("pg_restore", 0, str(path))
    said = subprocess.run([program, "--list", str(path)], capture_output=True, check=False)
    if said.returncode:
        raise StoreUnusable(StoreProblem.DAMAGED, str(path), _last(said.stderr))


def restore(path: Path, url: str) -> None:
    """A dump into an empty database, whole or not at all. Raises StoreUnusable."""
    program = _program("pg_restore", _version_of(url), str(path))
    _run(
        [program, "--single-transaction", "--no-owner", "--exit-on-error", str(path)],
        url,
        StoreProblem.DAMAGED,
        str(path),
    )


def beside(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """An empty one on the same server, by its URL; it goes when this ends, unless it has another name by then."""
    import psycopg

    with _serving(url) as connection:
        try:
            connection.execute(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0")
        except psycopg.errors.InsufficientPrivilege:
            user = connection.info.user
            told = saying("{user} may make no databases there: ALTER ROLE {user} CREATEDB", user=user)
            raise StoreUnusable(StoreProblem.NOT_RESTORED, shown(url), told) from None
    try:
        yield beside(url, name)
    finally:
        with _serving(url) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def take_the_place_of(url: str, name: str, aside: str) -> bool:
    """A database gets the name that the URL has, and the one that had it is called `aside`; whole or not at all.

    Who is connected to it is cut off. Answers whether there was one. Raises StoreUnusable.
    """
    import psycopg

    own = unquote(urlsplit(url).path.removeprefix("/"))
    with _serving(url) as connection:
        is_there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (own,)).fetchone()
        renamed = [(name, own)] if is_there is None else [(own, aside), (name, own)]
        for attempt in range(TRIES):
            try:
                connection.execute("BEGIN")
                for before, after in renamed:
                    connection.execute(_CUT_OFF, (before,))
                    connection.execute(f"ALTER DATABASE {_quoted(before)} RENAME TO {_quoted(after)}")
                connection.execute("COMMIT")
                break
            except psycopg.Error as error:  # somebody came back in between
                connection.execute("ROLLBACK")
                if attempt == TRIES - 1:
                    told = str(error).splitlines()[0]
                    raise StoreUnusable(StoreProblem.NOT_RESTORED, own, told) from None
    return is_there is not None


@contextmanager
def _serving(url: str) -> Iterator[Any]:
    """The driver's connection beside the databases that are made and named: each statement by itself."""
    import psycopg

    try:
        with psycopg.connect(beside(url, "postgres"), autocommit=True) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise StoreUnusable(StoreProblem.UNREACHABLE, shown(url)) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _version_of(url: str) -> int:
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.info.server_version // 10000


def _program(name: str, at_least: int, where: str) -> str:
    """The newest there is. Raises StoreUnusable where none is as new as the server."""
    found = [shutil.which(name), *map(str, DEBIAN.glob(f"*/bin/{name}"))]
    versions = {path: _said(path) for path in found if path is not None}
    if not versions:
        raise StoreUnusable(StoreProblem.NOT_COPIED, where, saying("{name} is not installed", name=name))
    best = max(versions, key=lambda path: versions[path])
    if versions[best] < at_least:
        told = saying(
            "{name} is of version {old}, older than the server's {new}", name=name, old=versions[best], new=at_least
        )
        raise StoreUnusable(StoreProblem.NOT_COPIED, where, told)
    return best


def _said(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)", said)
    return int(version[1]) if version else 0


def _run(command: list[str], url: str, problem: StoreProblem, where: str) -> None:
    place = urlsplit(url)
    secret = {"PGPASSWORD": unquote(place.password)} if place.password else {}  # not for all who list programs
    plain = place._replace(netloc=re.sub(r":[^:@]*@", "@", place.netloc)).geturl() if secret else url
    said = subprocess.run(
        [*command, "--dbname", plain], capture_output=True, env={**os.environ, **secret}, check=False
    )
    if said.returncode:
        raise StoreUnusable(problem, where, _last(said.stderr) or command[0])


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""

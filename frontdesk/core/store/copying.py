"""One file of SQLite as another, while others write; and whether one is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from frontdesk.core.store.connecting import driver


def copy_file(path: Path, to: Path) -> None:
    """As it is at one moment, in one file, whatever the original keeps beside it. Raises the driver's error."""
    source, copy = driver().connect(path), driver().connect(to)
    try:
        source.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
    finally:
        source.close()
        copy.close()


def is_whole(execute: Callable[[str], Any]) -> bool:
    """What SQLite itself checks: its pages, and that nothing points at what is not there."""
    return not faults(execute, 1) and not execute("PRAGMA foreign_key_check").fetchall()


def faults(execute: Callable[[str], Any], most: int) -> list[str]:
    """What SQLite finds wrong with its pages and indexes, in its own words.

    Each search index is looked into first: the check of SQLite 3.53.4 reads it as this connection knew it last, and
    takes what others wrote meanwhile for damage.
    """
    indexes = execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'").fetchall()
    for (index,) in indexes:
        execute(f'SELECT 1 FROM "{index}" LIMIT 1').fetchall()
    said = [row[0] for row in execute(f"PRAGMA integrity_check({most})").fetchall()]
    return [it for it in said if it != "ok"]

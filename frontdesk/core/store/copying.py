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
    said = [row[0] for row in execute("PRAGMA integrity_check(1)").fetchall()]
    return said == ["ok"] and not execute("PRAGMA foreign_key_check").fetchall()

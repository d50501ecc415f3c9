"""What people and other programs do to the file of a database while it is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from frontdesk.core.domain.errors import StoreProblem
from frontdesk.core.store.connecting import driver
from tests.builders import Clock, on, open_test_desk

Swap = Callable[[Path, Path], None]
"""Of the file, and an older copy of it that lies beside."""


def into_the_file(path: Path) -> None:
    other = driver().connect(str(path))
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    other.close()


def copy_of(path: Path, to: Path) -> Path:
    """A copy as people should make one."""
    source, copy = driver().connect(str(path)), driver().connect(str(to))
    source.backup(copy)
    source.close()
    copy.close()
    return to


def moved_over(path: Path, copy: Path) -> None:
    copy.replace(path)


def moved_over_and_wal_removed(path: Path, copy: Path) -> None:
    copy.replace(path)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def copied_over(path: Path, copy: Path) -> None:
    """As `cp` does it: the same inode, the same number of the database."""
    path.write_bytes(copy.read_bytes())


def another_practice_copied_over(path: Path, copy: Path) -> None:
    open_test_desk(copy.with_name("other.db"), Clock(on(22, 8))).close()
    path.write_bytes(copy.with_name("other.db").read_bytes())


def removed(path: Path, copy: Path) -> None:
    path.unlink()


def moved_away(path: Path, copy: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def truncated(path: Path, copy: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(8192)


def emptied(path: Path, copy: Path) -> None:
    path.write_bytes(b"")


def wal_removed(path: Path, copy: Path) -> None:
    path.with_name(path.name + "-wal").unlink()


SWAPS: dict[Swap, StoreProblem] = {
    moved_over: StoreProblem.REPLACED,
    moved_over_and_wal_removed: StoreProblem.REPLACED,
    copied_over: StoreProblem.REPLACED,
    another_practice_copied_over: StoreProblem.REPLACED,
    removed: StoreProblem.REMOVED,
    moved_away: StoreProblem.REMOVED,
    truncated: StoreProblem.REPLACED,
    emptied: StoreProblem.REPLACED,
    wal_removed: StoreProblem.REPLACED,
}

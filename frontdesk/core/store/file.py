"""The file of a SQLite database, looked at beside SQLite: whether what is open is what lies at the path.

SQLite itself never asks: it writes on into a file that was moved away, mixes what it knows with a file that was
copied over, and replays a `-wal` into whatever it lies beside. So the header of the main file carries the database's
own number (`application_id`) and counts its commits (`user_version`); every commit then begins its part of the `-wal`
with that header, and what belongs together can be told.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from
from typing import Any, BinaryIO

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable

MAGIC = b"SQLite format 3\x00"
BESIDE = ("-wal", "-shm")
LOOKS = 5
"""How often what does not fit is looked at."""
HEADER, _WAL_HEADER, _FRAME_HEADER = 100, 32, 24

Ident = tuple[int, int]
"""Device and inode."""
Opened = tuple[Ident, ...]
"""The file, and with a `-wal` what lies beside it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the main file itself says; see https://sqlite.org/fileformat2.html#the_database_header."""

    size: int
    commits: int
    number: int

    def follows(self, before: Header) -> bool:
        """Whether it can be the same file, later: one that is written to never gets shorter or older."""
        return self.commits >= before.commits and self.size >= before.size


class _Handles:
    """One handle on each file that is open here: closing any drops the locks SQLite has on it in this process.

    https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[Ident, list[int]] = {}

    def take(self, path: Path) -> tuple[Ident, int]:
        """The file at a path and a handle on it, until it is given back as often. Raises OSError."""
        with self._lock:
            held = self._held.get(_ident(path))
            handle = held[0] if held is not None else os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            of = os.fstat(handle)
            ident = (of.st_dev, of.st_ino)
            self._held.setdefault(ident, [handle, 0])[1] += 1
            return ident, handle

    def give_back(self, ident: Ident) -> None:
        with self._lock:
            held = self._held[ident]
            held[1] -= 1
            if not held[1]:
                os.close(self._held.pop(ident)[0])


_handles = _Handles()


def head_of(path: Path) -> bytes:
    """How a file begins, read without harm to the locks of this process. Raises OSError."""
    ident, handle = _handles.take(path)
    try:
        return os.pread(handle, HEADER, 0)
    finally:
        _handles.give_back(ident)


def require_own_wal(path: Path) -> None:
    """A `-wal` that another file left behind would be replayed into this one. Raises OSError, StoreUnusable.

    Others may write while this is read: what does not fit is looked at again before it is believed.
    """
    for _ in range(LOOKS):
        if _has_own_wal(path):
            return
        time.sleep(0.02)
    raise StoreUnusable(StoreProblem.STRAY_WAL, str(path))


def _has_own_wal(path: Path) -> bool:
    main = _header(head_of(path), 0)
    try:
        with _beside(path, "-wal").open("rb") as wal:
            kept = tuple(_headers_in(wal))
    except FileNotFoundError:
        return True
    if main is None or not main.number or not kept:
        return True
    is_of_it = main.number in {it.number for it in kept}
    return is_of_it and kept[0].commits - 1 <= main.commits <= max(it.commits for it in kept)


class OpenFile:
    """The file that one store has open, with all its connections of the driver."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_wal = False
        self._lock = threading.Lock()
        self._ident, self._handle = _handles.take(path)
        self._opened: Opened = (self._ident,)
        self._numbers: set[int] = set()
        self._seen: Header | None = None
        self._lost: StoreProblem | None = None
        self._connections: list[Any] = []
        self._index: tuple[Ident, int] | None = None

    def opened(self, connection: Any, is_wal: bool) -> None:
        """A new connection, which has open what lies there now."""
        with self._lock:
            self._connections.append(connection)
            if is_wal and not self.is_wal:
                self.is_wal = True
                self._opened = _there(self.path, is_wal)
                self._index = _handles.take(_beside(self.path, "-shm"))
        self.look()

    def closed(self, connection: Any) -> None:
        with self._lock:
            self._connections = [it for it in self._connections if it is not connection]

    def all_closed(self) -> None:
        """No connection is open any more: what lies beside may have gone with the last one."""
        with self._lock:
            if self._index is not None:
                _handles.give_back(self._index[0])
            self._index, self._opened, self.is_wal = None, (self._ident,), False

    def expect(self, number: int) -> None:
        """The database's own number as SQLite has read it; what was seen before it was put there is over."""
        with self._lock:
            self._numbers.add(number)
            self._seen = None

    def require_same(self, *, at_least: int = 0, at_most: int | None = None) -> None:
        """Raises StoreUnusable, from now on always, where the path leads elsewhere or the file was written over.

        `at_least` and `at_most` are the commits that the main file can hold.
        """
        problem = self.look(at_least, at_most)
        if problem is not None:
            raise StoreUnusable(problem, str(self.path))

    @property
    def has_other_number(self) -> bool:
        """Whether the main file has a number that nobody told of."""
        header = _header(os.pread(self._handle, HEADER, 0), 0)
        return header is not None and bool(self._numbers) and header.number not in (0, *self._numbers)

    def lose(self, problem: StoreProblem) -> None:
        """What SQLite reads there is another database."""
        with self._lock:
            if self._lost is None:
                self._lost = problem
                self._let_go()

    def look(self, at_least: int = 0, at_most: int | None = None) -> StoreProblem | None:
        """What has become of the file, None where it is the same."""
        with self._lock:
            if self._lost is None:
                self._lost = self._look(at_least, at_most)
                if self._lost is not None:
                    self._let_go()
            return self._lost

    @property
    def waiting_pages(self) -> int:
        """Pages in the `-wal` that are not in the main file yet, from SQLite's own index of it (`-shm`).

        https://sqlite.org/walformat.html#the_wal_index_header
        """
        if self._index is None:
            return 0
        index = os.pread(self._index[1], 100, 0)
        return unpack_from("=I", index, 16)[0] - unpack_from("=I", index, 96)[0] if len(index) == 100 else 0

    def close(self) -> None:
        """After all its connections."""
        if self._lost is None:
            _handles.give_back(self._ident)
            if self._index is not None:
                _handles.give_back(self._index[0])

    def _look(self, at_least: int, at_most: int | None) -> StoreProblem | None:
        try:
            now = _there(self.path, self.is_wal)
        except FileNotFoundError:
            return StoreProblem.REPLACED if self.path.exists() else StoreProblem.REMOVED
        header = _header(os.pread(self._handle, HEADER, 0), os.fstat(self._handle).st_size)
        if header is None:  # which a file that is being made has not yet
            return StoreProblem.REPLACED if self._numbers or now != self._opened else None
        seen, self._seen = self._seen, header
        is_same = (
            now == self._opened
            and at_least <= header.commits <= (header.commits if at_most is None else at_most)
            and (not self._numbers or not header.number or header.number in self._numbers)
            and (seen is None or header.follows(seen))
        )
        return None if is_same else StoreProblem.REPLACED

    def _let_go(self) -> None:
        """No connection to what was there is ever closed: SQLite would write its `-wal` back, and delete by name."""
        import ctypes  # nobody needs it else

        for connection in self._connections:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


def _there(path: Path, is_wal: bool) -> Opened:
    """Raises OSError."""
    return tuple(_ident(it) for it in (path, *(_beside(path, end) for end in BESIDE if is_wal)))


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _ident(path: Path) -> Ident:
    found = path.stat()
    return found.st_dev, found.st_ino


def _header(begin: bytes, size: int) -> Header | None:
    if len(begin) < HEADER or not begin.startswith(MAGIC):
        return None
    return Header(size=size, commits=unpack_from(">i", begin, 60)[0], number=unpack_from(">i", begin, 68)[0])


def _headers_in(wal: BinaryIO) -> Iterator[Header]:
    """The headers that commits in a `-wal` begin with, those of an earlier round left out.

    https://sqlite.org/fileformat2.html#the_write_ahead_log
    """
    begin = wal.read(_WAL_HEADER)
    if len(begin) < _WAL_HEADER:
        return
    page, salt = unpack_from(">I", begin, 8)[0], begin[16:24]
    while len(frame := wal.read(_FRAME_HEADER)) == _FRAME_HEADER and frame[8:16] == salt:
        number, rest = unpack_from(">I", frame, 0)[0], page
        if number == 1:
            header = _header(wal.read(HEADER), 0)
            rest -= HEADER
            if header is not None:
                yield header
        wal.seek(rest, os.SEEK_CUR)

"""Files for people: written beside and named when they are whole, for this user alone, never through a link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PART_NAME = ".frontdesk-{}.part"
"""Of what is not whole yet."""
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def write_private(texts: Mapping[Path, str], *, anew: bool = False) -> None:
    """Writes texts with people's names in them, all or none; see `written`. Raises OSError."""
    with written(*texts, anew=anew) as parts:
        for part, text in zip(parts, texts.values(), strict=True):
            part.write_text(text, encoding="utf-8", newline="")


@contextmanager
def written(*places: Path, anew: bool = False) -> Iterator[tuple[Path, ...]]:
    """A file to fill for each place; once all are whole and on disk they get their names, one right after another.

    Whatever fails before that leaves what was there. Missing folders are made. With `anew` nothing takes the name of
    a file that is there. Raises OSError, for a place too that holds no ordinary file: a link, a folder, a device.
    """
    parts: list[Path] = []
    try:
        for place in places:
            _require_free(place, anew)
            make_folder(place.parent)
            parts.append(_part(place.parent))
        yield tuple(parts)
        for part in parts:
            _sync(part)
        for part, place in zip(parts, places, strict=True):
            _require_free(place, anew)
            if anew:
                _name_anew(part, place)
            else:
                part.replace(place)
        for folder in {place.parent for place in places}:
            _sync(folder)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def mark(place: Path) -> None:
    """An empty file, on disk; one that is there stays. Raises OSError."""
    make_folder(place.parent)
    os.close(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, PRIVATE_FILE))
    _sync(place.parent)


@contextmanager
def private_file(folder: Path) -> Iterator[Path]:
    """A file of our own, empty, which is gone when this ends. Raises OSError."""
    made = _part(folder)
    try:
        yield made
    finally:
        made.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """A folder for this user alone, and those it lies in, where they are missing. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def _require_free(place: Path, anew: bool) -> None:
    try:
        there = place.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(there):
        raise OSError(errno.ELOOP, "it is a link; name the file that it leads to", str(place))
    if not stat.S_ISREG(there):
        raise OSError(errno.EINVAL, "it is no ordinary file", str(place))
    if anew:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
    if not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _part(folder: Path) -> Path:
    part = folder / PART_NAME.format(os.urandom(8).hex())
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))
    return part


def _name_anew(part: Path, place: Path) -> None:
    """A second name is refused where there is one; a new name for the only one is not."""
    try:
        os.link(part, place)
    except FileExistsError:
        raise
    except OSError:  # no second names on this file system
        part.rename(place)


def _sync(path: Path) -> None:
    """A file, or a folder with the names in it, is on disk."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

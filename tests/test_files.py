"""Files for people: whole or as before, for this user alone, never through a link, whatever stops the writing."""

from __future__ import annotations

import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core import files
from frontdesk.core.files import write_private


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file grows beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder: Path) -> list[str]:
    return sorted(it.name for it in folder.iterdir())


@pytest.fixture
def older(tmp_path: Path) -> dict[Path, str]:
    """Two files that were written before."""
    texts = {tmp_path / "a.csv": "old a", tmp_path / "b.csv": "old b"}
    write_private(texts)
    return texts


def unchanged(older: dict[Path, str]) -> bool:
    folder = next(iter(older)).parent
    return names(folder) == ["a.csv", "b.csv"] and all(path.read_text() == text for path, text in older.items())


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_files_and_new_folders_are_for_this_user_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_private({tmp_path / "new" / "deep" / "a.csv": "Ann\r\nBob"})
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "deep" / "a.csv").read_bytes() == b"Ann\r\nBob"
    modes = [tmp_path / "new", tmp_path / "new" / "deep", tmp_path / "new" / "deep" / "a.csv"]
    assert [stat.S_IMODE(it.stat().st_mode) for it in modes] == [0o700, 0o700, 0o600]
    assert names(tmp_path / "new" / "deep") == ["a.csv"]


def test_a_full_disk_leaves_the_older_files_whole(older: dict[Path, str]) -> None:
    first, second = older
    with room_for(4096), pytest.raises(OSError) as said:
        write_private({first: "new a", second: "x" * 100_000})
    assert said.value.errno == errno.EFBIG
    assert unchanged(older)


@pytest.mark.parametrize("step", ["_part", "_sync", "_require_free"])
@pytest.mark.parametrize("at", [1, 2])
def test_whatever_fails_before_the_first_is_named_leaves_everything(
    older: dict[Path, str], monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    real, calls = getattr(files, step), 0

    def fails(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(errno.EIO, "Input/output error")
        return real(*given)

    monkeypatch.setattr(files, step, fails)
    with pytest.raises(OSError, match="Input/output"):
        write_private(dict.fromkeys(older, "new"))
    assert unchanged(older)


def test_nothing_is_written_through_a_link(older: dict[Path, str], tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "a.csv")
    with pytest.raises(OSError, match="link"):
        write_private({tmp_path / "b.csv": "new", link: "new"})
    link.unlink()
    assert unchanged(older)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_ordinary_file_stays(older: dict[Path, str], tmp_path: Path, make: Any) -> None:
    place = tmp_path / "c"
    make(place)
    kind = stat.S_IFMT(place.stat().st_mode)
    with pytest.raises(OSError, match="no ordinary file"):
        write_private({tmp_path / "b.csv": "new", place: "new"})
    assert stat.S_IFMT(place.stat().st_mode) == kind
    place.rmdir() if place.is_dir() else place.unlink()
    assert unchanged(older)


def test_a_file_that_somebody_locked_is_not_replaced(older: dict[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # whoever may do everything, may
    with pytest.raises(PermissionError):
        write_private(dict.fromkeys(older, "new"))
    assert unchanged(older)


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_never_takes_the_name_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def none(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", none)
    place = tmp_path / "seal.key"
    write_private({place: "mine"}, anew=True)
    with pytest.raises(FileExistsError):
        write_private({place: "yours"}, anew=True)
    assert place.read_text() == "mine" and names(tmp_path) == ["seal.key"]


def test_of_two_who_make_a_new_file_at_once_one_is_told(tmp_path: Path) -> None:
    place = tmp_path / "seal.key"
    with pytest.raises(FileExistsError), files.written(place, anew=True) as (part,):
        part.write_text("mine")
        write_private({place: "theirs"}, anew=True)
    assert place.read_text() == "theirs" and names(tmp_path) == ["seal.key"]

""" "Saved" is said after the disk has it: how every connection is opened, and the order of the system calls.

A killed process proves nothing of this: what it wrote stays with the system.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from frontdesk.core.store.engine import Store
from tests.store.evidence import open_practice

SAVE = """
import os, sys
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.desk import Desk
from frontdesk.core.store.engine import Store
from tests.store.evidence import now

if {synchronous!r}:
    from frontdesk.core.store.connection import SqliteConnection
    begin = SqliteConnection.begin
    def begun(self):
        self.driven.execute("PRAGMA synchronous={synchronous}")
        begin(self)
    SqliteConnection.begin = begun
desk = Desk(Store(sys.argv[1]), clock=now)
for number in range(5):
    os.write(1, b"asked\\n")
    desk.do(AddClient(client=NewClient(name=f"Client {{number}}")))
    os.write(1, b"saved\\n")
os._exit(0)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "practice.db"
    open_practice(str(path)).close()
    return path


@pytest.mark.parametrize("safe", [True, False])
def test_every_connection_is_as_safe_as_it_has_to_be(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool
) -> None:
    monkeypatch.setattr("frontdesk.core.store.connecting.has_safe_wal", lambda _: safe)
    store = Store(str(path if safe else tmp_path / "other.db"), create=True)
    said = {}
    for name in ("_reading", "_writing", "_marking"):
        with getattr(store, name).lent() as connection:
            asked = ("journal_mode", "synchronous", "foreign_keys", "query_only")
            said[name] = tuple(connection.execute(f"PRAGMA {it}").scalar() for it in asked)
    store.close()
    full, extra = 2, 3
    journal, sync = ("wal", full) if safe else ("delete", extra)
    assert said["_writing"] == (journal, sync, 1, 0)
    assert said["_reading"] == (journal, sync, 1, 1)
    assert said["_marking"] == (journal, 1 if safe else extra, 1, 0)


def traced(path: Path, tmp_path: Path, synchronous: str = "") -> list[str]:
    """What a process that saves does to the `-wal`, and what it says, in order."""
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("FRONTDESK_TESTS_MUST_RUN"):
            pytest.fail("strace is not installed")
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    calls = "trace=openat,write,pwrite64,fsync,fdatasync"
    command = [strace, "-f", "-y", "-o", str(trace), "-e", calls, sys.executable, "-c"]
    code = SAVE.format(synchronous=synchronous)
    done = subprocess.run([*command, code, str(path)], stdout=subprocess.PIPE, check=False)
    if done.returncode and b"saved" not in done.stdout:
        pytest.skip("this machine lets nobody trace")
    said = []
    for line in trace.read_text(errors="replace").splitlines():
        if "asked" in line and "write(1" in line:
            said.append("asked")
        elif "saved" in line and "write(1" in line:
            said.append("saved")
        elif "pwrite64(" in line and "-wal>" in line:
            said.append("write")
        elif re.search(r"\b(fsync|fdatasync)\(", line) and "-wal>" in line:
            said.append("sync")
    return said


def is_synced_before_it_is_said(said: list[str]) -> bool:
    """Between the last write and each "saved" there is a sync."""
    is_on_disk, told = False, 0
    for step in said:
        if step == "write":
            is_on_disk = False
        elif step == "sync":
            is_on_disk = True
        elif step == "saved":
            told += 1
            if not is_on_disk:
                return False
    return told > 0


def test_nothing_is_said_to_be_saved_before_the_disk_has_it(path: Path, tmp_path: Path) -> None:
    said = traced(path, tmp_path)
    assert said.count("saved") == 5
    assert is_synced_before_it_is_said(said)


def test_without_the_sync_this_would_be_seen(path: Path, tmp_path: Path) -> None:
    said = traced(path, tmp_path, "OFF")
    assert said.count("saved") == 5
    assert not is_synced_before_it_is_said(said)

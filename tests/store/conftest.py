"""A fresh database on each engine."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontdesk.core.desk import Desk
from tests.postgres import Server, why_not
from tests.store.evidence import open_practice
from tests.store.racing import Crew

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL of its own for this run; skips where none can be started, unless the tests must run."""
    reason = why_not()
    if reason is not None:
        if os.environ.get("FRONTDESK_TESTS_MUST_RUN"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-pg-"))  # not in tmp_path: only its owner may enter that
    folder.chmod(0o755)
    started = Server(folder / "server")
    yield started
    started.process.send_signal(signal.SIGINT)  # at once, whoever is still connected
    started.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is not there yet (SQLite) or empty (PostgreSQL)."""
    if request.param == "sqlite":
        return str(tmp_path / "practice.db")
    server: Server = request.getfixturevalue("server")
    return server.database()


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """A desk on a fresh database with the practice of `evidence.py`."""
    opened = open_practice(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    hired = Crew()
    yield hired
    hired.dismiss()

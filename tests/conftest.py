"""A fresh database on each engine, and a report of the requirement lines that passing tests prove."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from frontdesk.core.render.language import speak
from tests import prepared
from tests.postgres import Server, why_not
from tests.sizes import FULL

os.environ["TEXTUAL_ANIMATIONS"] = "none"
settings.register_profile("house", deadline=None)  # a busy machine is no fault
settings.load_profile("house")
for name in ("TEXTUAL_THEME", "NO_COLOR", "FRONTDESK_DATABASE", "FRONTDESK_CONFIG", "FRONTDESK_GLYPHS"):
    os.environ.pop(name, None)

ENGINES = ("sqlite", "postgresql")
REQUIREMENTS = Path(__file__).parent.parent / "docs" / "requirements.md"
COVERED: set[str] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="The big proofs at their full size.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--full"):
        os.environ[FULL] = "1"


@pytest.fixture(autouse=True)
def english() -> None:
    """Every test begins in English, whatever language the one before it spoke last."""
    speak("en")


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
    started.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_server(server: Server) -> Iterator[Server]:
    """One that a test may freeze and stop; skips where there is none."""
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-own-"))
    folder.chmod(0o755)
    started = Server(folder / "server")
    yield started
    started.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database can be put: nothing is there yet."""
    if request.param == "sqlite":
        return str(tmp_path / "practice.db")
    server: Server = request.getfixturevalue("server")
    return server.free()


@pytest.fixture
def practice_url(store_url: str) -> Iterator[str]:
    """Where the practice of `builders` can be put; the test changes nothing there but rows."""
    url = prepared.taken(store_url.rpartition("/")[0]) or store_url
    yield url
    prepared.left(url)


@pytest.fixture
def empty_url(store_url: str, request: pytest.FixtureRequest) -> str:
    """Where a practice can be made: nothing is there yet (SQLite), or an empty database (PostgreSQL)."""
    if store_url.startswith("postgresql:"):
        server: Server = request.getfixturevalue("server")
        return server.database()
    return store_url


@pytest.fixture(scope="session")
def year() -> Path:
    """The full year of the sample practice; skips where it is not at hand."""
    shared = os.environ.get("FRONTDESK_SHARED")
    folder = Path(shared) / "data" / "outpatient" if shared else None
    if folder is None or not folder.is_dir():
        pytest.skip("FRONTDESK_SHARED does not name the folder with the full year")
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    ids = [str(id_) for mark in item.iter_markers("covers") for id_ in mark.args]
    item.user_properties.extend(("covers", id_) for id_ in ids)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed:
        COVERED.update(str(value) for name, value in report.user_properties if name == "covers")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = re.findall(r"^- (\d-\d\d) ", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    proven = [id_ for id_ in lines if id_ in COVERED]
    if COVERED and not hasattr(terminalreporter.config, "workerinput"):
        terminalreporter.write_sep("-", f"{len(proven)} of {len(lines)} requirement lines proven")
        terminalreporter.write_line(" ".join(proven))

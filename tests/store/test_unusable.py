"""Databases that cannot be used: a sentence that says what to do, and nothing half written."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.desk import Desk, open_desk
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.render.words.errors import plain_error
from frontdesk.core.store.engine import Store
from frontdesk.core.store.migrate import upgrade
from tests.builders import Clock, booked, on, open_test_desk

NOBODY = 65534


def test_a_full_disk_saves_all_of_a_booking_or_nothing(tmp_path: Path) -> None:
    """SQLite itself refuses another page, as it does when the disk has none."""
    desk = open_test_desk(tmp_path / "practice.db")
    with desk.store.reading() as connection:
        pages = connection.execute("PRAGMA page_count").scalar_one() + 6

    with desk.store._writing.lent() as connection:  # there is one, which is lent again
        connection.execute(f"PRAGMA max_page_count={pages}")
    saved = 0
    with pytest.raises(StoreUnusable) as caught:
        for day in range(24, 27):
            for hour in (9, 10, 11, 13, 14, 15, 16):
                booked(desk, on(day, hour), practitioner="bob", client=f"Client {day} {hour} {'x' * 900}")
                saved += 1

    assert caught.value.problem is StoreProblem.FULL
    assert "make room" in plain_error(caught.value)
    found = desk.see(ListAppointments(first=on(23, 0).date())).items
    assert 0 < saved == len(found)
    assert desk.store.facts()["check"] == "ok"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may look into."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def as_nobody(work: Callable[[], str]) -> str:
    """What a function answers in a process that has no rights."""
    processes = multiprocessing.get_context("fork")
    answers = processes.Queue()

    def run() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        answers.put(work())

    process = processes.Process(target=run)
    process.start()
    try:
        return str(answers.get(timeout=30))
    finally:
        process.join()


def problem_of(url: Path, create: bool = False) -> str:
    try:
        desk = open_desk(str(url), create=create, clock=Clock())
        booked(desk, on(24, 9))
    except StoreUnusable as error:
        return error.problem.value
    return "fine"


@pytest.mark.parametrize(
    ("mode", "problem"), [(0o444, {StoreProblem.READ_ONLY.value}), (0o000, {StoreProblem.UNREADABLE.value})]
)
def test_a_database_without_rights_says_so(open_folder: Path, mode: int, problem: set[str]) -> None:
    path = open_folder / "practice.db"
    open_test_desk(path).close()
    path.chmod(mode)
    open_folder.chmod(0o555)

    assert as_nobody(lambda: problem_of(path)) in problem
    path.chmod(0o600)
    assert problem_of(path) == "fine"


def test_a_place_that_cannot_be_written_to_gets_no_database(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    path = open_folder / "practice.db"

    assert as_nobody(lambda: problem_of(path, create=True)) == StoreProblem.READ_ONLY.value
    assert not path.exists()


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE client (mine INTEGER)")
    other.commit()
    other.close()
    before = path.read_bytes()

    with pytest.raises(StoreUnusable) as caught:
        Store(str(path), create=True)
    assert caught.value.problem is StoreProblem.NOT_A_DATABASE
    assert path.read_bytes() == before


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "words"])
@pytest.mark.parametrize("opened", [lambda path: Store(path), lambda path: upgrade(path, "1")])
def test_what_is_no_file_is_no_database_and_nobody_waits_at_it(
    tmp_path: Path, kind: str, opened: Callable[[str], object]
) -> None:
    path = Path(os.devnull) if kind == "device" else tmp_path / "practice.db"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "words":
        path.write_text("Monday: Clara at nine")
    with pytest.raises(StoreUnusable) as caught:
        opened(str(path))
    assert caught.value.problem is StoreProblem.NOT_A_DATABASE


def test_what_could_not_be_made_can_be_made_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StoreUnusable(StoreProblem.FULL, "x")

    with monkeypatch.context() as broken:
        broken.setattr("frontdesk.core.store.engine.make_schema", fails)
        with pytest.raises(StoreUnusable):
            Store(str(tmp_path / "practice.db"), create=True)
    assert Store(str(tmp_path / "practice.db"), create=True).facts()["check"] == "ok"


def test_the_last_to_close_leaves_one_file(tmp_path: Path) -> None:
    desk: Desk = open_test_desk(tmp_path / "practice.db")
    booked(desk, on(24, 9))
    desk.close()

    assert [file.name for file in tmp_path.iterdir()] == ["practice.db"]

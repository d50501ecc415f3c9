"""The log of faults: for this user alone, bounded, shared by several programs, and nobody is named in it."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.errors import UniqueViolation

from frontdesk import log
from frontdesk.core.domain.appointments import AppointmentId


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "frontdesk.log"


@pytest.fixture
def logger(place: Path) -> Iterator[logging.Logger]:
    made = logging.Logger("frontdesk.test")
    handler = log._file_handler(place)
    made.addHandler(handler)
    yield made
    handler.close()


def test_a_fault_says_where_and_of_what_kind_and_names_nobody(logger: logging.Logger, place: Path) -> None:
    def look_up(name: str) -> None:
        try:
            int(name)
        except ValueError as error:
            raise RuntimeError(f"no number for {name}") from error

    try:
        look_up("".join(["Cla", "ra"]))
    except RuntimeError:
        logger.exception("fault\x1b]52;c;aGk=\x07 of %s", AppointmentId(7))
    text = place.read_text()
    assert "ERROR" in text and "of 7" in text and "in look_up" in text
    assert text.index("builtins.ValueError") < text.index("builtins.RuntimeError")
    assert "Clara" not in text and "\x1b" not in text and "\\x1b]52" in text


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (UniqueViolation("Key (name)=(secret) already exists."), "psycopg.errors.UniqueViolation 23505\n"),
        (OSError(errno.ENOSPC, "No space left", "/home/secret"), "builtins.OSError 28\n"),
    ],
)
def test_a_fault_says_what_the_database_or_the_system_calls_it(
    logger: logging.Logger, place: Path, fault: Exception, said: str
) -> None:
    try:
        raise fault
    except Exception:
        logger.exception("fault")
    assert place.read_text().endswith(said) and "secret" not in place.read_text()


@pytest.mark.parametrize("older", [True, False])
def test_the_log_is_for_this_user_alone_and_does_not_grow_for_ever(
    logger: logging.Logger, place: Path, monkeypatch: pytest.MonkeyPatch, older: bool
) -> None:
    if older:
        place.touch(mode=0o644)
    [handler] = logger.handlers
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(200):
        logger.warning("line %d", number)
    files = sorted(place.parent.iterdir())
    assert [it.name for it in files] == ["frontdesk.log", *(f"frontdesk.log.{n}" for n in (1, 2, 3))]
    assert {stat.S_IMODE(it.stat().st_mode) for it in files} == {0o600}
    assert all(it.stat().st_size <= 2000 for it in files)
    assert "line 199" in place.read_text()


def test_another_program_goes_on_in_the_new_file(logger: logging.Logger, place: Path) -> None:
    logger.warning("before")
    place.rename(place.with_name("frontdesk.log.1"))  # as another one does that rotates
    logger.warning("after")
    assert "after" in place.read_text() and "before" not in place.read_text()


def test_eight_programs_write_whole_lines(place: Path) -> None:
    def write(who: int) -> None:
        made = logging.Logger("frontdesk.test")
        made.addHandler(log._file_handler(place))
        for number in range(50):
            made.warning("program %d says %d", who, number)

    programs = [multiprocessing.get_context("fork").Process(target=write, args=(who,)) for who in range(8)]
    for it in programs:
        it.start()
    for it in programs:
        it.join()
    lines = place.read_text().splitlines()
    assert len(lines) == 400 and {line.split(": ")[1] for line in lines} == {
        f"program {who} says {number}" for who in range(8) for number in range(50)
    }


def test_a_log_that_cannot_be_written_disturbs_nobody(
    logger: logging.Logger, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.mkdir()
    logger.warning("nowhere")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


@pytest.fixture
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    """The log of the program, as at its start."""
    monkeypatch.setattr(log._LOG, "handlers", [])
    monkeypatch.setattr(log._LOG, "propagate", True)
    return log._LOG


def test_a_program_without_a_screen_says_it_on_standard_error_and_names_nobody_there(
    own_handlers: logging.Logger, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_log_path", lambda name: tmp_path / "state" / name)
    log.log_to_stderr()
    where = log.log_to_file()
    assert log.log_to_file() == where and len(own_handlers.handlers) == 2
    assert not where.parent.exists(), "nothing was said yet"
    try:
        raise ValueError("".join(["Cla", "ra"]))
    except ValueError:
        logging.getLogger("frontdesk.sender").exception("fault while delivering")
    for text in (capsys.readouterr().err, where.read_text()):
        assert "fault while delivering" in text and "builtins.ValueError" in text and "Clara" not in text
    assert stat.S_IMODE(where.parent.stat().st_mode) == 0o700

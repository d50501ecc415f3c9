"""The file is the one that was opened: whatever is put in its place is noticed, and nothing is said to be saved."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.words.errors import plain_error
from frontdesk.core.store.engine import Store
from tests.builders import PRACTICE, Clock, booked, on, open_test_desk
from tests.store.swapping import SWAPS, Swap, copied_over, copy_of, into_the_file, moved_over


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "practice.db"


@pytest.fixture
def desk(path: Path) -> Desk:
    return open_test_desk(path)


@pytest.fixture
def copy(desk: Desk, path: Path) -> Path:
    """A copy from before two bookings, which the main file has by now."""
    made = copy_of(path, path.with_name("copy.db"))
    booked(desk, on(24, 9))
    booked(desk, on(24, 10))
    into_the_file(path)
    return made


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
def test_what_is_put_in_its_place_is_never_written(desk: Desk, path: Path, copy: Path, swap: Swap) -> None:
    booked(desk, on(24, 11))  # the file has been looked at since it has the two bookings

    swap(path, copy)
    there = path.read_bytes() if path.exists() else None
    for _ in range(2):  # and it stays so
        with pytest.raises(StoreUnusable) as caught:
            booked(desk, on(24, 14))
        assert caught.value.problem is SWAPS[swap]
    assert "nothing was saved" in plain_error(caught.value)

    desk.close()
    assert (path.read_bytes() if path.exists() else None) == there, "what people put there stays as they put it"


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
def test_every_open_terminal_notices_by_itself(desk: Desk, path: Path, copy: Path, swap: Swap) -> None:
    watch = desk.watch()
    watch.touched(0)
    swap(path, copy)
    with pytest.raises(StoreUnusable) as caught:
        watch.touched(0)
    assert caught.value.problem is SWAPS[swap]


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
def test_a_swap_before_the_answer_is_no_save(
    desk: Desk, path: Path, copy: Path, swap: Swap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the file and the commit."""
    committed = Store._committed

    def swapped(store: Store, *more: Any) -> None:
        monkeypatch.setattr(Store, "_committed", committed)
        swap(path, copy)
        committed(store, *more)

    monkeypatch.setattr(Store, "_committed", swapped)
    with pytest.raises(StoreUnusable) as caught:
        booked(desk, on(24, 14))
    assert caught.value.problem is SWAPS[swap]


@pytest.mark.parametrize("swap", [moved_over, copied_over])
def test_who_opens_it_later_is_told_of_the_wal_that_was_left(desk: Desk, path: Path, copy: Path, swap: Swap) -> None:
    booked(desk, on(24, 11))
    swap(path, copy)

    with pytest.raises(StoreUnusable) as caught:
        Store(str(path))
    assert caught.value.problem is StoreProblem.STRAY_WAL


def test_a_newer_copy_of_another_life_does_not_go_with_the_wal(desk: Desk, path: Path) -> None:
    """Somebody worked on with a copy elsewhere, and puts it back."""
    elsewhere = copy_of(path, path.with_name("copy.db"))
    other = Desk(Store(str(elsewhere)), clock=desk.clock)
    for hour in (9, 10, 11, 13, 14):
        booked(other, on(25, hour))
    other.close()
    booked(desk, on(24, 9))

    path.write_bytes(elsewhere.read_bytes())
    with pytest.raises(StoreUnusable):
        booked(desk, on(24, 14))
    with pytest.raises(StoreUnusable):
        Store(str(path))


def test_others_who_write_and_tidy_up_are_no_swap(desk: Desk, path: Path) -> None:
    other = Desk(Store(str(path)), clock=desk.clock)
    watch = desk.watch()
    for day in (24, 25, 26):
        for hour in (9, 10, 11, 13, 14):
            booked(desk, on(day, hour))
            booked(other, on(day, hour), practitioner="bob", client="Other")
            watch.touched(0)
        into_the_file(path)
    other.close()
    booked(desk, on(27, 9))
    watch.close()
    desk.close()
    assert len(Desk(Store(str(path)), clock=desk.clock).see(ListAppointments(first=on(23, 0).date())).items) == 31


def test_a_rollback_journal_is_looked_at_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.core.store.connecting.has_safe_wal", lambda _: False)
    desk = Desk(Store(str(path), create=True, is_drill=True), clock=Clock())
    desk.do(ApplyPractice(file=practice_file(PRACTICE)))
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    booked(desk, on(24, 9))
    copied_over(path, copy)
    with pytest.raises(StoreUnusable) as caught:
        booked(desk, on(24, 10))
    assert caught.value.problem is StoreProblem.REPLACED

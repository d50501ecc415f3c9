"""A file put in the place of the database while seven processes write: nothing is said to be saved that is not there.

What was asked before the swap may be saved or not; of what was asked after it nothing is.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import Busy, StoreProblem, StoreUnusable
from frontdesk.core.store import engine
from frontdesk.core.store.engine import Store
from tests.sizes import size
from tests.store.evidence import faults, now, open_practice
from tests.store.racing import Crew, Place
from tests.store.swapping import (
    Swap,
    copied_over,
    copy_of,
    emptied,
    into_the_file,
    moved_over,
    moved_over_and_wal_removed,
    removed,
    truncated,
    wal_removed,
)

SWAPS = (moved_over, moved_over_and_wal_removed, copied_over, removed, truncated, emptied, wal_removed)
ROUNDS = size(2, 100)
GOES_ON = 0.1
"""Seconds of writing before the swap, from the first that is saved."""
PATIENCE = 20.0
"""Seconds after which somebody must have saved, and everybody must have been told."""


def book_and_swap(place: Place, url: str, swap: Swap, seed: int) -> list[str]:
    """The first swaps, at some moment; the others write, and say when they asked and what came of it."""
    path = Path(url)
    if not place.number:
        wal = path.with_name(path.name + "-wal")
        before = wal.stat().st_size
        place.wait()
        until = time.monotonic() + PATIENCE
        while wal.stat().st_size == before and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(GOES_ON + random.Random(seed).uniform(0, 0.05))
        swap(path, path.with_name("copy.db"))
        return [str(time.monotonic())]
    # what is written over the file in the very milliseconds of a checkpoint shows itself only to the next copy
    engine.CHECKPOINT = sys.maxsize
    desk = Desk(Store(url), clock=now)
    place.wait()
    until = time.monotonic() + PATIENCE
    said: list[str] = []
    while time.monotonic() < until:
        asked = time.monotonic()
        try:
            desk.do(AddClient(client=NewClient(name=f"Client {place.number}-{len(said)}")))
            said.append(f"{asked} saved")
        except (StoreUnusable, Busy) as error:
            problem = error.problem if isinstance(error, StoreUnusable) else None
            said.append(f"{asked} {problem.value if problem else type(error).__name__}")
            if problem in (StoreProblem.REPLACED, StoreProblem.REMOVED):
                break
    desk.close()
    return said


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
def test_nothing_asked_after_a_swap_is_said_to_be_saved(tmp_path: Path, crew: Crew, swap: Swap) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "practice.db"
        desk = open_practice(str(path))
        copy_of(path, folder / "copy.db")
        desk.do(AddClient(client=NewClient(name="Later than the copy")))
        into_the_file(path)

        [swapped], *others = crew.race(book_and_swap, str(path), swap, number)
        saved = [line.split() for answers in others for line in answers]
        assert any(told == "saved" for _asked, told in saved), "they were at it"
        desk.close()
        late = [told for asked, told in saved if float(asked) > float(swapped)]
        assert "saved" not in late, "after the swap"
        assert all(answers[-1].split()[1] in ("replaced", "removed") for answers in others), others


def open_and_write(place: Place, url: str, seconds: float) -> list[str]:
    """Open, save, close, again and again, writing into the main file all the time."""
    engine.CHECKPOINT = 3
    place.wait()
    until, said = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        desk = Desk(Store(url), clock=now)
        try:
            desk.do(AddClient(client=NewClient(name=f"Client {place.number}-{said}")))
        except Busy:
            continue
        finally:
            desk.close()
        said += 1
    return [str(said)]


def test_who_opens_it_while_others_write_and_tidy_up_is_told_of_nothing(tmp_path: Path, crew: Crew) -> None:
    path = tmp_path / "practice.db"
    open_practice(str(path)).close()
    answers = crew.race(open_and_write, str(path), size(1.0, 60.0))
    assert sum(int(it) for [it] in answers) > 8
    desk = Desk(Store(str(path)), clock=now)
    assert faults(desk) == []
    desk.close()

"""Copies of a practice and back: against a bare copy by SQLite, and what those who save meanwhile feel.

usage: copies.py [FOLDER]
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from pathlib import Path

from practice import built, open_desk
from timing import alternating, folder, number, size, tell

from frontdesk.core import upkeep
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.upkeep import Verify
from frontdesk.core.store.connecting import driver

SIZES = size((10_000, 1_000_000), (2_000,))
LONGEST_REHEARSAL = 60.0
"""Seconds, of a million appointments."""
DELAYED = 0.1
"""Seconds that a save may take beside a copy."""
DESKS = 4


def measure(where: Path, appointments: int) -> None:
    path = where / f"copied_{appointments}.db"
    shutil.copyfile(built(where, appointments), path)
    copies = where / f"copies_{appointments}"
    shutil.rmtree(copies, ignore_errors=True)
    desk = open_desk(path)
    print(f"{appointments:,} appointments, {path.stat().st_size // 1_000_000} MB")
    made = upkeep.back_up(desk, copies).path
    taken = alternating(
        {"SQLite alone": lambda: bare(path, where / "bare.db"), "backup": lambda: again(desk, copies)}, size(3, 1)
    )
    tell("  a copy", "ms", taken)
    done = upkeep.rehearse(str(path), made)
    met = "met" if done.seconds <= LONGEST_REHEARSAL else "MISSED"
    goal = f"goal <= {LONGEST_REHEARSAL:.0f} s: {met}"
    print(f"  a rehearsal: {number(done.seconds)} s ({goal}), as told: {done.is_as_told}")
    began = time.perf_counter()
    found = len(desk.see(Verify()))
    seconds = number(time.perf_counter() - began)
    print(f"  verify: {seconds} s; {found} rows that no event tells of, as they were built")
    slow, saves = beside(path, copies)
    limit = f"{DELAYED * 1000:.0f} ms"
    print(f"  {saves} saves of {DESKS} desks beside a copy: {slow} slower than {limit} (goal <= 1)")
    desk.close()


def bare(path: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    source, copy = driver().connect(str(path)), driver().connect(str(to))
    source.backup(copy, pages=-1)
    source.close()
    copy.close()


def again(desk: object, copies: Path) -> None:
    shutil.rmtree(copies, ignore_errors=True)
    upkeep.back_up(desk, copies)  # type: ignore[arg-type]


def beside(path: Path, copies: Path) -> tuple[int, int]:
    """How many saves were slow, of how many, while one copy was made."""
    done = threading.Event()
    taken: list[float] = []

    def save(number: int) -> None:
        desk = open_desk(path)
        while not done.is_set():
            began = time.perf_counter()
            desk.do(AddClient(client=NewClient(name=f"Beside {number} {len(taken)}")))
            taken.append(time.perf_counter() - began)
            time.sleep(0.05)
        desk.close()

    desks = [threading.Thread(target=save, args=(number,)) for number in range(DESKS)]
    for it in desks:
        it.start()
    time.sleep(0.5)
    desk = open_desk(path)
    again(desk, copies)
    desk.close()
    done.set()
    for it in desks:
        it.join()
    return sum(it > DELAYED for it in taken), len(taken)


if __name__ == "__main__":
    place = folder(sys.argv[1] if len(sys.argv) > 1 else None)
    for many in SIZES:
        measure(place, many)

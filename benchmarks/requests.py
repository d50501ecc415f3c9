"""The requests screen with 500 waiting and a million appointments behind: its first list, and a decision seen.

usage: requests.py [FOLDER]
"""

from __future__ import annotations

import statistics
import sys
import time

from floors import ptyrun
from practice import asked
from terminal import Program, opened, smallest, start
from timing import compiled, folder, judged, number, size

APPOINTMENTS = size(1_000_000, 2_000)
REQUESTS = size(500, 20)
PATIENCE = 20.0
"""Seconds after which what was waited for does not come any more."""
ROUNDS = size(7, 1)
LIST_GOAL = 2.5
"""Times the smallest Textual app's first frame."""
DECISION_GOAL = 100
"""Milliseconds from the last key to the list without it."""


def measure() -> None:
    where = folder(sys.argv[1] if len(sys.argv) > 1 else None)
    path = asked(where, APPOINTMENTS, REQUESTS)
    ours = Program(
        name="frontdesk",
        command=(sys.executable, "-m", "frontdesk", "--db", str(path), "--now", "2026-11-23T09:00"),
        frame="opening",
        marker="Person 01",
        quit=(b"\x11",),
        environment=compiled(where),
    )
    floor = smallest(where)
    frames, lists = [], []
    for turn in range(ROUNDS + 1):
        frame, _ = start(floor)
        run = opened(ours)
        took = until(run, b"2", f"{REQUESTS} requests")
        run.send(b"1")
        run.wait_quiet(time.perf_counter(), quiet=0.4, need=False)
        run.close(ours.quit)
        if turn:
            frames.append(frame)
            lists.append(took)
    first, listed = statistics.median(frames), statistics.median(lists)
    print(f"{APPOINTMENTS:,} appointments, {REQUESTS} pending")
    print(f"  first frame of the smallest app {number(first)} ms")
    print(f"  key 2 to the first list {number(listed)} ms = {judged(listed / first, LIST_GOAL)}")
    decided = decisions(ours)
    print(f"  a decision until it is seen {number(decided)} ms = {judged(decided / DECISION_GOAL, 1)} of 100 ms")


def decisions(ours: Program) -> float:
    """Decline one, and take it back, turn by turn."""
    run = opened(ours)
    until(run, b"2", f"{REQUESTS} requests")
    run.wait_quiet(time.perf_counter(), quiet=size(1.5, 0.5), need=False)
    taken = []
    for turn in range(ROUNDS + 1):
        until(run, b"d", "Decline ")
        took = until(run, b"\r", f"{REQUESTS - 1} requests")
        if turn:
            taken.append(took)
        until(run, b"u", f"{REQUESTS} requests")
        run.wait_quiet(time.perf_counter(), quiet=size(1.5, 0.5), need=False)
    run.close(ours.quit)
    return statistics.median(taken)


def until(run: ptyrun.Run, key: bytes, marker: str) -> float:
    """Milliseconds from a key until something stands on the screen."""
    at = run.send(key)
    while True:
        run.wait_quiet(time.perf_counter(), quiet=0.3, need=False)
        seen, screen = ptyrun.painted(list(run.chunks), marker, since=at)
        if seen is not None:
            return (seen - at) * 1e3
        if time.perf_counter() - at > PATIENCE:
            raise SystemExit(f"{marker!r} did not appear\n" + "\n".join(screen.display))


if __name__ == "__main__":
    measure()

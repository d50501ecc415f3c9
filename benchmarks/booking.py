"""Bookings a second on disk: the whole use case against bare transactions with as much safety (WAL, FULL).

usage: booking.py [FOLDER]
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import queue
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from floors import booking as floor
from floors.workload import BASE
from practice import PRACTITIONERS, SERVICE, built, floor_built, open_desk, staff_id
from timing import folder, judged, number, size

from frontdesk.core.asks.appointments import BookAppointment
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import SlotTaken
from frontdesk.core.domain.people import ClientId
from frontdesk.core.store.connecting import driver

BEHIND = size(100_000, 2_000)
ROUNDS = size(7, 1)
SECONDS = size(1.0, 0.05)
GOAL = 1 / 25
RACERS = size(8, 2)
RACED = size(60, 3)
SLOWEST = 5.0


class Raced(NamedTuple):
    won: int
    refused: int
    slowest: float


def rates(where: Path) -> None:
    """Rounds of the floor and of the desk in turn, each on a copy of its own."""
    bare = copied(floor_built(where, BEHIND))
    path = copied(built(where, BEHIND))
    db = driver().connect(str(bare))
    db.execute("PRAGMA journal_mode=WAL").fetchone()
    db.close()
    desk, wanted = open_desk(path), free_starts()
    floors, ours = [], []
    for turn in range(ROUNDS):
        floors.append(bare_rate(str(bare), turn))
        ours.append(desk_rate(desk, wanted))
    desk.close()
    print(
        f"book, {BEHIND:,} behind: floor {number(statistics.median(floors))}/s;"
        f" desk {number(statistics.median(ours))}/s"
        f" = {judged(statistics.median(ours) / statistics.median(floors), GOAL, at_least=True)}"
    )


def race(where: Path) -> None:
    """Several processes want the same starts at once: each is given exactly once."""
    path = copied(built(where, BEHIND))
    barrier, answers = multiprocessing.Barrier(RACERS), multiprocessing.Queue()
    racers = [multiprocessing.Process(target=_race, args=(path, barrier, answers)) for _ in range(RACERS)]
    for racer in racers:
        racer.start()
    raced = [answers.get() for _ in racers]
    for racer in racers:
        racer.join()
    won, slowest = sum(it.won for it in raced), max(it.slowest for it in raced)
    print(
        f"race of {RACERS} for {RACED} starts: {won} booked, {sum(it.refused for it in raced)} refused,"
        f" slowest {slowest:.2f} s (goal {RACED} booked, <= {SLOWEST:.0f} s:"
        f" {'met' if won == RACED and slowest <= SLOWEST else 'MISSED'})"
    )


def bare_rate(path: str, turn: int) -> float:
    """The floor's own loop, in a thread with nobody to wait for."""
    answers: queue.Queue[list[float]] = queue.Queue()
    floor.SECS = SECONDS
    floor.sqlite_raw(path, 10 + turn, threading.Barrier(1), answers, "full")
    return len(answers.get()) / SECONDS


def desk_rate(desk: Desk, wanted: Iterator[BookAppointment]) -> float:
    done, begin = 0, time.perf_counter()
    while (taken := time.perf_counter() - begin) < SECONDS:
        desk.do(next(wanted))
        done += 1
    return done / taken


def free_starts() -> Iterator[BookAppointment]:
    """Starts within hours after everything that is booked already."""
    day = BASE + dt.timedelta(days=728)
    while True:
        for half in (*range(18, 24), *range(26, 34)) if day.weekday() < 5 else ():
            for who in range(1, PRACTITIONERS + 1):
                start = dt.datetime.combine(day, dt.time(half // 2, half % 2 * 30))
                client = ClientId(1 + half * PRACTITIONERS + who)
                yield BookAppointment(service=SERVICE, start=start, client=client, practitioner=staff_id(who))
        day += dt.timedelta(days=1)


def copied(path: Path) -> Path:
    copy = path.with_suffix(".copy")
    for suffix in ("", "-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    shutil.copy(path, copy)
    return copy


def _race(path: Path, barrier: multiprocessing.synchronize.Barrier, answers: multiprocessing.Queue[Raced]) -> None:
    desk, wanted = open_desk(path), free_starts()
    won = refused = 0
    slowest = 0.0
    for _ in range(RACED):
        ask = next(wanted)
        barrier.wait()
        begin = time.perf_counter()
        try:
            desk.do(ask)
            won += 1
        except SlotTaken:
            refused += 1
        slowest = max(slowest, time.perf_counter() - begin)
    answers.put(Raced(won, refused, slowest))


if __name__ == "__main__":
    place = folder(sys.argv[1] if len(sys.argv) > 1 else None)
    rates(place)
    race(place)

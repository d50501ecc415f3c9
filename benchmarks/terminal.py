"""The app in a terminal: first frame, first data, keys, bytes and idleness; beside ikhal and calcurse.

usage: terminal.py [FOLDER]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from floors import ptyrun
from peers import calcurse, ikhal
from practice import built
from timing import compiled, folder, judged, number, size

APPOINTMENTS = size(1_000_000, 2_000)
SIZES = size(((80, 24), (200, 60)), ((80, 24),))
ROUNDS = size(7, 1)
IDLE = size(10.0, 0.3)
FRAME_GOAL, DATA_GOAL = 1.4, 2.2
CURSOR_BYTES = 700
CURSOR_TO_IKHAL, WEEK_TO_IKHAL = 0.5, 1.0
SMALLEST_APP = Path(__file__).parent / "floors" / "tui_min.py"


DIRECTIONS = {"cursor right": (b"l", b"h"), "next week": (b"j", b"k")}
"""In the month that both peers show, a row is a week."""


class Took(NamedTuple):
    """From the key to the last byte it caused, and how many bytes that were."""

    milliseconds: float
    sent: int


@dataclass(frozen=True, kw_only=True)
class Program:
    name: str
    command: tuple[str, ...]
    marker: str
    """What is on the screen once its data is."""
    quit: tuple[bytes, ...]
    frame: str = ""
    """What is on the screen before its data is; empty: the same."""
    keys: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    """What a key does: the key, and the one that takes it back."""
    before: dict[str, bytes] = field(default_factory=dict)
    """What to press once, before a key is measured."""
    environment: dict[str, str] = field(default_factory=dict)


def smallest(where: Path) -> Program:
    command = (sys.executable, str(SMALLEST_APP))
    return Program(
        name="smallest app", command=command, marker="HELLO-READY", quit=(b"q",), environment=compiled(where)
    )


def frontdesk(where: Path) -> Program:
    path, when = built(where, APPOINTMENTS), "2026-11-23T09:00"
    return Program(
        name="frontdesk",
        command=(sys.executable, "-m", "frontdesk", "--db", str(path), "--now", when),
        frame="opening",
        marker="Person 01",
        quit=(b"\x11",),
        keys={
            "cursor right": (b"l", b"h"),
            "cursor down": (b"j", b"k"),
            "next day": (b"]", b"["),
            "open overlay": (b"/", b"\x1b"),
            "next week": (b"]", b"["),
        },
        before={"next week": b"W"},
        environment=compiled(where),
    )


def starts(programs: Sequence[Program]) -> None:
    """All of them in turn; the first is what the others are compared with."""
    frames: dict[str, list[float]] = {it.name: [] for it in programs}
    datas: dict[str, list[float]] = {it.name: [] for it in programs}
    for turn in range(ROUNDS + 1):
        for program in programs:
            frame, data = start(program)
            if turn:  # the first one warms up
                frames[program.name].append(frame)
                datas[program.name].append(data)
    floor = statistics.median(datas[programs[0].name])
    for program in programs:
        frame, data = statistics.median(frames[program.name]), statistics.median(datas[program.name])
        goals = (FRAME_GOAL, DATA_GOAL) if program.name == "frontdesk" else (None, None)
        frame_told = f"first frame {number(frame)} ms = {judged(frame / floor, goals[0])}"
        data_told = f"first data {number(data)} ms = {judged(data / floor, goals[1])}"
        print(f"  {program.name:<14} {frame_told}; {data_told}", flush=True)


def start(program: Program) -> tuple[float, float]:
    """Milliseconds until the frame, and until the data."""
    run = opened(program)
    chunks = list(run.chunks)
    run.close(program.quit)
    frame, _ = ptyrun.painted(chunks, program.frame or program.marker)
    data, screen = ptyrun.painted(chunks, program.marker)
    if data is None:
        raise SystemExit(f"{program.name}: {program.marker!r} did not appear\n" + "\n".join(screen.display))
    return ((frame or data) - run.t0) * 1e3, (data - run.t0) * 1e3


def keys(programs: Sequence[Program]) -> dict[str, dict[str, Took]]:
    found = {program.name: keys_of(program) for program in programs}
    for name, taken in found.items():
        for what, took in taken.items():
            print(f"  {name:<14} {what:<14} {number(took.milliseconds)} ms, {took.sent:,} bytes", flush=True)
    return found


def judge_keys(found: dict[str, dict[str, Took]]) -> None:
    ours = found["frontdesk"]
    for what in ("cursor right", "cursor down"):
        print(f"  {what}: bytes {judged(ours[what].sent / CURSOR_BYTES, 1)} of {CURSOR_BYTES}")
    if "ikhal" in found:
        peer = found["ikhal"]
        pairs = (("cursor right", CURSOR_TO_IKHAL), ("cursor down", CURSOR_TO_IKHAL), ("next week", WEEK_TO_IKHAL))
        for what, goal in pairs:
            theirs = peer["next week" if what == "next week" else "cursor right"].milliseconds
            print(f"  {what} to ikhal's: {judged(ours[what].milliseconds / theirs, goal)}")


def keys_of(program: Program) -> dict[str, Took]:
    run = opened(program)
    found: dict[str, Took] = {}
    for what, (key, back) in program.keys.items():
        if what in program.before:
            pressed(run, program.before[what])
        taken = []
        for turn in range(ROUNDS + 1):
            time.sleep(0.011 + turn % 7 * 0.0037)  # spread over the frame clock
            took = pressed(run, key)
            pressed(run, back, quiet=0.4)  # a lone escape is told from a sequence by waiting
            if turn:
                taken.append(took)
        found[what] = Took(
            statistics.median(it.milliseconds for it in taken), round(statistics.median(it.sent for it in taken))
        )
    run.close(program.quit)
    return found


def idle(program: Program) -> None:
    run = opened(program)
    before = len(run.chunks)
    time.sleep(IDLE)
    sent = sum(len(chunk) for _, chunk in run.chunks[before:])
    run.close(program.quit)
    print(f"  {program.name:<14} idle for {IDLE:.0f} s: {sent} bytes", flush=True)


def pressed(run: ptyrun.Run, key: bytes, quiet: float = 0.15) -> Took:
    seen = len(run.chunks)
    at = run.send(key)
    run.wait_quiet(at, quiet=quiet, limit=2.0, need=False)
    chunks = run.chunks[seen:]
    last = chunks[-1][0] if chunks else at
    return Took((last - at) * 1e3, sum(len(chunk) for _, chunk in chunks))


def opened(program: Program) -> ptyrun.Run:
    """Started, and its data on the screen."""
    run = ptyrun.Run(list(program.command), program.environment)
    end = time.perf_counter() + 30
    while time.perf_counter() < end and run.eof is None:
        run.wait_quiet(run.t0, quiet=0.4)
        if ptyrun.painted(list(run.chunks), program.marker)[0]:
            break
    return run


def peers_in(home: Path) -> list[Program]:
    """The calendars of other people that are on this machine; says which are not."""
    found = []
    for name, install in (("ikhal", ikhal), ("calcurse", calcurse)):
        peer = install(home)
        if peer is None:
            print(f"  {name}: skipped, not on this machine")
        else:
            found.append(
                Program(
                    name=name,
                    command=peer.command,
                    marker=peer.marker,
                    quit=peer.quit,
                    keys=DIRECTIONS,
                    environment=peer.environment,
                )
            )
    return found


def is_working(peer: Program) -> bool:
    """Whether it shows what it has; an ikhal beside a newer urwid than it knows does not."""
    run = opened(peer)
    seen, _ = ptyrun.painted(list(run.chunks), peer.marker)
    run.close(peer.quit)
    if seen is None:
        print(f"  {peer.name}: skipped, it does not work on this machine")
    return seen is not None


def measure(where: Path) -> None:
    ours = frontdesk(where)
    with tempfile.TemporaryDirectory(prefix="frontdesk-peers-") as home:
        peers = [it for it in peers_in(Path(home)) if is_working(it)]
        for ptyrun.COLS, ptyrun.ROWS in SIZES:
            print(f"{ptyrun.COLS}x{ptyrun.ROWS}, {APPOINTMENTS:,} appointments")
            starts([smallest(where), ours, *peers])
            judge_keys(keys([ours, *peers]))
            idle(ours)


if __name__ == "__main__":
    measure(folder(sys.argv[1] if len(sys.argv) > 1 else None))

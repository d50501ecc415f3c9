"""A program is killed at any moment, whatever it does: what it said was saved is saved, nothing is saved by half."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.desk import Desk
from frontdesk.core.domain.records import AppointmentRecord, ClientRecord, Records
from frontdesk.core.operations import undo
from frontdesk.core.store import backups
from frontdesk.core.store.connecting import driver
from tests.sizes import size
from tests.store.evidence import FIRST, NOW, desk_on, faults, make_practice, open_practice
from tests.store.working import IMPORTED, TURN, Worker, work_on

ROUNDS = ["sqlite"] * size(1, 50) + ["postgresql"] * size(1, 5)
KILLS = {"sqlite": 100, "postgresql": size(10, 100)}
"""In a round, on one database: five thousand on SQLite, five hundred on PostgreSQL, in full."""
FULL_LOOKS = 2
"""How often in a round everything is read that is kept, and held against its history."""
LIFE = size(0.1, 0.7)
"""Seconds of work at most, from the first thing that was saved."""
PATIENCE = 60.0


@pytest.mark.parametrize("store_url", ROUNDS, indirect=True)
def test_what_a_killed_program_said_was_saved_is_saved(store_url: str, tmp_path: Path) -> None:
    said = tmp_path / "said"
    said.touch()
    desk = open_practice(store_url)
    kills = KILLS["sqlite" if desk.store.path is not None else "postgresql"]
    dice = random.Random()
    for turn in range(kills):
        before = said.stat().st_size
        work = (store_url, str(said), str(tmp_path / "copies"), turn, dice.getrandbits(32))
        process = killed_once(_is_longer(said, before), dice.uniform(0, LIFE), work_on, *work)
        assert said.stat().st_size > before, f"the program of turn {turn} saved nothing"
        assert process.exitcode == -9, "it was to be killed while it worked"
        missing = not_kept(desk, said.read_text()[before:].splitlines())
        assert missing == [], f"after turn {turn}"
        if (turn + 1) % (kills // FULL_LOOKS) == 0:
            assert faults(desk, NOW + TURN * (turn + 1)) == [], f"after turn {turn}"
    counts = Counter(line.split()[0] + " " + line.split()[-1] * line.startswith("event") for line in said.open())
    print(f"{kills} kills, {_commits(desk)} commits, {counts.total()} said:", dict(counts))
    assert counts.total() > kills
    desk.close()


def _commits(desk: Desk) -> int | str:
    """As SQLite's file counts them."""
    if desk.store.path is None:
        return "uncounted"
    with desk.store.reading() as connection:
        return int(connection.execute("PRAGMA user_version").scalar_one())


def _is_longer(file: Path, than: int) -> Callable[[], bool]:
    return lambda: file.stat().st_size > than


def not_kept(desk: Desk, said: list[str]) -> list[str]:
    """What was said to be saved and is not, and acts of which only a part is there."""
    missing = []
    with desk.store.reading() as connection:
        for line in said:
            what, _, rest = line.partition(" ")
            if what == "event":
                id_, operation = rest.split()
                kept = connection.execute("SELECT operation FROM event WHERE id = :id", {"id": int(id_)}).scalar()
                is_kept = kept == operation
            elif what == "sent":
                state = "SELECT state FROM mail WHERE id = :id"
                is_kept = connection.execute(state, {"id": int(rest)}).scalar() == "sent"
            else:
                manifest = backups.manifest_beside(Path(rest))
                is_kept = manifest is not None and manifest.sha256 == backups.digest_of(Path(rest))
            missing += [] if is_kept else [line]
        newest = "(SELECT max(batch) FROM event WHERE operation = 'import')"
        taken = f"SELECT count(*) FROM event WHERE batch = {newest} AND operation = 'import'"
        count = connection.execute(taken).scalar_one()
    return missing + ([f"an import of {count}"] if count not in (0, 1, IMPORTED) else [])


PEOPLE = size(150, 1500)
"""Clients of an import, each with an appointment: so much that its undo is worked out before."""
TAKEN_OVER = (
    "SELECT count(*) FROM client WHERE source <> '' AND life <> 'undone'",
    "SELECT count(*) FROM appointment WHERE source <> '' AND status <> 'undone'",
)


def take_over_and_back(url: str, said: str) -> None:
    """Takes over a practice, takes that back, and does it again, until it is killed."""
    undo.MANY = PEOPLE
    desk = desk_on(url)
    walls = [FIRST + timedelta(days=it // 20, minutes=it % 20 * 30) for it in range(PEOPLE)]
    records = Records(
        clients=tuple(ClientRecord(source_id=str(it), name=f"Client {it}") for it in range(PEOPLE)),
        appointments=tuple(
            AppointmentRecord(source_id=str(it), client=str(it), practitioner="p1", start=wall, minutes=30)
            for it, wall in enumerate(walls)
        ),
    )
    Path(said).write_text("begun")
    while True:
        desk.do(ImportRecords(records=records))
        for ask in (Undo(), Redo(), Undo()):
            desk.do(ask)


@pytest.mark.parametrize("store_url", ["sqlite", "postgresql"], indirect=True)
def test_an_import_and_its_undo_are_whole_or_nothing_when_killed(store_url: str, tmp_path: Path) -> None:
    desk = open_practice(store_url)
    found: Counter[int] = Counter()
    dice = random.Random()
    for turn in range(size(6, 100)):
        said = tmp_path / f"said-{turn}"
        process = killed_once(said.exists, dice.uniform(0, size(0.4, 6)), take_over_and_back, store_url, str(said))
        assert process.exitcode == -9, "it was to be killed while it worked"
        with desk.store.reading() as connection:
            clients, booked = (connection.execute(text).scalar_one() for text in TAKEN_OVER)
        assert (clients, booked) in ((0, 0), (PEOPLE, PEOPLE)), f"turn {turn}"
        found[clients] += 1
    print(dict(found))
    assert faults(desk) == []
    desk.close()


def create_on(url: str) -> None:
    make_practice(url)


def test_a_database_whose_creation_was_killed_can_be_created_again(tmp_path: Path) -> None:
    dice = random.Random()
    for turn in range(size(8, 100)):
        url = tmp_path / f"practice-{turn}.db"
        killed_once(url.exists, dice.uniform(0, 0.06), create_on, str(url))
        if not _has_practice(str(url)):
            make_practice(str(url))
        desk = desk_on(str(url))
        Worker(desk, os.open(os.devnull, os.O_WRONLY), tmp_path, 0).book()
        assert faults(desk) == []
        desk.close()


def killed_once(
    begun: Callable[[], bool], later: float, work: Callable[..., None], *arguments: object
) -> BaseProcess:
    """A process that was killed so many seconds after it had begun."""
    process = _factory().Process(target=work, args=arguments)
    process.start()
    until = time.monotonic() + PATIENCE
    while not begun() and process.is_alive() and time.monotonic() < until:
        time.sleep(0.0005)
    time.sleep(later)
    process.kill()
    process.join(PATIENCE)
    return process


def _factory() -> multiprocessing.context.ForkServerContext:
    """They start in milliseconds from a server that has the desk loaded and warm, and no database open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.warmed", "pysqlite3", "psycopg"])
    return context


def _has_practice(url: str) -> bool:
    connection = driver().connect(url)
    try:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'practice'").fetchone()[0]
        return bool(found) and bool(connection.execute("SELECT count(*) FROM practice").fetchone()[0])
    finally:
        connection.close()

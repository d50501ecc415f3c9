"""A program is killed at any moment, whatever it does: what it said was saved is saved, nothing is saved by half."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import text

from frontdesk.core import upkeep
from frontdesk.core.asks.appointments import BookAppointment, CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.clients import EraseClient, NewClient
from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.mails import TakeMails
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.events.transfer import ImportDone
from frontdesk.core.domain.outbox import Attempt
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.records import ClientRecord, Records
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.store import backups
from frontdesk.core.store.connecting import driver
from tests.operations.mailing import MACHINE, report
from tests.sizes import size
from tests.store.evidence import FIRST, NOW, desk_on, faults, make_practice, open_practice

ROUNDS = ["sqlite"] * size(1, 50) + ["postgresql"] * size(1, 5)
KILLS = {"sqlite": 100, "postgresql": size(10, 100)}
"""In a round, on one database: five thousand on SQLite, five hundred on PostgreSQL, in full."""
FULL_LOOKS = 2
"""How often in a round everything is read that is kept, and held against its history."""
TURN = 1000
"""Seconds between the beginnings of two: what was mailed in one is due in the next."""
LIFE = size(0.1, 0.7)
"""Seconds of work at most, from the first thing that was saved."""
A_DAY = 8
"""Bookings, one after the other."""
PATIENCE = 60.0
IMPORTED = 8
"""Clients in one import: all of them come, or none."""


@dataclass
class Worker:
    """Everything that changes a database, one after another by the dice; each is said once it is saved."""

    desk: Desk
    said: int
    """The file to say it in."""
    folder: Path
    turn: int
    done: int = 0

    def say(self, *what: object) -> None:
        os.write(self.said, (" ".join(map(str, what)) + "\n").encode())

    def book(self) -> None:
        day, place = divmod(self.done, A_DAY)
        at = FIRST.replace(hour=8) + timedelta(days=12 * self.turn + day, minutes=90 * place)  # no clock changes then
        kept = self._booked(at)
        moved = self.desk.do(RescheduleAppointment(appointment=kept.id, seen=1, start=at + timedelta(minutes=30)))
        self.say("event", moved.id, moved.operation)
        if self.done % 2:
            cancelled = CancelAppointment(appointment=kept.id, seen=2, reason=ReasonId("client_ill"))
            event = self.desk.do(cancelled)
            self.say("event", event.id, event.operation)

    def forget(self) -> None:
        """A client of whom nothing is open."""
        self._take_over(1)
        with self.desk.store.reading() as connection:
            newest = connection.execute(text("SELECT max(id) FROM client")).scalar_one()
        event = self.desk.do(EraseClient(client=newest))
        self.say("event", event.id, event.operation)

    def take_over(self) -> None:
        event = self._take_over(IMPORTED)
        if self.done % 2:
            undone = self.desk.do(Undo(event=EventId(event.id)))
            self.say("event", undone.id, undone.operation)

    def _take_over(self, number: int) -> ImportDone:
        source = f"turn {self.turn}, {self.done}"
        people = tuple(ClientRecord(source_id=str(it), name=f"Client {it}", source=source) for it in range(number))
        event = self.desk.do(ImportRecords(records=Records(clients=people)))
        self.say("event", event.id, event.operation)
        return event

    def deliver(self) -> None:
        system = self.desk.acting(SYSTEM)
        for leased in system.do(TakeMails(limit=4)):
            system.do(report(leased, Attempt.SENT))
            self.say("sent", leased.owed.id)

    def copy(self) -> None:
        self.say("copy", upkeep.back_up(self.desk, self.folder).path)

    def _booked(self, at: object) -> Appointment:
        ask = BookAppointment(
            service=ServiceId("sauna"),
            practitioner=StaffId("p1"),
            start=at,  # type: ignore[arg-type]
            client=NewClient(name="Client", email="client@client.example"),
            override="so that the room's buffer does not matter",
        )
        event = self.desk.do(ask)
        self.say("event", event.id, event.operation)
        return event.appointment


DEEDS: dict[Callable[[Worker], None], int] = {
    Worker.book: 60, Worker.take_over: 12, Worker.deliver: 20, Worker.forget: 4, Worker.copy: 2,
}  # fmt: skip
"""With how often each comes."""


def work_on(url: str, said: str, folder: str, turn: int, seed: int) -> None:
    """Without end."""
    seconds = count(NOW + TURN * turn)
    desk = replace(desk_on(url), clock=lambda: next(seconds), machine=MACHINE)
    worker = Worker(desk, os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT), Path(folder), turn)
    dice = random.Random(seed)
    while True:
        [deed] = dice.choices(list(DEEDS), list(DEEDS.values()))
        deed(worker)
        worker.done += 1


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
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


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
                kept = connection.execute(
                    text("SELECT operation FROM event WHERE id = :id"), {"id": int(id_)}
                ).scalar()
                is_kept = kept == operation
            elif what == "sent":
                state = text("SELECT state FROM mail WHERE id = :id")
                is_kept = connection.execute(state, {"id": int(rest)}).scalar() == "sent"
            else:
                manifest = backups.manifest_beside(Path(rest))
                is_kept = manifest is not None and manifest.sha256 == backups.digest_of(Path(rest))
            missing += [] if is_kept else [line]
        newest = "(SELECT max(batch) FROM event WHERE operation = 'import')"
        taken = f"SELECT count(*) FROM event WHERE batch = {newest} AND operation = 'import'"
        count = connection.execute(text(taken)).scalar_one()
    return missing + ([f"an import of {count}"] if count not in (0, 1, IMPORTED) else [])


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

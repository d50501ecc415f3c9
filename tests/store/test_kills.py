"""A writer is killed at any moment: what it said was saved is saved, and nothing is saved by half."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    RescheduleAppointment,
    ShowAppointment,
)
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.store.connecting import driver
from tests.sizes import size
from tests.store.evidence import FIRST, desk_on, faults, make_practice, open_practice

KILLS = size(25, full=500)
PATIENCE = 60.0


def write_on(url: str, said: str, turn: int) -> None:
    """Book, and now and then move or cancel, without end; say each change once it is saved, before the next."""
    desk = desk_on(url)
    file = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    start = (FIRST + timedelta(days=4 * turn)).replace(hour=8)  # far from hours that a clock change leaves out
    number = 0
    while True:
        at = start + timedelta(minutes=30 * number)
        _say(file, "booked", _book(desk, at))
        booked = _book(desk, at + timedelta(minutes=30))
        _say(file, "booked", booked)
        later = at + timedelta(minutes=60)
        moved = desk.do(RescheduleAppointment(appointment=booked.id, seen=1, start=later)).appointment
        _say(file, "moved", moved)
        cancelled = desk.do(
            CancelAppointment(appointment=booked.id, seen=2, reason=ReasonId("client_ill"))
        ).appointment
        _say(file, "cancelled", cancelled)
        number += 2


def create_on(url: str) -> None:
    make_practice(url)


def test_what_a_killed_writer_said_was_saved_is_saved(tmp_path: Path) -> None:
    url, said = str(tmp_path / "practice.db"), tmp_path / "said"
    said.touch()
    open_practice(url).close()
    rng = random.Random()
    processes = _factory()
    for turn in range(KILLS):
        before = said.stat().st_size
        process = processes.Process(target=write_on, args=(url, str(said), turn))
        process.start()
        until = time.monotonic() + PATIENCE
        while said.stat().st_size == before and time.monotonic() < until:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.15))
        process.kill()
        process.join(PATIENCE)
        assert said.stat().st_size > before, f"the writer of turn {turn} saved nothing"
        assert process.exitcode == -9, "it was to be killed while it wrote"
        desk = desk_on(url)
        assert faults(desk) == [], f"after turn {turn}"
        desk.close()
    desk = desk_on(url)
    newest = {int(id_): (what, int(revision)) for what, id_, revision in map(str.split, _lines(said))}
    assert len(newest) > KILLS
    for id_, (what, revision) in newest.items():
        kept = desk.see(ShowAppointment(appointment=AppointmentId(id_))).appointment
        assert kept.revision >= revision
        assert kept.revision <= revision + 1, "at most one change was saved and not yet said"
        if kept.revision == revision:
            assert (kept.status is Status.CANCELLED) == (what == "cancelled")
    count = max(newest)
    with pytest.raises(NotFound):
        desk.see(ShowAppointment(appointment=AppointmentId(count + 2)))
    desk.close()
    assert _integrity(url) == "ok"


def test_a_database_whose_creation_was_killed_can_be_created_again(tmp_path: Path) -> None:
    rng = random.Random()
    processes = _factory()
    for turn in range(max(1, KILLS // 2)):
        url = tmp_path / f"practice-{turn}.db"
        process = processes.Process(target=create_on, args=(str(url),))
        process.start()
        until = time.monotonic() + PATIENCE
        while not url.exists() and time.monotonic() < until:
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.06))
        process.kill()
        process.join(PATIENCE)
        if not _has_practice(str(url)):
            make_practice(str(url))
        desk = desk_on(str(url))
        _book(desk, FIRST)
        assert faults(desk) == []
        desk.close()


def _factory() -> multiprocessing.context.ForkServerContext:
    """Writers start in milliseconds from a server that has the desk loaded and no database open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.evidence", "pysqlite3"])
    return context


def _book(desk: Desk, start: datetime) -> Appointment:
    ask = BookAppointment(
        service=ServiceId("sauna"),
        practitioner=StaffId("p1"),
        start=start,
        client=NewClient(name="Client"),
        override="so that the room's buffer does not matter",
    )
    return desk.do(ask).appointment


def _say(file: int, what: str, appointment: Appointment) -> None:
    os.write(file, f"{what} {int(appointment.id)} {appointment.revision}\n".encode())


def _lines(said: Path) -> list[str]:
    return said.read_text().splitlines()


def _has_practice(url: str) -> bool:
    connection = driver().connect(url)
    try:
        found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'practice'").fetchone()[0]
        return bool(found) and bool(connection.execute("SELECT count(*) FROM practice").fetchone()[0])
    finally:
        connection.close()


def _integrity(url: str) -> str:
    connection = driver().connect(url)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()

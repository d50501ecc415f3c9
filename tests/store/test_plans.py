"""How the database answers: by the named index, never by looking at everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.charges import ListCharges
from frontdesk.core.asks.clients import FindClients
from frontdesk.core.asks.door import Question
from frontdesk.core.asks.notices import ListNotices, ShowGlance
from frontdesk.core.asks.requests import ListRequests, RequestRescheduling
from frontdesk.core.asks.schedule import ListWork
from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.requests import RequestState
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.views import RequestOrder
from frontdesk.core.store.connecting import sqlite_connection
from tests.builders import Clock, booked, on, open_test_desk
from tests.statements import noted

DAY = date(2026, 11, 23)
QUESTIONS = (
    (ShowCalendar(first=DAY, days=7), {"appointment_practitioner", "claim_by_time", "request_one_move"}),
    (ShowGlance(), {"appointment_start", "notice_staff", "event_at", "notice_event", "work_state"}),
    (ListNotices(), {"notice_staff", "event_at"}),
    (ListRequests(states=(RequestState.PENDING,)), {"request_state"}),
    (ListRequests(order=RequestOrder.NEWEST), {"request_newest"}),
    (ListRequests(), {"request_start"}),
    (ListWork(), {"work_state"}),
    (ListCharges(client=ClientId(1)), {"charge_client"}),
    (FindSlots(service=ServiceId("review"), first=DAY), {"claim_by_time", "appointment_practitioner"}),
    (FindClients(text="clara"), {"client_search", "appointment_client"}),
    (FindClients(text=""), {"client_by_name", "appointment_client"}),
    (ListAppointments(first=DAY, last=DAY), {"appointment_start"}),
)
SMALL = (
    "practice",
    "setting",
    "location",
    "room",
    "service",
    "staff",
    "reason",
    "closure",
    "time_off",
    "alembic_version",
)
"""Tables of the set-up are read whole, once."""

CHEAP = ("SCAN client_search", "SCAN picker", "SCAN CONSTANT ROW", "SCAN (subquery")
"""An index of its own, a handful of open pickers, a list of ids."""


@pytest.mark.parametrize(("question", "indexes"), QUESTIONS, ids=lambda it: type(it).__name__)
def test_every_read_goes_by_an_index(tmp_path: Path, question: Question[object], indexes: set[str]) -> None:
    desk = open_test_desk(tmp_path / "a.db", Clock())
    appointment = booked(desk, on(24, 9)).appointment
    desk.do(RequestRescheduling(appointment=appointment.id, start=on(25, 9)))
    found = plans(desk, tmp_path / "a.db", question)

    scans = [line for line in found if line.startswith("SCAN") and not line.startswith(CHEAP)]
    assert not [line for line in scans if not any(name in line for name in indexes)]
    used = {name for name in indexes for line in found if name in line}
    assert used == indexes


@pytest.mark.parametrize("typed", ["clara", "clara client", "clara client 1987", "mrs clara client"])
def test_a_search_asks_its_index_once_and_not_for_every_client(tmp_path: Path, typed: str) -> None:
    desk = open_test_desk(tmp_path / "a.db", Clock())
    booked(desk, on(23, 9))
    steps = [line for line in plans(desk, tmp_path / "a.db", FindClients(text=typed)) if "client_search" in line]

    assert steps
    assert all("0:=" not in line for line in steps)  # how FTS5 writes a look-up by row


def plans(desk: Desk, path: Path, question: Question[object]) -> list[str]:
    """The plan of every statement a question runs, those of the set-up left out."""
    with noted() as asked:
        desk.see(question)
    connection = sqlite_connection(path, is_writing=False)
    lines = []
    for statement, parameters in asked:
        if statement.startswith("SELECT") and not any(f"FROM {name}" in statement for name in SMALL):
            lines += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    connection.driven.close()
    return [line for line in lines if not line.startswith(("USE TEMP", "LIST SUBQUERY"))]

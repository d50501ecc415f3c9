"""What is asked of the outbox with every booking costs the same, however many mails lie behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sqlalchemy import event

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.history import Undo
from tests.builders import Clock, booked, on, open_test_desk
from tests.operations.mailing import Post, a_client, mailing


def test_no_change_of_an_appointment_looks_through_the_mails(tmp_path: Path) -> None:
    desk = mailing(open_test_desk(tmp_path / "practice.db", Clock()))
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "FROM mail " in statement.replace("\n", " "):
            asked.setdefault(statement, parameters)

    event.listen(desk.store._writing, "before_cursor_execute", note)
    it = booked(desk, on(24, 10), client=a_client(desk).id).appointment
    desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(24, 11)))
    desk.do(Undo())
    assert asked
    with desk.store.reading() as connection:
        for statement, parameters in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found = [row[3] for row in plan if row[3].startswith(("SEARCH mail", "SCAN mail"))]
            few = [
                "mail_of_subject",
                "INTEGER PRIMARY KEY",
                *(["mail_occasion"] if "change" not in parameters else []),
            ]  # most are changes
            assert found and all(any(name in it for name in few) for it in found), (found, statement)


def test_nothing_that_delivers_looks_through_the_mails(tmp_path: Path) -> None:
    clock = Clock()
    desk = mailing(open_test_desk(tmp_path / "practice.db", clock))
    clara = a_client(desk)
    for hour in (10, 11):
        booked(desk, on(24, hour), client=clara.id)
    post = Post(desk, clock)
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if re.search(r"\b(FROM|UPDATE) mail\b", statement):
            asked.setdefault(statement, parameters[0] if many else parameters)

    event.listen(desk.store._marking, "before_cursor_execute", note)
    assert len(post.go()) == 4
    assert len(asked) > 3
    with desk.store.reading() as connection:
        for statement, parameters in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert not [row[3] for row in plan if row[3].startswith("SCAN mail") and "mail_queue" not in row[3]], (
                statement
            )

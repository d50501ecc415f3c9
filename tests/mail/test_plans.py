"""What is asked of the outbox with every booking costs the same, however many mails lie behind."""

from __future__ import annotations

import re
from pathlib import Path

from frontdesk.core.asks.appointments import RescheduleAppointment
from frontdesk.core.asks.history import Undo
from tests.builders import Clock, booked, on, open_test_desk
from tests.operations.mailing import Post, a_client, mailing
from tests.statements import noted


def test_no_change_of_an_appointment_looks_through_the_mails(tmp_path: Path) -> None:
    desk = mailing(open_test_desk(tmp_path / "practice.db", Clock()))
    with noted() as said:
        it = booked(desk, on(24, 10), client=a_client(desk).id).appointment
        desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(24, 11)))
        desk.do(Undo())
    asked = {text: values for text, values in said if text.startswith("SELECT") and "FROM mail " in text}
    assert asked
    with desk.store.reading() as connection:
        for statement, parameters in asked.items():
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            found = [row[3] for row in plan if row[3].startswith(("SEARCH mail", "SCAN mail"))]
            few = [
                "mail_of_subject",
                "INTEGER PRIMARY KEY",
                *(["mail_occasion"] if "|| ''" not in statement else []),
            ]  # most are changes
            assert found and all(any(name in it for name in few) for it in found), (found, statement)


def test_nothing_that_delivers_looks_through_the_mails(tmp_path: Path) -> None:
    clock = Clock()
    desk = mailing(open_test_desk(tmp_path / "practice.db", clock))
    clara = a_client(desk)
    for hour in (10, 11):
        booked(desk, on(24, hour), client=clara.id)
    post = Post(desk, clock)
    with noted() as said:
        assert len(post.go()) == 4
    asked = {text: values for text, values in said if re.search(r"\b(FROM|UPDATE) mail\b", text)}
    assert len(asked) > 3
    with desk.store.reading() as connection:
        for statement, parameters in asked.items():
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert not [row[3] for row in plan if row[3].startswith("SCAN mail") and "mail_queue" not in row[3]], (
                statement
            )

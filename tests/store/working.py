"""A program that does all that changes a database, without end, and says what is saved: it is to be killed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

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
from tests.operations.mailing import MACHINE, report
from tests.store.evidence import FIRST, NOW, desk_on

TURN = 10_000
"""Seconds between the beginnings of two: what was mailed in one is due in the next."""
A_DAY = 8
"""Bookings, one after the other."""
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
            newest = connection.execute("SELECT max(id) FROM client").scalar_one()
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

    def _booked(self, at: datetime) -> Appointment:
        ask = BookAppointment(
            service=ServiceId("sauna"),
            practitioner=StaffId("p1"),
            start=at,
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

"""Values and a practice to test with; every test may count on what stands here."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from frontdesk.core.asks.appointments import BookAppointment
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK, staff_actor
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.events.appointments import AppointmentBooked
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.times import resolve
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store.engine import Store
from tests import prepared

ZONE = "Europe/London"

PRACTICE = """
[practice]
name = "Test Street"
timezone = "Europe/London"
locale = "en_GB"
currency = "GBP"

[booking]
initial_service = "review"
start_interval = 15
minimum_notice = 0
horizon = 365

[[locations]]
id = "main"
name = "Main Street 1"

[[locations]]
id = "annex"
name = "Annex"

[[rooms]]
id = "gym"
name = "Gym"
location = "main"

[[rooms]]
id = "pool"
name = "Pool"
location = "main"

[[services]]
id = "review"
name = "Review"
duration = 30
price = "45.00"
online = true

[[services]]
id = "massage"
name = "Massage"
duration = 60
buffer_after = 10

[[services]]
id = "training"
name = "Training"
duration = 60
rooms = ["gym", "pool"]
locations = ["main"]

[[staff]]
id = "ann"
name = "Ann Archer"
roles = ["practitioner"]
services = ["review", "massage", "training"]
[staff.hours.main]
mon = ["09:00-12:00", "13:00-17:00"]
tue = ["09:00-12:00", "13:00-17:00"]
wed = ["09:00-12:00", "13:00-17:00"]
thu = ["09:00-12:00", "13:00-17:00"]
[staff.hours.annex]
fri = ["09:00-17:00"]

[[staff]]
id = "bob"
name = "Bob Brown"
roles = ["practitioner"]
services = ["review", "training"]
[staff.hours.main]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]

[[staff]]
id = "rita"
name = "Rita Reception"
roles = ["receptionist"]

[[staff]]
id = "vic"
name = "Vic Viewer"
roles = ["viewer"]
"""

MON_8 = datetime(2026, 11, 23, 8)
"""When the tests are: a Monday, an hour before anybody works."""


def at(wall: datetime) -> int:
    instant = resolve(wall, ZONE)
    assert instant is not None
    return instant


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A wall time in November 2026; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, wall: datetime = MON_8) -> None:
        self.now = at(wall)

    def __call__(self) -> int:
        return self.now

    def set(self, wall: datetime) -> None:
        self.now = at(wall)


def open_test_desk(url: str | Path, clock: Callable[[], int] | None = None, terminal: str = "t1") -> Desk:
    """A new database with the practice of this file."""
    clock = clock or Clock()
    began = clock()

    def make(url: str) -> None:
        desk = Desk(Store(url, create=True, is_drill=True), clock=lambda: began, machine=Machine(terminal=terminal))
        desk.do(ApplyPractice(file=practice_file(PRACTICE)))
        desk.close()

    prepared.put(str(url), f"practice at {began} by {terminal}", make)
    return Desk(Store(str(url)), clock=clock, machine=Machine(terminal=terminal))


def as_staff(desk: Desk, id_: str) -> Desk:
    from frontdesk.core.asks.settings import ShowSetup

    person = desk.see(ShowSetup()).staff[StaffId(id_)]
    return desk.acting(staff_actor(person))


def booked(
    desk: Desk,
    start: datetime,
    service: str = "review",
    practitioner: str | None = "ann",
    client: ClientId | str = "Clara Client",
    **more: Any,
) -> AppointmentBooked:
    return desk.do(
        BookAppointment(
            service=ServiceId(service),
            start=start,
            client=NewClient(name=client) if isinstance(client, str) else client,
            practitioner=None if practitioner is None else StaffId(practitioner),
            **more,
        )
    )


def an_appointment(**changed: Any) -> Appointment:
    values: dict[str, Any] = {
        "id": AppointmentId(1),
        "holder": uuid.UUID(int=1),
        "client": ClientId(1),
        "service": ServiceId("review"),
        "practitioner": StaffId("ann"),
        "location": LocationId("main"),
        "start": at(on(23, 9)),
        "end": at(on(23, 9, 30)),
        "zone": ZONE,
        "wall": on(23, 9),
    }
    return Appointment(**{**values, **changed})


__all__ = ["DESK", "MON_8", "PRACTICE", "Clock", "an_appointment", "as_staff", "at", "booked", "on", "open_test_desk"]

"""The demo practice: seeded, believable, laid around today; its data lies in `data/demo`."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from frontdesk.config import data_folder
from frontdesk.core.asks.appointments import BookAppointment, ListAppointments
from frontdesk.core.asks.clients import FindClients
from frontdesk.core.asks.requests import RequestAppointment, RequestRescheduling
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.domain.appointments import AppointmentId, Status
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.practice_file import PracticeFile, StaffEntry
from frontdesk.core.domain.records import AppointmentRecord, ClientRecord, KeptAppointment, Records, TimeOffRecord
from frontdesk.core.domain.requests import Applicant
from frontdesk.core.domain.scenes import Asking, Offer
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import HOUR, MINUTE, Instant, local_date, resolve, wall_time
from frontdesk.core.parse import moments
from frontdesk.core.parse.practice import practice_file

if TYPE_CHECKING:
    from frontdesk.core.desk import Desk

CLOCK = time(10, 40)
"""When the demo's day has come to; its clock runs from here."""

WEEKS = 3
"""Back and forward."""


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


def demo_file() -> PracticeFile:
    return practice_file((data_folder() / "demo" / "practice.toml").read_text(encoding="utf-8"))


def demo_start(zone_name: str, now: str | None) -> int:
    """Today at 10:40, or the moment that was asked for."""
    at = datetime.now().replace(second=0, microsecond=0) if now is None else moments.instant(now, "--now")
    if isinstance(at, int):
        return at
    wall = datetime.combine(at.date(), CLOCK) if now is None else at
    start = resolve(wall, zone_name)
    assert start is not None, "the demo's zone does not skip its morning"
    return start


def demo_records(now: int, zone_name: str, size: Size) -> Records:
    """Three weeks back and three forward: full days, gaps, no-shows, somebody late, somebody off tomorrow."""
    seed = random.Random(20)
    today = local_date(now, zone_name)
    file = demo_file()
    people = tomllib.loads((data_folder() / "demo" / "people.toml").read_text(encoding="utf-8"))
    clients = tuple(_clients(seed, people, 140 if size is Size.SMALL else 4000))
    away = file.staff[-1]
    lengths: dict[str, int] = {service.id: service.fields["duration"] for service in file.services}
    taken: list[AppointmentRecord] = []
    busy: set[tuple[str, datetime]] = set()
    for day in (today + timedelta(days=n) for n in range(-7 * WEEKS, 7 * WEEKS + 1)):
        for person in file.staff:
            if day == today + timedelta(days=1) and person is away:
                continue
            full = 0.97 if (person is file.staff[1] and day == today) else 0.78 if day <= today else 0.6
            for start, service in _visits(seed, person, day, lengths, full):
                client = seed.choice(clients)
                if (client.source_id, start) in busy:
                    continue
                busy.add((client.source_id, start))
                record = _record(seed, len(taken), client, person.id, start, service, lengths[service], now)
                taken.append(replace(record, kept=_kept(seed, len(taken), file)))
    tomorrow = datetime.combine(today + timedelta(days=1), time())
    off = TimeOffRecord(practitioner=away.id, start=tomorrow, end=tomorrow + timedelta(days=1), reason="training")
    return Records(clients=clients, appointments=tuple(_with_late_client(taken, now, zone_name)), time_off=(off,))


def _clients(seed: random.Random, people: dict[str, Any], count: int) -> Iterator[ClientRecord]:
    used: set[str] = set()
    number = 0
    while number < count:
        name = f"{seed.choice(people['given'])} {seed.choice(people['family'])}"
        if name in used and count < 1000:
            continue
        used.add(name)
        number += 1
        plain = name.casefold().replace(" ", ".").encode("ascii", "ignore").decode()
        yield ClientRecord(
            source_id=f"D{number:04}",
            name=name,
            phone=f"+44 20 7946 {seed.randrange(1000):04}" if seed.random() < 0.9 else "",
            email=f"{plain}@example.org" if seed.random() < 0.7 else "",
            born=date(seed.randrange(1938, 2015), seed.randrange(1, 13), seed.randrange(1, 29)),
            note=seed.choice(people["notes"]) if seed.random() < 0.15 else "",
            preferences=seed.choice(people["preferences"]) if seed.random() < 0.25 else "",
        )


def _visits(
    seed: random.Random, person: StaffEntry, day: date, lengths: dict[str, int], full: float
) -> Iterator[tuple[datetime, str]]:
    """Starts and services of one day, with the gaps a real day has."""
    offered = [str(id_) for id_ in person.fields["services"]]
    for hours in person.weeks[0].days[day.weekday()]:
        at = hours.start
        while at < hours.end:
            if seed.random() > full:
                at += 15 * seed.choice((1, 2, 3))
                continue
            fitting = [service for service in offered if at + lengths[service] <= hours.end]
            if not fitting:
                break
            service = seed.choice(fitting)
            yield datetime.combine(day, time()) + timedelta(minutes=at), service
            at += -(-(lengths[service] + 10) // 15) * 15


def _kept(seed: random.Random, number: int, file: PracticeFile) -> KeptAppointment:
    """Booked here, so with the buffer of the practice."""
    after = int(file.settings["booking.buffer_after"])
    return KeptAppointment(
        id=AppointmentId(number + 1), holder=UUID(int=seed.getrandbits(128), version=4), buffer_after=after
    )


def _record(
    seed: random.Random,
    number: int,
    client: ClientRecord,
    practitioner: str,
    start: datetime,
    service: str,
    minutes: int,
    now: int,
) -> AppointmentRecord:
    here = wall_time(now, "Europe/London").replace(tzinfo=None)
    chance = seed.random()
    status, reason = Status.BOOKED, ""
    if start + timedelta(minutes=minutes) <= here:
        status = Status.NO_SHOW if chance < 0.05 else Status.CANCELLED if chance < 0.11 else Status.DONE
    elif start <= here:
        status = Status.IN_SESSION
    elif start <= here + timedelta(minutes=15):
        status = Status.ARRIVED
    elif chance < 0.2:
        status = Status.CONFIRMED
    if status is Status.CANCELLED:
        reason = seed.choice(("client_asked", "client_ill", "schedule"))
    return AppointmentRecord(
        source_id=f"DA{number:05}",
        client=client.source_id,
        practitioner=practitioner,
        start=start,
        minutes=minutes,
        service=service,
        status=status,
        cancel_reason=reason,
    )


def _with_late_client(taken: list[AppointmentRecord], now: int, zone_name: str) -> Iterator[AppointmentRecord]:
    """The last two who should be in by now are not here yet."""
    here = wall_time(now, zone_name).replace(tzinfo=None)
    started = [it for it in taken if isinstance(it.start, datetime) and it.status is Status.IN_SESSION]
    late = {it.source_id for it in sorted(started, key=lambda it: str(it.start))[-2:] if it.start <= here}  # type: ignore[operator]
    for it in taken:
        if it.source_id in late:
            yield replace(it, status=Status.BOOKED)
        else:
            yield it


WISHES = (
    ("review", 2, "Is a morning possible?"),
    ("treatment", 2, ""),
    ("review", 3, "My knee again."),
    ("treatment", 3, "As last time, please."),
    ("review", 4, ""),
    ("treatment", 5, "Any day that week would do."),
)
"""Services, days ahead and words of those who asked overnight."""


def evening_before(now: Instant) -> Instant:
    """When the desk closed."""
    return now - 15 * HOUR


def ask_overnight(desk: Desk, now: Instant) -> None:
    """Twelve requests came in since last evening: nine are clear, one clashes, one meets a rule, one may be known."""
    seed = random.Random(7)
    zone_name = desk.see(ShowSetup()).practice.timezone
    clients = [hit for hit in desk.see(FindClients(text="", limit=200)) if hit.email]
    seed.shuffle(clients)
    today = local_date(now, zone_name)
    evening = evening_before(now)
    whose = iter(clients)

    def overnight(number: int) -> Desk:
        return replace(desk, clock=lambda: evening + number * 70 * MINUTE)

    def free(service: str, days: int, asking: Asking = Asking.CLIENT) -> Offer:
        found = desk.see(
            FindSlots(service=ServiceId(service), first=today + timedelta(days=days), days=14, asking=asking)
        )
        return found.offers[seed.randrange(min(len(found.offers), 12))]

    def ask(number: int, offer: Offer, service: str, client: ClientId | Applicant, words: str = "") -> None:
        overnight(number).do(
            RequestAppointment(
                service=ServiceId(service),
                start=offer.start,
                client=client,
                practitioner=offer.practitioner,
                description=words,
            )
        )

    for number, (service, days, words) in enumerate(WISHES):
        ask(number, free(service, days), service, next(whose).id, words)
    nadia = Applicant(name="Nadia Castellanos", phone="+44 20 7946 1733", email="nadia.castellanos@example.org")
    first = free("consultation", 3, Asking.NEW)
    ask(6, first, "consultation", nadia, "New in town; I was sent by my GP.")
    movable = [
        it.appointment
        for it in desk.see(ListAppointments(first=today + timedelta(days=3), last=today + timedelta(days=9))).items
        if it.appointment.status is Status.BOOKED and it.appointment.service in ("review", "treatment")
    ]
    for number, appointment in enumerate(movable[:2], 7):
        offer = free(appointment.service, 10)
        overnight(number).do(
            RequestRescheduling(
                appointment=appointment.id,
                start=offer.start,
                practitioner=offer.practitioner,
                description="I am away.",
            )
        )
    taken = free("treatment", 2)
    ask(9, taken, "treatment", next(whose).id)
    overnight(10).do(
        BookAppointment(
            service=ServiceId("treatment"),
            start=taken.start,
            client=next(whose).id,
            practitioner=taken.practitioner,
            override="in pain, could not wait",
        )
    )
    away = free("review", 6)
    ask(10, away, "review", next(whose).id, "After work if you can.")
    wall = wall_time(away.start, zone_name).replace(tzinfo=None)
    overnight(11).do(
        TakeTimeOff(
            staff=away.practitioner,
            start=wall - timedelta(minutes=wall.minute),
            end=wall + timedelta(hours=2),
            reason="school visit",
        )
    )
    known = next(whose)
    maybe = Applicant(name=known.name.split()[0], email=known.email, phone="+44 20 7946 1990")
    ask(11, free("consultation", 4, Asking.NEW), "consultation", maybe, "Could you call me?")

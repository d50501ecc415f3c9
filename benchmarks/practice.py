"""Big practices, built once and kept: 20 practitioners, ten half hours each and workday, half of the days past.

usage: practice.py [FOLDER]
The appointments are the very ones that `floors/growth.py` builds, so that both sides search the same time.
"""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from floors import growth
from floors.workload import BASE, HOURS, minute
from timing import folder, size

from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.hours import Range, Week
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.practice_file import Entry, PracticeFile, StaffEntry
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.store import search
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.engine import SCHEMA, Store

SIZES = size((10_000, 100_000, 1_000_000), (2_000,))
PRACTITIONERS = 20
CLIENTS = size(100_000, 2_000)
"""As many as `floors/growth.py` spreads its appointments over."""

ZONE = "Europe/Berlin"
SERVICE = ServiceId("review")
NOW = minute(BASE, 0) * 60
FAST = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000"


def built(where: Path, appointments: int, clients: int = CLIENTS) -> Path:
    """The file of a practice of this size."""

    def build(path: Path) -> None:
        set_up(path)
        fill(path, appointments, clients)

    return _kept(where / f"drill_{appointments}_{clients}_{SCHEMA}.db", build)


def asked(where: Path, appointments: int, requests: int) -> Path:
    """The same practice, open to clients, with so many pending requests."""

    def build(path: Path) -> None:
        shutil.copy(built(where, appointments), path)
        desk = open_desk(path)
        setup = desk.see(ShowSetup())
        services = (Entry(id=SERVICE, line=1, fields={"name": "Review", "duration": 30, "online": True}),)
        booking = {"max_pending": 0, "horizon": 1500, "request_expiry": 720, "minimum_notice": 0}
        settings = {"practice.name": setup.practice.name, "practice.timezone": ZONE}
        settings |= {f"booking.{key}": value for key, value in booking.items()}
        desk.do(ApplyPractice(file=PracticeFile(settings=settings, services=services)))
        ahead = FindSlots(service=SERVICE, first=BASE + dt.timedelta(days=14), days=60, each=True)
        taken: dict[StaffId, int] = {}
        client = 0
        for offer in desk.see(ahead).offers:
            if client == requests:
                break
            if taken.get(offer.practitioner, 0) <= offer.start:
                taken[offer.practitioner], client = offer.end, client + 1
                ask = RequestAppointment(
                    service=SERVICE, start=offer.start, client=ClientId(client), practitioner=offer.practitioner
                )
                desk.do(ask)
        desk.close()

    return _kept(where / f"asked_{appointments}_{requests}_{SCHEMA}.db", build)


def floor_built(where: Path, appointments: int) -> Path:
    """The file of the same appointments as the floors keep them."""
    label = str(appointments)
    workdays = appointments // PRACTITIONERS // 10
    return _kept(where / f"g_{label}.db", lambda _: growth.build(str(where), PRACTITIONERS, workdays, label))


def open_desk(path: Path) -> Desk:
    return Desk(Store(str(path)), clock=lambda: NOW)


def staff_id(number: int) -> StaffId:
    return StaffId(f"p{number:02}")


def set_up(path: Path) -> None:
    """A new database with the practice in it, applied as people would."""
    week = tuple(tuple(Range(*hours) for hours in HOURS) if day < 5 else () for day in range(7))
    weeks = (Week(location=LocationId("main"), days=week),)
    file = PracticeFile(
        settings={"practice.name": "Benchmark", "practice.timezone": ZONE},
        locations=(Entry(id="main", line=1, fields={"name": "Main"}),),
        services=(Entry(id=SERVICE, line=1, fields={"name": "Review", "duration": 30}),),
        staff=tuple(
            StaffEntry(id=staff_id(n), line=1, fields={"name": f"Person {n:02}", "services": (SERVICE,)}, weeks=weeks)
            for n in range(1, PRACTITIONERS + 1)
        ),
    )
    desk = Desk(Store(str(path), create=True, is_drill=True), clock=lambda: NOW)
    desk.do(ApplyPractice(file=file))
    desk.close()


def fill(path: Path, appointments: int, clients: int) -> None:
    """All rows at once: indexes and triggers are dropped before and made again as they were."""
    db = driver().connect(str(path), isolation_level=None)
    for pragma in FAST.split("; "):
        db.execute(pragma)
    resources = dict(db.execute("SELECT id, resource_id FROM staff"))
    made_again = _dropped(db)
    db.execute("BEGIN")
    _insert(db, "client", _clients(clients))
    _insert(db, "appointment", _appointments(appointments, min(clients, CLIENTS)))
    _insert(db, "claim", _claims(appointments, resources))
    for statement in made_again:
        db.execute(statement)
    signs = set().union(*(key for (key,) in db.execute("SELECT search_key FROM client")))
    db.executemany("INSERT OR IGNORE INTO search_sign (sign) VALUES (?)", [(it,) for it in signs])
    db.execute("INSERT INTO client_search(client_search) VALUES ('rebuild')")
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode=WAL")
    db.close()


def _kept(path: Path, build: Callable[[Path], None]) -> Path:
    """A file that is there is whole: it gets its name when it is done."""
    done = path.with_name(path.name + ".done")
    if not done.exists():
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        begin = time.perf_counter()
        build(path)
        done.touch()
        print(f"built {path.name} in {time.perf_counter() - begin:.0f} s", flush=True)
    return path


def _dropped(db: Any) -> list[str]:
    """Drops what slows inserts down; answers how to make it again."""
    found = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        " AND tbl_name IN ('client', 'appointment', 'claim')"
    ).fetchall()
    for kind, name, _ in found:
        db.execute(f"DROP {kind} {name}")
    return [sql for *_, sql in sorted(found)]


def _insert(db: Any, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    names = ", ".join(f'"{name}"' for name in first)
    signs = ", ".join("?" * len(first))
    statement = f"INSERT INTO {table} ({names}) VALUES ({signs})"
    db.execute(statement, tuple(first.values()))
    db.executemany(statement, (tuple(row.values()) for row in rows))


def _clients(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(5)
    for id_ in range(1, count + 1):
        name = growth.name(chance)
        phone = f"+49{chance.randrange(10**9, 10**10)}"
        email = f"{name.lower().replace(' ', '.')}{id_}@example.org"
        client = Client(id=ClientId(id_), name=name, phone=phone, email=email)
        yield {
            "id": id_,
            "name": name,
            "kind": client.kind.value,
            "phone": phone,
            "phone_digits": search.digits(phone),
            "email": email,
            "contacts": "[]",
            "locale": "",
            "note": "",
            "preferences": "",
            "source": "",
            "source_id": "",
            "extra": "{}",
            "life": client.life.value,
            "created_at": NOW,
            "revision": 1,
            "search_key": search.key_of(client),
        }


def _times(count: int) -> Iterator[tuple[int, int, str, dt.datetime]]:
    """Number, practitioner's number, holder and wall time: the days and the dice of `floors/growth.py`."""
    chance, holders = random.Random(3), random.Random(4)
    halves = [540 + 30 * i for i in range(6)] + [780 + 30 * i for i in range(8)]
    number = 0
    for day in _workdays(count // PRACTITIONERS // 10):
        midnight = dt.datetime.combine(day, dt.time())
        for who in range(1, PRACTITIONERS + 1):
            for at in chance.sample(halves, 10):
                number += 1
                holder = f"{holders.getrandbits(128):032x}"
                yield number, who, holder, midnight + dt.timedelta(minutes=at)


def _workdays(count: int) -> Iterator[dt.date]:
    day = BASE - dt.timedelta(days=count // 2 * 7 // 5)
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += dt.timedelta(days=1)


def _instant(wall: dt.datetime) -> int:
    return minute(wall.date(), wall.hour * 60 + wall.minute) * 60


def _appointments(count: int, clients: int) -> Iterator[dict[str, Any]]:
    for number, who, holder, wall in _times(count):
        start = _instant(wall)
        yield {
            "id": number,
            "holder": holder,
            "client_id": 1 + number * 7919 % clients,
            "service_id": SERVICE,
            "practitioner_id": staff_id(who),
            "location_id": "main",
            "start": start,
            "end": start + 1800,
            "zone": ZONE,
            "wall": wall.isoformat(),
            "buffer_before": 0,
            "buffer_after": 0,
            "status": "booked",
            "cancel_text": "",
            "cancel_link": 0,
            "cancel_by": "",
            "override": "",
            "lane": 0,
            "room_lane": 0,
            "note": "note",
            "internal_note": "",
            "ticket": "",
            "source": "",
            "source_id": "",
            "extra": "{}",
            "revision": 1,
            "sequence": 0,
        }


def _claims(count: int, resources: dict[str, int]) -> Iterator[dict[str, Any]]:
    for number, who, holder, wall in _times(count):
        start = _instant(wall)
        yield {
            "resource_id": resources[staff_id(who)],
            "lane": 0,
            "holder": holder,
            "source_kind": "appointment",
            "source_id": number,
            "start": start,
            "end": start + 1800,
            "padded_start": start,
            "padded_end": start + 1800,
        }


if __name__ == "__main__":
    place = folder(sys.argv[1] if len(sys.argv) > 1 else None)
    for size in SIZES:
        print(built(place, size))

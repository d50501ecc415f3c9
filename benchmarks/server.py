"""What people do on a PostgreSQL that is 1 ms away, by the ways to it and back that are waited for.

usage: server.py [FOLDER]
The server runs on this machine, behind a line that keeps everything for a millisecond.
"""

from __future__ import annotations

import datetime as dt
import queue
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from floors.workload import BASE
from practice import SERVICE, open_desk, set_up
from timing import number, size

sys.path.insert(0, str(Path(__file__).parent.parent))
from frontdesk.core.asks.appointments import BookAppointment, RescheduleAppointment
from frontdesk.core.asks.calendar import ShowCalendar
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.history import Undo
from frontdesk.core.asks.notices import ShowGlance
from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.scenes import Offer
from tests.postgres import Server, binary

AWAY = 0.001
"""Seconds to the server; as many back."""
ROUNDS = size(20, 2)
GOALS = {"day of 20 people": 6, "slots, anybody x 30": 8, "glance": 4, "book": 14, "reschedule": 16, "undo": 12}


class Line:
    """To a server's port: what is said arrives a while later."""

    def __init__(self, port: int) -> None:
        self.trips = 0
        """How often somebody said something after an answer."""
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            near, _ = self._listening.accept()
            far = socket.create_connection(("127.0.0.1", self._port))
            answered = threading.Event()
            answered.set()
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for source, target, is_near in ((near, far, True), (far, near, False)):
                self._carry(source, target, is_near, answered)

    def _carry(self, source: socket.socket, target: socket.socket, is_near: bool, answered: threading.Event) -> None:
        late: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

        def take() -> None:
            said = b"-"
            while said:
                with suppress(OSError):
                    said = source.recv(1 << 16)
                if is_near and answered.is_set():
                    self.trips += 1
                    answered.clear()
                elif not is_near:
                    answered.set()
                late.put((time.perf_counter() + AWAY, said))

        def give() -> None:
            while True:
                due, said = late.get()
                while (left := due - time.perf_counter()) > 0:
                    time.sleep(left if left > 0.0005 else 0)
                if not said:
                    return
                with suppress(OSError):
                    target.sendall(said)

        for each in (take, give):
            threading.Thread(target=each, daemon=True).start()


def measure() -> None:
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-server-"))
    server = Server(folder)
    try:
        url = server.database()
        set_up(url)  # type: ignore[arg-type]
        line = Line(server.port)
        desk = open_desk(url.replace(f":{server.port}/", f":{line.port}/"))  # type: ignore[arg-type]
        for what, do in use_cases(desk).items():
            do()
            before, began = line.trips, time.perf_counter()
            for _ in range(ROUNDS):
                do()
            taken, trips = (time.perf_counter() - began) * 1e3 / ROUNDS, (line.trips - before) / ROUNDS
            judged = "met" if trips <= GOALS[what] else "MISSED"
            print(f"{what:<22} {trips:.1f} ways to and back (goal <= {GOALS[what]}: {judged}), {number(taken)} ms")
        desk.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def use_cases(desk: Desk) -> dict[str, Callable[[], object]]:
    day = BASE + dt.timedelta(days=1)
    client = desk.do(AddClient(client=NewClient(name="Mara Mail", email="mara@example.org"))).client.id
    free = starts(desk)
    booked: list[Any] = []

    def book() -> None:
        offer = next(free)
        ask = BookAppointment(client=client, service=SERVICE, start=offer.start, practitioner=offer.practitioner)
        booked.append(desk.do(ask).appointment)

    def move() -> None:
        offer, last = next(free), booked.pop()
        desk.do(
            RescheduleAppointment(appointment=last.id, seen=None, start=offer.start, practitioner=offer.practitioner)
        )

    for _ in range(ROUNDS + 1):
        book()
    return {
        "day of 20 people": lambda: desk.see(ShowCalendar(first=day, days=1)),
        "slots, anybody x 30": lambda: desk.see(FindSlots(service=SERVICE, first=day, days=30)),
        "glance": lambda: desk.see(ShowGlance()),
        "book": book,
        "reschedule": move,
        "undo": lambda: desk.do(Undo()),
    }


def starts(desk: Desk) -> Iterator[Offer]:
    """Free times of everybody, each on the half hour."""
    ahead = FindSlots(service=SERVICE, first=BASE + dt.timedelta(days=1), days=30, each=True)
    yield from (it for it in desk.see(ahead).offers if it.start % 1800 == 0)


if __name__ == "__main__":
    if binary("initdb") is None:
        print("no PostgreSQL on this machine")
    else:
        measure()

"""Any kept thing by kind and id: what undo reads and writes."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.charges import Charge, ChargeId
from frontdesk.core.domain.events import KINDS, Thing
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.requests import Request, RequestId
from frontdesk.core.domain.work import Work, WorkId
from frontdesk.core.store import appointments, charges, clients, requests, setup, work
from frontdesk.core.store.look import Look, Tx


def find(look: Look, kind: str, id_: str) -> Thing | None:
    """The thing as it is kept now."""
    if kind == "appointment":
        return appointments.find(look, AppointmentId(int(id_)))
    if kind == "client":
        return clients.find(look, ClientId(int(id_)))
    if kind == "request":
        return requests.find(look, RequestId(int(id_)))
    if kind == "charge":
        return charges.find(look, ChargeId(int(id_)))
    if kind == "work":
        return work.find(look, WorkId(int(id_)))
    return setup.find(look, KINDS[kind], id_)


def save(tx: Tx, thing: Thing) -> None:
    match thing:
        case Appointment():
            appointments.save(tx, thing)
        case Client():
            clients.save(tx, thing)
        case Request():
            requests.save(tx, thing)
        case Charge():
            charges.save(tx, thing)
        case Work():
            work.save(tx, thing)
        case _:
            setup.save(tx, thing)

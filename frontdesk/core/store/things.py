"""Any kept thing by kind and id: what undo reads and writes."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.events import KINDS, Thing
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.store import appointments, clients, setup
from frontdesk.core.store.look import Look, Tx


def find(look: Look, kind: str, id_: str) -> Thing | None:
    """The thing as it is kept now."""
    if kind == "appointment":
        return appointments.find(look, AppointmentId(int(id_)))
    if kind == "client":
        return clients.find(look, ClientId(int(id_)))
    return setup.find(look, KINDS[kind], id_)


def save(tx: Tx, thing: Thing) -> None:
    if isinstance(thing, Appointment):
        appointments.save(tx, thing)
    elif isinstance(thing, Client):
        clients.save(tx, thing)
    else:
        setup.save(tx, thing)

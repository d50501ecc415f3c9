"""What happened."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events import HistoryLine
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.domain.times import day_span
from frontdesk.core.store import appointments, events, setup
from frontdesk.core.store.look import Look

REACH = 5000
"""How many of the latest events are looked through for those of one practitioner."""


def show_history(look: Look, question: ShowHistory) -> tuple[HistoryLine, ...]:
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is None:
        return _all(look, question)
    found = _all(look, replace(question, limit=max(question.limit, REACH)))
    theirs = appointments.clients_of(look, own)
    return tuple(line for line in found if _is_own(line, look.actor.name, own, theirs))[-question.limit :]


def _is_own(line: HistoryLine, name: str, own: StaffId, theirs: set[ClientId]) -> bool:
    things = [thing for change in line.changes for thing in (change.before, change.after)]
    return line.actor == name or any(
        (isinstance(it, Appointment) and it.practitioner == own) or (isinstance(it, Client) and it.id in theirs)
        for it in things
    )


def _all(look: Look, question: ShowHistory) -> tuple[HistoryLine, ...]:
    if question.appointment is not None:
        return events.of_thing(look, "appointment", str(question.appointment), question.limit)
    if question.client is not None:
        return events.of_client(look, question.client, question.limit)
    zone_name = setup.load(look).practice.timezone
    day = None if question.day is None else day_span(question.day, zone_name)
    return events.of_span(look, day, question.limit)

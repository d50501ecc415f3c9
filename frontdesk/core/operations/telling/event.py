"""What has to be told of an event, written with it: what is true now, against what was told last."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events.clients import ClientErased
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived, MessageWritten
from frontdesk.core.domain.events.reversals import Redone, Undone
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.requests import Request
from frontdesk.core.operations.telling import appointments, messages, requests
from frontdesk.core.operations.telling.act import Act
from frontdesk.core.operations.telling.addresses import follow_address
from frontdesk.core.store import practice
from frontdesk.core.store.look import Tx

UNTOLD = frozenset({"import", "import_done", "merge_clients"})
"""Nobody is told how these leave an appointment: what comes in from elsewhere was told there."""

WORDS = frozenset({"message", "booking_link"})
"""Deeds that are nothing but a mail."""


def tell(tx: Tx, event: Event) -> None:
    """Write what has to be told, and take back what waits and is not true any more."""
    if isinstance(event, ClientErased):
        return
    setup = practice.load(tx)
    operation = event.operation
    match event:
        case MessageWritten():
            messages.tell_message(tx, setup, event, event.client, event.appointment)
        case MessageReceived():
            messages.pass_on(tx, setup, event)
        case BookingLinkGiven():
            messages.tell_booking_link(tx, setup, event)
        case Undone() | Redone():
            operation = event.of_operation
            messages.follow_reversal(tx, setup, event, must=operation in WORDS)
        case _:
            pass
    own = [(change, Act(event, words=event)) for change in event.own_changes]
    followed = [(change, Act(event)) for change in event.also]  # personal words are for whom the act concerns
    for change, act in [*own, *followed]:
        match change.before, change.after:
            case (Appointment() | None) as was, Appointment() as it if operation not in UNTOLD and (
                was is None or was.sequence != it.sequence
            ):
                appointments.tell(tx, setup, act, was, it)
            case Appointment() as was, Appointment() as it if act.words is not None and was.revision != it.revision:
                appointments.follow_note(tx, setup, was, it)
                messages.tell_words(tx, setup, act, it)
            case (Request() | None) as asked, Request() as request:
                requests.tell(tx, setup, act, asked, request)
            case Client() as before, Client() as client if before.email != client.email:
                follow_address(tx, setup, client)
            case _:
                pass

"""What tests of requests share: who asks for what."""

from __future__ import annotations

from typing import Any

from frontdesk.core.asks.appointments import ShowAppointment
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.requests import RequestAppointment, RequestRescheduling
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.events.requests import RequestEdited, RequestMade
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import Applicant, Request
from frontdesk.core.domain.services import ServiceId

ANN, BOB, REVIEW = StaffId("ann"), StaffId("bob"), ServiceId("review")


def a_client(desk: Desk, name: str = "Clara Client", **more: Any) -> ClientId:
    return desk.do(AddClient(client=NewClient(name=name, **more))).client.id


def asked(desk: Desk, start: Any, client: ClientId | Applicant | None = None, **more: Any) -> Request:
    event = desk.do(
        RequestAppointment(
            service=REVIEW,
            start=start,
            client=a_client(desk) if client is None else client,
            **{"practitioner": ANN, **more},
        )
    )
    assert isinstance(event, RequestMade)
    return event.request


def asked_to_move(desk: Desk, appointment: Appointment, start: Any, **more: Any) -> Request:
    event = desk.do(RequestRescheduling(appointment=appointment.id, start=start, **more))
    assert isinstance(event, RequestMade | RequestEdited)
    return event.request


def appointment_now(desk: Desk, id_: AppointmentId) -> Appointment:
    return desk.see(ShowAppointment(appointment=id_)).appointment

"""References on the command line."""

from __future__ import annotations

from frontdesk.core.domain.appointments import AppointmentId, appointment_of_ref, client_of_ref
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.requests import RequestId, request_of_ref


def appointment_id(text: str) -> AppointmentId:
    """Raises NotFound for what is no reference of an appointment."""
    found = appointment_of_ref(text)
    if found is None:
        raise NotFound("appointment", text)
    return found


def request_id(text: str) -> RequestId:
    """Raises NotFound for what is no reference of a request."""
    found = request_of_ref(text)
    if found is None:
        raise NotFound("request", text)
    return found


def client_id(text: str) -> ClientId:
    """Raises NotFound for what is no reference of a client."""
    found = client_of_ref(text)
    if found is None:
        raise NotFound("client", text)
    return found

"""What tests of requests share: clients who ask for something."""

from __future__ import annotations

from datetime import datetime

from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.desk import Desk
from frontdesk.core.domain.events.requests import RequestMade
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.services import ServiceId


def ask(
    desk: Desk,
    start: datetime,
    name: str,
    practitioner: str = "ann",
    *,
    phone: str = "",
    email: str = "",
    description: str = "",
) -> Request:
    """A new client asks for a review."""
    client = desk.do(AddClient(client=NewClient(name=name, phone=phone, email=email))).client.id
    event = desk.do(
        RequestAppointment(
            service=ServiceId("review"),
            start=start,
            client=client,
            practitioner=StaffId(practitioner),
            description=description,
        )
    )
    assert isinstance(event, RequestMade)
    return event.request

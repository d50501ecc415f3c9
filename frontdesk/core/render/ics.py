"""Appointments as a calendar file."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.appointments import HOLDS_TIME
from frontdesk.core.domain.times import in_utc
from frontdesk.core.domain.views import Named

PRODUCT = "-//frontdesk//practice calendar//EN"


def calendar(name: str, found: Iterable[Named], stamp: int) -> str:
    """One practitioner's appointments; cancelled ones stand in it as cancelled."""
    import icalendar

    made = icalendar.Calendar()
    made.add("PRODID", PRODUCT)
    made.add("VERSION", "2.0")
    made.add("X-WR-CALNAME", name)
    for it in found:
        appointment = it.appointment
        event = icalendar.Event()
        event.add("UID", f"{appointment.holder}@frontdesk")
        event.add("DTSTAMP", in_utc(stamp))
        event.add("DTSTART", in_utc(appointment.start))
        event.add("DTEND", in_utc(appointment.end))
        event.add("SUMMARY", it.client_name)
        event.add("SEQUENCE", appointment.sequence)
        event.add("STATUS", "CONFIRMED" if appointment.status in HOLDS_TIME else "CANCELLED")
        if it.location_name:
            event.add("LOCATION", it.location_name)
        if appointment.note:
            event.add("DESCRIPTION", appointment.note)
        made.add_component(event)
    return str(made.to_ical().decode())

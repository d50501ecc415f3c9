"""Appointments as a calendar file."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.text import clean_line
from frontdesk.core.domain.times import Instant, in_utc
from frontdesk.core.domain.told import Told
from frontdesk.core.domain.views import Named
from frontdesk.core.render.language import _
from frontdesk.core.render.letter_values import place_of
from frontdesk.core.render.marks import from_outside

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
        event.add("UID", uid_of(appointment))
        event.add("DTSTAMP", in_utc(stamp))
        event.add("DTSTART", in_utc(appointment.start))
        event.add("DTEND", in_utc(appointment.end))
        event.add("SUMMARY", it.client_name)
        event.add("SEQUENCE", appointment.sequence)
        event.add("STATUS", "CONFIRMED" if appointment.status in HOLDS_TIME else "CANCELLED")
        if it.location_name:
            event.add("LOCATION", it.location_name)
        if appointment.note:
            event.add("DESCRIPTION", from_outside(appointment.note))
        made.add_component(event)
    return str(made.to_ical().decode())


def uid_of(appointment: Appointment) -> str:
    """One random name for its whole life; no two installations ever make the same."""
    return f"{appointment.holder}@frontdesk"


def together(files: Iterable[str]) -> str:
    """The events of several files in one, each under its own name.

    It has no METHOD: with one, all of it had to be of a single event (RFC 5546).
    """
    import icalendar

    made = icalendar.Calendar()
    made.add("PRODID", PRODUCT)
    made.add("VERSION", "2.0")
    for file in files:
        for event in icalendar.Calendar.from_ical(file).walk("VEVENT"):
            made.add_component(event)
    return str(made.to_ical().decode())


def invitation(
    setup: Setup,
    appointment: Appointment,
    stands: Told,
    *,
    attendee: tuple[str, str],
    cancelled: bool,
    stamp: Instant,
) -> str:
    """The calendar file of one mail (RFC 5546): REQUEST for a new or moved appointment, CANCEL for a cancelled one.

    It says no more than the mail: a neutral summary, the place, nothing of the service. Times are UTC.
    """
    import icalendar

    name, email = attendee
    it = setup.practice
    made = icalendar.Calendar()
    made.add("PRODID", PRODUCT)
    made.add("VERSION", "2.0")
    made.add("METHOD", "CANCEL" if cancelled else "REQUEST")
    event = icalendar.Event()
    event.add("UID", uid_of(appointment))
    event.add("SEQUENCE", appointment.sequence)
    event.add("DTSTAMP", in_utc(stamp))
    event.add("DTSTART", in_utc(stands.start))
    event.add("DTEND", in_utc(stands.end))
    event.add("SUMMARY", clean_line(_("Appointment: {practice}").format(practice=it.name)))
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("TRANSP", "OPAQUE")
    if it.email:
        organizer = icalendar.vCalAddress(f"mailto:{it.email}")
        organizer.params["CN"] = icalendar.vText(clean_line(it.name))
        event.add("ORGANIZER", organizer)
        invited = icalendar.vCalAddress(f"mailto:{email}")
        invited.params["CN"] = icalendar.vText(clean_line(from_outside(name)))
        invited.params["PARTSTAT"] = icalendar.vText("NEEDS-ACTION")
        invited.params["RSVP"] = icalendar.vText("TRUE")
        event.add("ATTENDEE", invited)
    place = setup.locations.get(stands.location)
    if place is not None:
        event.add("LOCATION", clean_line(place_of(place.name, place.address)))
        if place.link:
            event.add("URL", place.link)
    if appointment.note and not cancelled:
        event.add("DESCRIPTION", appointment.note)
    made.add_component(event)
    return str(made.to_ical().decode())

"""What a change of hours, closures or time off leaves without its time."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.objections import SlotObjection
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.slots import PRESENCE, Asking, Place, Scene, Wish


def lost_its_time(setup: Setup, appointment: Appointment) -> tuple[SlotObjection, ...]:
    """Why the practitioner is not there for it: hours, closures, time off; empty where they are."""
    wish = Wish(
        service=setup.services[appointment.service],
        asking=Asking.STAFF,
        now=appointment.start,
        duration=appointment.end - appointment.start,
        before=0,
        after=0,
    )
    scene = Scene(setup=setup, wish=wish, busy={})
    place = Place(appointment.practitioner, appointment.location)
    return tuple(against for rule in PRESENCE for against in rule.reasons(scene, place, appointment.start))

"""When a client is reminded: computed from the appointment each time, never scheduled."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from frontdesk.core.domain.appointments import RESCHEDULABLE, Appointment
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.times import HOUR, Instant, end_edge, start_edge, wall_time

LONGEST_REMINDER = 31 * 24
"""Hours before the start, at most."""

STORM_AT_LEAST = 50
STORM_TIMES = 5
"""More reminders at once than 50, and than five times the usual hour, wait for a yes."""


def reminder_hours(appointment: Appointment, setup: Setup) -> tuple[int, ...]:
    """Hours before the start, the earliest first: the appointment's own, else the service's, else the practice's."""
    hours = appointment.reminders
    if hours is None:
        service = setup.services.get(appointment.service)
        hours = service.reminders if service is not None else None
    if hours is None:
        hours = setup.practice.mail.reminders
    return tuple(sorted({it for it in hours if it > 0}, reverse=True))


def reminder_due(start: Instant, hours: int, quiet: tuple[str, str] | None, zone_name: str) -> Instant:
    """The moment of a reminder: so many hours of elapsed time before, outside the quiet hours.

    One that falls into them waits for their end; where that is too late, it goes when they begin.
    """
    at = start - hours * HOUR
    if quiet is None or quiet[0] == quiet[1]:
        return at
    begins, ends = (time.fromisoformat(it) for it in quiet)
    wall = wall_time(at, zone_name).replace(tzinfo=None)
    overnight = begins > ends
    inside = (wall.time() >= begins or wall.time() < ends) if overnight else begins <= wall.time() < ends
    if not inside:
        return at
    began = wall.date() if not overnight or wall.time() >= begins else wall.date() - timedelta(days=1)
    ended = began + timedelta(days=1) if overnight else began
    after = end_edge(datetime.combine(ended, ends), zone_name)
    return after if after < start else start_edge(datetime.combine(began, begins), zone_name)


def due_reminder(appointment: Appointment, setup: Setup, now: Instant) -> int | None:
    """The reminder that is to be out by now, in hours before; of several only the last, none that came too late.

    None where the appointment was given its time after the reminder's moment, has begun, or does not stand.
    """
    if appointment.status not in RESCHEDULABLE or now >= appointment.start:
        return None
    quiet = setup.practice.mail.quiet_hours
    for hours in reversed(reminder_hours(appointment, setup)):
        moment = reminder_due(appointment.start, hours, quiet, appointment.zone)
        if moment <= now:
            before = min(moment, appointment.start - hours * HOUR)  # quiet hours make nothing of it late
            return hours if appointment.timed_at < before else None
    return None


def is_storm(due: int, usual: float) -> bool:
    """Whether so many at once are more than a practice means; `usual` are mails of an ordinary hour."""
    return due > max(STORM_AT_LEAST, STORM_TIMES * usual)

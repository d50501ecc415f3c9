"""Which reminders are due: computed from what is kept, each time anew."""

from __future__ import annotations

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.mails import CountReminders
from frontdesk.core.domain.appointments import RESCHEDULABLE, Appointment, AppointmentId
from frontdesk.core.domain.outbox import Mail, ReminderDue, may_still_change
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.reminders import LONGEST_REMINDER, due_reminder, reminder_hours
from frontdesk.core.domain.times import DAY, HOUR, Instant
from frontdesk.core.domain.told import MailKind, Reader, appointment_for_client
from frontdesk.core.store import appointments, clients, mails, practice
from frontdesk.core.store.look import Look


def count_reminders(look: Look, _: CountReminders) -> int:
    setup = practice.load(look)
    waiting = [it for it in mails.paused(look, seen=False) if it.kind is MailKind.REMINDER]
    about = appointments.several(look, {AppointmentId(int(it.about.id)) for it in waiting})
    idle = sum(not _helps(about.get(AppointmentId(int(it.about.id))), setup, it, look.now) for it in waiting)
    return len(due_reminders(look, setup)) + idle


def due_reminders(look: Look, setup: Setup) -> list[tuple[Appointment, int]]:
    """Appointments with the hours of the reminder that is due and not written yet; only whom a mail reaches."""
    own = [hours for service in setup.services.values() for hours in service.reminders or ()]
    usual = max([0, *setup.practice.mail.reminders, *own])
    near = look.now + usual * HOUR + DAY  # quiet hours move a reminder by less than a day
    far = look.now + LONGEST_REMINDER * HOUR + DAY
    due = [
        (it, hours)
        for it, written in mails.to_be_reminded(look, near, far)
        if (hours := due_reminder(it, setup, look.now)) is not None and not _is_reminded(hours, written)
    ]
    whose = clients.several(look, {it.client for it, _ in due})
    return [(it, hours) for it, hours in due if it.client in whose and whose[it.client].email]


def is_wanted(look: Look, setup: Setup, reminder: Mail) -> bool:
    """Whether a reminder still helps: it stands, the rules want it, and no nearer one has taken its place."""
    return _helps(appointments.find(look, AppointmentId(int(reminder.about.id))), setup, reminder, look.now)


def _helps(it: Appointment | None, setup: Setup, reminder: Mail, now: Instant) -> bool:
    if it is None or it.status not in RESCHEDULABLE or it.start <= now:
        return False
    assert isinstance(reminder.occasion, ReminderDue), "a reminder is of so many hours"
    mine, due = reminder.occasion.hours, due_reminder(it, setup, now)
    return mine in reminder_hours(it, setup) and (due is None or due >= mine)


def timed_since(look: Look, before: Appointment, after: Appointment) -> Instant:
    """When an appointment that changes was given its time: now, unless its client has known it all along.

    So a move that is taken back before anybody was told of it costs no reminder.
    """
    was, now = appointment_for_client(before), appointment_for_client(after)
    if was is not None and now is not None and was.start == now.start:
        return before.timed_at
    last = mails.latest(look, "appointment", str(before.id), Reader.CLIENT, None)
    known = last.known if last is not None and may_still_change(last) else None
    return look.now if known is None or known != now else known.since


def _is_reminded(hours: int, written: frozenset[int]) -> bool:
    """Whether this reminder was written, or one nearer to the start."""
    return any(it <= hours for it in written)


QUERIES: Queries = {
    CountReminders: count_reminders,
}

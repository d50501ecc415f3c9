"""Appointments in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from frontdesk.core.domain.appointments import Appointment, Cancellation, Side, Status
from frontdesk.core.domain.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEdited,
    AppointmentEvent,
    AppointmentReinstated,
    AppointmentRescheduled,
    StatusSet,
    WorkKept,
)
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.times import local_date
from frontdesk.core.render.language import _
from frontdesk.core.render.words.consequences import with_consequences
from frontdesk.core.render.words.labels import reason_label, status
from frontdesk.core.render.words.voice import Voice


def appointment_words(voice: Voice, it: Appointment) -> str:
    return f"{voice.service(it.service)}, {voice.moment(it.start, it.zone)}, {voice.practitioner(it.practitioner)}"


def with_override(voice: Voice, it: Appointment) -> str:
    against = " · " + _("against a rule: {reason}").format(reason=it.override) if it.override else ""
    return appointment_words(voice, it) + against


def appointment_event_words(voice: Voice, event: AppointmentEvent) -> str:
    """What was done to an appointment."""
    match event:
        case AppointmentBooked(appointment=it, client=client):
            is_new = any(isinstance(change.after, Client) and change.before is None for change in event.changes)
            name = _("{name}, a new client").format(name=client.name) if is_new else client.name
            return _("Booked {client}: {what}").format(client=name, what=with_override(voice, it))
        case AppointmentRescheduled(appointment=it, before=was, client_name=name):
            told = _("Moved {client} from {was} to {what}").format(
                client=name, was=voice.moment(was.start, was.zone), what=with_override(voice, it)
            )
            return with_consequences(voice, told, event, it if it.start != was.start else None)
        case AppointmentEdited(client_name=name):
            return _("Saved the notes for {client}").format(client=name)
        case AppointmentCancelled(appointment=it, client_name=name):
            late = it.status is Status.LATE_CANCELLED
            told = _("Cancelled late: {client}, {moment}") if late else _("Cancelled {client}, {moment}")
            told = told.format(client=name, moment=voice.moment(it.start, it.zone))
            return with_consequences(voice, told, event, it)
        case StatusSet(appointment=it, client_name=name):
            told = _("{client}: {status}").format(client=name, status=status(it.status))
            elsewhen = voice.today is not None and local_date(it.start, it.zone) != voice.today
            told = f"{told} · {voice.moment(it.start, it.zone)}" if elsewhen else told
            return with_consequences(voice, told, event, it if it.status is Status.NO_SHOW else None)
        case WorkKept(client_name=name):
            return _("{client} stays as it is").format(client=name)
        case AppointmentReinstated(appointment=it, client_name=name):
            return _("Reinstated {client}: {what}").format(client=name, what=appointment_words(voice, it))
    assert_never(event)


def appointment_change_words(voice: Voice, was: Appointment | None, it: Appointment) -> Iterable[str]:
    """Which one, and from what to what."""
    yield it.ref
    if was is None:
        yield appointment_words(voice, it)
        return
    if (was.start, was.practitioner) != (it.start, it.practitioner):
        yield f"{voice.moment(was.start, was.zone)} → {voice.moment(it.start, it.zone)}"
        if was.practitioner != it.practitioner:
            yield voice.practitioner(it.practitioner)
    if was.status is not it.status:
        yield f"{status(was.status)} → {status(it.status)}"
    for label, before, now in (
        (_("note"), was.note, it.note),
        (_("internal"), was.internal_note, it.internal_note),
    ):
        if before != now:
            yield f"{label}: {now or '–'}"
    if it.ticket and (was.start, was.status) != (it.start, it.status):
        yield _("ticket {ticket}").format(ticket=it.ticket)
    if it.cancellation is not None and it.cancellation != was.cancellation:
        yield from _cancellation_words(voice, it.cancellation)


def _cancellation_words(voice: Voice, it: Cancellation) -> Iterable[str]:
    reason = voice.setup.reasons.get(ReasonId(it.reason))
    yield reason_label(reason) if reason is not None else it.reason
    if it.by is Side.CLIENT:
        yield _("by the client, {when}").format(when=voice.moment(it.at))
    if it.text:
        yield it.text

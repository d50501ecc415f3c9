"""An appointment, whole: what is known of it, how long it is free to change, what it has cost."""

from __future__ import annotations

from frontdesk.core.domain.appointments import CANCELLABLE, Cancellation, Side
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.views import Named, TermsView
from frontdesk.core.render.language import _
from frontdesk.core.render.words.charges import charge_words
from frontdesk.core.render.words.labels import reason_label, status
from frontdesk.core.render.words.terms import countdown_words
from frontdesk.core.render.words.voice import Voice


def appointment_card(voice: Voice, named: Named, seen: TermsView, now: Instant) -> list[str]:
    """Everything about an appointment, line by line, with its terms and charges."""
    lines = appointment_lines(voice, named)
    if named.appointment.status in CANCELLABLE and named.appointment.start > now:
        lines += [countdown_words(voice, seen.cancelling), countdown_words(voice, seen.rescheduling)]
    return [*lines, *(charge_words(voice, it) for it in seen.charges)]


def appointment_lines(voice: Voice, named: Named) -> list[str]:
    """Everything about the appointment itself."""
    it = named.appointment
    room, lane = (named.room_name, f"{_('lane')} {it.lane}" if it.lane else "")
    lines = [
        f"{voice.moment(it.start, it.zone)}–{voice.time(it.end, it.zone)}  {it.span.minutes} min",
        status(it.status),
        " · ".join(filter(None, (named.service_name, named.practitioner_name, named.location_name, room))),
        f"{named.client_name}  {named.client_phone}",
        " · ".join(filter(None, (it.ref, lane))),
    ]
    if it.note:
        lines.append(f"{_('note')}  {it.note}")
    if it.internal_note:
        lines.append(f"{_('internal')}  {it.internal_note}")
    if it.override:
        lines.append(f"{_('overridden')}  {it.override}")
    if it.cancellation is not None:
        lines.append(_cancelled(voice, it.cancellation))
    if it.ticket:
        lines.append(f"{_('ticket')}  {voice.ticket(it.ticket)}")
    return lines


def _cancelled(voice: Voice, it: Cancellation) -> str:
    reason = voice.setup.reasons.get(ReasonId(it.reason))
    by = f" · {_('by the client, {when}').format(when=voice.moment(it.at))}" if it.by is Side.CLIENT else ""
    return f"{_('cancelled')}  {reason_label(reason) if reason else ''}  {it.text}{by}"

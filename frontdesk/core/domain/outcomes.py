"""What a change means under the terms it was booked with: whether it is in time, allowed, and what it costs.

Limits bind clients; staff are never late. Cancel deadline and reschedule deadline are kept each on its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.appointments import Action, Appointment, Side, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.money import fee
from frontdesk.core.domain.objections import OnlyByPhone, TooLate
from frontdesk.core.domain.policies import Channel, Inside, Terms
from frontdesk.core.domain.times import Instant, latest

TermsObjection = OnlyByPhone | TooLate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a cancel or a move comes to."""

    late: bool
    fee: int
    """Minor units; 0 costs nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """How long a client may still change an appointment freely, and what comes then."""

    action: Action
    until: Instant
    """The last instant that is in time."""
    over: bool
    fee: int
    """What it costs afterwards, in minor units."""
    refused: bool
    """Afterwards it is done by calling only."""
    by_phone: bool
    """It is done by calling only, at any time."""


def cancel_deadline(appointment: Appointment, terms: Terms) -> Instant:
    """The last instant in time; one that was missed before the client moved it stays missed."""
    missed = appointment.missed_cancel
    return missed if missed is not None else latest(terms.notice.value, appointment.start)


def reschedule_deadline(appointment: Appointment, terms: Terms) -> Instant:
    missed = appointment.missed_reschedule
    return missed if missed is not None else latest(terms.reschedule_notice.value, appointment.start)


def objections_to_cancelling(appointment: Appointment, terms: Terms, now: Instant) -> tuple[TermsObjection, ...]:
    """Every reason the terms give against a client's own cancel; empty means go."""
    until = cancel_deadline(appointment, terms)
    return tuple(_against(Action.CANCEL, terms.cancel.value, terms.inside_notice.value, until, now))


def objections_to_rescheduling(appointment: Appointment, terms: Terms, now: Instant) -> tuple[TermsObjection, ...]:
    """Every reason the terms give against a client's own move; empty means go."""
    until = reschedule_deadline(appointment, terms)
    if now > appointment.start:
        return (TooLate(Action.RESCHEDULE, min(until, appointment.start)),)  # there is nothing left to move
    inside = terms.inside_reschedule_notice.value
    return tuple(_against(Action.RESCHEDULE, terms.reschedule.value, inside, until, now))


def outcome_of_cancelling(
    appointment: Appointment, terms: Terms, currency: str, by: Side, at: Instant
) -> tuple[Status, Outcome]:
    """A cancel by the practice is never late; a client's is when it was said after the deadline."""
    late = by is Side.CLIENT and at > cancel_deadline(appointment, terms)
    cost = fee(terms.late_fee.value, appointment.price, currency) if late else 0
    return Status.LATE_CANCELLED if late else Status.CANCELLED, Outcome(late=late, fee=cost)


def outcome_of_rescheduling(appointment: Appointment, terms: Terms, currency: str, at: Instant) -> Outcome:
    """What a client's own move comes to; a move by staff costs nothing."""
    late = at > reschedule_deadline(appointment, terms)
    cost = fee(terms.late_reschedule_fee.value, appointment.price, currency) if late else 0
    return Outcome(late=late, fee=cost)


def fee_of_no_show(appointment: Appointment, terms: Terms, currency: str) -> int:
    """Minor units; 0 costs nothing."""
    return fee(terms.no_show_fee.value, appointment.price, currency)


def missed_deadlines(appointment: Appointment, terms: Terms, at: Instant) -> dict[str, Instant | None]:
    """The fields a client's move leaves: each deadline that had passed stays missed, the others start anew."""
    cancel, reschedule = cancel_deadline(appointment, terms), reschedule_deadline(appointment, terms)
    return {
        "missed_cancel": cancel if at > cancel else None,
        "missed_reschedule": reschedule if at > reschedule else None,
    }


def countdown_to_cancel(appointment: Appointment, terms: Terms, currency: str, now: Instant) -> Countdown:
    until = cancel_deadline(appointment, terms)
    return Countdown(
        action=Action.CANCEL,
        until=until,
        over=now > until,
        fee=fee(terms.late_fee.value, appointment.price, currency),
        refused=terms.inside_notice.value is Inside.REFUSE,
        by_phone=terms.cancel.value is Channel.PHONE,
    )


def countdown_to_reschedule(appointment: Appointment, terms: Terms, currency: str, now: Instant) -> Countdown:
    until = reschedule_deadline(appointment, terms)
    return Countdown(
        action=Action.RESCHEDULE,
        until=until,
        over=now > until,
        fee=fee(terms.late_reschedule_fee.value, appointment.price, currency),
        refused=terms.inside_reschedule_notice.value is Inside.REFUSE,
        by_phone=terms.reschedule.value is Channel.PHONE,
    )


def _against(
    action: Action, channel: Channel, inside: Inside, until: Instant, now: Instant
) -> Iterable[TermsObjection]:
    if channel is Channel.PHONE:
        yield OnlyByPhone(action)
    if inside is Inside.REFUSE and now > until:
        yield TooLate(action, until)

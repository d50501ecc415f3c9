"""What letters tell, and to whom: shared by the mails a change writes and by their preview."""

from __future__ import annotations

from typing import Any

from frontdesk.core.asks.appointments import CancelAppointment, RescheduleAppointment
from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.mails import PreviewLetter
from frontdesk.core.domain.appointments import RESCHEDULABLE, Appointment, Cancellation, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.news import known_after, news_for
from frontdesk.core.domain.outbox import Letter
from frontdesk.core.domain.outcomes import (
    Countdown,
    countdown_to_cancel,
    countdown_to_reschedule,
    outcome_of_cancelling,
)
from frontdesk.core.domain.people import Client, StaffId
from frontdesk.core.domain.permissions import Owner, Permission, may, not_allowed
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.text import clean_text
from frontdesk.core.domain.times import MINUTE, resolve, wall_time
from frontdesk.core.domain.told import MailKind, Reader, appointment_for_client
from frontdesk.core.render import letters
from frontdesk.core.render.language import language_for
from frontdesk.core.render.letter_values import Facts
from frontdesk.core.render.marks import bare, covered, secret
from frontdesk.core.store import appointments, clients, mails, practice, terms
from frontdesk.core.store.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Who is told: a client with or without a record, or a practitioner."""

    reader: Reader
    name: str
    email: str
    phone: str = ""
    client: Client | None = None
    staff: StaffId | None = None
    language: str = "en"


def to_client(setup: Setup, client: Client) -> To:
    return To(
        reader=Reader.CLIENT,
        name=client.name,
        email=client.email,
        phone=client.phone,
        client=client,
        language=language_for(client.locale, setup.practice.locale),
    )


def to_applicant(setup: Setup, it: Request) -> To:
    """Somebody who asks and has no record yet."""
    assert it.applicant is not None, "a request is somebody's"
    return To(
        reader=Reader.CLIENT,
        name=it.applicant.name,
        email=it.applicant.email,
        phone=it.applicant.phone,
        language=language_for(setup.practice.locale),
    )


def to_staff(setup: Setup, person: StaffMember, *, must: bool = False) -> To:
    """A practitioner; one without an address, who `must` be reached, at the practice's."""
    return To(
        reader=Reader.STAFF,
        name=person.name,
        email=person.email or (setup.practice.email if must else ""),
        staff=person.id,
        language=language_for(setup.practice.locale),
    )


def to_practice(setup: Setup) -> To:
    """Whoever reads the practice's own mailbox."""
    it = setup.practice
    return To(reader=Reader.STAFF, name=it.name, email=it.email, language=language_for(it.locale))


def wants_rebooking(it: Appointment) -> bool:
    return it.cancellation is not None and it.cancellation.rebook_link


def change_facts(look: Look, setup: Setup, to: To, kind: MailKind, it: Appointment, **more: Any) -> Facts:
    """What the client's letter about a change of an appointment tells."""
    return facts_of(look, setup, to, kind, to.name, it, rebook_wanted=wants_rebooking(it), **more)


def facts_of(
    look: Look, setup: Setup, to: To, kind: MailKind, client_name: str, it: Appointment | None, **more: Any
) -> Facts:
    """What every letter about an appointment tells."""
    if it is not None and to.reader is Reader.CLIENT and it.status in RESCHEDULABLE:
        agreed = terms.of(look, setup, it)
        more = {"countdowns": _countdowns(look, setup, it, agreed), "terms": agreed.text.value, **more}
    if it is not None:
        more = {"note": it.note, "price": it.price, "ref": it.ref, **more}
    return Facts(
        setup=setup,
        kind=kind,
        reader=to.reader,
        language=to.language,
        name=to.name,
        client_name=client_name,
        **more,
    )


def preview_letter(look: Look, question: PreviewLetter) -> Letter | None:
    setup = practice.load(look)
    before = appointments.find(look, question.change.appointment)
    if before is None or before.status is Status.UNDONE:
        raise NotFound("appointment", str(question.change.appointment))
    if not may(look.actor, Permission.CHANGE_APPOINTMENTS, Owner(practitioner=before.practitioner)):
        raise not_allowed(look.actor, Permission.CHANGE_APPOINTMENTS)
    client = clients.find(look, before.client)
    assert client is not None, "an appointment has a client"
    after = _changed(setup, before, question.change)
    fee = 0
    if isinstance(question.change, CancelAppointment) and not clean_text(question.change.waive):
        agreed, said_at = terms.of(look, setup, before), question.change.said_at
        at = look.now if said_at is None else said_at
        _status, cost = outcome_of_cancelling(before, agreed, setup.practice.currency, question.change.by, at)
        fee = cost.fee
    to = to_client(setup, client)
    last = mails.latest(look, "appointment", str(before.id), Reader.CLIENT, None)
    was, now = appointment_for_client(before), appointment_for_client(after)
    words = bool(clean_text(question.change.message))
    news = news_for(Reader.CLIENT, after, known_after(last, was), was, now, look.now, words=words)
    if news is None or not client.email:
        return None
    facts = change_facts(
        look,
        setup,
        to,
        news.kind,
        after,
        known=news.was,
        told=now,
        message=clean_text(question.change.message),
        fee=fee,
        manage=manage_address(setup) if now is not None else "",
        rebook=rebook_address(setup, after.service) if now is None and wants_rebooking(after) else "",
    )
    return bare(covered(letters.letter(facts)))


def manage_address(setup: Setup) -> str:
    """Where a client looks after an appointment, the place of the secret marked; empty while the portal is off."""
    portal = setup.practice.portal
    if not portal.base:
        return ""
    return f"{portal.base}/" if portal.link == "code" else f"{portal.base}/a/{secret('manage')}"


def sign_in_address(setup: Setup) -> str:
    """Where a client signs in by a code and sees their requests; empty while the portal is off."""
    base = setup.practice.portal.base
    return f"{base}/" if base else ""


def rebook_address(setup: Setup, service: ServiceId) -> str:
    """Where a client books a service, likewise; empty too where it cannot be booked online."""
    base, offered = setup.practice.portal.base, setup.services.get(service)
    return f"{base}/b/{secret('rebook')}" if base and offered is not None and offered.online else ""


def _changed(setup: Setup, before: Appointment, change: RescheduleAppointment | CancelAppointment) -> Appointment:
    """As the change would leave it, not judged."""
    if isinstance(change, CancelAppointment):
        reason = setup.reasons.get(change.reason)
        link = change.rebook_link if change.rebook_link is not None else reason is not None and reason.rebook_link
        cancelled = Cancellation(reason=change.reason, text=change.text, rebook_link=link, by=change.by)
        return before.changed(status=Status.CANCELLED, cancellation=cancelled)
    location = change.location or before.location
    zone_name = setup.zone_of(location)
    start = resolve(change.start, zone_name)
    if start is None:
        return before
    service = setup.services.get(change.service or before.service)
    same = service is None or service.id == before.service
    minutes = before.span.minutes if same or service is None else service.duration
    return before.changed(
        service=before.service if service is None else service.id,
        practitioner=change.practitioner or before.practitioner,
        location=location,
        start=start,
        end=start + minutes * MINUTE,
        zone=zone_name,
        wall=wall_time(start, zone_name).replace(tzinfo=None),
        note=before.note if change.note is None else clean_text(change.note),
    )


def _countdowns(look: Look, setup: Setup, it: Appointment, agreed: Terms) -> tuple[Countdown, ...]:
    currency = setup.practice.currency
    return (
        countdown_to_reschedule(it, agreed, currency, look.now),
        countdown_to_cancel(it, agreed, currency, look.now),
    )


QUERIES: Queries = {
    PreviewLetter: preview_letter,
}

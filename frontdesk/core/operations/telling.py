"""Mails that follow from an event, written with it: what is true now, against what was told last."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from frontdesk.core.domain import events
from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.errors import Refused
from frontdesk.core.domain.events import Change, Event
from frontdesk.core.domain.mails import (
    APPOINTMENT_KINDS,
    APPROVALS,
    GIVE_UP,
    Carrier,
    Mail,
    MailId,
    MailKind,
    MailState,
    Reader,
    Told,
    appointment_for_client,
    appointment_for_practitioner,
    appointment_kind,
    decision_kind,
    request_for_client,
    request_for_practitioner,
    request_kind,
)
from frontdesk.core.domain.objections import CannotBeUndone
from frontdesk.core.domain.people import Client, Role, StaffId
from frontdesk.core.domain.practice import BY_CLIENT, Setup, StaffMember
from frontdesk.core.domain.requests import Ended, Request, RequestKind
from frontdesk.core.domain.times import DAY
from frontdesk.core.queries.letters import (
    To,
    change_facts,
    facts_of,
    manage_address,
    rebook_address,
    to_client,
    to_staff,
    wants_rebooking,
)
from frontdesk.core.render import ics, letters
from frontdesk.core.render.language import language_for, speaking
from frontdesk.core.render.words import reason_label
from frontdesk.core.store import appointments, clients, links, mails, seals, setup
from frontdesk.core.store import events as events_store
from frontdesk.core.store.look import Look, Tx

UNTOLD = frozenset({"import", "import_done", "merge_clients"})
"""Nobody is told how these leave an appointment: what comes in from elsewhere was told there."""

CALLED = frozenset(
    {
        MailKind.MOVED,
        MailKind.CANCELLED,
        MailKind.REQUEST_APPROVED,
        MailKind.MOVE_APPROVED,
        MailKind.REQUEST_DECLINED,
        MailKind.MOVE_DECLINED,
        MailKind.REQUEST_EXPIRED,
        MailKind.MOVE_EXPIRED,
        MailKind.OFFERED,
        MailKind.MESSAGE,
    }
)
"""What a client without e-mail is called about: news that did not come from themself."""

WORDS = frozenset({"message", "booking_link"})
"""Deeds that are nothing but a mail."""

LINK_DAYS = 30
"""How long a booking link works."""


def tell(tx: Tx, event: Event) -> None:
    """Write what has to be told of an event, and take back what waits and is not true any more."""
    operation = event.of_operation if isinstance(event, events.Reversed) else event.operation
    practice: Setup | None = None
    match event:
        case events.MessageWritten():
            _tell_message(tx, setup.load(tx), event)
        case events.BookingLinkGiven(mailed=True):
            _tell_booking_link(tx, setup.load(tx), event)
        case events.Undone() | events.Redone() if operation in WORDS and event.undoes is not None:
            _take_back_words(tx, event)
        case _:
            pass
    for change in event.changes:
        match change.before, change.after:
            case (Appointment() | None) as was, Appointment() as it if operation not in UNTOLD and (
                was is None or was.sequence != it.sequence
            ):
                practice = practice or setup.load(tx)
                _tell_of_appointment(tx, practice, event, was, it)
            case (Request() | None) as asked, Request() as request:
                practice = practice or setup.load(tx)
                _tell_of_request(tx, practice, event, asked, request)
            case Client() as before, Client() as client if before.email != client.email:
                _follow_address(tx, client)
            case _:
                pass


def write(
    tx: Tx,
    practice: Setup,
    to: To,
    facts: letters.Facts,
    *,
    subject: tuple[str, str],
    sequence: int,
    thread: str,
    secrets: dict[str, str] | None = None,
    calendar: tuple[str, str] = ("", ""),
    **more: Any,
) -> Mail | None:
    """Render a letter and queue it; None where nobody can be reached, or the same was written before.

    Raises BadInput for a template that cannot be filled, StoreUnusable where a secret cannot be sealed.
    """
    carrier = Carrier.MAIL
    if not to.email:
        if to.reader is Reader.STAFF or facts.kind not in CALLED:
            return None
        carrier = Carrier.CALL
    domain = domain_of(practice)
    message_id = f"<{uuid.uuid4().hex}@{domain}>"
    read = letters.letter(facts)
    grace = practice.practice.mail.grace
    return mails.add(
        tx,
        Mail(
            id=MailId(0),
            carrier=carrier,
            reader=to.reader,
            kind=facts.kind,
            subject_kind=subject[0],
            subject_id=subject[1],
            sequence=sequence,
            recipient=to.email if carrier is Carrier.MAIL else to.phone,
            name=to.name,
            client=to.client.id if to.client is not None else None,
            staff=to.staff,
            language=to.language,
            letter=replace(read, calendar=calendar[0], method=calendar[1]),
            message=facts.message,
            sealed=seals.seal(tx, secrets or {}, message_id) if carrier is Carrier.MAIL else "",
            message_id=message_id,
            thread=f"<{thread}@{domain}>",
            made_at=tx.now,
            **{"due_at": tx.now + (grace if carrier is Carrier.MAIL else 0), **more},
        ),
    )


def domain_of(practice: Setup) -> str:
    """The right side of the Message-IDs: the practice's mail domain."""
    _, _, domain = practice.practice.email.partition("@")
    return domain.strip().strip(">").lower() or "frontdesk.invalid"


def supersede(tx: Tx, mail: Mail) -> None:
    """What a mail says is not true any more: it does not leave, and its secrets are gone."""
    for secret in seals.unseal(tx, mail.sealed, mail.message_id).values() if tx.machine.seal_key else ():
        links.forget(tx, secret)
    mails.save(tx, replace(mail, state=MailState.SUPERSEDED, sealed=""))


def manage_link(tx: Tx, practice: Setup, it: Appointment) -> tuple[str, dict[str, str]]:
    """A link to look after an appointment, with the place of its secret marked; nothing while the portal is off."""
    portal = practice.practice.portal
    if not portal.enabled or not portal.address:
        return "", {}
    link = manage_address(portal.address.rstrip("/"), portal.link)
    return link, {"manage": links.to_manage(tx, it)} if portal.link == "direct" else {}


def rebook_link(tx: Tx, practice: Setup, it: Appointment) -> tuple[str, dict[str, str]]:
    """A link with which a client books the same service again."""
    portal, service = practice.practice.portal, practice.services.get(it.service)
    if not portal.enabled or not portal.address or service is None or not service.online:
        return "", {}
    until = tx.now + LINK_DAYS * DAY
    return rebook_address(portal.address.rstrip("/")), {"rebook": links.to_book(tx, it.client, it.service, until)}


def _tell_of_appointment(tx: Tx, practice: Setup, event: Event, was: Appointment | None, it: Appointment) -> None:
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    _tell_client(tx, practice, event, client, was, it)
    for who in dict.fromkeys(filter(None, (was.practitioner if was is not None else None, it.practitioner))):
        _tell_practitioner(tx, practice, event, client, who, was, it)


def _tell_client(
    tx: Tx, practice: Setup, event: Event, client: Client, was: Appointment | None, it: Appointment
) -> None:
    to = to_client(practice, client)
    known, waiting = _last_told(tx, it, to, appointment_for_client(was))
    now = appointment_for_client(it)
    kind = appointment_kind(known, now, tx.now)
    if kind is None:
        return
    approved = isinstance(event, events.RequestApproved) or (
        waiting is not None and waiting.kind in (APPROVALS.get(kind), kind) and waiting.kind in APPROVALS.values()
    )
    kind = APPROVALS.get(kind, kind) if approved else kind
    if not client.email and _came_from_client(event, it):
        return
    message = event.message or (waiting.message if waiting is not None and waiting.kind is kind else "")
    manage, secrets = manage_link(tx, practice, it) if now is not None and client.email else ("", {})
    rebook = ""
    if now is None and wants_rebooking(it):
        rebook, secrets = rebook_link(tx, practice, it) if client.email else ("", {})
    facts = change_facts(
        tx,
        practice,
        to,
        kind,
        it,
        known=known,
        told=now,
        message=message,
        manage=manage,
        rebook=rebook,
        fee=_fee(event),
        letter=event.letter,
    )
    stands = now or known
    assert stands is not None
    write(
        tx,
        practice,
        to,
        facts,
        subject=("appointment", str(it.id)),
        sequence=it.sequence,
        thread=str(it.holder),
        secrets=secrets,
        calendar=_calendar_file(tx, practice, to, kind, it, stands),
        known=known,
        tells=now,
        until=min(stands.end, tx.now + GIVE_UP) if stands.end > tx.now else tx.now + DAY,
    )


def _tell_practitioner(
    tx: Tx,
    practice: Setup,
    event: Event,
    client: Client,
    who: StaffId,
    was: Appointment | None,
    it: Appointment,
) -> None:
    person = practice.staff.get(who)
    if person is None:
        return
    to = to_staff(practice, person)
    known, _ = _last_told(tx, it, to, appointment_for_practitioner(was, who))
    now = appointment_for_practitioner(it, who)
    kind = appointment_kind(known, now, tx.now)
    if kind is None or (tx.actor.staff == who and not mails_own_changes(person)):
        return
    cancelled = it.cancellation
    reason = practice.reasons.get(cancelled.reason) if cancelled is not None else None  # type: ignore[call-overload]
    with speaking(to.language):
        label = reason_label(reason) if reason is not None else ""
    why = " – ".join(filter(None, (label, cancelled.text if cancelled else "")))
    by = cancelled.by if cancelled is not None and now is None else getattr(event, "by", None)
    stands = now or known
    assert stands is not None
    facts = facts_of(
        tx,
        practice,
        to,
        kind,
        client.name,
        it,
        known=known,
        told=now,
        reason=why if now is None else "",
        by=by,
        actor=tx.actor.name,
        ticket=it.ticket if kind is not MailKind.BOOKED else "",
    )
    write(
        tx,
        practice,
        to,
        facts,
        subject=("appointment", str(it.id)),
        sequence=it.sequence,
        thread=str(it.holder),
        known=known,
        tells=now,
        until=min(stands.end, tx.now + GIVE_UP) if stands.end > tx.now else tx.now + DAY,
    )


def _tell_message(tx: Tx, practice: Setup, event: events.MessageWritten) -> None:
    to, it = to_client(practice, event.client), event.appointment
    facts = facts_of(
        tx, practice, to, MailKind.MESSAGE, to.name, None, told=appointment_for_client(it), message=event.message
    )
    about = ("appointment", str(it.id)) if it is not None else ("client", str(event.client.id))
    write(
        tx,
        practice,
        to,
        facts,
        subject=about,
        sequence=it.sequence if it is not None else 0,
        thread=str(it.holder) if it is not None else f"client-{event.client.id}",
        occasion=f"words:{event.batch}",
        until=tx.now + GIVE_UP,
    )


def _tell_booking_link(tx: Tx, practice: Setup, event: events.BookingLinkGiven) -> None:
    to = to_client(practice, event.client)
    start, _slash, secret = event.link.rpartition("/")
    facts = facts_of(
        tx,
        practice,
        to,
        MailKind.BOOKING_LINK,
        to.name,
        None,
        service=event.service.name,
        rebook=f"{start}/{letters.secret('rebook')}",
        link_until=event.until,
    )
    write(
        tx,
        practice,
        to,
        facts,
        subject=("client", str(event.client.id)),
        sequence=0,
        thread=f"client-{event.client.id}",
        secrets={"rebook": secret},
        occasion=f"words:{event.batch}",
        until=tx.now + GIVE_UP,
    )


def _take_back_words(tx: Tx, event: events.Reversed) -> None:
    """A message that waits does not leave, or does after all. Raises Refused where it has left."""
    first = _first_batch(tx, event)
    for mail in mails.of_occasion(tx, f"words:{first}"):
        if mail.is_told:
            raise Refused((CannotBeUndone(event.of_operation),))
        if isinstance(event, events.Undone):
            mails.save(tx, replace(mail, state=MailState.DROPPED, error=tx.actor.name))
        else:
            due = tx.now + practice_grace(tx)
            mails.save(tx, replace(mail, state=MailState.QUEUED, due_at=due, error=""))


def _first_batch(tx: Tx, event: events.Reversed) -> events.BatchId:
    """The batch of the deed itself, below all undoing and redoing of it."""
    batch = event.undoes
    assert batch is not None
    while (below := events_store.operation_of(tx, batch)[1]) is not None:
        batch = below
    return batch


def practice_grace(look: Look) -> int:
    return setup.load(look).practice.mail.grace


def _tell_of_request(tx: Tx, practice: Setup, event: Event, was: Request | None, it: Request) -> None:
    client = clients.find(tx, it.client) if it.client is not None else None
    moves = appointments.find(tx, it.appointment) if it.kind is RequestKind.RESCHEDULE and it.appointment else None
    if client is not None:
        to = to_client(practice, client)
    else:
        assert it.applicant is not None, "a request is somebody's"
        to = To(
            reader=Reader.CLIENT,
            name=it.applicant.name,
            email=it.applicant.email,
            phone=it.applicant.phone,
            language=language_for(practice.practice.locale),
        )
    known, _ = _last_told_of_request(tx, it, to, request_for_client(was))
    now = request_for_client(it)
    kind = request_kind(it, known, now)
    mine = isinstance(event, events.OffersLapsed | events.OffersRefused)  # their own answer, or silence
    if kind is not None and not mine:
        before = appointment_for_client(moves)
        facts = facts_of(
            tx,
            practice,
            to,
            kind,
            to.name,
            None,
            known=before,
            told=now,
            message=event.message,
            held_until=it.held_until if now is not None and now.stands == "pending" else None,
            answer_by=it.answer_by,
            overtaken=it.ended is Ended.OVERTAKEN,
            letter=event.letter,
        )
        write(tx, practice, to, facts, **_of_request(tx, it, known, now))
    for who in dict.fromkeys(filter(None, (was.slot.practitioner if was else None, it.slot.practitioner))):
        person = practice.staff.get(who)
        if person is None:
            continue
        staff = to_staff(practice, person, must=True)
        known, _ = _last_told_of_request(tx, it, staff, request_for_practitioner(was, who))
        wish = request_for_practitioner(it, who)
        asked = decision_kind(it, known, wish)
        if asked is None or not isinstance(event, events.RequestMade | events.RequestEdited):
            continue
        facts = facts_of(
            tx,
            practice,
            staff,
            asked,
            to.name,
            None,
            known=appointment_for_client(moves),
            told=wish,
            description=it.description,
            ticket=moves.ticket if moves is not None else "",
        )
        write(tx, practice, staff, facts, **_of_request(tx, it, known, wish))


def _of_request(tx: Tx, it: Request, known: Told | None, now: Told | None) -> dict[str, Any]:
    return {
        "subject": ("request", str(it.id)),
        "sequence": it.revision,
        "thread": str(it.holder),
        "known": known,
        "tells": now,
        "until": tx.now + GIVE_UP,
    }


def _last_told(tx: Tx, it: Appointment, to: To, before: Told | None) -> tuple[Told | None, Mail | None]:
    """What a reader knows; a mail that nobody can have read yet is taken back, and what they knew before counts."""
    return _taken_back(tx, "appointment", str(it.id), to, before)


def _last_told_of_request(tx: Tx, it: Request, to: To, before: Told | None) -> tuple[Told | None, Mail | None]:
    return _taken_back(tx, "request", str(it.id), to, before)


def _taken_back(tx: Tx, kind: str, id_: str, to: To, before: Told | None) -> tuple[Told | None, Mail | None]:
    last = mails.latest(tx, kind, id_, to.reader, to.staff)
    if last is None or not last.may_still_change:
        if last is not None and last.state in (MailState.QUEUED, MailState.PAUSED):
            supersede(tx, last)  # perhaps it arrived: it counts as told, and is not sent again
        return before, None
    supersede(tx, last)
    return last.known, last


def _came_from_client(event: Event, it: Appointment) -> bool:
    """Whether the client knows of it because it was their own doing, or their own wish."""
    if isinstance(event, events.AppointmentBooked) or getattr(event, "by", None) is Side.CLIENT:
        return True
    cancelled = it.cancellation
    return cancelled is not None and (cancelled.by is Side.CLIENT or cancelled.reason == BY_CLIENT)


def mails_own_changes(person: StaffMember) -> bool:
    """Whether somebody is mailed about what they did themself: as they say, else practitioners are."""
    return Role.PRACTITIONER in person.roles if person.mail_my_changes is None else person.mail_my_changes


def _fee(event: Event) -> int:
    """What the change costs the client, in minor units."""
    charged: Iterable[Change] = event.also
    return sum(
        it.after.amount
        for it in charged
        if it.before is None and isinstance(it.after, Charge) and it.after.state is ChargeState.DUE
    )


def _calendar_file(tx: Tx, practice: Setup, to: To, kind: MailKind, it: Appointment, stands: Told) -> tuple[str, str]:
    """What the client's own calendar takes over, and its method."""
    if kind not in APPOINTMENT_KINDS or not practice.practice.mail.calendar_files or not to.email:
        return "", ""
    cancelled = kind is MailKind.CANCELLED
    with speaking(to.language):
        text = ics.invitation(practice, it, stands, attendee=(to.name, to.email), cancelled=cancelled, stamp=tx.now)
    return text, "CANCEL" if cancelled else "REQUEST"


def _follow_address(tx: Tx, client: Client) -> None:
    """What waits for a client goes to the address they have now."""
    for mail in mails.unsent_to(tx, client.id):
        if mail.carrier is Carrier.MAIL and client.email:
            mails.save(tx, replace(mail, recipient=client.email))
        elif mail.carrier is Carrier.MAIL:
            call = replace(mail, carrier=Carrier.CALL, recipient=client.phone, sealed="", due_at=tx.now)
            mails.save(tx, call if mail.kind in CALLED else replace(mail, state=MailState.DROPPED, sealed=""))

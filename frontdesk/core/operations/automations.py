"""Running a practice's automations, in the transaction of what they follow."""

from __future__ import annotations

import json
import uuid

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.automations import Trigger, matches, triggers
from frontdesk.core.domain.events import AutomationRan, Change, Event
from frontdesk.core.domain.mails import (
    Carrier,
    Letter,
    Mail,
    MailId,
    MailKind,
    Reader,
    place_of,
    wish_of,
)
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import Automation, Setup
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.work import Work, WorkId
from frontdesk.core.operations.writing import About, domain_of, write
from frontdesk.core.queries.letters import To, facts_of, to_client, to_staff
from frontdesk.core.render.language import language_for
from frontdesk.core.render.times import iso
from frontdesk.core.store import appointments, clients, mails, setup, work
from frontdesk.core.store.look import Tx


def follow(tx: Tx, event: Event) -> tuple[AutomationRan, ...]:
    """What the practice wants done after an event: mails and webhooks are queued, notes and tasks are answered, to be
    recorded.
    """
    found = list(triggers(event.operation, event.changes, event.side, tx.now))
    practice = setup.load(tx) if found else None
    if practice is None or not practice.practice.automations:
        return ()
    ran: list[AutomationRan] = []
    for trigger in found:
        for automation in practice.practice.automations:
            if matches(automation, trigger):
                done = _run(tx, practice, automation, trigger, event)
                if done is not None:
                    ran.append(done)
    return tuple(ran)


def _run(tx: Tx, practice: Setup, it: Automation, trigger: Trigger, event: Event) -> AutomationRan | None:
    thing = trigger.thing
    booked = thing if isinstance(thing, Appointment) else None
    if it.do.get("mail"):
        _mail(tx, practice, it, trigger, event)
    elif it.do.get("webhook"):
        _webhook(tx, practice, it, trigger, event)
    elif it.do.get("note") and booked is not None:
        now = appointments.find(tx, booked.id) or booked
        noted = "\n".join(filter(None, (now.internal_note, it.do["note"])))
        after = now.changed(internal_note=noted)
        appointments.save(tx, after)
        return AutomationRan(automation=it.id, all_changes=(Change(now, after),))
    elif it.do.get("task") and booked is not None:
        entry = Work(
            id=WorkId(0),
            appointment=booked.id,
            practitioner=booked.practitioner,
            start=booked.start,
            cause="automation",
            cause_id=it.id,
            since=tx.now,
        )
        return AutomationRan(automation=it.id, all_changes=(Change(None, work.add(tx, entry)),))
    return None


def _mail(tx: Tx, practice: Setup, it: Automation, trigger: Trigger, event: Event) -> None:
    thing = trigger.thing
    client = clients.find(tx, thing.client) if thing.client is not None else None
    to = _reader(practice, it, thing, client)
    if to is None or not to.email:
        return
    told = place_of(thing) if isinstance(thing, Appointment) else wish_of(thing)
    subject = f"Subject: {it.do['subject']}\n" if it.do.get("subject") else ""
    name = client.name if client is not None else _applicant(thing)
    facts = facts_of(
        tx,
        practice,
        to,
        MailKind.AUTOMATION,
        name,
        thing if isinstance(thing, Appointment) else None,
        told=told,
        template=subject + it.do["text"],
    )
    write(
        tx,
        practice,
        to,
        facts,
        about=About(*_subject(thing), _told_at(thing), thing.holder),
        occasion=_occasion(it, event),
    )


def _webhook(tx: Tx, practice: Setup, it: Automation, trigger: Trigger, event: Event) -> None:
    """What happened, by ids and times: who wants names asks for them."""
    thing = trigger.thing
    slot = thing if isinstance(thing, Appointment) else thing.slot
    zone_name = practice.zone_of(slot.location)
    body = {
        "event": event.id,
        "on": trigger.on,
        "by": trigger.by.value,
        "at": iso(tx.now, practice.practice.timezone),
        "automation": it.id,
        "kind": _subject(thing)[0],
        "ref": thing.ref,
        "service": thing.service,
        "practitioner": slot.practitioner,
        "location": slot.location,
        "start": iso(slot.start, zone_name),
        "end": iso(slot.end, zone_name),
        "ticket": thing.ticket or None,
    }
    message_id = f"<{uuid.uuid4().hex}@{domain_of(practice)}>"
    mails.add(
        tx,
        Mail(
            id=MailId(0),
            carrier=Carrier.WEBHOOK,
            reader=Reader.STAFF,
            kind=MailKind.AUTOMATION,
            subject_kind=_subject(thing)[0],
            subject_id=_subject(thing)[1],
            sequence=_told_at(thing),
            occasion=_occasion(it, event),
            recipient=it.do["webhook"],
            name=it.id,
            letter=Letter(subject=f"{trigger.on} {thing.ref}", text=json.dumps(body, ensure_ascii=False)),
            message_id=message_id,
            thread=message_id,
            made_at=tx.now,
            due_at=tx.now,
            until=tx.now + 3 * DAY,
        ),
    )


def _reader(practice: Setup, it: Automation, thing: Appointment | Request, client: Client | None) -> To | None:
    match it.do["mail"]:
        case "client":
            return to_client(practice, client) if client is not None else None
        case "practitioner":
            slot = thing if isinstance(thing, Appointment) else thing.slot
            person = practice.staff.get(slot.practitioner)
            return to_staff(practice, person, must=True) if person is not None else None
        case address:
            language = language_for(practice.practice.locale)
            return To(reader=Reader.STAFF, name="", email=address, language=language)


def _told_at(thing: Appointment | Request) -> int:
    """What has to be unchanged when it leaves."""
    return thing.sequence if isinstance(thing, Appointment) else thing.revision


def _occasion(it: Automation, event: Event) -> str:
    """By batch, so that undoing it finds what has not left."""
    return f"automation:{event.batch}:{event.id}:{it.id}"


def _applicant(thing: Appointment | Request) -> str:
    return thing.applicant.name if isinstance(thing, Request) and thing.applicant is not None else ""


def _subject(thing: Appointment | Request) -> tuple[str, str]:
    return ("appointment" if isinstance(thing, Appointment) else "request", str(thing.id))


def signing_key(practice: Setup, mail: Mail) -> str:
    """What a webhook is signed with, as the practice has it now."""
    return next((it.do.get("secret", "") for it in practice.practice.automations if it.id == mail.name), "")

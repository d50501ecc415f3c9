"""Running a practice's automations, in the transaction of what they follow."""

from __future__ import annotations

import json
import uuid
from collections.abc import Set
from dataclasses import replace
from typing import Any

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.automations import Trigger, matches, still_holds, triggers
from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.reversals import Redone, Reversed
from frontdesk.core.domain.mails import (
    CAUSE_GONE,
    Carrier,
    Letter,
    Mail,
    MailId,
    MailKind,
    MailState,
    Reader,
    place_of,
    wish_of,
)
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import Automation, Setup
from frontdesk.core.domain.requests import Request, RequestId
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.work import Work, WorkId
from frontdesk.core.operations.writing import TAKEN_BACK, About, domain_of, pointless_from, supersede, write
from frontdesk.core.queries.letters import To, facts_of, to_applicant, to_client, to_staff
from frontdesk.core.render.language import language_for
from frontdesk.core.render.times import iso
from frontdesk.core.store import appointments, clients, events, mails, requests, setup, work
from frontdesk.core.store.look import Tx


def follow(tx: Tx, event: Event) -> tuple[AutomationRan, ...]:
    """What the practice wants done after an event: mails and webhooks are queued, notes and tasks are answered, to be
    recorded. What waits of earlier events follows what is true now.
    """
    practice = setup.load(tx)
    if not practice.practice.automations:
        return ()
    if isinstance(event, Reversed):
        _follow_reversal(tx, practice, event)
    found = list(triggers(event.operation, event.changes, event.side, tx.now))
    runs = [(it, trigger) for trigger in found for it in practice.practice.automations if matches(it, trigger)]
    for change in event.changes:
        match change.before, change.after:
            case Appointment() as was, Appointment() as now if was.sequence != now.sequence:
                _renew(tx, practice, now, {it.id for it, trigger in runs if trigger.thing.id == now.id})
    return tuple(filter(None, (_run(tx, practice, it, trigger, event) for it, trigger in runs)))


def _renew(tx: Tx, practice: Setup, it: Appointment, ran: Set[str]) -> None:
    """Mails that wait about an appointment tell how it is now; those that are written anew, or have no cause, go."""
    for mail in mails.waiting_automations(tx, str(it.id)):
        automation = automation_of(practice, mail)
        holds = automation is not None and still_holds(automation, it)
        supersede(tx, replace(mail, error="" if holds else CAUSE_GONE))
        if holds and automation is not None and automation.id not in ran:
            state = MailState.PAUSED if mail.state is MailState.PAUSED else MailState.QUEUED
            _mail(tx, practice, automation, it, mail.occasion, due_at=max(mail.due_at, tx.now), state=state)


def _follow_reversal(tx: Tx, practice: Setup, event: Reversed) -> None:
    """What automations wrote of an act that is undone does not leave; a webhook that left is told that it is undone.

    When it is done again they are written again, as things are now.
    """
    assert event.undoes is not None
    again, first = isinstance(event, Redone), events.first_of(tx, event.undoes)
    written = sorted(mails.of_occasion(tx, f"automation:{first}:", begins=True), key=lambda mail: mail.id)
    last = {(mail.subject_kind, mail.subject_id, _name(mail)): mail for mail in written}
    for mail in last.values():
        automation = automation_of(practice, mail)
        if mail.may_still_change:
            mails.save(tx, replace(mail, state=MailState.DROPPED, error=TAKEN_BACK, decided_by=tx.actor.who.key))
        if automation is None:
            continue
        occasion = f"automation:{first}:{event.id}:{automation.id}"
        if mail.carrier is Carrier.WEBHOOK:
            says_done = not json.loads(mail.letter.text).get("undone", False)
            heard_otherwise = mail.is_told and says_done is not again
            was_held_back = mail.error == TAKEN_BACK and says_done is again
            if heard_otherwise or was_held_back:
                _webhook_again(tx, practice, mail, event, occasion, undone=not again)
        elif again and mail.error == TAKEN_BACK:
            about = _about(tx, mail)
            if about is not None:
                _mail(tx, practice, automation, about, occasion)


def automation_of(practice: Setup, mail: Mail) -> Automation | None:
    """Which automation wrote it, if the practice still has it, and it still does such a thing."""
    deed = "webhook" if mail.carrier is Carrier.WEBHOOK else "mail"
    return next(
        (it for it in practice.practice.automations if it.id == _name(mail) and it.enabled and it.do.get(deed)), None
    )


def _name(mail: Mail) -> str:
    return mail.occasion.split(":", 3)[3]


def _about(tx: Tx, mail: Mail) -> Appointment | Request | None:
    if mail.subject_kind == "appointment":
        return appointments.find(tx, AppointmentId(int(mail.subject_id)))
    return requests.find(tx, RequestId(int(mail.subject_id)))


def _run(tx: Tx, practice: Setup, it: Automation, trigger: Trigger, event: Event) -> AutomationRan | None:
    thing = trigger.thing
    booked = thing if isinstance(thing, Appointment) else None
    if it.do.get("mail"):
        _mail(tx, practice, it, trigger.thing, _occasion(it, event))
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


def _mail(tx: Tx, practice: Setup, it: Automation, thing: Appointment | Request, occasion: str, **more: Any) -> None:
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
        occasion=occasion,
        **{"until": pointless_from(tx, told), **more},
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
    _post(tx, practice, it, _subject(thing), _told_at(thing), f"{trigger.on} {thing.ref}", body, _occasion(it, event))


def _webhook_again(tx: Tx, practice: Setup, mail: Mail, event: Reversed, occasion: str, undone: bool) -> None:
    """The same, undone or done again: who listens need not know what came before."""
    body = {**json.loads(mail.letter.text), "event": event.id, "at": iso(tx.now, practice.practice.timezone)}
    body.pop("undone", None)
    if undone:
        body["undone"] = True
    automation = automation_of(practice, mail)
    assert automation is not None
    subject = (mail.subject_kind, mail.subject_id)
    _post(tx, practice, automation, subject, mail.sequence, mail.letter.subject, body, occasion)


def _post(
    tx: Tx,
    practice: Setup,
    it: Automation,
    subject: tuple[str, str],
    sequence: int,
    title: str,
    body: dict[str, Any],
    occasion: str,
) -> None:
    """Queued like a mail, with the same delay: what is taken back in time was never said."""
    message_id = f"<{uuid.uuid4().hex}@{domain_of(practice)}>"
    mails.add(
        tx,
        Mail(
            id=MailId(0),
            carrier=Carrier.WEBHOOK,
            reader=Reader.STAFF,
            kind=MailKind.AUTOMATION,
            subject_kind=subject[0],
            subject_id=subject[1],
            sequence=sequence,
            occasion=occasion,
            recipient=it.do["webhook"],
            name=it.id,
            letter=Letter(subject=title, text=json.dumps(body, ensure_ascii=False)),
            message_id=message_id,
            thread=message_id,
            made_at=tx.now,
            due_at=tx.now + practice.practice.mail.grace,
            until=tx.now + 3 * DAY,
        ),
    )


def _reader(practice: Setup, it: Automation, thing: Appointment | Request, client: Client | None) -> To | None:
    match it.do["mail"]:
        case "client":
            if client is not None:
                return to_client(practice, client)
            return to_applicant(practice, thing) if isinstance(thing, Request) else None
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

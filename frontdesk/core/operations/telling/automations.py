"""Running a practice's automations, in the transaction of what they follow."""

from __future__ import annotations

import json
import uuid
from collections.abc import Set
from typing import Any

from frontdesk.core.domain.appointments import Appointment, AppointmentId
from frontdesk.core.domain.automations import Trigger, matches, still_holds, triggers
from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.events.reversals import Redone, Reversed
from frontdesk.core.domain.outbox import (
    About,
    AutomationFollowed,
    Mail,
    MailId,
    MailState,
    Occasion,
    PutAside,
    Webhook,
    is_told,
    may_still_change,
)
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import Automation, Setup
from frontdesk.core.domain.requests import Request, RequestId
from frontdesk.core.domain.times import DAY
from frontdesk.core.domain.told import MailKind, Reader, place_of, wish_of
from frontdesk.core.domain.work import Work, WorkId
from frontdesk.core.operations.telling.delivery import (
    Subject,
    deliver,
    domain_of,
    of_appointment,
    of_request,
    pointless_from,
    supersede,
    take_back,
)
from frontdesk.core.queries.letters import To, facts_of, to_applicant, to_client, to_staff
from frontdesk.core.render.language import language_for
from frontdesk.core.render.times import iso
from frontdesk.core.store import appointments, clients, events, mails, practice, requests, work
from frontdesk.core.store.look import Tx


def follow(tx: Tx, event: Event) -> tuple[AutomationRan, ...]:
    """What the practice wants done after an event: mails and webhooks are queued, notes and tasks are answered, to be
    recorded. What waits of earlier events follows what is true now.
    """
    setup = practice.load(tx)
    if not setup.practice.automations:
        return ()
    if isinstance(event, Reversed):
        _follow_reversal(tx, setup, event)
    found = list(triggers(event.operation, event.changes, event.side, tx.now))
    runs = [(it, trigger) for trigger in found for it in setup.practice.automations if matches(it, trigger)]
    for change in event.changes:
        match change.before, change.after:
            case Appointment() as was, Appointment() as now if was.sequence != now.sequence:
                _renew(tx, setup, now, {it.id for it, trigger in runs if trigger.thing.id == now.id})
    return tuple(filter(None, (_run(tx, setup, it, trigger, event) for it, trigger in runs)))


def _renew(tx: Tx, setup: Setup, it: Appointment, ran: Set[str]) -> None:
    """Mails that wait about an appointment tell how it is now; those that are written anew, or have no cause, go."""
    for mail in mails.waiting_automations(tx, it.id):
        automation = automation_of(setup, mail)
        holds = automation is not None and still_holds(automation, it)
        supersede(tx, mail, None if holds else PutAside.CAUSE_GONE)
        if holds and automation is not None and automation.id not in ran:
            state = MailState.PAUSED if mail.state is MailState.PAUSED else MailState.QUEUED
            _mail(tx, setup, automation, it, mail.occasion, due_at=max(mail.due_at, tx.now), state=state)


def _follow_reversal(tx: Tx, setup: Setup, event: Reversed) -> None:
    """What automations wrote of an act that is undone does not leave; a webhook that left is told that it is undone.

    When it is done again they are written again, as things are now.
    """
    assert event.undoes is not None
    again, first = isinstance(event, Redone), events.first_of(tx, event.undoes)
    last = {(it.about.kind, it.about.id, name_of(it)): it for it in mails.of_automations(tx, first)}
    for it in last.values():
        automation = automation_of(setup, it)
        held_back = it.put_aside is PutAside.TAKEN_BACK
        if may_still_change(it):
            take_back(tx, it)
        if automation is None:
            continue
        occasion = AutomationFollowed(first, event.id, automation.id)
        if isinstance(it, Webhook):
            _follow_webhook(tx, setup, automation, it, event, occasion, held_back)
        elif again and held_back:
            about = _about(tx, it)
            if about is not None:
                _mail(tx, setup, automation, about, occasion)


def _follow_webhook(
    tx: Tx,
    setup: Setup,
    automation: Automation,
    it: Webhook,
    event: Reversed,
    occasion: AutomationFollowed,
    held_back: bool,
) -> None:
    """Who listens is told where they heard otherwise, or nothing; the same, undone or done again."""
    again, body = isinstance(event, Redone), json.loads(it.body)
    says_done = not body.pop("undone", False)
    heard_otherwise = is_told(it) and says_done is not again
    if not (heard_otherwise or (held_back and says_done is again)):
        return
    body |= {"event": event.id, "at": iso(tx.now, setup.practice.timezone)}
    if not again:
        body["undone"] = True
    _post(tx, setup, automation, it.about, it.title, body, occasion)


def automation_of(setup: Setup, it: Mail | Webhook) -> Automation | None:
    """Which automation wrote it, if the practice still has it, and it still does such a thing."""
    deed, name = "webhook" if isinstance(it, Webhook) else "mail", name_of(it)
    return next((a for a in setup.practice.automations if a.id == name and a.enabled and a.do.get(deed)), None)


def name_of(it: Mail | Webhook) -> str:
    """Of the automation that wrote it."""
    assert isinstance(it.occasion, AutomationFollowed), "an automation wrote it"
    return it.occasion.automation


def _about(tx: Tx, it: Mail) -> Appointment | Request | None:
    if it.about.kind == "appointment":
        return appointments.find(tx, AppointmentId(int(it.about.id)))
    return requests.find(tx, RequestId(int(it.about.id)))


def _run(tx: Tx, setup: Setup, it: Automation, trigger: Trigger, event: Event) -> AutomationRan | None:
    thing = trigger.thing
    booked = thing if isinstance(thing, Appointment) else None
    if it.do.get("mail"):
        _mail(tx, setup, it, trigger.thing, _occasion(it, event))
    elif it.do.get("webhook"):
        _webhook(tx, setup, it, trigger, event)
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


def _mail(
    tx: Tx, setup: Setup, it: Automation, thing: Appointment | Request, occasion: Occasion, **more: Any
) -> None:
    client = clients.find(tx, thing.client) if thing.client is not None else None
    to = _reader(setup, it, thing, client)
    if to is None or not to.email:
        return
    told = place_of(thing) if isinstance(thing, Appointment) else wish_of(thing)
    headed = f"Subject: {it.do['subject']}\n" if it.do.get("subject") else ""
    name = client.name if client is not None else _applicant(thing)
    facts = facts_of(
        tx,
        setup,
        to,
        MailKind.AUTOMATION,
        name,
        thing if isinstance(thing, Appointment) else None,
        told=told,
        template=headed + it.do["text"],
    )
    until = pointless_from(tx, told)
    deliver(tx, setup, to, facts, _subject(thing), occasion=occasion, **{"until": until, **more})


def _webhook(tx: Tx, setup: Setup, it: Automation, trigger: Trigger, event: Event) -> None:
    """What happened, by ids and times: who wants names asks for them."""
    thing, about = trigger.thing, _subject(trigger.thing).about
    slot = thing if isinstance(thing, Appointment) else thing.slot
    zone_name = setup.zone_of(slot.location)
    body = {
        "event": event.id,
        "on": trigger.on,
        "by": trigger.by.value,
        "at": iso(tx.now, setup.practice.timezone),
        "automation": it.id,
        "kind": about.kind,
        "ref": thing.ref,
        "service": thing.service,
        "practitioner": slot.practitioner,
        "location": slot.location,
        "start": iso(slot.start, zone_name),
        "end": iso(slot.end, zone_name),
        "ticket": thing.ticket or None,
    }
    _post(tx, setup, it, about, f"{trigger.on} {thing.ref}", body, _occasion(it, event))


def _post(
    tx: Tx,
    setup: Setup,
    it: Automation,
    about: About,
    title: str,
    body: dict[str, Any],
    occasion: AutomationFollowed,
) -> None:
    """Queued like a mail, with the same delay: what is taken back in time was never said."""
    mails.add(
        tx,
        Webhook(
            id=MailId(0),
            kind=MailKind.AUTOMATION,
            about=about,
            occasion=occasion,
            message_id=f"<{uuid.uuid4().hex}@{domain_of(setup)}>",
            automation=it.id,
            url=it.do["webhook"],
            title=title,
            body=json.dumps(body, ensure_ascii=False),
            made_at=tx.now,
            due_at=tx.now + setup.practice.mail.grace,
            until=tx.now + 3 * DAY,
        ),
    )


def _reader(setup: Setup, it: Automation, thing: Appointment | Request, client: Client | None) -> To | None:
    match it.do["mail"]:
        case "client":
            if client is not None:
                return to_client(setup, client)
            return to_applicant(setup, thing) if isinstance(thing, Request) else None
        case "practitioner":
            slot = thing if isinstance(thing, Appointment) else thing.slot
            person = setup.staff.get(slot.practitioner)
            return to_staff(setup, person, must=True) if person is not None else None
        case address:
            language = language_for(setup.practice.locale)
            return To(reader=Reader.STAFF, name="", email=address, language=language)


def _occasion(it: Automation, event: Event) -> AutomationFollowed:
    """By batch, so that undoing it finds what has not left."""
    return AutomationFollowed(event.batch, event.id, it.id)


def _applicant(thing: Appointment | Request) -> str:
    return thing.applicant.name if isinstance(thing, Request) and thing.applicant is not None else ""


def _subject(thing: Appointment | Request) -> Subject:
    return of_appointment(thing) if isinstance(thing, Appointment) else of_request(thing)


def signing_key(setup: Setup, it: Webhook) -> str:
    """What a webhook is signed with, as the practice has it now."""
    return next((a.do.get("secret", "") for a in setup.practice.automations if a.id == it.automation), "")

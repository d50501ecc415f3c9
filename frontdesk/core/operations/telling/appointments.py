"""Clients and practitioners are told how an appointment stands."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events.requests import RequestApproved
from frontdesk.core.domain.news import Fate, News, known_after, news_for
from frontdesk.core.domain.outbox import Letter, may_still_change
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import ReasonId, Setup, StaffMember
from frontdesk.core.domain.told import (
    APPROVALS,
    Reader,
    Told,
    appointment_for_client,
    appointment_for_practitioner,
)
from frontdesk.core.operations.telling import messages
from frontdesk.core.operations.telling.act import Act
from frontdesk.core.operations.telling.delivery import (
    Last,
    Link,
    calendar_file,
    deliver,
    last_told,
    mails_own_changes,
    manage_link,
    of_appointment,
    pointless_from,
    rebook_link,
    supersede,
)
from frontdesk.core.queries.letters import (
    To,
    change_facts,
    facts_of,
    manage_address,
    to_client,
    to_staff,
    wants_rebooking,
)
from frontdesk.core.render import letters
from frontdesk.core.render.language import speaking
from frontdesk.core.render.marks import without_marks
from frontdesk.core.render.words.labels import reason_label
from frontdesk.core.store import clients, links, mails
from frontdesk.core.store.look import Tx


def tell(tx: Tx, setup: Setup, act: Act, was: Appointment | None, it: Appointment) -> None:
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    for reminder in mails.waiting_reminders(tx, it.id) if was is not None else ():
        supersede(tx, reminder)  # of a time it no longer has
    _tell_client(tx, setup, act, client, was, it)
    for who in dict.fromkeys(filter(None, (was.practitioner if was is not None else None, it.practitioner))):
        person = setup.staff.get(who)
        if person is not None:
            _tell_practitioner(tx, setup, act, client, person, was, it)


def _tell_client(tx: Tx, setup: Setup, act: Act, client: Client, was: Appointment | None, it: Appointment) -> None:
    to, subject = to_client(setup, client), of_appointment(it)
    before, now = appointment_for_client(was), appointment_for_client(it)
    last = last_told(tx, subject, to, now, is_new=was is None)
    slip = act.is_slip(tx, setup, was)
    news = _news_for_client(tx, act, last, it, before, now, slip)
    if news is None:
        _links_follow(tx, it, now)
        messages.tell_words(tx, setup, act, it)
        return
    message = act.message
    if not client.email and not message and (slip or act.came_from_client(it)):
        return
    if not message and last.waiting is not None and last.waiting.kind is news.kind:
        message = last.waiting.message
    manage = manage_link(tx, setup, it) if now is not None and client.email else Link()
    rebook = rebook_link(tx, setup, it) if now is None and wants_rebooking(it) and client.email else Link()
    facts = change_facts(
        tx,
        setup,
        to,
        news.kind,
        it,
        known=news.was,
        told=now,
        message=message,
        manage=manage.address,
        rebook=rebook.address,
        fee=act.fee,
        letter=act.letter,
    )
    deliver(
        tx,
        setup,
        to,
        facts,
        subject,
        news=news,
        link=rebook if rebook.address else manage,
        calendar=calendar_file(tx, setup, to, news.kind, it, news.stands),
        until=pointless_from(tx, news.stands),
    )


def _news_for_client(
    tx: Tx, act: Act, last: Last, it: Appointment, before: Told | None, now: Told | None, slip: bool
) -> News | None:
    """What is news to the client; an approval is called so."""
    if last.fate is Fate.TRUE:
        return None
    known = known_after(last.mail, before)
    words = bool(act.message or act.letter)
    news = news_for(Reader.CLIENT, it, known, before, now, tx.now, slip=slip, words=words)
    if news is None:
        return None
    was_approved = last.waiting is not None and last.waiting.kind in APPROVALS.values()
    if isinstance(act.event, RequestApproved) or was_approved:
        return replace(news, kind=APPROVALS.get(news.kind, news.kind))
    return news


def _tell_practitioner(
    tx: Tx,
    setup: Setup,
    act: Act,
    client: Client,
    person: StaffMember,
    was: Appointment | None,
    it: Appointment,
) -> None:
    to, subject = to_staff(setup, person), of_appointment(it)
    before = appointment_for_practitioner(was, person.id)
    now = appointment_for_practitioner(it, person.id)
    last = last_told(tx, subject, to, now, is_new=was is None)
    if last.fate is Fate.TRUE or (tx.actor.staff == person.id and not mails_own_changes(person)):
        return
    known = known_after(last.mail, before)
    slip = act.is_slip(tx, setup, was)
    news = news_for(Reader.STAFF, it, known, before, now, tx.now, slip=slip)
    if news is None:
        return
    facts = facts_of(
        tx,
        setup,
        to,
        news.kind,
        client.name,
        it,
        known=news.was,
        told=now,
        reason=_reason(setup, to, it) if now is None else "",
        by=act.event.side,
        actor=tx.actor.name,
        ticket=it.ticket if was is not None else "",
        description=act.event.description,
    )
    deliver(tx, setup, to, facts, subject, news=news, until=pointless_from(tx, news.stands))


def _links_follow(tx: Tx, it: Appointment, now: Told | None) -> None:
    """Nothing is told, for nothing differs: the links of the mail that told it last open what it names, as before."""
    sent = mails.told_sequence(tx, it.id) if now is not None else None
    if sent is not None:
        links.follow(tx, it.id, sent, it.sequence)


def _reason(setup: Setup, to: To, it: Appointment) -> str:
    """Why it was cancelled, in the reader's language."""
    cancelled = it.cancellation
    if cancelled is None:
        return ""
    reason = setup.reasons.get(ReasonId(cancelled.reason))
    with speaking(to.language, setup.practice.labels):
        label = reason_label(reason) if reason is not None else ""
    return " – ".join(filter(None, (label, cancelled.text)))


def follow_note(tx: Tx, setup: Setup, was: Appointment, it: Appointment) -> None:
    """A mail that waits says the public note as it is now, unless somebody rewrote it."""
    last = mails.latest(tx, "appointment", str(it.id), Reader.CLIENT, None) if was.note != it.note else None
    if last is None or not may_still_change(last) or last.tells is None:
        return
    client = clients.find(tx, it.client)
    assert client is not None, "an appointment has a client"
    to, told = to_client(setup, client), last.tells

    def said(noted: Appointment) -> Letter:
        facts = change_facts(
            tx,
            setup,
            to,
            last.kind,
            noted,
            known=last.known,
            told=told,
            message=last.message,
            manage=manage_address(setup) if client.email else "",
        )
        calendar, method = calendar_file(tx, setup, to, last.kind, noted, told)
        return replace(letters.letter(facts), calendar=calendar, method=method)

    if without_marks(said(was).text) == without_marks(last.letter.text):
        mails.save(tx, replace(last, letter=said(it)))

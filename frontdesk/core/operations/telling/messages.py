"""Words, and links, in a mail of their own."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.errors import Refused
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived
from frontdesk.core.domain.events.reversals import Reversed, Undone
from frontdesk.core.domain.objections import CannotBeUndone
from frontdesk.core.domain.outbox import UNSENT, PutAside, WordsWritten, is_told
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.told import MailKind, appointment_for_client
from frontdesk.core.operations.telling.act import Act
from frontdesk.core.operations.telling.delivery import (
    Link,
    deliver,
    of_appointment,
    of_client,
    send_after_all,
    take_back,
)
from frontdesk.core.queries.letters import facts_of, rebook_address, to_client, to_practice, to_staff
from frontdesk.core.store import appointments, clients, events, links, mails
from frontdesk.core.store.look import Tx


def tell_words(tx: Tx, setup: Setup, act: Act, it: Appointment) -> None:
    """What somebody wrote with a change that is no news to the client: it goes as a message."""
    if act.words is not None and (act.message or act.letter):
        client = clients.find(tx, it.client)
        assert client is not None, "an appointment has a client"
        tell_message(tx, setup, act.words, client, it)


def tell_message(tx: Tx, setup: Setup, event: Event, client: Client, it: Appointment | None) -> None:
    to = to_client(setup, client)
    facts = facts_of(
        tx,
        setup,
        to,
        MailKind.MESSAGE,
        to.name,
        None,
        told=appointment_for_client(it),
        message=event.message,
        letter=event.letter,
    )
    subject = of_appointment(it) if it is not None else of_client(client)
    deliver(tx, setup, to, facts, subject, occasion=WordsWritten(event.batch))


def pass_on(tx: Tx, setup: Setup, event: MessageReceived) -> None:
    """A client's words go to the practitioner they are about, else to whom the client sees next, or saw last."""
    client, about = event.client, event.appointment
    theirs = sorted(appointments.of_client(tx, client.id), key=lambda it: (it.start < tx.now, abs(it.start - tx.now)))
    it = about or next(iter(theirs), None)
    person = setup.staff.get(it.practitioner) if it is not None else None
    to = to_practice(setup) if person is None else to_staff(setup, person, must=True)
    told = appointment_for_client(about)
    facts = facts_of(tx, setup, to, MailKind.CLIENT_MESSAGE, client.name, None, told=told, description=event.message)
    subject = of_appointment(about) if about is not None else of_client(client)
    deliver(tx, setup, to, facts, subject, occasion=WordsWritten(event.batch), client=client.id)


def tell_booking_link(tx: Tx, setup: Setup, event: BookingLinkGiven) -> None:
    to = to_client(setup, event.client)
    _start, _slash, secret = event.link.rpartition("/")
    occasion = WordsWritten(event.batch)
    links.name(tx, secret, occasion)
    if not event.mailed:
        return
    address = rebook_address(setup, event.service.id)
    facts = facts_of(
        tx,
        setup,
        to,
        MailKind.BOOKING_LINK,
        to.name,
        None,
        service=event.service.name,
        rebook=address,
        link_until=event.until,
    )
    link = Link(address, {"rebook": secret})
    deliver(tx, setup, to, facts, of_client(event.client), link=link, occasion=occasion, until=event.until)


def follow_reversal(tx: Tx, setup: Setup, event: Reversed, must: bool) -> None:
    """A message that waits does not leave, and a link opens nothing; or they do after all.

    Raises Refused where the mail has left and the deed was nothing but that: it `must` be taken back.
    """
    assert event.undoes is not None
    occasion, undone = WordsWritten(events.first_of(tx, event.undoes)), isinstance(event, Undone)
    for it in mails.of_words(tx, occasion):
        if is_told(it) and must:
            raise Refused((CannotBeUndone(event.of_operation),))
        if undone and it.state in UNSENT:
            take_back(tx, it)
        elif not undone and it.put_aside is PutAside.TAKEN_BACK:
            send_after_all(tx, setup, it)
    links.close(tx, occasion, tx.now if undone else None)

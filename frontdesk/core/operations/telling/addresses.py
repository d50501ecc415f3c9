"""What waits for a client goes where they can be reached now."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.outbox import Call, Letter, Mail
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.practice import Setup
from frontdesk.core.operations.telling.delivery import calendar_file, without_address
from frontdesk.core.queries.letters import To, to_client
from frontdesk.core.store import appointments, mails
from frontdesk.core.store.look import Tx


def follow_address(tx: Tx, setup: Setup, client: Client) -> None:
    """It goes to the address they have now, and invites that one; a call becomes a mail, a mail a call."""
    to = to_client(setup, client)
    for it in mails.unsent_to(tx, client.id):
        if not client.email:
            if isinstance(it, Mail):
                without_address(tx, it, client)
            continue
        letter = _invites(tx, setup, to, it)
        match it:
            case Mail():
                mails.save(tx, replace(it, address=client.email, letter=letter))
            case Call():
                mails.save(tx, it.as_mail(client.email, letter, tx.now + setup.practice.mail.grace))


def _invites(tx: Tx, setup: Setup, to: To, it: Mail | Call) -> Letter:
    """The letter, its calendar file for the address they have now."""
    stands = it.tells or it.known
    booked = appointments.find(tx, AppointmentId(int(it.about.id))) if it.about.kind == "appointment" else None
    if booked is None or stands is None:
        return it.letter
    calendar, method = calendar_file(tx, setup, to, it.kind, booked, stands)
    return replace(it.letter, calendar=calendar, method=method)

"""Who asked is told what became of it; who decides is told what is asked."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events.requests import RequestEdited, RequestMade
from frontdesk.core.domain.events.reversals import Redone, Undone
from frontdesk.core.domain.news import Fate, known_of_request, news_for
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.requests import Ended, Request, RequestKind
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.domain.told import (
    Reader,
    appointment_for_client,
    request_for_client,
    request_for_practitioner,
)
from frontdesk.core.operations.telling.act import Act
from frontdesk.core.operations.telling.delivery import deliver, last_told, mails_own_changes, of_request
from frontdesk.core.queries.letters import facts_of, sign_in_address, to_applicant, to_client, to_staff
from frontdesk.core.store import appointments, clients
from frontdesk.core.store.look import Tx


def tell(tx: Tx, setup: Setup, act: Act, was: Request | None, it: Request) -> None:
    moves = appointments.find(tx, it.appointment) if it.kind is RequestKind.RESCHEDULE and it.appointment else None
    name = _tell_client(tx, setup, act, was, it, moves)
    for who in dict.fromkeys(filter(None, (was.slot.practitioner if was else None, it.slot.practitioner))):
        person = setup.staff.get(who)
        if person is not None:
            _ask_to_decide(tx, setup, act, person, name, was, it, moves)


def _tell_client(tx: Tx, setup: Setup, act: Act, was: Request | None, it: Request, moves: Appointment | None) -> str:
    """Answers what who asked is called."""
    client = clients.find(tx, it.client) if it.client is not None else None
    to = to_client(setup, client) if client is not None else to_applicant(setup, it)
    before, now, subject = request_for_client(was), request_for_client(it), of_request(it)
    last = last_told(tx, subject, to, now, is_new=was is None)
    if last.fate is Fate.TRUE:
        return to.name
    news = news_for(Reader.CLIENT, it, known_of_request(last.mail, before), before, now, tx.now)
    if news is None:
        return to.name
    facts = facts_of(
        tx,
        setup,
        to,
        news.kind,
        to.name,
        None,
        known=appointment_for_client(moves),
        told=now,
        message=act.message,
        held_until=it.held_until if it.held and not it.offers else None,
        answer_by=it.answer_by,
        overtaken=it.ended is Ended.OVERTAKEN,
        ref=it.ref,
        manage=sign_in_address(setup) if client is not None else "",
        letter=act.letter,
    )
    deliver(tx, setup, to, facts, subject, news=news, until=_ends(tx, it))
    return to.name


def _ask_to_decide(
    tx: Tx,
    setup: Setup,
    act: Act,
    person: StaffMember,
    client_name: str,
    was: Request | None,
    it: Request,
    moves: Appointment | None,
) -> None:
    """A wish that came in, or became another one, is mailed to who decides."""
    to, subject = to_staff(setup, person, must=True), of_request(it)
    before, now = request_for_practitioner(was, person.id), request_for_practitioner(it, person.id)
    last = last_told(tx, subject, to, now, is_new=was is None)
    asks = isinstance(act.event, RequestMade | RequestEdited | Undone | Redone)
    is_own = tx.actor.staff == person.id and not mails_own_changes(person)
    if last.fate is Fate.TRUE or is_own or not asks:
        return
    news = news_for(Reader.STAFF, it, known_of_request(last.mail, before), before, now, tx.now)
    if news is None:
        return
    facts = facts_of(
        tx,
        setup,
        to,
        news.kind,
        client_name,
        None,
        known=appointment_for_client(moves),
        told=now,
        description=it.description,
        ref=it.ref,
        ticket=moves.ticket if moves is not None else "",
    )
    deliver(tx, setup, to, facts, subject, news=news, until=_ends(tx, it))


def _ends(tx: Tx, it: Request) -> Instant:
    return max(it.slot.end, tx.now + DAY)

"""Terms and what they came to."""

from __future__ import annotations

from frontdesk.core.asks.charges import ListCharges, ShowPolicy, ShowTerms
from frontdesk.core.asks.door import Queries
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.money import fee
from frontdesk.core.domain.outcomes import countdown_to_cancel, countdown_to_reschedule, fee_of_no_show
from frontdesk.core.domain.permissions import Owner, Permission, may, not_allowed
from frontdesk.core.domain.policies import Policy, Terms, resolved
from frontdesk.core.domain.views import ChargeLine, TermsView
from frontdesk.core.queries.slots import service_of
from frontdesk.core.store import appointments, charges, practice, terms
from frontdesk.core.store.look import Look


def show_terms(look: Look, question: ShowTerms) -> TermsView:
    setup = practice.load(look)
    appointment = appointments.find(look, question.appointment)
    if appointment is None:
        raise NotFound("appointment", str(question.appointment))
    if not may(look.actor, Permission.SEE_CALENDAR, Owner(practitioner=appointment.practitioner)):
        raise not_allowed(look.actor, Permission.SEE_CALENDAR)
    agreed, currency = terms.of(look, setup, appointment), setup.practice.currency
    return TermsView(
        terms=agreed,
        cancelling=countdown_to_cancel(appointment, agreed, currency, look.now),
        rescheduling=countdown_to_reschedule(appointment, agreed, currency, look.now),
        late_fee=fee(agreed.late_fee.value, appointment.price, currency),
        no_show_fee=fee_of_no_show(appointment, agreed, currency),
        charges=tuple(charges.of_appointment(look, appointment.id)),
    )


def show_policy(look: Look, question: ShowPolicy) -> Terms:
    setup = practice.load(look)
    if question.practitioner is not None and question.practitioner not in setup.staff:
        raise NotFound("staff", question.practitioner)
    person = setup.staff[question.practitioner].policy if question.practitioner is not None else Policy()
    service = service_of(setup, question.service).policy if question.service is not None else Policy()
    return resolved(service, person, setup.practice.policy)


def list_charges(look: Look, question: ListCharges) -> tuple[ChargeLine, ...]:
    return charges.listed(look, question.client, question.states, question.limit)


QUERIES: Queries = {
    ListCharges: list_charges,
    ShowTerms: show_terms,
    ShowPolicy: show_policy,
}

"""Requests as staff see them: the list, how each stands, and everything that speaks for and against one."""

from __future__ import annotations

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.requests import JudgeRequests, ListRequests, ShowRequest
from frontdesk.core.domain.appointments import Appointment, Status
from frontdesk.core.domain.checks import checks
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.outcomes import Countdown, countdown_to_reschedule
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import Request, RequestId, RequestState
from frontdesk.core.domain.scenes import Asking, Offer, Verdict
from frontdesk.core.domain.times import Span, day_span, local_date
from frontdesk.core.domain.views import ClientHit, Neighbour, RequestCard, RequestLine, RequestList, Standing
from frontdesk.core.queries import slots
from frontdesk.core.queries.clients import Theirs, hits, masked, their_appointments
from frontdesk.core.store import appointments, charges, claims, clients, practice, requests, terms
from frontdesk.core.store.look import Look

LAST = 5
"""Past appointments of the client beside a request."""


def list_requests(look: Look, question: ListRequests) -> RequestList:
    found = requests.listed(
        look,
        practice.load(look),
        states=question.states,
        client=question.client,
        name=question.name,
        order=question.order,
        limit=question.limit + 1,
    )
    return RequestList(items=found[: question.limit], more=len(found) > question.limit)


def judge_requests(look: Look, question: JudgeRequests) -> dict[RequestId, Standing]:
    setup = practice.load(look)
    found = requests.listed(look, setup, ids=question.requests)
    return {
        line.request.id: _standing(look, line, _verdict(look, setup, line.request))
        for line in found
        if line.request.state is RequestState.PENDING
    }


def show_request(look: Look, question: ShowRequest) -> RequestCard:
    setup = practice.load(look)
    found = requests.listed(look, setup, ids=[question.request])
    if not found:
        raise NotFound("request", str(question.request))
    line = found[0]
    request = line.request
    verdict = _verdict(look, setup, request)
    zone_name = setup.practice.timezone
    day = day_span(local_date(request.slot.start, zone_name), zone_name)
    named = appointments.named(look, setup, [request.appointment]) if request.appointment is not None else ()
    moves = named[0] if named else None
    client = request.client
    theirs = their_appointments(look, setup, client, 1, LAST) if client is not None else Theirs((), (), [])
    is_open = request.state is RequestState.PENDING
    return RequestCard(
        line=line,
        standing=_standing(look, line, verdict),
        verdict=verdict,
        checks=checks(verdict),
        nearest=_nearest(look, setup, request) if is_open and not verdict.ok else (),
        around=_around(look, setup, request, day),
        rivals=requests.rivals(look, setup, request, request.padded(request.slot)) if is_open else (),
        moves=moves,
        moving_late=_moving_late(look, setup, request, moves.appointment) if is_open and moves else None,
        known=_known(look, line) if is_open else (),
        visits=theirs.count(Status.DONE),
        no_shows=theirs.count(Status.NO_SHOW),
        late_cancels=theirs.count(Status.LATE_CANCELLED),
        owes=charges.owed_by(look, request.client) if request.client is not None else 0,
        next=next(iter(theirs.upcoming), None),
        history=theirs.past,
    )


def _moving_late(look: Look, setup: Setup, request: Request, moved: Appointment) -> Countdown:
    """Whether the move was asked for late, and what that costs."""
    agreed = terms.of(look, setup, moved)
    return countdown_to_reschedule(moved, agreed, setup.practice.currency, request.asked_at)


def _around(look: Look, setup: Setup, request: Request, day: Span) -> tuple[Neighbour, ...]:
    """Who else has that practitioner's time that day, held times included; not what would be moved, nor its hold."""
    who = request.slot.practitioner
    booked = appointments.blocks(look, setup, (who,), day)[who]
    held = claims.holds(look, setup, (who,), day)[who]
    found = [Neighbour(it.start, it.end, it.client_name, False) for it in booked if it.id != request.appointment]
    found += [Neighbour(it.start, it.end, it.name, True) for it in held if it.request != request.id]
    return tuple(sorted(found))


def _verdict(look: Look, setup: Setup, request: Request) -> Verdict:
    """As staff, the request's own hold excepted, at the place that was asked for."""
    search = _search(look, setup, request)
    slot = request.slot
    return slots.verdicts_on(look, setup, search, slot.practitioner, slot.location, slot.start)[0]


def _search(look: Look, setup: Setup, request: Request) -> slots.Search:
    moving = slots.moving(look, request.appointment) if request.state is RequestState.PENDING else None
    service = setup.services[request.service]
    return slots.search_for(look, setup, service, Asking.STAFF, request.client, moving, room=None, request=request.id)


def _nearest(look: Look, setup: Setup, request: Request) -> tuple[Offer, ...]:
    slot = request.slot
    search = _search(look, setup, request)
    return slots.nearest(look, setup, search, slot.practitioner, None, slot.start)[:3]


def _standing(look: Look, line: RequestLine, verdict: Verdict) -> Standing:
    request = line.request
    if request.offers:
        return Standing.OFFERED
    if any(reason.means_taken for reason in verdict.reasons):
        return Standing.CLASH
    if verdict.reasons or verdict.warnings:
        return Standing.RULE
    return Standing.ASKS if request.hold_lost or _known(look, line) else Standing.CLEAR


def _known(look: Look, line: RequestLine) -> tuple[ClientHit, ...]:
    """Whom a person nobody knows may already be."""
    if line.request.client is not None:
        return ()
    return masked(look, hits(look, clients.reached_by(look, line.phone, line.email, limit=5)))


QUERIES: Queries = {
    ListRequests: list_requests,
    JudgeRequests: judge_requests,
    ShowRequest: show_request,
}

"""A request that waits, opened for whoever acts on it: its locks, and the appointment it would move."""

from __future__ import annotations

from frontdesk.core.asks.requests import DeclineRequest
from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import NotFound
from frontdesk.core.domain.kinds import owner_of
from frontdesk.core.domain.objections import RequestIsOver
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.permissions import is_hidden
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import Request, RequestAction, RequestId, RequestKind, RequestState
from frontdesk.core.domain.scenes import Asking
from frontdesk.core.domain.services import RoomId, Service, ServiceId
from frontdesk.core.operations import taking
from frontdesk.core.operations.appointments import found, locked, locked_client
from frontdesk.core.operations.guard import require_no_objection, require_sees
from frontdesk.core.queries import slots
from frontdesk.core.store import claims, clients, requests
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A pending request with its locks, and the appointment it would move."""

    request: Request
    service: Service
    client: Client | None
    appointment: Appointment | None


def opened_request(
    tx: Tx,
    setup: Setup,
    id_: RequestId,
    action: RequestAction,
    *,
    also_of: StaffId | None = None,
    chosen: ClientId | None = None,
    service: ServiceId | None = None,
    everybody: bool = False,
) -> Opened:
    """The locks in the order every writer keeps, then the request itself, pending. Raises NotFound or Refused."""
    seen = requests.find(tx, id_)
    if seen is None or seen.state is RequestState.UNDONE or is_hidden(tx.actor, owner_of(seen)):
        raise NotFound("request", str(id_))
    for client_id in sorted({it for it in (seen.client, chosen) if it is not None}):
        clients.lock(tx, client_id)
    if chosen is not None:
        require_sees(tx, DeclineRequest.needs, chosen)
    whose = chosen if chosen is not None and seen.client is None else seen.client
    client = locked_client(tx, whose) if whose is not None else None
    is_move = seen.kind is RequestKind.RESCHEDULE and seen.appointment is not None
    appointment = found(tx, seen.appointment) if is_move and seen.appointment is not None else None
    of = slots.service_of(setup, service or seen.service)
    wide = everybody or service not in (None, seen.service)
    people = setup.offering(of.id) if wide else ()
    resources = claims.resources_of(setup, seen)
    resources += claims.resources_of(setup, appointment) if appointment is not None else []
    resources += [setup.staff_resources[person.id] for person in people]
    if also_of is not None:
        if also_of not in setup.staff:
            raise NotFound("staff", also_of)
        resources.append(setup.staff_resources[also_of])
    resources += [setup.room_resources[room] for room in of.rooms if room in setup.room_resources]
    taking.lock(tx, resources)
    if appointment is not None:
        appointment = locked(tx, appointment)
    taking.end(tx, id_)  # an offer that nobody answered
    request = requests.lock(tx, id_)
    was = seen.as_of(tx.now)
    if request is None or (request.slot, request.offers, request.service) != (was.slot, was.offers, was.service):
        raise Contention
    if request.state is not RequestState.PENDING:
        require_no_objection([RequestIsOver(request.state, request.ended, action)])
    return Opened(request=request, service=setup.services[request.service], client=client, appointment=appointment)


def search_for(tx: Tx, setup: Setup, opened: Opened, asking: Asking, room: RoomId | None) -> slots.Search:
    """Its own hold, and the appointment it would move, stand against nothing."""
    request = opened.request
    return slots.search_for(
        tx,
        setup,
        opened.service,
        asking,
        opened.client.id if opened.client is not None else None,
        opened.appointment,
        room=room,
        request=request.id,
        applicant=request.applicant,
    )


def locked_pending(tx: Tx, asked: Request | None) -> Request | None:
    """The request to move the same appointment, locked, if it is still to be decided."""
    if asked is None:
        return None
    taking.end(tx, asked.id)
    request = requests.lock(tx, asked.id)
    if request != asked.as_of(tx.now):
        raise Contention
    return request if request.state is RequestState.PENDING else None

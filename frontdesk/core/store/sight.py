"""What an actor may see, as conditions: a practitioner's own clients and history, everything for the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlmodel import col

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.store import actors
from frontdesk.core.store.look import Look
from frontdesk.core.store.rows import Appointment as AppointmentRow
from frontdesk.core.store.rows import Client as ClientRow
from frontdesk.core.store.rows import Event as EventRow
from frontdesk.core.store.rows import EventThing as ThingRow
from frontdesk.core.store.rows import Request as RequestRow

ADDED = ("add_client", "book")
"""Operations by which somebody makes a client."""


def of_clients(look: Look) -> list[ColumnElement[bool]]:
    """Conditions on the client table: those the actor has, or had, an appointment with, or made."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if look.actor.is_from_outside:
        return [col(ClientRow.id) == (look.actor.client or 0)]
    return [] if own is None else [or_(_has_appointment(own), _was_made_by(look))]


def of_events(look: Look) -> list[ColumnElement[bool]]:
    """Conditions on the events: what the actor did, and what happened to their appointments and clients."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is None:
        return []
    appointments = select(cast(col(AppointmentRow.id), Text)).where(col(AppointmentRow.practitioner_id) == own)
    clients = select(cast(col(ClientRow.id), Text)).where(*of_clients(look))
    requests = select(cast(col(RequestRow.id), Text)).where(col(RequestRow.practitioner_id) == own)
    touching = select(col(ThingRow.event_id)).where(
        or_(
            (col(ThingRow.kind) == "appointment") & col(ThingRow.thing_id).in_(appointments),
            (col(ThingRow.kind) == "client") & col(ThingRow.thing_id).in_(clients),
            (col(ThingRow.kind) == "request") & col(ThingRow.thing_id).in_(requests),
        )
    )
    return [or_(actors.done_by(look, look.actor.who), col(EventRow.id).in_(touching))]


def seen(look: Look, among: Iterable[ClientId]) -> set[ClientId]:
    """Those of some clients that the actor may see."""
    found = select(col(ClientRow.id)).where(col(ClientRow.id).in_(list(among)), *of_clients(look))
    return {ClientId(id_) for id_ in look.connection.execute(found).scalars()}


def _has_appointment(own: StaffId) -> Any:
    return col(ClientRow.id).in_(
        select(col(AppointmentRow.client_id)).where(
            col(AppointmentRow.practitioner_id) == own, col(AppointmentRow.status) != Status.UNDONE.value
        )
    )


def _was_made_by(look: Look) -> Any:
    return cast(col(ClientRow.id), Text).in_(
        select(col(ThingRow.thing_id))
        .join(EventRow, col(EventRow.id) == col(ThingRow.event_id))
        .where(
            col(ThingRow.kind) == "client",
            actors.done_by(look, look.actor.who),
            col(EventRow.operation).in_(ADDED),
        )
    )

"""What an actor may see, as conditions: a practitioner's own clients and history, everything for the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlmodel import col

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.permissions import Permission, only_own
from frontdesk.core.store import actors, rows
from frontdesk.core.store.look import Look

ADDED = ("add_client", "book")
"""Operations by which somebody makes a client."""


def of_clients(look: Look) -> list[ColumnElement[bool]]:
    """Conditions on the client table: those the actor has, or had, an appointment with, or made."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if look.actor.is_from_outside:
        return [col(rows.Client.id) == (look.actor.client or 0)]
    return [] if own is None else [or_(_has_appointment(own), _was_made_by(look))]


def of_events(look: Look) -> list[ColumnElement[bool]]:
    """Conditions on the events: what the actor did, and what happened to their appointments and clients."""
    own = only_own(look.actor, Permission.SEE_CLIENTS)
    if own is None:
        return []
    appointments = select(cast(col(rows.Appointment.id), Text)).where(col(rows.Appointment.practitioner_id) == own)
    clients = select(cast(col(rows.Client.id), Text)).where(*of_clients(look))
    requests = select(cast(col(rows.Request.id), Text)).where(col(rows.Request.practitioner_id) == own)
    touching = select(col(rows.EventThing.event_id)).where(
        or_(
            (col(rows.EventThing.kind) == "appointment") & col(rows.EventThing.thing_id).in_(appointments),
            (col(rows.EventThing.kind) == "client") & col(rows.EventThing.thing_id).in_(clients),
            (col(rows.EventThing.kind) == "request") & col(rows.EventThing.thing_id).in_(requests),
        )
    )
    return [or_(actors.done_by(look, look.actor.who), col(rows.Event.id).in_(touching))]


def seen(look: Look, among: Iterable[ClientId]) -> set[ClientId]:
    """Those of some clients that the actor may see."""
    found = select(col(rows.Client.id)).where(col(rows.Client.id).in_(list(among)), *of_clients(look))
    return {ClientId(id_) for id_ in look.connection.execute(found).scalars()}


def _has_appointment(own: StaffId) -> Any:
    return col(rows.Client.id).in_(
        select(col(rows.Appointment.client_id)).where(
            col(rows.Appointment.practitioner_id) == own, col(rows.Appointment.status) != Status.UNDONE.value
        )
    )


def _was_made_by(look: Look) -> Any:
    return cast(col(rows.Client.id), Text).in_(
        select(col(rows.EventThing.thing_id))
        .join(rows.Event, col(rows.Event.id) == col(rows.EventThing.event_id))
        .where(
            col(rows.EventThing.kind) == "client",
            actors.done_by(look, look.actor.who),
            col(rows.Event.operation).in_(ADDED),
        )
    )

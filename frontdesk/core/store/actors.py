"""Who did what: an actor by kind and id, and whom the names of older events meant."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, insert, or_, select, tuple_
from sqlmodel import col

from frontdesk.core.domain.actors import ActorId, ActorKind
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.store import rows
from frontdesk.core.store.look import Look, Tx

_e = rows.Event
_PAST = select(
    col(rows.PastActor.name), col(rows.PastActor.role), col(rows.PastActor.actor_kind), col(rows.PastActor.actor)
)

_KEEP_PAST = insert(rows.PastActor)

PastNames = dict[tuple[str, str], ActorId]
"""By name and roles who an event without a kind of actor is of; a name that fitted two is not there."""


def past(look: Look) -> PastNames:
    found = look.connection.execute(_PAST)
    return {(name, role): ActorId(ActorKind(kind), id_) for name, role, kind, id_ in found}


def keep_past(tx: Tx, known: PastNames, name: str, role: str, kind: str, id_: str) -> None:
    """Whom a name meant in another database, added to what is `known`.

    Raises BadInput where it means somebody else here.
    """
    who = ActorId(ActorKind(kind), id_)
    if known.setdefault((name, role), who) is who:
        tx.connection.execute(_KEEP_PAST, {"name": name, "role": role, "actor_kind": kind, "actor": id_})
    elif known[name, role] != who:
        raise BadInput("history", Problem.NOT_READABLE, name, hint="here this name is somebody else's")


def done_by(look: Look, who: ActorId) -> ColumnElement[bool]:
    """Events of one actor, whatever they were called when they did it."""
    theirs = select(col(rows.PastActor.name), col(rows.PastActor.role)).where(
        col(rows.PastActor.actor_kind) == who.kind.value, col(rows.PastActor.actor) == who.id
    )
    return or_(
        and_(col(_e.actor) == who.id, col(_e.actor_kind) == who.kind.value),
        and_(tuple_(col(_e.actor), col(_e.role)).in_(theirs), col(_e.actor_kind) == ""),
    )

"""Who did what: an actor by kind and id, and whom the names of older events meant."""

from __future__ import annotations

from frontdesk.core.domain.actors import ActorId, ActorKind
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.store.connection import Values
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.statements import Part

DONE_BY = (
    "((event.actor = :who AND event.actor_kind = :who_kind)"
    " OR (event.actor_kind = '' AND (event.actor, event.role) IN"
    " (SELECT p.name, p.role FROM past_actor p WHERE p.actor_kind = :who_kind AND p.actor = :who)))"
)
"""On `event`: those of one actor, whatever they were called when they did it."""

PastNames = dict[tuple[str, str], ActorId]
"""By name and roles who an event without a kind of actor is of; a name that fitted two is not there."""


def past(look: Look) -> PastNames:
    found = look.connection.execute("SELECT name, role, actor_kind, actor FROM past_actor")
    return {(name, role): ActorId(ActorKind(kind), id_) for name, role, kind, id_ in found}


def keep_past(tx: Tx, known: PastNames, name: str, role: str, kind: str, id_: str) -> None:
    """Whom a name meant in another database, added to what is `known`.

    Raises BadInput where it means somebody else here.
    """
    who = ActorId(ActorKind(kind), id_)
    if known.setdefault((name, role), who) is who:
        tx.connection.insert_all("past_actor", [{"name": name, "role": role, "actor_kind": kind, "actor": id_}])
    elif known[name, role] != who:
        raise BadInput("history", Problem.NOT_READABLE, name, hint="here this name is somebody else's")


def done_by(who: ActorId) -> Part:
    return Part(DONE_BY, values(who))


def values(who: ActorId) -> Values:
    return {"who": who.id, "who_kind": who.kind.value}

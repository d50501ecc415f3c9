"""What people mean by a name or an id: services, people, places, and the moment a clock is to stand at."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from frontdesk.core.domain.actors import Actor, staff_actor
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId, Setup
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import Instant, resolve
from frontdesk.core.parse import moments


def named(kind: str, text: str, known: Any) -> str:
    """The id that an id or a name means. Raises NotFound, or BadInput for a name that could be several."""
    if text in known:
        return text
    found = _match(text, {id_: it.name for id_, it in known.items() if it.life is Life.ACTIVE})
    if not found:
        raise NotFound(kind, text)
    if len(found) > 1:
        raise BadInput(kind, Problem.AMBIGUOUS, text, hint=", ".join(found))
    return found[0]


def reason(setup: Setup, text: str) -> ReasonId:
    """A reason that may be chosen, by id or label. Raises BadInput."""
    offered = {id_: it.label for id_, it in setup.reasons.items() if it.offered and it.life is Life.ACTIVE}
    found = _match(text, offered)
    if len(found) != 1:
        raise BadInput("reason", Problem.UNKNOWN, text, hint=", ".join(offered))
    return ReasonId(found[0])


def actor(setup: Setup, name: str) -> Actor:
    """An existing person, acting. Raises NotFound."""
    person = setup.staff[StaffId(named("staff", name, setup.staff))]
    return staff_actor(person)


def moment(text: str, zone_name: str, field: str) -> Instant:
    """An ISO moment; without an offset it is wall time in the zone. Raises BadInput."""
    at = moments.instant(text, field)
    found = at if isinstance(at, int) else resolve(at, zone_name)
    if found is None:
        raise BadInput(field, Problem.NOT_A_TIME, text)
    return found


def _match(text: str, names: dict[Any, str]) -> list[str]:
    wanted = folded(text)
    exact = [str(id_) for id_, name in names.items() if wanted in (folded(name), folded(str(id_)))]
    return exact or [str(id_) for id_, name in names.items() if wanted and wanted in folded(name)]


def database(text: str) -> str:
    """A path, or the URL of a PostgreSQL database. Raises BadInput for anything else."""
    text = text.strip()
    if text.startswith("sqlite:///"):
        text = text.removeprefix("sqlite:///")
    if "://" in text:
        if not re.match(r"postgres(ql)?(\+psycopg)?://", text):
            raise BadInput("--db", Problem.NOT_A_CHOICE, text.partition("://")[0], hint="a path, or postgresql://…")
        return text
    if not text or text.startswith(":"):
        raise BadInput("--db", Problem.NOT_A_FILE, text, hint="a path, or postgresql://…")
    return str(Path(text).expanduser())

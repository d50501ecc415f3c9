"""Every record as history has it last, and with all that is derived from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from frontdesk.core.domain.damage import Damage, Wrong
from frontdesk.core.domain.kinds import KINDS, Kind
from frontdesk.core.store import events, practice, things
from frontdesk.core.store.connection import Connection, uuid_of
from frontdesk.core.store.look import Look
from frontdesk.core.store.values import Misshapen

_LAST = "SELECT kind, thing_id, max(event_id) AS event FROM event_thing WHERE NOT is_about GROUP BY kind, thing_id"
_DETAIL = "SELECT event_id, detail FROM event_detail ORDER BY event_id"

Key = tuple[str, str]
"""A kind, and the id of one."""


def damage(look: Look) -> Iterator[Damage]:
    last = {(row.kind, row.thing_id): row.event for row in look.connection.execute(_LAST)}
    told = _as_told(look.connection, last)
    for kind in KINDS.values():
        kept = dict(_kept(look, kind))
        for id_, (value, wrong) in kept.items():
            key = (kind.name, id_)
            if key not in last:
                yield Damage(kind.name, id_, Wrong.INSERTED)
                continue
            if value is not None and key in told:
                wrong = [*_differing(told[key], value), *wrong]
            if wrong:
                yield Damage(kind.name, id_, Wrong.CHANGED, ", ".join(wrong))
        for name, id_ in last.keys() - {(kind.name, it) for it in kept}:
            if name == kind.name and told.get((name, id_), ...) is not None:
                yield Damage(name, id_, Wrong.MISSING)


def _as_told(connection: Connection, last: dict[Key, int]) -> dict[Key, Any]:
    """Each thing as its newest event left it; what was forgotten, or cannot be read, is not there."""
    wanted: dict[int, set[Key]] = {}
    for key, event in last.items():
        wanted.setdefault(event, set()).add(key)
    told: dict[Key, Any] = {}
    for event, detail in connection.execute(_DETAIL):
        if event not in wanted:
            continue
        try:
            changes = events.changes_in(json.loads(detail))
        except (Misshapen, ValueError, TypeError, KeyError, AttributeError):
            continue
        for change in changes:
            if (change.kind, change.id) in wanted[event]:
                told[change.kind, change.id] = change.after
    return told


def _kept(look: Look, kind: Kind[Any]) -> Iterator[tuple[str, tuple[Any, list[str]]]]:
    """Every row of a kind, as its thing, with what of it does not agree with itself; None where it cannot be read."""
    if kind.is_setup:
        yield from ((id_, (thing, [])) for id_, thing in practice.every(look, kind.name))
        return
    kept = things.kept(kind.name)
    for row in look.connection.execute(f'SELECT * FROM "{kept.table}"'):
        try:
            thing = kept.read(row)
            written = kept.write(thing)
        except (Misshapen, ValueError, TypeError, KeyError, AttributeError) as error:
            yield str(row.id), (None, [f"it cannot be read: {error}"])
            continue
        plain = {name: value for name, value in written.items() if name not in kept.as_text}
        yield str(row.id), (thing, [name for name, value in plain.items() if not _is_same(getattr(row, name), value)])


def _is_same(kept: Any, written: Any) -> bool:
    return bool((uuid_of(kept) if isinstance(written, UUID) else kept) == written)


def _differing(told: Any, value: Any) -> list[str]:
    """Fields that are not as history has them; all of it, where history says that it is gone."""
    if told is None:
        return ["it was gone"]
    return [name for name in told.__dataclass_fields__ if getattr(told, name) != getattr(value, name, None)]

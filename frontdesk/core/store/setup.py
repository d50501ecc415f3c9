"""The set-up of a practice: read whole, kept while nobody changes it, written thing by thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import func, insert, select, text, update
from sqlmodel import col

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.hours import Closure, ClosureId, TimeOff, TimeOffId
from frontdesk.core.domain.practice import Practice, Reason, ResourceId, Setup, StaffMember
from frontdesk.core.domain.services import Location, Room, Service
from frontdesk.core.store import rows
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.values import from_text, to_text

T = TypeVar("T")

_REVISION = text("SELECT revision FROM practice")
_LOCKED_REVISION = text("SELECT revision FROM practice FOR UPDATE")

_LISTED: dict[type[Any], type[Any]] = {
    Location: rows.Location,
    Room: rows.Room,
    Service: rows.Service,
    StaffMember: rows.Staff,
    Reason: rows.Reason,
}
"""Things people gave an id, kept in the order they were given."""

_COUNTED: dict[type[Any], type[Any]] = {TimeOff: rows.TimeOff, Closure: rows.Closure}
"""Things the database numbers."""

Entry = Location | Room | Service | StaffMember | Reason | TimeOff | Closure | Practice


def has_practice(look: Look) -> bool:
    return look.connection.execute(_REVISION).first() is not None


def load(look: Look, revision: int | None = None) -> Setup:
    """Raises StoreUnusable where no practice was set up yet. `revision`, where the caller read it just now."""
    if revision is None:
        revision = look.connection.execute(_REVISION).scalar()
    if revision is None:
        raise StoreUnusable(StoreProblem.EMPTY, look.store.name)
    if isinstance(look, Tx) and not look.setup_changed:
        look.setup_revision = revision
    kept = look.store.kept_setup(revision)
    changed = isinstance(look, Tx) and look.setup_changed
    if kept is None or changed:
        kept = _read(look, revision)
        if not changed:
            look.store.keep_setup(kept)
    return kept


def lock(tx: Tx) -> None:
    """Wait until nobody else changes the set-up."""
    if not tx.is_sqlite:
        tx.connection.execute(_LOCKED_REVISION).scalar()
    require_unchanged(tx)


def require_unchanged(tx: Tx) -> None:
    """After a wait for locks: raises Contention where the set-up is not the one that was read before it."""
    if tx.is_sqlite or tx.setup_changed or tx.setup_revision is None:
        return
    if tx.connection.execute(_REVISION).scalar() != tx.setup_revision:
        raise Contention


def save(tx: Tx, entry: Entry) -> Entry:
    """Write one thing, new or known; answers it with the number the database gave."""
    tx.setup_changed = True
    table = rows.Practice
    if isinstance(entry, Practice):
        value = to_text(entry)
        if has_practice(tx):
            tx.connection.execute(update(table).values(value=value, revision=col(table.revision) + 1))
        else:
            tx.connection.execute(insert(table).values(id=1, value=value, revision=1))
        return entry
    saved = _save_counted(tx, entry) if isinstance(entry, TimeOff | Closure) else _save_listed(tx, entry)
    tx.connection.execute(update(table).values(revision=col(table.revision) + 1))
    return saved


def find(look: Look, kind: type[T], id_: str) -> T | None:
    """One thing as it is kept now."""
    if kind is Practice:
        value = look.connection.execute(select(col(rows.Practice.value))).scalar()
    elif kind in _COUNTED:
        table = _COUNTED[kind]
        value = look.connection.execute(select(table.value).where(table.id == int(id_))).scalar()
        if value is not None:
            return replace(from_text(value, kind), id=int(id_))  # type: ignore[type-var]
    else:
        table = _LISTED[kind]
        value = look.connection.execute(select(table.value).where(table.id == id_)).scalar()
    return None if value is None else from_text(value, kind)


def _read(look: Look, revision: int) -> Setup:
    practice = from_text(look.connection.execute(select(col(rows.Practice.value))).scalar_one(), Practice)
    staff = _all(look, StaffMember)
    rooms = _all(look, Room)
    return Setup(
        practice=practice,
        locations={entry.id: entry for entry in _all(look, Location)},
        rooms={entry.id: entry for entry in rooms},
        services={entry.id: entry for entry in _all(look, Service)},
        staff={entry.id: entry for entry in staff},
        closures=tuple(
            replace(from_text(value, Closure), id=ClosureId(id_)) for id_, value in _numbered(look, rows.Closure)
        ),
        time_off=tuple(
            replace(from_text(value, TimeOff), id=TimeOffId(id_)) for id_, value in _numbered(look, rows.TimeOff)
        ),
        reasons={entry.id: entry for entry in _all(look, Reason)},
        staff_resources=_resources(look, rows.Staff),
        room_resources=_resources(look, rows.Room),
        revision=revision,
    )


def _all(look: Look, kind: type[T]) -> list[T]:
    table = _LISTED[kind]
    values = look.connection.execute(select(table.value).order_by(table.position, table.id)).scalars()
    return [from_text(value, kind) for value in values]


def _numbered(look: Look, table: Any) -> list[tuple[int, str]]:
    return [tuple(row) for row in look.connection.execute(select(table.id, table.value).order_by(table.id))]


def _resources(look: Look, table: Any) -> dict[Any, ResourceId]:
    found = look.connection.execute(select(table.id, table.resource_id))
    return {id_: ResourceId(resource) for id_, resource in found}


def _save_counted(tx: Tx, entry: TimeOff | Closure) -> TimeOff | Closure:
    table = _COUNTED[type(entry)]
    values: dict[str, Any] = {"value": to_text(entry), "life": entry.life.value}
    if isinstance(entry, TimeOff):
        values["staff_id"] = entry.staff
    if entry.id:
        tx.connection.execute(update(table).where(table.id == entry.id).values(**values))
        return entry
    made = tx.connection.execute(insert(table).values(**values)).inserted_primary_key
    assert made is not None
    return replace(entry, id=made[0])


def _save_listed(
    tx: Tx, entry: Location | Room | Service | StaffMember | Reason
) -> Location | Room | Service | StaffMember | Reason:
    table = _LISTED[type(entry)]
    values: dict[str, Any] = {"value": to_text(entry), "life": entry.life.value}
    if isinstance(entry, Room):
        values["location_id"] = entry.location
    known = tx.connection.execute(select(table.id).where(table.id == entry.id)).first()
    if known is not None:
        tx.connection.execute(update(table).where(table.id == entry.id).values(**values))
        return entry
    if isinstance(entry, Room | StaffMember):
        kind = "room" if isinstance(entry, Room) else "staff"
        made = tx.connection.execute(insert(rows.Resource).values(kind=kind, name=entry.id))
        assert made.inserted_primary_key is not None
        values["resource_id"] = made.inserted_primary_key[0]
    values["position"] = tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
    tx.connection.execute(insert(table).values(id=entry.id, **values))
    return entry

"""The set-up of a practice: read whole, kept while nobody changes it, written thing by thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from frontdesk.core.domain.actors import actor_of_key
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.hours import Closure, TimeOff
from frontdesk.core.domain.kinds import kind_of
from frontdesk.core.domain.practice import Reason, ResourceId, Setup, StaffMember
from frontdesk.core.domain.services import Location, Room, Service
from frontdesk.core.domain.settings import (
    AUTOMATION,
    CHOSEN_ONCE,
    PACKAGE,
    SETTINGS,
    Chosen,
    SettingValue,
    practice_of,
)
from frontdesk.core.domain.touched import SETUP
from frontdesk.core.store import touched
from frontdesk.core.store.connection import Answer, Later
from frontdesk.core.store.failures import Contention
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text
from frontdesk.core.store.values import Found, Misshapen

_REVISION = "SELECT revision FROM practice"
_RISE = "UPDATE practice SET revision = revision + 1"
_LOCKED_REVISION = "SELECT revision FROM practice FOR UPDATE"
_CHOSEN = "SELECT path, value, actor, at, since FROM setting ORDER BY id"

_LISTED = frozenset({"location", "room", "service", "staff", "reason"})
"""Things people gave an id, kept in the order they were given; each kind in a table of its name."""

_COUNTED = frozenset({"time_off", "closure"})
"""Things the database numbers; likewise."""

Entry = Location | Room | Service | StaffMember | Reason | TimeOff | Closure | SettingValue


def has_practice(look: Look) -> bool:
    return look.connection.execute(_REVISION).first() is not None


def load(look: Look, revision: int | None = None) -> Setup:
    """Raises StoreUnusable where no practice was set up yet. `revision`, where the caller read it just now."""
    is_changed = isinstance(look, Tx) and look.setup_changed
    if look.setup is not None and not is_changed:
        return look.setup  # what a change locked since was held against it
    if revision is None and isinstance(look, Tx) and not look.setup_changed:
        revision = look.connection.setup_revision
    if revision is None:
        revision = look.connection.execute(_REVISION).scalar()
    if revision is None:
        raise StoreUnusable(StoreProblem.EMPTY, look.store.name)
    if isinstance(look, Tx) and not look.setup_changed:
        look.setup_revision = revision
    if isinstance(look, Tx) and look.setup_changed:
        return _as_changed(look, revision)
    kept = look.store.kept_setup(revision)
    if kept is None:
        kept = _read(look, revision)
        look.store.keep_setup(kept)
    look.setup = kept
    return kept


def _as_changed(tx: Tx, revision: int) -> Setup:
    """As this change leaves it: nobody else may have it yet, and every write in it gives it another revision."""
    if tx.setup_so_far is None or tx.setup_so_far.revision != revision:
        tx.setup_so_far = _read(tx, revision)
    return tx.setup_so_far


def lock(tx: Tx) -> None:
    """Wait until nobody else changes the set-up."""
    if not tx.is_sqlite:
        tx.connection.execute(_LOCKED_REVISION)
    require_unchanged(tx)()


def require_unchanged(tx: Tx) -> Later[None]:
    """After a wait for locks: raises Contention where the set-up is not the one that was read before it."""
    if tx.is_sqlite or tx.setup_changed or tx.setup_revision is None:
        return lambda: None
    asked = tx.connection.execute(_REVISION)

    def require() -> None:
        if asked.scalar() != tx.setup_revision:
            raise Contention

    return require


def save(tx: Tx, entry: Entry) -> Entry:
    """Write one thing, new or known; answers it with the number the database gave."""
    tx.setup_changed = True
    touched.note(tx, (SETUP, 0))
    kind = kind_of(entry).name
    if not tx.connection.execute(_RISE).rowcount:
        tx.connection.insert("practice", {"id": 1, "revision": 1})
    match entry:
        case SettingValue():
            return _save_setting(tx, kind, entry)
        case TimeOff() | Closure():
            return _save_counted(tx, kind, entry)
        case _:
            return _save_listed(tx, kind, entry)


def find(look: Look, kind: str, id_: str) -> Any:
    """One thing as it is kept now, None for what is not."""
    if kind == "setting":
        value = _kept_setting(look, id_)
        return SettingValue(path=id_) if value is None else from_text(kind, value)
    is_counted = kind in _COUNTED
    value = _kept(look, kind, int(id_) if is_counted else id_)
    if value is None:
        return None
    return replace(from_text(kind, value), id=int(id_)) if is_counted else from_text(kind, value)


def _kept(look: Look, kind: str, id_: int | str) -> str | None:
    """One thing as its text."""
    value: str | None = look.connection.execute(f"SELECT value FROM {kind} WHERE id = :id", {"id": id_}).scalar()
    return value


def _kept_setting(look: Look, path: str) -> str | None:
    value: str | None = look.connection.execute(
        "SELECT value FROM setting WHERE path = :path", {"path": path}
    ).scalar()
    return value


def every(look: Look, kind: str) -> Iterator[tuple[str, Any]]:
    """Everything of a kind of the set-up, by id. Raises Misshapen."""
    if kind == "setting":
        for path, value in look.connection.execute("SELECT path, value FROM setting"):
            yield path, from_text(kind, value)
    elif kind in _COUNTED:
        for it in _numbered(kind, look.connection.execute(_values_of(kind, "id")), {}):
            yield str(it.id), it
    else:
        yield from _all(kind, look.connection.execute(_values_of(kind, "position, id")), {}).items()


def _read(look: Look, revision: int) -> Setup:
    unknown: Found = {}
    chosen_ones = look.connection.execute(_CHOSEN)
    listed = {kind: look.connection.execute(_values_of(kind, "position, id")) for kind in _LISTED}
    counted = {kind: look.connection.execute(_values_of(kind, "id")) for kind in _COUNTED}
    taken = {kind: look.connection.execute(f"SELECT id, resource_id FROM {kind}") for kind in ("staff", "room")}
    chosen = _chosen(chosen_ones)
    for path in (row.path for row in CHOSEN_ONCE if row.required and row.path not in chosen):
        raise Misshapen(("setting", path), "missing")
    for path, it in chosen.items():
        if path in SETTINGS and not SETTINGS[path].fits(it.value):
            raise Misshapen(("setting", path), repr(it.value))
    try:
        practice = practice_of({path: it.value for path, it in chosen.items()})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Misshapen(("setting",), str(error)) from None
    return Setup(
        practice=practice,
        chosen=chosen,
        locations=_all("location", listed["location"], unknown),
        rooms=_all("room", listed["room"], unknown),
        services=_all("service", listed["service"], unknown),
        staff=_all("staff", listed["staff"], unknown),
        closures=_numbered("closure", counted["closure"], unknown),
        time_off=_numbered("time_off", counted["time_off"], unknown),
        reasons=_all("reason", listed["reason"], unknown),
        staff_resources=_resources(taken["staff"]),
        room_resources=_resources(taken["room"]),
        revision=revision,
        unknown={".".join(path): it for path, it in {**_of_later(chosen), **unknown}.items()},
    )


def _chosen(found: Answer) -> dict[str, Chosen]:
    """What somebody chose, by key, in the order it was first chosen."""
    return {
        path: Chosen(
            value=from_text("setting", value).value,
            by=actor_of_key(actor) if actor else None,
            at=at,
            since=since,
        )
        for path, value, actor, at, since in found
    }


def _of_later(chosen: Mapping[str, Chosen]) -> Found:
    """Keys that a later version knows."""
    kept = {path: it.value for path, it in chosen.items() if not path.startswith((AUTOMATION, PACKAGE))}
    return {("setting", path): value for path, value in kept.items() if path not in SETTINGS}


def _save_setting(tx: Tx, kind: str, entry: SettingValue) -> SettingValue:
    since = tx.connection.execute(_REVISION).scalar_one()
    before = _kept_setting(tx, entry.path)
    values = {"value": to_text(kind, entry, before or ""), "actor": tx.actor.who.key, "at": tx.now, "since": since}
    if before is None:
        tx.connection.insert("setting", {"path": entry.path, **values})
    else:
        tx.connection.execute(_CHOOSE, {"path": entry.path, **values})
    return entry


_CHOOSE = "UPDATE setting SET value = :value, actor = :actor, at = :at, since = :since WHERE path = :path"


def _values_of(kind: str, order: str) -> str:
    return f"SELECT id, value FROM {kind} ORDER BY {order}"


def _all(kind: str, found: Answer, unknown: Found) -> dict[Any, Any]:
    """What people gave an id, by it, in the order it was given."""
    return {id_: _told(kind, id_, value, unknown) for id_, value in found}


def _numbered(kind: str, found: Answer, unknown: Found) -> tuple[Any, ...]:
    return tuple(replace(_told(kind, str(id_), value, unknown), id=id_) for id_, value in found)


def _told(kind: str, id_: str, value: str, unknown: Found) -> Any:
    """A value, and what of it is no field, by whose it is."""
    found: Found = {}
    thing = from_text(kind, value, found)
    unknown.update({(kind, id_, *path[1:]): it for path, it in found.items()})
    return thing


def _resources(found: Answer) -> dict[Any, ResourceId]:
    return {id_: ResourceId(resource) for id_, resource in found}


def _save_counted(tx: Tx, kind: str, entry: TimeOff | Closure) -> TimeOff | Closure:
    values: dict[str, Any] = {"life": entry.life.value}
    if isinstance(entry, TimeOff):
        values["staff_id"] = entry.staff
    if entry.id:
        values["value"] = to_text(kind, entry, _kept(tx, kind, entry.id) or "")
        tx.connection.update(kind, entry.id, values)
        return entry
    id_: Any = tx.connection.insert(kind, {**values, "value": to_text(kind, entry)})
    return replace(entry, id=id_)


def _save_listed(
    tx: Tx, kind: str, entry: Location | Room | Service | StaffMember | Reason
) -> Location | Room | Service | StaffMember | Reason:
    before = _kept(tx, kind, entry.id)
    values: dict[str, Any] = {"value": to_text(kind, entry, before or ""), "life": entry.life.value}
    if isinstance(entry, Room):
        values["location_id"] = entry.location
    if before is not None:
        tx.connection.update(kind, entry.id, values)
        return entry
    if isinstance(entry, Room | StaffMember):
        values["resource_id"] = tx.connection.insert("resource", {"kind": kind, "name": entry.id})
    values["position"] = tx.connection.execute(f"SELECT count(*) FROM {kind}").scalar_one()
    tx.connection.insert_all(kind, [{"id": entry.id, **values}])
    return entry

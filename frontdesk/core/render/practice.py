"""A practice as a TOML file: every key, so that applying what is shown changes nothing."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from frontdesk.core.domain.hours import WEEKDAYS, DayException, Range, TimeOff, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.money import written
from frontdesk.core.domain.policies import Policy
from frontdesk.core.domain.practice import Practice, Reason, Setup, StaffMember
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.settings import AUTOMATION, CHOSEN_ONCE, PACKAGE


def practice_toml(setup: Setup, archived: bool = False) -> str:
    """The file: applying it changes nothing. What nobody chose stands there as a remark, with how a practice begins.

    What was archived stands there only where all that is kept is to be in it.
    """
    import tomlkit

    document = tomlkit.document()
    for table, keys in _chosen(setup).items():
        group = tomlkit.table()
        for key, value in keys.items():
            if not isinstance(value, dict):
                group.add(key, value)
        for row in CHOSEN_ONCE:
            if row.table == table and row.key not in keys and row.default not in (None, "", {}, []):
                group.add(tomlkit.comment(tomlkit.document().add(row.key, row.default).as_string().strip()))
        for key, value in keys.items():
            if isinstance(value, dict):  # a table of its own ends those above it
                group.add(key, value)
        if keys or group.as_string():
            document.add(table, group)
    for table, value in _entries(setup, archived).items():
        if table in document:
            document[table].update(value)
        else:
            document.add(table, tomlkit.item(value))
    for path, value in setup.unknown.items():
        document.add(tomlkit.comment(f"of a later version, kept as it is: {path} = {value!r}"))
    return tomlkit.dumps(document)


def practice_data(setup: Setup, archived: bool = False) -> dict[str, Any]:
    """Every key with what holds, as plain data."""
    chosen = _chosen(setup)
    begins: dict[str, dict[str, Any]] = {"practice": {}}
    for row in CHOSEN_ONCE:
        begins.setdefault(row.table, {})[row.key] = row.default
    held = {table: {**rows, **chosen.get(table, {})} for table, rows in begins.items()}
    given = {table: {key: it for key, it in rows.items() if it not in (None, "", {})} for table, rows in held.items()}
    entries = _entries(setup, archived)
    return {table: rows | entries.pop(table, {}) for table, rows in given.items() if rows} | entries


def _chosen(setup: Setup) -> dict[str, dict[str, Any]]:
    """What somebody chose, by table and key, in the order of the file."""
    tables: dict[str, dict[str, Any]] = {row.table: {} for row in CHOSEN_ONCE}
    for row in CHOSEN_ONCE:
        it = setup.chosen.get(row.path)
        if it is not None and it.value is not None:
            tables[row.table][row.key] = it.value
    return tables


def _kept_like_settings(setup: Setup, begins: str) -> list[dict[str, Any]]:
    """Entries that are kept by their id like a setting."""
    found = ((path, it.value) for path, it in setup.chosen.items() if path.startswith(begins))
    return [{"id": path.removeprefix(begins), **value} for path, value in found if value is not None]


def _priced(package: dict[str, Any], practice: Practice) -> dict[str, Any]:
    """With its price as people write it."""
    price = package.get("price")
    return package if price is None else {**package, "price": written(price, practice.currency)}


def _entries(setup: Setup, archived: bool) -> dict[str, Any]:
    lives = (Life.ACTIVE, Life.ARCHIVED) if archived else (Life.ACTIVE,)
    practice = setup.practice
    data: dict[str, Any] = {
        "locations": [_given(it, _names(it)) | _life(it) for it in _used(setup.locations.values(), lives)],
        "rooms": [_given(it, _names(it)) | _life(it) for it in _used(setup.rooms.values(), lives)],
        "services": [_service(it, practice) | _life(it) for it in _used(setup.services.values(), lives)],
        "staff": [_staff(setup, it) | _life(it) for it in _used(setup.staff.values(), lives)],
        "closures": [
            _given(it, ("start", "end", "name", "location")) for it in _used(setup.closures, (Life.ACTIVE,))
        ],
        "reasons": [_reason(it) | _life(it) for it in _used(setup.reasons.values(), lives) if it.offered],
        "automations": _kept_like_settings(setup, AUTOMATION),
        "packages": {"kinds": [_priced(it, practice) for it in _kept_like_settings(setup, PACKAGE)]},
    }
    return {key: value for key, value in data.items() if value not in ([], {}, {"kinds": []})}


def _reason(it: Reason) -> dict[str, Any]:
    fields = {"id": it.id, "label": it.label, "needs_text": it.needs_text, "rebook_link": it.rebook_link}
    return fields | dict(it.waiting)


def _names(value: Any) -> tuple[str, ...]:
    return tuple(it.name for it in fields(value) if it.name not in ("life", "waiting"))


def _used(values: Any, lives: tuple[Life, ...]) -> list[Any]:
    return [it for it in values if it.life in lives]


def _life(thing: Any) -> dict[str, Any]:
    return {"archived": True} if thing.life is Life.ARCHIVED else {}


def _given(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Fields as TOML has them, and what waits; None and empty texts are left out, they are the defaults."""
    plain = {name: _plain(getattr(value, name)) for name in names} | dict(getattr(value, "waiting", {}))
    return {name: item for name, item in plain.items() if item is not None and item != "" and item != {}}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Policy):
        return _given(value, _names(value))
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _service(service: Service, practice: Practice) -> dict[str, Any]:
    data = _given(service, _names(service))
    if service.price is not None:
        data["price"] = written(service.price, practice.currency)
    for name in ("locations", "rooms"):
        if not data[name]:
            del data[name]
    return data


def _staff(setup: Setup, person: StaffMember) -> dict[str, Any]:
    data = _given(person, ("id", "name", "email", "roles", "services", "mail_my_changes", "policy"))
    ordinary = {week.location: _week(week) for week in person.weeks if not week.is_period}
    periods = [
        {"location": week.location, "from": week.valid_from, "until": week.valid_until, **_week(week)}
        for week in person.weeks
        if week.is_period
    ]
    lists: dict[str, Any] = {
        "hours": ordinary,
        "hours_periods": periods,
        "exceptions": [_exception(it) for it in person.exceptions],
        "time_off": [_time_off(it) for it in setup.time_off_of(person.id)],
    }
    return data | {name: value for name, value in lists.items() if value}


def _week(week: Week) -> dict[str, list[str]]:
    return {name: [_range(it) for it in day] for name, day in zip(WEEKDAYS, week.days, strict=True) if day}


def _exception(exception: DayException) -> dict[str, Any]:
    return {
        "date": exception.day,
        "location": exception.location,
        "hours": [_range(it) for it in exception.hours],
    }


def _time_off(off: TimeOff) -> dict[str, Any]:
    return {"start": off.start, "end": off.end} | ({"reason": off.reason} if off.reason else {})


def _range(hours: Range) -> str:
    return f"{hours.start // 60:02}:{hours.start % 60:02}-{hours.end // 60:02}:{hours.end % 60:02}"

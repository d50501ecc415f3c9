"""A practice as a TOML file: every key, so that applying what is shown changes nothing."""

from __future__ import annotations

from dataclasses import fields
from enum import Enum
from typing import Any

from frontdesk.core.domain.hours import WEEKDAYS, DayException, Range, TimeOff, Week
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.money import written
from frontdesk.core.domain.policies import Policy
from frontdesk.core.domain.practice import Practice, Setup, StaffMember
from frontdesk.core.domain.practice_file import GROUPS
from frontdesk.core.domain.services import Service

_PRACTICE_KEYS = ("name", "timezone", "locale", "country", "currency", "phone", "email", "labels")


def practice_toml(setup: Setup, archived: bool = False) -> str:
    """The file; with what was archived only where all that is kept is to be in it."""
    import tomlkit

    document = tomlkit.document()
    document.update(practice_data(setup, archived))
    return tomlkit.dumps(document)


def practice_data(setup: Setup, archived: bool = False) -> dict[str, Any]:
    """The same as plain data, as the file has it."""
    in_use = (Life.ACTIVE,)
    lives = (*in_use, Life.ARCHIVED) if archived else in_use
    practice = setup.practice
    data: dict[str, Any] = {"practice": _given(practice, _PRACTICE_KEYS)}
    for group in GROUPS:
        value = getattr(practice, group)
        data[group] = _given(value, tuple(it.name for it in fields(value)))
    data["locations"] = [_given(it, _names(it)) | _life(it) for it in _used(setup.locations.values(), lives)]
    data["rooms"] = [_given(it, _names(it)) | _life(it) for it in _used(setup.rooms.values(), lives)]
    data["services"] = [_service(it, practice) | _life(it) for it in _used(setup.services.values(), lives)]
    data["staff"] = [_staff(setup, it) | _life(it) for it in _used(setup.staff.values(), lives)]
    data["closures"] = [
        _given(it, ("start", "end", "name", "location")) for it in _used(setup.closures, (Life.ACTIVE,))
    ]
    data["reasons"] = [
        {"id": it.id, "label": it.label, "needs_text": it.needs_text, "rebook_link": it.rebook_link} | _life(it)
        for it in _used(setup.reasons.values(), lives)
        if it.offered
    ]
    if practice.automations:
        data["automations"] = [_given(it, _names(it)) for it in practice.automations]
    return {key: value for key, value in data.items() if value not in ([], {})}


def _names(value: Any) -> tuple[str, ...]:
    return tuple(it.name for it in fields(value) if it.name != "life")


def _used(values: Any, lives: tuple[Life, ...]) -> list[Any]:
    return [it for it in values if it.life in lives]


def _life(thing: Any) -> dict[str, Any]:
    return {"archived": True} if thing.life is Life.ARCHIVED else {}


def _given(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Fields as TOML has them; None and empty texts are left out, they are the defaults."""
    plain = {name: _plain(getattr(value, name)) for name in names}
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

"""Settings in words: what a key is called and what was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.kinds import Thing, kind_of
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.practice_file import differing
from frontdesk.core.domain.settings import Form, Setting, SettingValue, setting_of
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import KIND_WORDS
from frontdesk.core.render.words.voice import Voice

TABLE_WORDS: dict[str, str] = {
    "practice": later("practice"),
    "booking": later("booking"),
    "policy": later("policy"),
    "portal": later("portal"),
    "mail": later("mail"),
    "desk": later("desk"),
    "requests": later("requests"),
    "packages": later("packages"),
    "series": later("series"),
}

TABLES = {"location": "locations", "room": "rooms", "service": "services", "reason": "reasons", "closure": "closures"}
"""By kind of thing the list of the practice file it stands in."""

FIELD_ROWS = {"weeks": "hours"}
"""Fields that the practice file calls otherwise."""

LIFE_WORDS: dict[Life, str] = {
    Life.ACTIVE: later("in use again"),
    Life.ARCHIVED: later("archived"),
    Life.MERGED: later("merged"),
    Life.UNDONE: later("undone"),
    Life.ERASED: later("erased"),
}


def setting_words(voice: Voice, path: str) -> str:
    """What a key is called: its table and its label."""
    row = setting_of(path)
    return path if row is None else f"{_(TABLE_WORDS.get(row.table, row.table))}: {_(row.label)}"


def chosen_words(voice: Voice, path: str, plain: Any) -> str:
    """What was chosen, as people say it; where nothing was, how a practice begins."""
    row = setting_of(path)
    if row is None:
        return "–" if plain is None else ", ".join(f"{name} {it}" for name, it in _parts(plain))
    told = _plain_words(row, row.default if plain is None else plain)
    return told if plain is not None else _("{value} (as it begins)").format(value=told)


def setting_change_words(voice: Voice, was: SettingValue | None, it: SettingValue) -> str:
    """Which key, from what to what."""
    before = f"{chosen_words(voice, it.path, was.value)} → " if was is not None else ""
    return f"{setting_words(voice, it.path)} {before}{chosen_words(voice, it.path, it.value)}"


def setup_change_words(voice: Voice, change: Change, was: Thing | None) -> Iterable[str]:
    """Which person, service or place, and which of its fields changed; nothing more of what is new."""
    yield f"{_(KIND_WORDS.get(change.kind, change.kind))} {change.id}"
    if was is None:
        return
    counters = kind_of(was).counters
    for name, before, now in differing(was, change.after):
        if name in counters:
            continue
        yield _(LIFE_WORDS[now]) if name == "life" else _field_words(voice, change.kind, name, before, now)


def _field_words(voice: Voice, kind: str, name: str, was: Any, now: Any) -> str:
    """A field of the set-up that changed, by its label; what has many parts is only named."""
    row = setting_of(f"{TABLES.get(kind, kind)}.{FIELD_ROWS.get(name, name)}")
    if row is None:
        return name
    if row.form in (Form.TABLE, Form.WEEK):
        return _("{label} changed").format(label=_(row.label))
    return f"{_(row.label)} {_value(voice, row, was)} → {_value(voice, row, now)}"


def _value(voice: Voice, row: Setting, value: Any) -> str:
    if row.form is Form.PRICE and value is not None:
        return voice.money(value)
    return _plain_words(row, row.plain(value))


def _plain_words(row: Setting, plain: Any) -> str:
    """A value with its unit."""
    if plain is None or plain == "" or (isinstance(plain, list | dict) and not plain):
        return _("none")
    match plain:
        case True | False:
            return _("yes") if plain else _("no")
        case dict():
            return ", ".join(f"{name} {it}" for name, it in _parts(plain))
        case list():
            told = "–" if row.form is Form.NIGHT else ", "
            text = told.join(str(it) for it in plain)
        case _:
            text = " ".join(str(plain).split())
    return f"{text} {_(row.unit.value)}" if row.unit is not None else text


def _parts(plain: Any) -> Iterable[tuple[str, str]]:
    """A table as text; texts of several lines by their first."""
    if not isinstance(plain, dict):
        yield "", str(plain)
        return
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from _parts(value)
        elif name != "secret":  # what is signed with stands nowhere
            yield name, str(value).partition("\n")[0]

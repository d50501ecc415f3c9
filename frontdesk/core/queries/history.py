"""What happened."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.door import Queries
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.kinds import Thing
from frontdesk.core.domain.settings import SettingValue, open_value
from frontdesk.core.domain.times import day_span
from frontdesk.core.store import events, practice
from frontdesk.core.store.look import Look


def show_history(look: Look, question: ShowHistory) -> tuple[HistoryLine, ...]:
    """Practitioners see what they did, and what happened to their appointments and clients."""
    return tuple(map(_open, _lines(look, question)))


def _lines(look: Look, question: ShowHistory) -> tuple[HistoryLine, ...]:
    if question.appointment is not None:
        return events.of_thing(look, "appointment", str(question.appointment), question.limit)
    if question.request is not None:
        return events.of_thing(look, "request", str(question.request), question.limit)
    if question.client is not None:
        return events.of_client(look, question.client, question.limit)
    zone_name = practice.load(look).practice.timezone
    day = None if question.day is None else day_span(question.day, zone_name)
    return events.of_span(look, day, question.limit)


def _open(line: HistoryLine) -> HistoryLine:
    """What webhooks are signed with stands in no history that is shown."""
    if not any(isinstance(change.after, SettingValue) for change in line.changes):
        return line
    plain = (replace(it, before=_plain(it.before), after=_plain(it.after)) for it in line.changes)
    return replace(line, changes=tuple(plain))


def _plain(thing: Thing | None) -> Thing | None:
    if not isinstance(thing, SettingValue):
        return thing
    return replace(thing, value=open_value(thing.path, thing.value))


QUERIES: Queries = {
    ShowHistory: show_history,
}

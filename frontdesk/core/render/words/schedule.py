"""Time off in words."""

from __future__ import annotations

from typing import assert_never

from frontdesk.core.domain.events.schedule import ScheduleEvent, TimeOffRemoved, TimeOffTaken
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.voice import Voice


def schedule_event_words(voice: Voice, event: ScheduleEvent) -> str:
    """Who is away, or there again."""
    match event:
        case TimeOffTaken(time_off=off, staff_name=name, affected=affected):
            text = _("{who} is off {start} – {end}").format(
                who=name, start=voice.wall_clock(off.start), end=voice.wall_clock(off.end)
            )
            if affected:
                inside = plural(
                    "{n} appointment lies in it: w lists it",
                    "{n} appointments lie in it: w lists them",
                    affected,
                )
                text += " · " + inside.format(n=affected)
            return text
        case TimeOffRemoved(time_off=off, staff_name=name):
            return _("{who} is there again {start}").format(who=name, start=voice.wall_clock(off.start))
    assert_never(event)

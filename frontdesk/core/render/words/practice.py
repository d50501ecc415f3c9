"""Changes of the set-up in words."""

from __future__ import annotations

from typing import assert_never

from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.practice import PracticeApplied, PracticeEvent, SettingsChanged
from frontdesk.core.domain.work import Work
from frontdesk.core.render.language import plural
from frontdesk.core.render.words.changes import change_words
from frontdesk.core.render.words.voice import Voice


def with_lost(voice: Voice, told: str, event: Event) -> str:
    """With how many appointments are on the work list now."""
    lost = len({it.after.appointment for it in event.also if isinstance(it.after, Work)})
    if not lost:
        return told
    inside = plural("{n} appointment lost its time", "{n} appointments lost their time", lost)
    return f"{told} · {inside.format(n=lost)} · frontdesk worklist"


def practice_event_words(voice: Voice, event: PracticeEvent) -> str:
    """What was changed of the practice."""
    match event:
        case SettingsChanged(all_changes=changes):
            told = "; ".join(part for change in changes for part in change_words(voice, change))
            return with_lost(voice, told, event)
        case PracticeApplied(all_changes=changes):
            told = plural("{n} change to the practice", "{n} changes to the practice", len(changes))
            return with_lost(voice, told.format(n=len(changes)), event)
    assert_never(event)

"""What automations did, in words."""

from __future__ import annotations

from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.render.language import _
from frontdesk.core.render.words.changes import change_words
from frontdesk.core.render.words.voice import Voice


def automation_event_words(voice: Voice, event: AutomationRan) -> str:
    """What an automation did."""
    told = ", ".join(part for change in event.own_changes for part in change_words(voice, change))
    return _("By the automation {name}: {what}").format(name=event.automation, what=told)

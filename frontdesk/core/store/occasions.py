"""On what occasion something is written, as it is kept: one line of text, unique for what is written once."""

from __future__ import annotations

from frontdesk.core.domain.outbox import (
    AutomationFollowed,
    ChangeTold,
    CodeIssued,
    Occasion,
    ReminderDue,
    TrialWanted,
    WordsWritten,
)

CHANGE = "change"


def kept(it: Occasion) -> str:
    match it:
        case ChangeTold():
            return CHANGE
        case ReminderDue(hours):
            return f"reminder:{hours}h"
        case WordsWritten(batch):
            return f"words:{batch}"
        case AutomationFollowed(batch, event, automation):
            return f"{after(batch)}{event}:{automation}"
        case CodeIssued(code):
            return f"code:{code}"
        case TrialWanted(name):
            return f"test:{name}"


def after(batch: int) -> str:
    """How all begin that automations do after an act."""
    return f"automation:{batch}:"


def occasion(text: str) -> Occasion:
    """Raises ValueError for a text that is none."""
    match text.split(":", 3):
        case ["change"]:
            return ChangeTold()
        case ["reminder", hours]:
            return ReminderDue(int(hours.removesuffix("h")))
        case ["words", batch]:
            return WordsWritten(int(batch))
        case ["automation", batch, event, automation]:
            return AutomationFollowed(int(batch), int(event), automation)
        case ["code", code]:
            return CodeIssued(int(code))
        case ["test", name]:
            return TrialWanted(name)
        case _:
            raise ValueError(text)

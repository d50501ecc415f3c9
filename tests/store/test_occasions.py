"""On what occasion something was written is kept as a line of text, which never changes its form."""

from __future__ import annotations

import pytest

from frontdesk.core.domain.outbox import (
    AutomationFollowed,
    ChangeTold,
    CodeIssued,
    Occasion,
    ReminderDue,
    TrialWanted,
    WordsWritten,
)
from frontdesk.core.store.occasions import after, kept, occasion

KEPT: list[tuple[Occasion, str]] = [
    (ChangeTold(), "change"),
    (ReminderDue(24), "reminder:24h"),
    (WordsWritten(7), "words:7"),
    (AutomationFollowed(7, 9, "tell them"), "automation:7:9:tell them"),
    (AutomationFollowed(7, 9, "a:b:c"), "automation:7:9:a:b:c"),
    (CodeIssued(5), "code:5"),
    (TrialWanted("c0ffee"), "test:c0ffee"),
]


@pytest.mark.parametrize(("it", "text"), KEPT)
def test_an_occasion_is_kept_as_ever_and_read_again(it: Occasion, text: str) -> None:
    assert (kept(it), occasion(text)) == (text, it)


def test_what_automations_did_after_an_act_begins_alike() -> None:
    assert kept(AutomationFollowed(7, 9, "tell")).startswith(after(7))
    assert not kept(AutomationFollowed(71, 9, "tell")).startswith(after(7))


@pytest.mark.parametrize("text", ["", "reminder", "words:", "reminder:soon", "automation:1:2", "test"])
def test_another_line_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        occasion(text)

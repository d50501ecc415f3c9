"""What is taken out of text from outside, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.core.domain.text import clean_line, clean_text, folded


def test_escape_sequences_lose_what_makes_a_terminal_act() -> None:
    assert clean_line("\x1b]52;c;aGk=\x07Bob\x9b2J") == "]52;c;aGk=Bob2J"


def test_bidi_controls_and_invisible_characters_are_gone() -> None:
    assert clean_line("Al\u202eice\u200b\u2066 \ufeffB\U000e0041") == "Alice B"


@pytest.mark.parametrize("hidden", ["\u00ad", "\ufff9", "\ufffa", "\ufffb", "\U0001d173", "\U000e0041", "\u2060"])
def test_two_names_that_differ_in_what_nobody_sees_are_one(hidden: str) -> None:
    assert clean_line(f"Ann{hidden} Lee{hidden}") == "Ann Lee" == clean_text(f"{hidden}Ann L{hidden}ee")


def test_joiners_stay_because_some_names_need_them() -> None:
    assert clean_line("क्\u200dष") == "क्\u200dष"


def test_a_name_is_one_line_of_at_most_120_characters() -> None:
    assert clean_line("Ann\n  Lee\tSmith") == "Ann Lee Smith"
    assert len(clean_line("x" * 500)) == 120


def test_marks_do_not_pile_up() -> None:
    assert clean_line("a" + "\u0301" * 50).count("\u0301") <= 8


def test_a_note_keeps_its_lines() -> None:
    assert clean_text("one\r\ntwo\rthree") == "one\ntwo\nthree"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_text(text)

    assert clean_text(once) == once
    assert not any((ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 for c in once)


def test_a_search_finds_sorensen_by_sor() -> None:
    assert folded("Sørensen") == "sorensen"
    assert folded("Łukasz Groß-Żak") == "lukasz gross-zak"

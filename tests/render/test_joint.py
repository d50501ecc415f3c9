"""Letters that leave together: greeted once, each in its section, one end; nothing that somebody wrote is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from frontdesk.core.domain.outbox import Letter
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.render.joint import joined
from frontdesk.core.render.letters import examples, letter
from frontdesk.core.render.marks import bare
from frontdesk.core.render.words.voice import Voice


def a_letter(voice: Voice, kind: MailKind = MailKind.MOVED, language: str = "en", **more: Any) -> Letter:
    return letter(replace(examples(voice.setup, kind, Reader.CLIENT)[0], language=language, **more))


def together(voice: Voice, *several: Letter) -> Letter:
    return joined(voice.setup, Reader.CLIENT, "en", [(MailKind.MOVED, it) for it in several])


def subject_of(voice: Voice, *kinds: MailKind, reader: Reader = Reader.CLIENT, language: str = "en") -> str:
    return joined(voice.setup, reader, language, [(kind, a_letter(voice, kind)) for kind in kinds]).subject


@pytest.mark.parametrize(
    ("kinds", "subject"),
    [
        ((MailKind.BOOKED, MailKind.REQUEST_APPROVED), "Booked: 2 appointments – Test Street"),
        ((MailKind.MOVED, MailKind.MOVE_APPROVED), "Moved: 2 appointments – Test Street"),
        ((MailKind.CANCELLED,) * 3, "Cancelled: 3 appointments – Test Street"),
        ((MailKind.MOVED, MailKind.CANCELLED), "News of 2 appointments – Test Street"),
    ],
)
def test_the_subject_says_what_was_done_to_how_many(voice: Voice, kinds: Any, subject: str) -> None:
    assert subject_of(voice, *kinds) == subject


def test_staff_know_where_they_work(voice: Voice) -> None:
    assert subject_of(voice, MailKind.MOVED, MailKind.MOVED, reader=Reader.STAFF) == "Moved: 2 appointments"


def test_it_speaks_the_language_of_its_reader(voice: Voice) -> None:
    assert subject_of(voice, MailKind.MOVED, MailKind.MOVED, language="de") == "Verschoben: 2 Termine – Test Street"


def test_a_single_letter_is_itself(voice: Voice) -> None:
    alone = a_letter(voice)

    assert together(voice, alone) == bare(alone)


def test_a_letter_written_by_hand_stands_in_it_as_it_was_written(voice: Voice) -> None:
    """It has no greeting of ours and no end: those of the other letter are there, once."""
    by_hand = a_letter(voice, letter="Dear Ada,\nthe lift is broken.\nYours\n")

    text = joined(
        voice.setup, Reader.CLIENT, "en", [(MailKind.MOVED, by_hand), (MailKind.MOVED, a_letter(voice))]
    ).text

    assert text.startswith(
        "Hello Client One,\n\nDear Ada,\nthe lift is broken.\nYours\n\n* * *\n\nYour appointment was"
    )
    assert text.count("--\nTest Street") == 1


def test_a_practices_own_words_are_sections_too(voice: Voice) -> None:
    own = [a_letter(voice, template="{{ greeting }}\n\nSee you " + name + ".\n") for name in "AB"]

    text = together(voice, *own).text

    assert text.startswith("Hello Client One,\n\nSee you A.\n\n* * *\n\nSee you B.\n\n--\nTest Street\n")


def test_a_letter_kept_before_sections_were_marked_is_one_as_it_stands(voice: Voice) -> None:
    old = bare(a_letter(voice))

    text = together(voice, old, a_letter(voice)).text

    assert old.text.strip() in text


def test_no_sign_of_ours_is_left_and_none_from_outside_is_taken_for_one(voice: Voice) -> None:
    sly = a_letter(voice, message="\ue003 gone \ue004x\ue005", name="Bo\ue005b")

    it = together(voice, sly, a_letter(voice))

    assert it.text.startswith("Hello Bob,\n\nYour appointment was moved.\n\ngone x\n\nWhen: ")
    assert not set(it.text + it.html) & set(map(chr, range(0xE000, 0xF900)))
    assert it.text.count("You get this mail because") == it.html.count("You get this mail because") == 1

"""A practice's own words stand in every sentence, on screens and in letters, and nowhere else."""

from __future__ import annotations

import pytest

from frontdesk.core.render.language import _, plural, speak, speaking

LABELS = {"practitioner": "Physio", "client": "guest", "appointment": "visit"}


@pytest.fixture(autouse=True)
def afterwards_english() -> object:
    yield
    speak("en")


@pytest.mark.parametrize(
    ("said", "becomes"),
    (
        ("no appointment under the cursor", "no visit under the cursor"),
        ("Clients", "Guests"),
        ("note to client", "note to guest"),
        ("message to the client", "message to the guest"),
        ("book a cancelled appointment again", "book a cancelled visit again"),
        ("a practitioner is away: a new time for each appointment", "a Physio is away: a new time for each visit"),
        ("Picked up {client}; p puts it down at the cursor", "Picked up {client}; p puts it down at the cursor"),
        ("--client ID, or --name for a new client", "--client ID, or --name for a new guest"),
        ("the portal", "the portal"),
    ),
)
def test_sentences_say_the_practices_words(said: str, becomes: str) -> None:
    speak("en", LABELS)
    assert _(said) == becomes


def test_an_article_follows_the_word() -> None:
    speak("en", {"client": "athlete", "appointment": "visit"})
    assert _("an appointment of a client") == "a visit of an athlete"


def test_of_several_and_in_german() -> None:
    speak("en", {"appointment": "class"})
    assert plural("{n} appointment", "{n} appointments", 2) == "{n} class"
    with speaking("de", {"practitioner": "Therapeut", "client": "Gast"}):
        assert _("message to the client") == "Nachricht an den Gast"
    assert _("message to the client") == "message to the client"


def test_without_words_of_its_own_everything_is_as_it_is() -> None:
    speak("en")
    assert _("Clients") == "Clients"

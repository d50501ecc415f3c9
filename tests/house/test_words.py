"""Every sentence has its words in every language that is spoken."""

from __future__ import annotations

import re

import pytest

from frontdesk.core.render.language import CATALOGUES, DOMAIN, language_for, languages
from tests.translations import compiled, kept, said, strings_of, untranslated

SPOKEN = [it for it in languages() if it != "en"]
PLACE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", SPOKEN)
def test_a_catalogue_says_everything_and_nothing_that_nobody_says(language: str) -> None:
    catalogue = kept(language)
    assert {it.id for it in catalogue if it.id} == {it.id for it in said() if it.id}, "python -m tests.translations"
    assert untranslated(catalogue) == []


@pytest.mark.parametrize("language", SPOKEN)
def test_every_translation_has_the_places_of_its_sentence(language: str) -> None:
    for message in kept(language):
        if not message.id:
            continue
        wanted = message.id if isinstance(message.id, str) else message.id[1]
        for text in strings_of(message):
            assert set(PLACE.findall(text)) == set(PLACE.findall(wanted)), message.id


@pytest.mark.parametrize("language", SPOKEN)
def test_what_gettext_reads_is_what_is_kept(language: str) -> None:
    file = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    assert file.read_bytes() == compiled(kept(language)), "python -m tests.translations"


def test_the_first_language_with_words_is_spoken() -> None:
    assert language_for("de_AT", "en_GB") == "de_AT"
    assert language_for("ja", "de") == "de"
    assert language_for("ja", "") == "en"

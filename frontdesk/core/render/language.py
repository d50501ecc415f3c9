"""Every sentence goes through gettext; English is what stands in the code. A practice may have words of its own."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

DOMAIN = "frontdesk"
CATALOGUES = Path(__file__).parent / "locale"

FORMS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "en": {
        "practitioner": (("practitioner",), ("practitioners",)),
        "client": (("client",), ("clients",)),
        "appointment": (("appointment",), ("appointments",)),
    },
    "de": {
        "practitioner": (("Behandler", "Behandlers"), ("Behandlern",)),
        "client": (("Kunde",), ("Kunden",)),
        "appointment": (("Termin", "Termins"), ("Termine", "Terminen")),
    },
}
"""By language the forms of the words that a practice may call otherwise: of one, and of several."""


class Tongue:
    """A language, with the words of a practice: each sentence is made once."""

    def __init__(self, language: str, labels: Mapping[str, str]) -> None:
        self._catalogue = gettext.translation(DOMAIN, CATALOGUES, [language.replace("-", "_")], fallback=True)
        self._language = language.split("_")[0].split("-")[0]
        self._forms = _forms(self._language, labels)
        words = "|".join(map(re.escape, sorted(self._forms, key=len, reverse=True)))
        # what stands in braces is a place for something, what follows a dash the name of an option
        self._words = re.compile(rf"\{{[^}}]*\}}|(?<![-\w`])(an? )?({words})(?![-\w`])", re.IGNORECASE)
        self._said: dict[str, str] = {}

    def say(self, message: str) -> str:
        if message not in self._said:
            self._said[message] = self._called(self._catalogue.gettext(message))
        return self._said[message]

    def plural(self, one: str, many: str, count: int) -> str:
        return self._called(self._catalogue.ngettext(one, many, count))

    def _called(self, text: str) -> str:
        """With what the practice calls its people and appointments."""
        return self._words.sub(self._replaced, text) if self._forms else text

    def _replaced(self, found: re.Match[str]) -> str:
        article, word = found[1] or "", found[2]
        if word is None:
            return found[0]
        label = self._forms[word.lower()]
        starts = word[0].isupper() and self._language == "en"
        label = label[0].upper() + label[1:] if starts else label
        if article and self._language == "en":
            article = article[0] + ("n " if label[0].lower() in "aeiou" else " ")
        return article + label


def _forms(language: str, labels: Mapping[str, str]) -> dict[str, str]:
    """By form what is said in its place."""
    found: dict[str, str] = {}
    for name, (one, several) in FORMS.get(language, {}).items():
        label = labels.get(name)
        if label:
            many = label if language != "en" or label.endswith("s") else f"{label}s"
            found |= dict.fromkeys((it.lower() for it in one), label) | dict.fromkeys(
                (it.lower() for it in several), many
            )
    return found


@lru_cache(maxsize=32)
def _tongue(language: str, labels: tuple[tuple[str, str], ...] = ()) -> Tongue:
    return Tongue(language, dict(labels))


_house: Tongue = _tongue("en")
_for_now: ContextVar[Tongue | None] = ContextVar("language", default=None)


def speak(language: str, labels: Mapping[str, str] | None = None) -> None:
    """Say everything from now on in this language, English where it has no catalogue, and with these words."""
    global _house
    _house = _tongue(language, tuple(sorted((labels or {}).items())))


@contextmanager
def speaking(language: str, labels: Mapping[str, str] | None = None) -> Iterator[None]:
    """Say what is said inside in another language: a letter's is its reader's, not the desk's."""
    before = _for_now.set(_tongue(language, tuple(sorted((labels or {}).items()))))
    try:
        yield
    finally:
        _for_now.reset(before)


def languages() -> tuple[str, ...]:
    """The languages that have words: English, and each catalogue."""
    return ("en", *sorted(it.name for it in CATALOGUES.glob("*") if it.is_dir()))


def language_for(*locales: str) -> str:
    """The first of these locales whose language has words, whole (`de_AT`); English where none has."""
    return next((it for it in locales if it.split("_")[0] in languages()), "en")


def _(message: str) -> str:
    return (_for_now.get() or _house).say(message)


def plural(one: str, many: str, count: int) -> str:
    return (_for_now.get() or _house).plural(one, many, count)

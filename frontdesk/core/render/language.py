"""Every sentence goes through gettext; English is what stands in the code."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

DOMAIN = "frontdesk"
CATALOGUES = Path(__file__).parent / "locale"

_house: gettext.NullTranslations = gettext.NullTranslations()
_for_now: ContextVar[gettext.NullTranslations | None] = ContextVar("language", default=None)


def speak(language: str) -> None:
    """Say everything from now on in this language, English where it has no catalogue."""
    global _house
    _house = _catalogue(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what is said inside in another language: a letter's is its reader's, not the desk's."""
    before = _for_now.set(_catalogue(language))
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
    return _spoken().gettext(message)


def plural(one: str, many: str, count: int) -> str:
    return _spoken().ngettext(one, many, count)


def _spoken() -> gettext.NullTranslations:
    return _for_now.get() or _house


@lru_cache(maxsize=32)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, [language.replace("-", "_")], fallback=True)

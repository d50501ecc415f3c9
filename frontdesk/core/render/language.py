"""Every sentence goes through gettext; English is what stands in the code."""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "frontdesk"
CATALOGUES = Path(__file__).parent / "locale"

_current: gettext.NullTranslations = gettext.NullTranslations()


def speak(language: str) -> None:
    """Say everything from now on in this language, English where it has no catalogue."""
    global _current
    _current = gettext.translation(DOMAIN, CATALOGUES, [language], fallback=True)


def _(message: str) -> str:
    return _current.gettext(message)


def plural(one: str, many: str, count: int) -> str:
    return _current.ngettext(one, many, count)


def later(message: str) -> str:
    """Marks a sentence that is translated when it is shown."""
    return message

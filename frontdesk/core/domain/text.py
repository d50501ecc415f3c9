"""The one cleaner of text from outside, called at every entry; what it removes never reaches the database.

Source of the rule: escape sequences, bidi controls and invisible characters in a name can write to a
terminal's clipboard, reorder a line or forge another name.
"""

from __future__ import annotations

import re
import unicodedata

NAME_LENGTH = 120
TEXT_LENGTH = 10_000
MARKS_PER_BASE = 8

INVISIBLE = (
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c"  # zero width and bidi; the joiners stay
    "\u2028\u2029\U000e0000-\U000e007f"  # line and paragraph separator, tags
    "\u00ad\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # soft hyphen; annotation, shorthand, music
)
"""What nobody sees and no name needs, for a class of a regular expression; two that differ in these look alike."""

_FORBIDDEN = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f{INVISIBLE}"  # C0 but tab and newline, DEL, C1
    "\ud800-\udfff]"  # halves of characters, which nothing can store
)
_SPACES = re.compile(r"\s+")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029")

RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "'")
"""What begins a field that a spreadsheet would run; and the mark that stops it, so that it can come off again."""


def later(message: str) -> str:
    """Marks a sentence that is translated when it is shown."""
    return message


def clean_text(text: str, limit: int = TEXT_LENGTH) -> str:
    """Several lines of text, normalised (NFC), without control characters, at most `limit` characters."""
    if text.isascii() and text.isprintable():  # most are: nothing in them has to be looked for
        return text.strip()[:limit].rstrip()
    text = _FORBIDDEN.sub("", unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)))
    return _without_piled_marks(text).strip()[:limit].rstrip()


def clean_line(text: str, limit: int = NAME_LENGTH) -> str:
    """One line of text: a name, a label, a reference."""
    return _SPACES.sub(" ", clean_text(text, limit=TEXT_LENGTH)).strip()[:limit].rstrip()


def folded(text: str) -> str:
    """Text as a search sees it: no case, no marks, `ø` as `o`, `ß` as `ss`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def _without_piled_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_PER_BASE:
            kept.append(character)
    return "".join(kept)

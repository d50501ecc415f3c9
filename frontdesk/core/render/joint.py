"""What one act did to several appointments of somebody, as one letter: greeted once, each told in its section.

A letter that somebody wrote by hand, or that was kept before sections were marked, is a section as it stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from frontdesk.core.domain.outbox import GREETING_CLOSE, GREETING_OPEN, SECTION_CLOSE, SECTION_OPEN, Letter
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.text import clean_line
from frontdesk.core.domain.told import APPROVALS, MailKind, Reader
from frontdesk.core.render import ics
from frontdesk.core.render.language import plural, speaking
from frontdesk.core.render.letters import SUBJECT_LENGTH
from frontdesk.core.render.marks import bare, from_outside, tidy

RULE = "* * *"
"""Between two sections of a text."""

_CALLED_SO = {approved: kind for kind, approved in APPROVALS.items()}
"""What an approval did."""
_WHOLE = re.compile(f"(.*?){SECTION_OPEN}(.*){SECTION_CLOSE}(.*)", re.DOTALL)
_GREETING = re.compile(f"^{GREETING_OPEN}.*{GREETING_CLOSE}$\\s*", re.MULTILINE)
_GREETING_PARAGRAPH = re.compile(f"<p[^<>]*>\\s*{GREETING_OPEN}[^<>]*{GREETING_CLOSE}\\s*</p>\\s*")
_TITLE = re.compile("<title>.*?</title>", re.DOTALL)


def joined(setup: Setup, reader: Reader, language: str, several: Sequence[tuple[MailKind, Letter]]) -> Letter:
    """One letter of those that leave together, as it is read, in their order; a single one is itself."""
    letters = [letter for _kind, letter in several]
    if len(letters) == 1:
        return bare(letters[0])
    with speaking(language, setup.practice.labels):
        subject = _subject(setup, reader, [kind for kind, _letter in several])
    text = _joined([it.text for it in letters], _GREETING, f"\n\n{RULE}\n\n")
    page = (
        _joined([it.html for it in letters], _GREETING_PARAGRAPH, "\n<hr>\n")
        if all(it.html for it in letters)
        else ""
    )
    title = f"<title>{html.escape(subject)}</title>"
    files = [it.calendar for it in letters if it.calendar]
    return bare(
        Letter(
            subject=subject,
            text=tidy(text),
            html=_TITLE.sub(lambda _: title, page, count=1),
            calendar=ics.together(files) if files else "",
        )
    )


def _joined(bodies: Sequence[str], greeting: re.Pattern[str], rule: str) -> str:
    """The beginning and the end of the first, its greeting, and what each of them says."""
    parts = [_parts(it) for it in bodies]
    before, after = next(((before, after) for before, _says, after in parts if after.strip()), ("", ""))
    greetings = [found[0] for _before, says, _after in parts if (found := greeting.search(says)) is not None]
    sections = [greeting.sub("", says, count=1).strip() for _before, says, _after in parts]
    hello = f"{greetings[0].strip()}\n\n" if greetings else ""
    return f"{before}{hello}{rule.join(sections)}\n\n{after}"


def _parts(body: str) -> tuple[str, str, str]:
    """What stands before the section, the section, and what stands behind it."""
    found = _WHOLE.fullmatch(body)
    return ("", body, "") if found is None else (found[1], found[2], found[3])


def _subject(setup: Setup, reader: Reader, kinds: Sequence[MailKind]) -> str:
    """What was done to how many, and for clients by whom."""
    n, done = len(kinds), {_CALLED_SO.get(kind, kind) for kind in kinds}
    if done == {MailKind.BOOKED}:
        told = plural("Booked: {n} appointment", "Booked: {n} appointments", n)
    elif done == {MailKind.MOVED}:
        told = plural("Moved: {n} appointment", "Moved: {n} appointments", n)
    elif done == {MailKind.CANCELLED}:
        told = plural("Cancelled: {n} appointment", "Cancelled: {n} appointments", n)
    else:
        told = plural("News of {n} appointment", "News of {n} appointments", n)
    practice = from_outside(setup.practice.name) if reader is Reader.CLIENT else ""
    return clean_line(" – ".join(filter(None, (told.format(n=n), practice))), SUBJECT_LENGTH)

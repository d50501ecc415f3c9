"""What a command prints: data on stdout, talk on stderr, errors as sentences with the right exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from frontdesk.cli.opening import Opening
from frontdesk.core.domain import errors
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.objections import SlotObjection
from frontdesk.core.domain.text import clean_text
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.errors import error_words, plain_error
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.voice import Voice

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON (docs/json.md).")]

EXIT_CODES: dict[type[DeskError], int] = {
    errors.BadInput: 2,
    errors.NotFound: 3,
    errors.SlotTaken: 4,
    errors.Stale: 4,
    errors.Busy: 4,
    errors.Refused: 5,
    errors.NotAllowed: 6,
    errors.MailRefused: 7,
    errors.StoreUnusable: 8,
}

CODES: dict[type[DeskError], str] = {
    errors.BadInput: "bad_input",
    errors.NotFound: "not_found",
    errors.SlotTaken: "slot_taken",
    errors.Stale: "stale",
    errors.Busy: "busy",
    errors.Refused: "refused",
    errors.NotAllowed: "not_allowed",
    errors.MailRefused: "mail_refused",
    errors.StoreUnusable: "store_unusable",
}


def show(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """Talk, beside the data."""
    print(clean_text(text), file=sys.stderr)


def lines(rows: Iterable[str]) -> None:
    for row in rows:
        text = clean_text(row)
        print(f"{' ' * (len(row) - len(row.lstrip()))}{text}" if text else "")


def table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one is ragged."""
    cleaned = [[clean_text(cell).replace("\n", " ") for cell in row] for row in rows]
    if not cleaned:
        return
    widths = [max(len(row[n]) for row in cleaned) for n in range(len(cleaned[0]))]
    for row in cleaned:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def done(
    opening: Opening, event: Event, item: dict[str, Any], as_json: bool, warnings: Iterable[SlotObjection] = ()
) -> None:
    """The end of every command that changed something."""
    voice = opening.voice
    told = [objection_words(voice, it) for it in warnings]
    if as_json:
        show(shapes.done(item, event, told))
        return
    ref = f" [{item['ref']}]" if "ref" in item else ""
    lines([event_words(voice, event) + ref])
    for warning in told:
        say(_("note: {warning}").format(warning=warning))


def failed(error: DeskError, voice: Voice | None, as_json: bool) -> int:
    """Says what went wrong, and answers the exit code."""
    message = error_words(voice, error) if voice is not None else plain_error(error)
    if as_json:
        reasons = []
        if voice is not None and isinstance(error, errors.Refused):
            reasons = [shapes.reason(it, voice) for it in error.objections]
        if voice is not None and isinstance(error, errors.SlotTaken):
            reasons = [shapes.reason(it, voice) for it in error.conflicts]
        show(shapes.error(CODES[type(error)], message, reasons))
    else:
        say(message)
    return EXIT_CODES[type(error)]

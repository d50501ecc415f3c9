"""What came in from elsewhere, in words."""

from __future__ import annotations

from typing import assert_never

from frontdesk.core.domain.events.transfer import ImportDone, RecordImported, TransferEvent
from frontdesk.core.render.language import _
from frontdesk.core.render.words.changes import change_words
from frontdesk.core.render.words.voice import Voice


def transfer_event_words(voice: Voice, event: TransferEvent) -> str:
    """What came in."""
    match event:
        case RecordImported(change=change):
            return _("Imported: {what}").format(what=", ".join(change_words(voice, change)))
        case ImportDone(new=new, updated=updated):
            return _("Imported: {new} new, {updated} updated").format(new=new, updated=updated)
    assert_never(event)

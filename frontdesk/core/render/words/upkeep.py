"""What happened to the database itself, in words."""

from __future__ import annotations

from frontdesk.core.domain.appointments import client_ref
from frontdesk.core.domain.events.upkeep import UpkeepEvent
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.voice import Voice


def upkeep_event_words(voice: Voice, event: UpkeepEvent) -> str:
    told = _("Restored from a copy of {when}").format(when=voice.moment(event.made_at))
    if event.doubtful:
        doubt = plural("{n} mail may have been told", "{n} mails may have been told", event.doubtful)
        told += f" · {doubt.format(n=event.doubtful)}"
    if event.erased:
        erased = plural("{n} client was erased again", "{n} clients were erased again", event.erased)
        told += f" · {erased.format(n=event.erased)}"
    if event.left:
        refs = ", ".join(map(client_ref, event.left))
        told += f" · {_('not erased, being part of another record: {refs}').format(refs=refs)}"
    return told

"""What happened to the database itself, in words."""

from __future__ import annotations

from frontdesk.core.domain.events.upkeep import UpkeepEvent
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.voice import Voice


def upkeep_event_words(voice: Voice, event: UpkeepEvent) -> str:
    told = _("Restored from a copy of {when}").format(when=voice.moment(event.made_at))
    if not event.doubtful:
        return told
    doubt = plural("{n} mail may have been told", "{n} mails may have been told", event.doubtful)
    return f"{told} · {doubt.format(n=event.doubtful)}"

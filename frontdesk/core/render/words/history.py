"""History in words: who did what, from what to what."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.actors import ActorKind
from frontdesk.core.domain.appointments import client_ref
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.kinds import Thing, kind_of
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.render.language import _
from frontdesk.core.render.words.changes import change_words
from frontdesk.core.render.words.labels import OPERATION_WORDS
from frontdesk.core.render.words.voice import Voice


def who_words(voice: Voice, line: HistoryLine) -> str:
    """Who did it, and for which client where staff did what clients do."""
    client = line.client_name or (client_ref(line.on_behalf_of) if line.on_behalf_of is not None else "")
    return _("{who} for {client}").format(who=_actor(voice, line), client=client) if client else _actor(voice, line)


def history_words(voice: Voice, line: HistoryLine) -> str:
    """One line of history: what changed, from what to what."""
    did = _(OPERATION_WORDS.get(line.operation, line.operation))
    parts = [_about(voice, thing) for thing in line.about]
    parts += [part for change in line.changes[:3] for part in change_words(voice, change)]
    text = f"{did} {', '.join(parts)}" if parts else did
    if len(line.changes) > 3:
        text += " " + _("and {n} more").format(n=len(line.changes) - 3)
    if line.text:
        text += f" — {line.text}"
    if line.consent:
        text += f" — {_('agreed to')}: {line.consent}"
    return f"{text} — {_('told the client')}: {line.message}" if line.message else text


def history_page(voice: Voice, lines: Iterable[HistoryLine]) -> list[str]:
    """Line by line when, who, what."""
    return [f"{voice.moment(it.at)}  {who_words(voice, it)}  {history_words(voice, it)}" for it in lines]


def _actor(voice: Voice, line: HistoryLine) -> str:
    """Who did it, as it was shown then, or by what is known of them still."""
    if line.actor_name or line.who is None:
        return line.actor_name or _("somebody")
    if line.who.kind is ActorKind.CLIENT:
        return client_ref(ClientId(int(line.who.id)))
    return voice.setup.name_of(line.who.key)


def _about(voice: Voice, thing: Thing) -> str:
    """What it is about, by what people call it."""
    name = f" {thing.name}" if isinstance(thing, Client) else ""
    return kind_of(thing).reference(thing) + name

"""Clients in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from frontdesk.core.domain.appointments import client_ref
from frontdesk.core.domain.events.clients import ClientAdded, ClientEdited, ClientErased, ClientEvent, ClientsMerged
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice


def client_event_words(voice: Voice, event: ClientEvent) -> str:
    """What was done to a record."""
    match event:
        case ClientAdded(client=client):
            return _("Added {client}").format(client=client.name)
        case ClientEdited(client=client):
            return _("Saved {client}").format(client=client.name)
        case ClientsMerged(kept=client):
            gone = next((it.before.name for it in event.changes[1:2] if isinstance(it.before, Client)), "")
            return _("Merged {other} into {client}").format(other=gone, client=client.name)
        case ClientErased(client=client):
            return _("Erased {client}").format(client=client.name)
    assert_never(event)


CLIENT_FIELDS: dict[str, str] = {
    later("name"): "name",
    later("phone"): "phone",
    later("e-mail"): "email",
    later("born"): "born",
    later("likes"): "preferences",
    later("note"): "note",
}


def client_change_words(was: Client | None, it: Client) -> Iterable[str]:
    """Whose record, and which of its fields changed."""
    ref = client_ref(it.id)
    yield ref if it.name == ref else f"{ref} {it.name}"
    if was is None:
        return
    for label, name in CLIENT_FIELDS.items():
        before, now = (str(getattr(client, name) or "") for client in (was, it))
        if before != now:
            yield f"{_(label)} {before} → {now}" if before and now else f"{_(label)} {now or '–'}"

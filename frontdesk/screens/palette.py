"""The palette: everything by name, clients and dates; what it shows is `Content`, never markup."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from frontdesk.core.asks.clients import FindClients
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.times import local_date
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.screens.desk_screen import DeskScreen
from frontdesk.verbs import Verb, sign_of, verbs_of
from frontdesk.widgets.text import plain, safe


class VerbProvider(Provider):
    """The verbs of the screen the palette was opened on."""

    async def discover(self) -> Hits:
        for verb in self._verbs():
            yield DiscoveryHit(self._display(verb), partial(self._run, verb), verb.value.label, _(verb.value.help))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for verb in self._verbs():
            name = _(verb.value.label)
            score = matcher.match(name)
            if not score and query.casefold() in _(verb.value.help).casefold():
                score = 0.2
            if score > 0:
                yield Hit(score, self._display(verb), partial(self._run, verb), name, _(verb.value.help))

    def _verbs(self) -> tuple[Verb, ...]:
        screen = self.screen
        return verbs_of(screen.NAME) if isinstance(screen, DeskScreen) else ()

    def _display(self, verb: Verb) -> Content:
        key = f"  ({sign_of(verb)})" if verb.value.keys else ""
        return plain(f"{_(verb.value.label)}{key}")

    def _run(self, verb: Verb) -> None:
        screen: Any = self.screen
        if isinstance(screen, DeskScreen):
            screen.verb(verb)


class ClientProvider(Provider):
    """Clients by half a name."""

    async def search(self, query: str) -> Hits:
        app: Any = self.app
        if len(query) < 3 or app.setup is None:
            return
        try:
            found = await asyncio.to_thread(app.door.see, FindClients(text=query, limit=6))
        except DeskError:
            return
        for hit in found:
            name = safe(hit.name)
            yield Hit(1.5, plain(name), partial(app.open_client, hit.id), name, hit.phone or None)


class DateProvider(Provider):
    """A day by what people call it."""

    async def search(self, query: str) -> Hits:
        app: Any = self.app
        if app.setup is None:
            return
        today = local_date(app.now(), app.setup.practice.timezone)
        try:
            wanted = when(query, today, locale=app.setup.practice.locale)
        except NotUnderstood:
            return
        if wanted.named_day:
            text = times.day(wanted.day, year=True)
            yield Hit(2.0, plain(text), partial(app.open_day, wanted.day), text, _("go to this day"))

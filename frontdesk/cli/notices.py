"""The bell: what somebody is to be told."""

from __future__ import annotations

from typing import Annotated

import typer

from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, say, show, table
from frontdesk.core.asks.notices import ListNotices, MarkRead
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.notices import notice_words


def add_to(app: typer.Typer) -> None:
    app.command()(bell)


def bell(
    context: typer.Context,
    read: Annotated[bool, typer.Option("--read", help="All of it is known now.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    as_json: AsJson = False,
) -> None:
    """What happened that you are to be told, the newest first."""
    opening: Opening = context.obj
    found, voice = opening.see(ListNotices(limit=limit)), opening.voice
    if read:
        opening.do(MarkRead())
    if as_json:
        show(shapes.items(shapes.notice(it, voice) for it in found))
        return
    table([["" if it.is_read else "•", voice.moment(it.at), notice_words(voice, it)] for it in found])
    if not found:
        say(_("nothing happened"))

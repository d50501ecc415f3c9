"""The bell: what somebody is to be told."""

from __future__ import annotations

from typing import Annotated

import typer

from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, say, show, table
from frontdesk.core.asks.notices import ListNotices, MarkRead
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _


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
    found, words = opening.see(ListNotices(limit=limit)), opening.words
    if read:
        opening.do(MarkRead())
    if as_json:
        show(shapes.items(shapes.notice(it, words) for it in found))
        return
    table([["" if it.is_read else "•", words.moment(it.at), words.notice(it)] for it in found])
    if not found:
        say(_("nothing happened"))

"""Automations: what they are, and what they would have done."""

from __future__ import annotations

from typing import Annotated

import typer

from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, say, show, table
from frontdesk.core.asks.automations import RehearseAutomations
from frontdesk.core.domain.practice import Automation
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural


def add_to(app: typer.Typer) -> None:
    app.command()(automations)


def automations(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="What they would have done; nothing is done.")] = False,
    from_: Annotated[str | None, typer.Option("--from", help="First date of past events.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last date of past events.")] = None,
    as_json: AsJson = False,
) -> None:
    """What the practice has done by itself ([[automations]] in the practice file), or would have."""
    opening: Opening = context.obj
    if not dry_run:
        found = opening.setup.practice.automations
        if as_json:
            show(shapes.items(map(shapes.automation, found)))
            return
        table(
            [[it.id, _("on") if it.enabled else _("off"), _("when {on}").format(on=it.on), deed(it)] for it in found]
        )
        if not found:
            say(_("no automations: they stand in the practice file as [[automations]]"))
        return
    first = opening.today if from_ is None else opening.day(from_, "--from")
    last = opening.today if to is None else opening.day(to, "--to")
    seen = opening.see(RehearseAutomations(first=first, last=last))
    if as_json:
        show(shapes.items(shapes.rehearsed(it, opening.voice) for it in seen))
        return
    if not opening.setup.practice.automations:
        say(_("no automations: they stand in the practice file as [[automations]]"))
        return
    voice = opening.voice
    rows = [[voice.moment(it.line.at), it.automation.id, it.on, it.reference, deed(it.automation)] for it in seen]
    table(rows)
    say(plural("{n} time; nothing was done", "{n} times; nothing was done", len(seen)).format(n=len(seen)))


def deed(it: Automation) -> str:
    """What it does, in one line."""
    conditions = ", ".join(f"{name} {value}" for name, value in it.when.items())
    if it.do.get("mail"):
        what = _("mail to {whom}").format(whom=it.do["mail"])
    elif it.do.get("webhook"):
        what = _("webhook to {url}").format(url=it.do["webhook"])
    elif it.do.get("note"):
        what = _("note: {text}").format(text=it.do["note"])
    else:
        what = _("task: {text}").format(text=it.do.get("task", ""))
    return f"{what} ({conditions})" if conditions else what

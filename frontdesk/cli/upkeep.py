"""Looking after the database: `frontdesk upgrade`."""

from __future__ import annotations

from typing import Annotated

import typer

from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, lines, show
from frontdesk.core.domain.appointments import appointment_ref
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural


def add_to(app: typer.Typer) -> None:
    app.command()(upgrade)


def upgrade(
    context: typer.Context,
    copy: Annotated[str, typer.Option("--copy", metavar="FOLDER", help="Where the copy goes, if not beside.")] = "",
    as_json: AsJson = False,
) -> None:
    """Bring a database of an older version to this one; it is copied first, and checked after."""
    from frontdesk.core.upkeep import upgrade as bring

    opening: Opening = context.obj
    done = bring(opening.url, copy)
    if as_json:
        told = {"before": done.before, "after": done.after, "copy": done.copy, "events": done.events}
        show(shapes.item(told | {"let_go": [appointment_ref(it) for it in done.let_go]}))
        return
    if not done.copy:
        lines([_("the database is of this version already ({version})").format(version=done.after)])
        return
    lines(
        [
            _("the database was brought from version {before} to {after}").format(
                before=done.before, after=done.after
            ),
            _("as it was it lies at {where}").format(where=done.copy),
            plural(
                "checked: {n} event of history can be read, and its chain closes",
                "checked: {n} events of history can be read, and their chain closes",
                done.events,
            ).format(n=done.events),
        ]
    )
    if done.let_go:
        refs = ", ".join(appointment_ref(it) for it in done.let_go)
        lines([_("not picked up any more, for nobody can tell by whom they were: {refs}").format(refs=refs)])

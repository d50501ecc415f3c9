"""What happened, taking it back, doing it again."""

from __future__ import annotations

from typing import Annotated

import typer

from frontdesk.cli.naming import appointment_id, client_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, lines, say, show, table
from frontdesk.core.asks.history import Redo, ShowHistory, Undo
from frontdesk.core.domain.appointments import Appointment, appointment_ref
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.events.reversals import Reversed
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.history import history_words, who_words


def add_to(app: typer.Typer) -> None:
    for command in (undo, redo, history):
        app.command()(command)


def undo(
    context: typer.Context,
    event: Annotated[
        int | None, typer.Argument(help="Undo the whole act this event belongs to.", min=1, max=2**62)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take back your last act, or the one of an event."""
    opening: Opening = context.obj
    _reversed(opening, opening.do(Undo(event=None if event is None else EventId(event))), as_json)


def redo(context: typer.Context, as_json: AsJson = False) -> None:
    """Do again what was taken back last."""
    opening: Opening = context.obj
    _reversed(opening, opening.do(Redo()), as_json)


def history(
    context: typer.Context,
    ref: Annotated[str | None, typer.Argument(help="Reference of an appointment.")] = None,
    client: Annotated[str | None, typer.Option("--client", "-c", help="Reference of a client.")] = None,
    day: Annotated[str | None, typer.Option("--day", help="A date.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    as_json: AsJson = False,
) -> None:
    """What happened: to an appointment, to a client, on a day, or last of all."""
    opening: Opening = context.obj
    if sum(given is not None for given in (ref, client, day)) > 1:
        raise BadInput("--client", Problem.EXCLUDES_ANOTHER, "REF, --day")
    found = opening.see(
        ShowHistory(
            appointment=None if ref is None else appointment_id(ref),
            client=None if client is None else client_id(client),
            day=None if day is None else opening.day(day, "--day"),
            limit=limit + 1,
        )
    )
    more, found = len(found) > limit, found[-limit:]
    if ref is not None and not found:
        raise NotFound("appointment", str(appointment_id(ref)))
    if client is not None and not found:
        raise NotFound("client", str(client_id(client)))
    voice = opening.voice
    if as_json:
        show(shapes.items((shapes.event(line, voice) for line in found), more))
        return
    table([[str(it.id), voice.moment(it.at), who_words(voice, it), history_words(voice, it)] for it in found])
    if not found:
        say(_("nothing happened"))
    if more:
        say(_("only the last {n}; --limit shows more").format(n=limit))


def _reversed(opening: Opening, event: Reversed, as_json: bool) -> None:
    changed = [change.after for change in event.changes]
    if as_json:
        refs = [appointment_ref(it.id) for it in changed if isinstance(it, Appointment)]
        show(shapes.done({"undone": event.undoes, "operation": event.operation, "appointments": refs}, event))
        return
    lines([event_words(opening.voice, event)])

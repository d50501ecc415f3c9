"""Absences, and the work list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from frontdesk.cli.appointments import after
from frontdesk.cli.naming import appointment_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, done, lines, say, show, table
from frontdesk.core.asks.schedule import (
    ApplyTimeOff,
    KeepAppointment,
    ListWork,
    Move,
    PlanTimeOff,
    RemoveTimeOff,
    TakeTimeOff,
)
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.events.schedule import TimeOffTaken
from frontdesk.core.domain.hours import TimeOffId
from frontdesk.core.domain.views import PlannedMove, WorkLine
from frontdesk.core.parse import moments
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.work import cause_words


def add_to(app: typer.Typer) -> None:
    for command in (off, worklist):
        app.command()(command)


def off(
    context: typer.Context,
    practitioner: Annotated[str | None, typer.Argument(metavar="P", help="Id or name.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="A date, or a time as 2026-11-24T12:00.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="A date (it is off too), or a time.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; seen by staff.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Only show where each appointment could go.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Enter it and move what the plan can move.")] = False,
    remove: Annotated[int | None, typer.Option("--remove", min=1, help="End this time off.")] = None,
    as_json: AsJson = False,
) -> None:
    """A practitioner is away; what lies in it goes to the work list, or where the plan says."""
    opening: Opening = context.obj
    if remove is not None:
        event = opening.do(RemoveTimeOff(time_off=TimeOffId(remove)))
        done(opening, event, shapes.time_off(event.time_off), as_json)
        return
    who = opening.practitioner(practitioner)
    if who is None:
        raise BadInput("P", Problem.MISSING, hint="a practitioner, or --remove ID")
    if from_ is None or to is None:
        raise BadInput("--from" if from_ is None else "--to", Problem.MISSING, hint="a date, or a time")
    start, end = _edge(opening, from_, "--from"), _edge(opening, to, "--to", last=True)
    if plan and not apply:
        _show_plan(opening, opening.see(PlanTimeOff(staff=who, start=start, end=end)), as_json)
        return
    if not apply:
        taken = opening.do(TakeTimeOff(staff=who, start=start, end=end, reason=reason))
        lost = _lost_to(opening, taken.time_off.id)
        item = shapes.time_off(taken.time_off) | {"affected": [shapes.named(it.named) for it in lost]}
        done(opening, taken, item, as_json)
        if not as_json:
            _show_work(opening, lost)
        return
    moves = opening.see(PlanTimeOff(staff=who, start=start, end=end))
    steps = tuple(
        Move(appointment=it.named.appointment.id, seen=it.named.appointment.revision, to=it.to)
        for it in moves
        if it.to is not None
    )
    batch = opening.do(ApplyTimeOff(staff=who, start=start, end=end, reason=reason, moves=steps))
    first = batch.events[0]
    assert isinstance(first, TimeOffTaken)
    if as_json:
        item = shapes.time_off(first.time_off) | {"moves": [shapes.planned(it, opening.setup) for it in moves]}
        show(shapes.done(item, first))
    else:
        lines([event_words(opening.voice, event) for event in batch.events])


def worklist(
    context: typer.Context,
    keep: Annotated[str | None, typer.Option("--keep", help="This appointment stays as it is.")] = None,
    as_json: AsJson = False,
) -> None:
    """Appointments that lost their time to an absence, a closure or changed hours."""
    opening: Opening = context.obj
    voice = opening.voice
    if keep is not None:
        id_ = appointment_id(keep)
        event = opening.do(KeepAppointment(appointment=id_))
        done(opening, event, after(opening, id_), as_json)
        return
    found = opening.see(ListWork())
    if as_json:
        show(shapes.items(shapes.work(it, voice) for it in found))
        return
    _show_work(opening, found)
    if not found:
        say(_("nothing waits"))


def _lost_to(opening: Opening, id_: TimeOffId) -> tuple[WorkLine, ...]:
    """What an absence put on the work list."""
    every = opening.see(ListWork())
    return tuple(it for it in every if (it.work.cause, it.work.cause_id) == ("time_off", str(id_)))


def _show_work(opening: Opening, found: Sequence[WorkLine]) -> None:
    voice = opening.voice
    table(
        [
            [
                it.named.appointment.ref,
                voice.moment(it.named.appointment.start, it.named.appointment.zone),
                it.named.client_name,
                it.named.service_name,
                it.named.practitioner_name,
                cause_words(voice, it.work),
            ]
            for it in found
        ]
    )


def _edge(opening: Opening, text: str, field: str, last: bool = False) -> datetime:
    """Where an absence begins or ends: a time as it is, a date from or to its midnight."""
    if "T" in text or " " in text.strip():
        at = moments.start(text, field)
        if not isinstance(at, datetime):
            raise BadInput(field, Problem.NOT_A_TIME, text, hint="wall time of the practice, without an offset")
        return at
    day = opening.day(text, field)
    return datetime.combine(day + timedelta(days=1) if last else day, time())


def _show_plan(opening: Opening, moves: tuple[PlannedMove, ...], as_json: bool) -> None:
    voice = opening.voice
    if as_json:
        show(shapes.items(shapes.planned(it, opening.setup) for it in moves))
        return
    table(
        [
            [
                voice.moment(it.named.appointment.start, it.named.appointment.zone),
                it.named.client_name,
                it.named.service_name,
                "→ " + voice.slot(it.to) if it.to is not None else _("no other time found: work list"),
            ]
            for it in moves
        ]
    )
    if not moves:
        say(_("no appointment lies in it"))

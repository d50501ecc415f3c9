"""Somebody is away: who and when, then the plan, then the deed, as one act."""

from __future__ import annotations

from datetime import date
from typing import Any

from frontdesk.core.asks.schedule import ApplyTimeOff, Move, PlanTimeOff
from frontdesk.core.asks.slots import Away
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.people import StaffId
from frontdesk.screens.desk_screen import DeskScreen
from frontdesk.screens.dialogs.absence import AbsenceDialog
from frontdesk.screens.dialogs.plan import Plan, PlanDialog


async def enter_time_off(screen: DeskScreen[Any], person: StaffId | None, day: date) -> None:
    """From any screen; a plan that is refused comes back as it was made, with the line that stood against it."""
    absence = await screen.answer(AbsenceDialog(person, day))
    if absence is None:
        return
    away = Away(staff=absence.staff, start=absence.start, end=absence.end)
    question = PlanTimeOff(staff=away.staff, start=away.start, end=away.end)
    moves = await screen.look(question)
    if moves is None:
        return
    plan: Plan | None = Plan(title=absence.title(screen.voice), away=away, moves=moves)
    error, about = "", None
    while plan is not None:
        if plan.moves:
            plan = await screen.answer(PlanDialog(plan, error, about))
        if plan is None:
            return
        done = await screen.perform(_deed(plan, absence.reason), tell=not plan.moves)
        if not isinstance(done, DeskError) or not plan.moves:
            return
        error = screen.say_error(done)
        about = done.about.appointment if done.about is not None else None
        fresh = await screen.look(question)  # the world may have changed meanwhile
        plan = plan.kept_in(fresh) if fresh is not None else plan


def _deed(plan: Plan, reason: str) -> ApplyTimeOff:
    steps = tuple(
        Move(appointment=it.named.appointment.id, seen=it.named.appointment.revision, to=it.to)
        for it in plan.moves
        if it.to is not None
    )
    away = plan.away
    return ApplyTimeOff(staff=away.staff, start=away.start, end=away.end, reason=reason, moves=steps)

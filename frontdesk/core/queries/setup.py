"""The practice itself, as it is and as a file would make it."""

from __future__ import annotations

from frontdesk.core.asks.settings import PlanPractice, ShowSetup
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.practice_file import PlannedChange, plan, planned
from frontdesk.core.store import setup
from frontdesk.core.store.look import Look


def show_setup(look: Look, _: ShowSetup) -> Setup:
    return setup.load(look)


def plan_practice(look: Look, question: PlanPractice) -> tuple[PlannedChange, ...]:
    known = setup.load(look) if setup.has_practice(look) else None
    return planned(plan(known, question.file, question.prune))

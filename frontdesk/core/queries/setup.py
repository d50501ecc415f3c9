"""The practice itself, as it is and as a file would make it."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.settings import PlanPractice, ShowSetup
from frontdesk.core.domain.permissions import Permission, may
from frontdesk.core.domain.practice import Practice, Setup
from frontdesk.core.domain.practice_file import PlannedChange, plan, planned
from frontdesk.core.render.letters import check_templates
from frontdesk.core.store import setup
from frontdesk.core.store.look import Look


def show_setup(look: Look, _: ShowSetup) -> Setup:
    """As it is; what webhooks are signed with is for who may change it."""
    known = setup.load(look)
    if not known.practice.automations or may(look.actor, Permission.CHANGE_SETTINGS):
        return known
    plain = tuple(
        replace(it, do={name: word for name, word in it.do.items() if name != "secret"})
        for it in known.practice.automations
    )
    return replace(known, practice=replace(known.practice, automations=plain))


def plan_practice(look: Look, question: PlanPractice) -> tuple[PlannedChange, ...]:
    known = setup.load(look) if setup.has_practice(look) else None
    changes = plan(known, question.file, question.prune)
    if known is not None:
        for change in changes:
            if isinstance(change.after, Practice):
                check_templates(replace(known, practice=change.after))
    return planned(changes)

"""What automations would have done: past events once more, without doing anything."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.core.asks.automations import RehearseAutomations
from frontdesk.core.asks.door import Queries
from frontdesk.core.domain.automations import matches, triggers
from frontdesk.core.domain.times import Span, day_span
from frontdesk.core.domain.views import Rehearsed
from frontdesk.core.store import events, practice
from frontdesk.core.store.look import Look


def rehearse_automations(look: Look, question: RehearseAutomations) -> tuple[Rehearsed, ...]:
    setup = practice.load(look)
    zone_name = setup.practice.timezone
    span = Span(day_span(question.first, zone_name).start, day_span(question.last, zone_name).end)
    return tuple(
        Rehearsed(automation=replace(it, enabled=True), line=line, on=trigger.on, reference=trigger.thing.ref)
        for line in events.of_span(look, span, None)
        for trigger in triggers(line.operation, line.changes, line.by, line.at)
        for it in setup.practice.automations
        if matches(replace(it, enabled=True), trigger)
    )


QUERIES: Queries = {
    RehearseAutomations: rehearse_automations,
}

"""The slot engine: its rules by example, and its answers against a second, minute-by-minute opinion."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.core.domain.objections import SlotObjection
from frontdesk.core.domain.slots import offers, verdict
from tests.domain.oracle import Opinion, Question
from tests.domain.practices import places_of, questions, scene_of, starts

settings.register_profile(
    "slots",
    max_examples=int(os.environ.get("FRONTDESK_TEST_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
thoroughly = settings(settings.get_profile("slots"))


@thoroughly
@given(questions())
def test_a_start_of_the_grid_is_offered_exactly_when_its_verdict_says_yes(question: Question) -> None:
    scene = scene_of(question)
    for place in places_of(question):
        found = offers(scene, [place], question.first, question.days)
        opinion = Opinion(question, place.practitioner, place.location)
        grid = opinion.clock.grid(question.first, question.days, opinion.step)
        verdicts = [verdict(scene, place, start) for start in grid if start >= question.now]
        assert [(it.start, it.end, it.room) for it in found] == [
            (it.start, it.end, it.room) for it in verdicts if it.ok
        ]


@thoroughly
@given(questions())
def test_the_offers_are_those_of_a_walk_through_every_minute(question: Question) -> None:
    scene = scene_of(question)
    for place in places_of(question):
        found = offers(scene, [place], question.first, question.days)
        opinion = Opinion(question, place.practitioner, place.location)
        assert {offer.start: offer.room for offer in found} == opinion.offered()


@thoroughly
@given(st.data())
def test_the_verdict_on_any_minute_names_what_a_walk_through_every_minute_finds(data: st.DataObject) -> None:
    question = data.draw(questions())
    scene = scene_of(question)
    for place in places_of(question):
        opinion = Opinion(question, place.practitioner, place.location)
        for start in data.draw(st.lists(starts(question), min_size=5, max_size=20)):
            answer = verdict(scene, place, start)
            assert (codes(answer.reasons), codes(answer.warnings)) == (opinion.reasons(start), opinion.warnings(start))


def codes(objections: Iterable[SlotObjection]) -> set[str]:
    return {objection.code for objection in objections}

"""The work list in words: what took an appointment's time."""

from __future__ import annotations

from typing import Any

from frontdesk.core.domain.appointments import appointment_ref
from frontdesk.core.domain.effects import OUT_OF_USE, Because
from frontdesk.core.domain.text import later
from frontdesk.core.domain.work import CAUSE_OUT_OF_USE, Work
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice

CAUSE_WORDS: dict[str, str] = {
    "time_off": later("time off"),
    "hours": later("changed hours"),
    "closure": later("closed"),
    "archived": later("archived"),
    "accepted": later("accepted from another address"),
    "declined": later("the client declined"),
    "countered": later("the client proposes another time"),
    "automation": later("to do"),
}


def cause_words(voice: Voice, it: Work) -> str:
    """What took an appointment's time, or what is to be done about it."""
    if it.cause == "automation":
        wanted = next((a.do.get("task", "") for a in voice.setup.practice.automations if a.id == it.cause_id), "")
        return wanted or it.cause_id
    if it.cause == CAUSE_OUT_OF_USE:
        return archived_words(voice, it.cause_id)
    return _(CAUSE_WORDS.get(it.cause, it.cause))


def archived_words(voice: Voice, key: str) -> str:
    """What is out of use: `staff:ann`."""
    kind, _colon, id_ = key.partition(":")
    setup = voice.setup
    known: dict[str, Any] = {
        "staff": setup.staff,
        "service": setup.services,
        "room": setup.rooms,
        "location": setup.locations,
    }
    name = known[kind][id_].name if id_ in known.get(kind, {}) else id_
    return _("{name} is archived").format(name=name)


def because_words(voice: Voice, it: Because) -> str:
    """Why an appointment falls outside."""
    if it.rule in OUT_OF_USE:
        return archived_words(voice, f"{it.rule.value}:{it.of}")
    return _(CAUSE_WORDS[it.rule.value])


def work_words(voice: Voice, it: Work) -> str:
    """An entry of the work list."""
    return f"{_('work list')} {appointment_ref(it.appointment)} ({cause_words(voice, it)})"

"""A change in words: from what to what."""

from __future__ import annotations

from collections.abc import Iterable

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.hours import TimeOff
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.settings import SettingValue
from frontdesk.core.domain.work import Work
from frontdesk.core.render.language import _
from frontdesk.core.render.words.appointments import appointment_change_words
from frontdesk.core.render.words.charges import CHARGE_STATE_WORDS, charge_amount
from frontdesk.core.render.words.clients import client_change_words
from frontdesk.core.render.words.requests import request_change_words
from frontdesk.core.render.words.settings import setting_change_words, setup_change_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.render.words.work import work_words


def change_words(voice: Voice, change: Change) -> Iterable[str]:
    """Of what, and what of it; at last what a later version kept with it."""
    yield from _changed(voice, change)
    yield from (f"{name}: {value}" for name, value in change.unknown.items())


def _changed(voice: Voice, change: Change) -> Iterable[str]:
    match change.before, change.after:
        case (Appointment() | None) as was, Appointment() as it:
            return appointment_change_words(voice, was, it)
        case (Request() | None) as was, Request() as it:
            return request_change_words(voice, was, it)
        case (Client() | None) as was, Client() as it:
            return client_change_words(was, it)
        case (SettingValue() | None) as was, SettingValue() as it:
            return (setting_change_words(voice, was, it),)
        case _, Charge() as it:
            return (f"{charge_amount(voice, it)} {_(CHARGE_STATE_WORDS[it.state])}",)
        case _, Work() as it:
            return (work_words(voice, it),)
        case was, it:
            told = was if not isinstance(it, TimeOff) else None
            return setup_change_words(voice, change, told)

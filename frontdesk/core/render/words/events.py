"""What was done: one sentence a fact, for a toast or a line of output."""

from __future__ import annotations

from typing import Any, assert_never

from frontdesk.core.domain.events.appointments import (
    AppointmentEvent,
)
from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.domain.events.charges import ChargeEvent
from frontdesk.core.domain.events.clients import ClientEvent
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.mails import (
    MailEvent,
)
from frontdesk.core.domain.events.practice import PracticeEvent
from frontdesk.core.domain.events.requests import (
    RequestEvent,
)
from frontdesk.core.domain.events.reversals import Reversed
from frontdesk.core.domain.events.schedule import ScheduleEvent
from frontdesk.core.domain.events.transfer import TransferEvent
from frontdesk.core.domain.events.upkeep import UpkeepEvent
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.appointments import appointment_event_words
from frontdesk.core.render.words.automations import automation_event_words
from frontdesk.core.render.words.charges import charge_event_words
from frontdesk.core.render.words.clients import client_event_words
from frontdesk.core.render.words.labels import OPERATION_WORDS
from frontdesk.core.render.words.mails import mail_event_words
from frontdesk.core.render.words.objections import joined, objection_words
from frontdesk.core.render.words.practice import practice_event_words
from frontdesk.core.render.words.requests import request_event_words
from frontdesk.core.render.words.reversals import reversal_words
from frontdesk.core.render.words.schedule import schedule_event_words
from frontdesk.core.render.words.transfer import transfer_event_words
from frontdesk.core.render.words.upkeep import upkeep_event_words
from frontdesk.core.render.words.voice import Voice


def event_words(voice: Voice, event: Event) -> str:
    """What was done, for a toast or a line of output."""
    if isinstance(event, AppointmentEvent):
        return appointment_event_words(voice, event)
    if isinstance(event, RequestEvent):
        return request_event_words(voice, event)
    if isinstance(event, ClientEvent):
        return client_event_words(voice, event)
    if isinstance(event, ChargeEvent):
        return charge_event_words(voice, event)
    if isinstance(event, ScheduleEvent):
        return schedule_event_words(voice, event)
    if isinstance(event, PracticeEvent):
        return practice_event_words(voice, event)
    if isinstance(event, MailEvent):
        return mail_event_words(voice, event)
    if isinstance(event, TransferEvent):
        return transfer_event_words(voice, event)
    if isinstance(event, UpkeepEvent):
        return upkeep_event_words(voice, event)
    if isinstance(event, Reversed):
        return reversal_words(voice, event)
    if isinstance(event, AutomationRan):
        return automation_event_words(voice, event)
    assert_never(event)


def batch_words(voice: Voice, batch: Batch[Any]) -> str:
    """What an act on several did, and what it left alone."""
    told = [event_words(voice, event) for event in batch.events]
    text = told[0] if told else _("Nothing was done")
    if len(told) > 1:
        did = _(OPERATION_WORDS.get(batch.events[-1].operation, "done"))
        text = f"{text} · " + _("and {n} more {did}").format(n=len(told) - 1, did=did)
    if batch.left:
        first = batch.left[0]
        why_ = joined(objection_words(voice, it) for it in first.objections)
        left = plural("{n} left: {client}, {why}", "{n} left, as {client}: {why}", len(batch.left))
        text += " · " + left.format(n=len(batch.left), client=first.client_name, why=why_)
    return text

"""Requests in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from frontdesk.core.domain.checks import Topic
from frontdesk.core.domain.events.requests import (
    OffersLapsed,
    OffersRefused,
    RequestApproved,
    RequestDeclined,
    RequestEdited,
    RequestEvent,
    RequestExpired,
    RequestMade,
    RequestWithdrawn,
    TimesOffered,
)
from frontdesk.core.domain.requests import Ended, Request, RequestKind, RequestState, Slot
from frontdesk.core.domain.text import later
from frontdesk.core.domain.views import Standing
from frontdesk.core.render.language import _
from frontdesk.core.render.words.appointments import with_override
from frontdesk.core.render.words.consequences import with_consequences
from frontdesk.core.render.words.voice import Voice

REQUEST_WORDS: dict[RequestState, str] = {
    RequestState.PENDING: later("pending"),
    RequestState.APPROVED: later("approved"),
    RequestState.DECLINED: later("declined"),
    RequestState.WITHDRAWN: later("cancelled by client"),
    RequestState.EXPIRED: later("expired"),
    RequestState.UNDONE: later("undone"),
}

STANDING_WORDS: dict[Standing, str] = {
    Standing.CLEAR: later("ok"),
    Standing.CLASH: later("clash"),
    Standing.RULE: later("rule"),
    Standing.ASKS: later("look"),
    Standing.OFFERED: later("offered"),
}

TOPIC_WORDS: dict[Topic, str] = {
    Topic.SERVICE: later("service"),
    Topic.HOURS: later("hours"),
    Topic.FREE: later("free"),
    Topic.ROOM: later("room"),
    Topic.CLIENT: later("client"),
}


def wish_words(voice: Voice, it: Request) -> str:
    """What a request is for: the service, when, with whom."""
    who = voice.practitioner(it.slot.practitioner)
    told = f"{voice.service(it.service)}, {voice.moment(it.slot.start, it.zone)}, {who}"
    return _("move to {slot}").format(slot=told) if it.kind is RequestKind.RESCHEDULE else told


def offered_words(voice: Voice, it: Slot) -> str:
    """One of the offered times, and whether it is lost."""
    return f"{voice.slot(it)} · {_('lost: no longer held')}" if it.lost else voice.slot(it)


def request_state_words(state: RequestState, ended: Ended | None = None) -> str:
    text = _(REQUEST_WORDS[state])
    return f"{text}, {_('overtaken')}" if ended is Ended.OVERTAKEN else text


def request_event_words(voice: Voice, event: RequestEvent) -> str:
    """What became of a request."""
    match event:
        case RequestMade(request=it, client_name=name):
            return _("{client} asks for {what} ({ref})").format(client=name, what=wish_words(voice, it), ref=it.ref)
        case RequestEdited(request=it, client_name=name):
            return _("{client} now asks for {what} ({ref})").format(
                client=name, what=wish_words(voice, it), ref=it.ref
            )
        case RequestWithdrawn(request=it, client_name=name):
            return _("Withdrawn: {client}, {what}").format(client=name, what=wish_words(voice, it))
        case RequestApproved():
            return _approved_words(voice, event)
        case RequestDeclined(request=it, client_name=name):
            return _("Declined {client}: {what}").format(client=name, what=wish_words(voice, it))
        case TimesOffered(request=it, client_name=name):
            times_ = ", ".join(voice.moment(slot.start, voice.setup.zone_of(slot.location)) for slot in it.offers)
            return _("Offered {client} {times}, until {until}").format(
                client=name, times=times_, until=voice.moment(it.answer_by or 0)
            )
        case OffersRefused(client_name=name):
            return _("{client} takes none of the times; the request waits").format(client=name)
        case OffersLapsed(client_name=name):
            return _("{client} did not answer the offer").format(client=name)
        case RequestExpired(request=it, client_name=name):
            return _("Expired: {client}, {what}").format(client=name, what=wish_words(voice, it))
    assert_never(event)


def _approved_words(voice: Voice, event: RequestApproved) -> str:
    it, was = event.appointment, event.was
    what = with_override(voice, it)
    if was is None:
        name = _("{name}, a new client").format(name=event.client_name) if event.new_client else event.client_name
        told = _("Approved {client}: {what}").format(client=name, what=what)
        return with_consequences(voice, told, event, None)
    told = _("Approved: {client} moves from {was} to {what}").format(
        client=event.client_name, was=voice.moment(was.start, was.zone), what=what
    )
    return with_consequences(voice, told, event, it)


def request_change_words(voice: Voice, was: Request | None, it: Request) -> Iterable[str]:
    """Which one, and from what to what."""
    yield f"{it.ref} {wish_words(voice, it)}"
    if was is None:
        return
    if was.slot.start != it.slot.start:
        yield _("before: {when}").format(when=voice.moment(was.slot.start, was.zone))
    if was.state is not it.state:
        yield f"{request_state_words(was.state)} → {request_state_words(it.state, it.ended)}"
    if it.hold_lost and not was.hold_lost:
        yield _("the hold is lost")
    if it.offers and it.offers != was.offers:
        yield ", ".join(voice.moment(slot.start, it.zone) for slot in it.offers)

"""A request in lines: what is asked, what speaks for and against it, who asks, and the day around it."""

from __future__ import annotations

from collections.abc import Iterator

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.requests import RequestKind, RequestState
from frontdesk.core.domain.times import DAY, HOUR, MINUTE
from frontdesk.core.domain.views import Neighbour, RequestCard
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.requests import TOPIC_WORDS, request_state_words
from frontdesk.core.render.words.voice import Voice


@dataclass(frozen=True, slots=True)
class CardLine:
    """One line, and how it looks: `plain`, `good`, `bad`, `dim`."""

    text: str
    look: str = "plain"


def request_card(voice: Voice, card: RequestCard, yes: str = "✓", no: str = "✗") -> list[CardLine]:
    """Every field and every check; what decides stands first."""
    return [*_asked(voice, card), *_checks(voice, card, yes, no), *_who(voice, card), *_around(voice, card)]


def age(seconds: int) -> str:
    """How long something waits, in one unit."""
    if seconds >= 2 * DAY:
        return _("{n} d").format(n=seconds // DAY)
    if seconds >= HOUR:
        return _("{n} h").format(n=seconds // HOUR)
    return _("{n} min").format(n=max(seconds, 0) // MINUTE)


def _asked(voice: Voice, card: RequestCard) -> Iterator[CardLine]:
    request = card.line.request
    slot = request.slot
    what = _("new appointment") if request.kind is RequestKind.NEW else _("move")
    yield CardLine(f"{request.ref} · {what} · {request_state_words(request.state, request.ended)}", "dim")
    when = voice.moment(slot.start, request.zone)
    anybody = f" ({_('anybody')})" if request.asked_for is None and request.kind is RequestKind.NEW else ""
    yield CardLine(f"{when} {slot.span.minutes}m {card.line.service_name} · {card.line.practitioner_name}{anybody}")
    if card.moves is not None and request.kind is RequestKind.RESCHEDULE:
        it = card.moves.appointment
        was = it.start if request.state is RequestState.PENDING else None
        if was is not None:
            old = voice.moment(was, it.zone)
            if it.practitioner != slot.practitioner:
                old = _("{when} with {who}").format(when=old, who=card.moves.practitioner_name)
            yield CardLine(_("instead of {when}, which stands").format(when=old))
    if card.moving_late is not None and card.moving_late.over:
        cost = f": {voice.money(card.moving_late.fee)}" if card.moving_late.fee else ""
        yield CardLine(_("asked late") + cost, "bad")
    if request.description:
        yield CardLine(f"“{request.description}”")
    if request.offers:
        offered = ", ".join(
            voice.moment(it.start, voice.setup.zone_of(it.location)) + (f" ({_('lost')})" if it.lost else "")
            for it in request.offers
        )
        yield CardLine(_("offered: {times}").format(times=offered))
        yield CardLine(_("the answer is awaited until {when}").format(when=voice.moment(request.answer_by or 0)))
    elif request.state is RequestState.PENDING:
        yield CardLine(_("waits until {when}").format(when=voice.moment(request.ends_at)), "dim")
    if request.ticket:
        yield CardLine(f"{_('ticket')} {voice.ticket(request.ticket)}")
    if request.internal_note:
        yield CardLine(f"{_('internal')}  {request.internal_note}")


def _checks(voice: Voice, card: RequestCard, yes: str, no: str) -> Iterator[CardLine]:
    if card.line.request.state is not RequestState.PENDING:
        return
    good = [_(TOPIC_WORDS[check.topic]) for check in card.checks if check.ok]
    if good:
        yield CardLine(" ".join(f"{yes}{name}" for name in good), "good")
    for check in card.checks:
        for against in check.reasons:
            yield CardLine(f"{no} {objection_words(voice, against)}", "bad")
        for warning in check.warnings:
            yield CardLine(f"! {objection_words(voice, warning)}", "bad")
    if card.line.request.hold_lost:
        yield CardLine(f"{no} {_('its time is not held any more')}", "bad")
    for hit in card.known:
        reach = " ".join(filter(None, (hit.phone, hit.email)))
        yield CardLine(_("! may be {name} {reach}").format(name=hit.name, reach=reach), "bad")
    for rival in card.rivals:
        when = voice.moment(rival.request.slot.start, rival.request.zone)
        yield CardLine(_("! {client} asks for {when} too").format(client=rival.client_name, when=when), "bad")
    if card.nearest:
        yield CardLine(_("free near it (o offers)"), "dim")
        for offer in card.nearest:
            yield CardLine(f"  {voice.offer(offer)}")


def _who(voice: Voice, card: RequestCard) -> Iterator[CardLine]:
    line = card.line
    if line.request.client is None:
        yield CardLine(f"{line.client_name} · {_('new client')}")
    else:
        facts = [
            plural("{n} visit", "{n} visits", card.visits).format(n=card.visits),
            _("{n} no-show").format(n=card.no_shows) if card.no_shows else "",
            _("{n} late").format(n=card.late_cancels) if card.late_cancels else "",
            _("owes {amount}").format(amount=voice.money(card.owes)) if card.owes else "",
        ]
        yield CardLine(f"{line.client_name} · {' · '.join(filter(None, facts))}")
    reach = " · ".join(filter(None, (line.phone, line.email)))
    if reach:
        yield CardLine(reach)
    if card.next is not None:
        it = card.next.appointment
        yield CardLine(_("next {when}").format(when=voice.moment(it.start, it.zone)), "dim")
    for named in card.history[:3]:
        it = named.appointment
        yield CardLine(f"{voice.moment(it.start, it.zone)} {named.service_name} {status(it.status)}", "dim")


def _named(it: Neighbour) -> str:
    return _("{name}, held").format(name=it.name) if it.is_held else it.name


def _around(voice: Voice, card: RequestCard) -> Iterator[CardLine]:
    """That practitioner's day: who is before and after, and how much is free between."""
    slot = card.line.request.slot
    if not card.around:
        yield CardLine(_("nothing else that day"), "dim")
        return
    before = [it for it in card.around if it.end <= slot.start]
    after = [it for it in card.around if it.start >= slot.end]
    if before:
        it = before[-1]
        gap = (slot.start - it.end) // MINUTE
        yield CardLine(
            _("before {span} {client}, {n} min free").format(
                span=f"{voice.time(it.start)}–{voice.time(it.end)}", client=_named(it), n=gap
            ),
            "dim",
        )
    if after:
        it = after[0]
        gap = (it.start - slot.end) // MINUTE
        yield CardLine(
            _("after {span} {client}, {n} min free").format(
                span=f"{voice.time(it.start)}–{voice.time(it.end)}", client=_named(it), n=gap
            ),
            "dim",
        )

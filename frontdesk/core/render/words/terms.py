"""Terms in words: how long a change is free, and what comes then."""

from __future__ import annotations

from typing import Any

from frontdesk.core.domain.appointments import Action
from frontdesk.core.domain.money import minor_units
from frontdesk.core.domain.outcomes import Countdown
from frontdesk.core.domain.policies import Channel, Inside, Level, Term, Terms
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice

LEVEL_WORDS: dict[Level, str] = {
    Level.SERVICE: later("service"),
    Level.PRACTITIONER: later("practitioner"),
    Level.PRACTICE: later("practice"),
    Level.DEFAULT: later("default"),
}


def countdown_words(voice: Voice, it: Countdown) -> str:
    """How long it is free to change, and what comes then."""
    cancelling = it.action is Action.CANCEL
    if it.by_phone:
        return _("clients cancel by calling") if cancelling else _("clients move by calling")
    cost = voice.money(it.fee) if it.fee else ""
    if it.over:
        text = (_("late to cancel since {when}") if cancelling else _("late to move since {when}")).format(
            when=voice.moment(it.until)
        )
        then = _("by calling only") if it.refused else ""
        return ", ".join(filter(None, (text, then, cost)))
    free = _("free to cancel until {when}") if cancelling else _("free to move until {when}")
    then = ", ".join(filter(None, (_("by calling only") if it.refused else "", cost))) or _("marked late")
    return _("{free}, then {then}").format(free=free.format(when=voice.moment(it.until)), then=then)


def sources_words(voice: Voice, it: Terms) -> str:
    """Where the terms of a late cancel come from: one word where they agree."""
    notice, fee = _(LEVEL_WORDS[it.notice.level]), _(LEVEL_WORDS[it.late_fee.level])
    return notice if notice == fee else _("notice: {notice}, fee: {fee}").format(notice=notice, fee=fee)


def terms_words(voice: Voice, it: Terms) -> list[tuple[str, str, str]]:
    """Each term: its name, its value in words, where it comes from."""
    rows: list[tuple[str, str, Term[Any]]] = [
        (_("clients cancel"), _channel(voice, it.cancel.value), it.cancel),
        (_("notice to cancel"), _("{n} h").format(n=it.notice.value), it.notice),
        (_("inside it"), _inside(voice, it.inside_notice.value), it.inside_notice),
        (_("late fee"), _fee(voice, it.late_fee.value), it.late_fee),
        (_("clients move"), _channel(voice, it.reschedule.value), it.reschedule),
        (_("notice to move"), _("{n} h").format(n=it.reschedule_notice.value), it.reschedule_notice),
        (_("inside it"), _inside(voice, it.inside_reschedule_notice.value), it.inside_reschedule_notice),
        (_("late move fee"), _fee(voice, it.late_reschedule_fee.value), it.late_reschedule_fee),
        (_("no-show fee"), _fee(voice, it.no_show_fee.value), it.no_show_fee),
        (
            _("a client's move"),
            _("needs approval") if it.reschedule_needs_approval.value else _("stands at once"),
            it.reschedule_needs_approval,
        ),
    ]
    if it.text.value:
        rows.append((_("told to clients"), it.text.value, it.text))
    return [(name, value, _(LEVEL_WORDS[term.level])) for name, value, term in rows]


def _channel(voice: Voice, channel: Channel) -> str:
    return _("online or by phone") if channel is Channel.ONLINE else _("by phone only")


def _inside(voice: Voice, inside: Inside) -> str:
    return _("allowed, marked late") if inside is Inside.LATE else _("by phone only")


def _fee(voice: Voice, fee: str) -> str:
    if fee.endswith("%"):
        return _("{share} of the price").format(share=fee)
    units = minor_units(fee, voice.setup.practice.currency)
    return voice.money(units) if units else _("none")

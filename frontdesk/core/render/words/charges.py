"""Charges in words."""

from __future__ import annotations

from typing import assert_never

from frontdesk.core.domain.charges import Charge, ChargeKind, ChargeState
from frontdesk.core.domain.events.charges import ChargeEvent, ChargeSettled, ChargeWaived
from frontdesk.core.domain.text import later
from frontdesk.core.render.language import _
from frontdesk.core.render.words.voice import Voice

CHARGE_WORDS: dict[ChargeKind, str] = {
    ChargeKind.LATE_CANCEL: later("late cancel"),
    ChargeKind.LATE_RESCHEDULE: later("late move"),
    ChargeKind.NO_SHOW: later("no-show"),
}

CHARGE_STATE_WORDS: dict[ChargeState, str] = {
    ChargeState.DUE: later("due"),
    ChargeState.WAIVED: later("waived"),
    ChargeState.SETTLED: later("settled"),
    ChargeState.VOID: later("void"),
}


def charge_amount(voice: Voice, it: Charge) -> str:
    return f"{voice.money(it.amount, it.currency)} ({_(CHARGE_WORDS[it.kind])})"


def charge_words(voice: Voice, it: Charge) -> str:
    """An amount, what for, how it stands and why."""
    reason = f" ({it.reason})" if it.reason else ""
    return f"{charge_amount(voice, it)} {_(CHARGE_STATE_WORDS[it.state])}{reason}"


def charge_event_words(voice: Voice, event: ChargeEvent) -> str:
    """What became of a charge."""
    match event:
        case ChargeSettled(charge=it, client_name=name):
            return _("Settled {amount} of {client}").format(amount=charge_amount(voice, it), client=name)
        case ChargeWaived(charge=it, client_name=name):
            return _("Waived {amount} of {client}").format(amount=charge_amount(voice, it), client=name)
    assert_never(event)

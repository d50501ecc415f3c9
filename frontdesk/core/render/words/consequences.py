"""What else came of a change."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.requests import Ended, Request
from frontdesk.core.render.language import _
from frontdesk.core.render.words.charges import CHARGE_STATE_WORDS, charge_amount
from frontdesk.core.render.words.voice import Voice


def with_consequences(voice: Voice, told: str, event: Event, moved: Appointment | None) -> str:
    """With what else came of it: a fee, a request that is over, a ticket that somebody has to follow up."""
    for change in event.also:
        match change.before, change.after:
            case None, Charge() as charge:
                state = _(CHARGE_STATE_WORDS[charge.state])
                told += f" · {charge_amount(voice, charge)} {state}"
            case Request(), Request(ended=Ended.OVERTAKEN) as request:
                told += " · " + _("the request {ref} is over").format(ref=request.ref)
            case Request(), Request(hold_lost=True) as request:
                told += " · " + _("{ref} lost its hold").format(ref=request.ref)
            case _:
                pass
    if moved is not None and moved.ticket:
        told += " · " + _("ticket {ticket} names the old time").format(ticket=moved.ticket)
    return told

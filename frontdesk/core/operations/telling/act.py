"""What was done, as far as it decides who is told of it, and how."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Appointment, Side
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.appointments import AppointmentBooked
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.reversals import Redone, Undone
from frontdesk.core.domain.practice import BY_CLIENT, Setup
from frontdesk.core.store.look import Tx


@dataclass(frozen=True, slots=True)
class Act:
    """An event, and whose words go with a change of it."""

    event: Event
    words: Event | None = None

    @property
    def message(self) -> str:
        return self.words.message if self.words is not None else ""

    @property
    def letter(self) -> str:
        """The mail as somebody rewrote it."""
        return self.words.letter if self.words is not None else ""

    @property
    def fee(self) -> int:
        """What it costs the client, in minor units."""
        charged = (change.after for change in self.event.also if change.before is None)
        return sum(it.amount for it in charged if isinstance(it, Charge) and it.state is ChargeState.DUE)

    def came_from_client(self, it: Appointment) -> bool:
        """Whether the client knows of it because it was their own doing, or their own wish."""
        asked = it.cancellation is not None and it.cancellation.reason == BY_CLIENT
        return isinstance(self.event, AppointmentBooked) or self.event.side is Side.CLIENT or asked

    def is_slip(self, tx: Tx, setup: Setup, was: Appointment | None) -> bool:
        """Whether a booking is taken back, or done again, so soon that nobody has to be called."""
        if was is None or not isinstance(self.event, Undone | Redone):
            return False
        return tx.now < was.timed_at + setup.practice.mail.grace

"""What clients' calendars answered last, so that no older answer, and none twice, counts."""

from __future__ import annotations

from collections.abc import Sequence

from frontdesk.core.domain.appointments import AppointmentId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.work import Answer
from frontdesk.core.store.look import Look, Tx

_LAST = "SELECT sequence, stamped_at, answer FROM reply WHERE appointment_id = :it AND attendee = :who"
_KEEP = (
    "INSERT INTO reply (appointment_id, attendee, sequence, stamped_at, answer)"
    " VALUES (:it, :who, :sequence, :stamped, :answer)"
    " ON CONFLICT (appointment_id, attendee)"
    " DO UPDATE SET sequence = :sequence, stamped_at = :stamped, answer = :answer"
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: to which version of the appointment, when it was written, and what it says."""

    sequence: int
    stamped: Instant | None
    answer: Answer

    def is_known_after(self, last: Answered) -> bool:
        """Whether it says nothing new; of two without a time the one that came later counts."""
        if self.sequence != last.sequence:
            return self.sequence < last.sequence
        if self.stamped is None or last.stamped is None:
            return self.answer is last.answer
        return self.stamped <= last.stamped


def last(look: Look, appointment: AppointmentId, attendee: str) -> Answered | None:
    row = look.connection.execute(_LAST, {"it": appointment, "who": attendee}).first()
    return None if row is None else Answered(row.sequence, row.stamped_at, Answer(row.answer))


def forget(tx: Tx, appointments: Sequence[AppointmentId]) -> None:
    tx.connection.execute("DELETE FROM reply WHERE appointment_id IN :these", {"these": appointments})


def keep(tx: Tx, appointment: AppointmentId, attendee: str, it: Answered) -> None:
    values = {"sequence": it.sequence, "stamped": it.stamped, "answer": it.answer.value}
    tx.connection.execute(_KEEP, {"it": appointment, "who": attendee, **values})

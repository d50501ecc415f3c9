"""`record`, which ends every operation: history, who is told, and what follows by the practice's own rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.notices import notices_of
from frontdesk.core.operations.telling import automations
from frontdesk.core.operations.telling.event import tell
from frontdesk.core.store import events, mail_log, notices, touched
from frontdesk.core.store.look import Tx

E = TypeVar("E", bound=Event)


def record(tx: Tx, event: E) -> E:
    """Write history, who is to be told of it, and the mails that tell; the last thing an operation does.

    What had ended by itself and lay in the way comes first, as the system's doing.
    """
    record_ends(tx)
    return _tell(tx, events.append(tx, event))


def record_all(tx: Tx, several: Sequence[Event | events.Detailed]) -> None:
    """The same for many, in the order they stand in; what follows of them comes after all."""
    record_ends(tx)
    for event in events.append_all(tx, several):
        if event.is_news:
            _tell(tx, event)


def record_detailed(tx: Tx, it: events.Detailed) -> Event:
    """As `record`, of one whose details were worked out before."""
    record_ends(tx)
    return _tell(tx, events.append_all(tx, (it,))[0])


def finish(tx: Tx) -> None:
    """Last of all: what ended by itself and nobody recorded yet, what the mails say, and who has to look."""
    record_ends(tx)
    mail_log.write(tx)
    touched.write(tx)


def record_ends(tx: Tx) -> tuple[Event, ...]:
    """Write what had ended by itself and was met on the way."""
    ended, tx.ran_out = tx.ran_out, []
    return tuple(_tell(tx, events.append(tx, fact)) for fact in ended)


def _tell(tx: Tx, event: E) -> E:
    notices.add(tx, event.id, notices_of(event))
    tell(tx, event)
    ran = automations.follow(tx, event)
    for it in ran:
        _tell(tx, events.append(tx, it))
    return _as_left(event, ran)


def _as_left(event: E, ran: Iterable[AutomationRan]) -> E:
    """The answer names an appointment as it is now, with what automations noted on it: who goes on is not Stale."""
    noted = {it.after.id: it.after for fact in ran for it in fact.all_changes if isinstance(it.after, Appointment)}
    told = getattr(event, "appointment", None)
    if not isinstance(told, Appointment) or told.id not in noted:
        return event
    now: dict[str, Any] = {"appointment": noted[told.id]}
    return replace(event, **now)

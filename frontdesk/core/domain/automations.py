"""What a practice has done by itself when something happens: which events, under which conditions, what."""

from __future__ import annotations

from collections.abc import Iterator

from frontdesk.core.domain.appointments import HOLDS_TIME, Appointment, Side, Status
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.events.recorded import Change
from frontdesk.core.domain.practice import Automation
from frontdesk.core.domain.requests import Request, RequestState
from frontdesk.core.domain.times import HOUR, Instant

ON = (
    "booked", "moved", "cancelled", "reinstated", "confirmed", "arrived", "done", "no_show",
    "requested", "approved", "declined", "expired",
)  # fmt: skip
"""What an automation may wait for."""

WHEN = ("service", "practitioner", "location", "by", "reason", "within_hours")
"""Conditions; each that is given has to hold. `by` is `client` or `practice`; `within_hours` before the start."""

DO = ("mail", "subject", "text", "webhook", "secret", "note", "task")
"""What is done: a mail (to `client`, `practitioner` or an address), a signed webhook, an internal note, or a task."""

DEEDS = ("mail", "webhook", "note", "task")
"""Exactly one of these."""

SILENT = frozenset(
    {"import", "import_done", "merge_clients", "undo", "redo", "automation", "edit_client", "erase_client"}
)
"""Operations no automation follows: history that comes in, what is taken back, and what automations did."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that happened to an appointment or a request."""

    on: str
    thing: Appointment | Request
    by: Side
    at: Instant


def triggers(operation: str, changes: tuple[Change, ...], by: Side, at: Instant) -> Iterator[Trigger]:
    """What an act means to automations, whoever did it; nothing for what only comes in, or is taken back."""
    if operation in SILENT:
        return
    for change in changes:
        match change.before, change.after:
            case (Appointment() | None) as was, Appointment() as it:
                yield from (Trigger(on, it, by, at) for on in _of_appointment(was, it))
            case (Request() | None) as asked, Request() as request:
                yield from (Trigger(on, request, by, at) for on in _of_request(asked, request))
            case _:
                pass


def matches(automation: Automation, trigger: Trigger) -> bool:
    """Whether it is switched on, waits for this, and every condition holds."""
    if not automation.enabled or automation.on != trigger.on:
        return False
    it = trigger.thing
    slot = it if isinstance(it, Appointment) else it.slot
    cancelled = it.cancellation if isinstance(it, Appointment) else None
    facts: dict[str, str] = {
        "service": it.service,
        "practitioner": slot.practitioner,
        "location": slot.location,
        "by": trigger.by.value,
        "reason": cancelled.reason if cancelled is not None else "",
    }
    for name, wanted in automation.when.items():
        if name == "within_hours":
            if not 0 <= slot.start - trigger.at <= int(wanted) * HOUR:
                return False
        elif facts.get(name) != wanted:
            return False
    return True


def still_holds(automation: Automation, it: Appointment | Request) -> bool:
    """Whether what an automation waited for is still so: a booking that was cancelled since is none."""
    if isinstance(it, Request):
        over = {"approved": RequestState.APPROVED, "declined": RequestState.DECLINED, "expired": RequestState.EXPIRED}
        if automation.on in over:
            return it.state is over[automation.on]
        return it.state in (RequestState.PENDING, RequestState.APPROVED)
    return _is_over(it.status) == (automation.on == "cancelled")


def _of_appointment(was: Appointment | None, it: Appointment) -> Iterator[str]:
    if was is None:
        if it.status in HOLDS_TIME:
            yield "booked"
        return
    gone, back = _is_over(it.status), _is_over(was.status)
    if gone and not back:
        yield "cancelled"
    elif back and not gone and it.status is Status.BOOKED:
        yield "reinstated"
    elif not gone and _place(was) != _place(it):
        yield "moved"
    if was.status is not it.status and it.status.value in ("confirmed", "arrived", "done", "no_show"):
        yield it.status.value


def _of_request(was: Request | None, it: Request) -> Iterator[str]:
    if was is None:
        yield "requested"
    elif was.state is not it.state:
        names = {
            RequestState.APPROVED: "approved",
            RequestState.DECLINED: "declined",
            RequestState.EXPIRED: "expired",
        }
        if it.state in names:
            yield names[it.state]


def _is_over(status: Status) -> bool:
    return status in (Status.CANCELLED, Status.LATE_CANCELLED, Status.UNDONE)


def _place(it: Appointment) -> tuple[object, ...]:
    return (it.start, it.end, it.practitioner, it.location, it.service)

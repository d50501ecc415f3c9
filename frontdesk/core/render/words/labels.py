"""What things are called that several speak of."""

from __future__ import annotations

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.practice import Reason
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.text import later
from frontdesk.core.render import times
from frontdesk.core.render.language import _

STATUS_WORDS: dict[Status, str] = {
    Status.BOOKED: later("booked"),
    Status.CONFIRMED: later("confirmed"),
    Status.ARRIVED: later("arrived"),
    Status.IN_SESSION: later("in session"),
    Status.DONE: later("done"),
    Status.NO_SHOW: later("no-show"),
    Status.CANCELLED: later("cancelled"),
    Status.LATE_CANCELLED: later("late cancelled"),
    Status.UNDONE: later("undone"),
}

OPERATION_WORDS: dict[str, str] = {
    "book": later("booked"),
    "reschedule": later("moved"),
    "edit_appointment": later("changed the notes of"),
    "cancel": later("cancelled"),
    "status": later("changed the status of"),
    "reinstate": later("reinstated"),
    "add_client": later("added"),
    "restore": later("restored"),
    "edit_client": later("changed"),
    "merge_clients": later("merged"),
    "erase_client": later("erased"),
    "request": later("asked for"),
    "edit_request": later("changed the request"),
    "withdraw": later("withdrew"),
    "approve": later("approved"),
    "decline": later("declined"),
    "offer": later("offered other times"),
    "refuse_offers": later("noted that no offer suits"),
    "lapse": later("no answer to the offer"),
    "expire": later("expired"),
    "settle_charge": later("settled"),
    "waive_charge": later("waived"),
    "keep": later("kept as it is"),
    "take_time_off": later("entered time off"),
    "remove_time_off": later("removed time off"),
    "apply_practice": later("changed the practice"),
    "change_settings": later("changed the settings"),
    "import": later("imported"),
    "import_done": later("imported"),
    "message": later("wrote to"),
    "client_message": later("passed on words of"),
    "reply": later("noted the answer of"),
    "automation": later("by an automation:"),
    "booking_link": later("gave a booking link to"),
    "undo": later("undid"),
    "redo": later("redid"),
}

WRITING_WORDS: dict[str, str] = {
    "import_done": later("import by {who}, a moment"),
    "undo": later("much is taken back by {who}, a moment"),
    "redo": later("much is done again by {who}, a moment"),
}
"""What others read whose save waits for it, by the operation of its event."""

MAIL_STATE_WORDS: dict[MailState, str] = {
    MailState.QUEUED: later("waiting"),
    MailState.SENDING: later("sending"),
    MailState.SENT: later("sent"),
    MailState.FAILED: later("failed"),
    MailState.CALLED: later("was called"),
    MailState.SUPERSEDED: later("no longer true"),
    MailState.DROPPED: later("dropped"),
    MailState.PAUSED: later("waits for a yes"),
}

KIND_WORDS: dict[str, str] = {
    "appointment": later("appointment"),
    "client": later("client"),
    "service": later("service"),
    "staff": later("practitioner"),
    "location": later("location"),
    "room": later("room"),
    "event": later("event"),
    "request": later("request"),
    "charge": later("charge"),
    "mail": later("mail"),
    "time_off": later("time off"),
    "setting": later("setting"),
    "reason": later("reason"),
    "closure": later("closure"),
    "work": later("work list"),
}

FIRST_REASONS = (
    later("Client asked"),
    later("Client ill"),
    later("Practitioner ill"),
    later("Schedule conflict"),
    later("Weather or emergency"),
    later("Care ended or moved elsewhere"),
    later("Booked by mistake"),
    later("Other"),
    later("Imported"),
)
"""Labels a practice begins with; one it wrote itself stands as it is."""


def reason_label(of: Reason) -> str:
    return _(of.label)


def service_label(of: Service) -> str:
    """A service with its length, said once."""
    length = times.duration(of.duration)
    return of.name if of.name.endswith(length) else f"{of.name} {length}"


def status(of: Status) -> str:
    return _(STATUS_WORDS[of])

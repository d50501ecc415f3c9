"""What the house says: one sentence a reason, one an event, one an error. Data comes in, words go out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, assert_never
from urllib.parse import quote

from frontdesk.core.domain import errors, events
from frontdesk.core.domain import objections as why
from frontdesk.core.domain.actors import ActorKind
from frontdesk.core.domain.appointments import Action, Appointment, Side, Status, appointment_ref, client_ref
from frontdesk.core.domain.charges import Charge, ChargeKind, ChargeState
from frontdesk.core.domain.checks import Topic
from frontdesk.core.domain.effects import OUT_OF_USE, Because
from frontdesk.core.domain.errors import DeskError, Problem, StoreProblem
from frontdesk.core.domain.hours import TimeOff
from frontdesk.core.domain.kinds import Thing, kind_of, ref_of
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.mails import Carrier, Mail, MailKind, MailState, Reader
from frontdesk.core.domain.money import minor_units, written
from frontdesk.core.domain.notices import NoticeKind
from frontdesk.core.domain.outcomes import Countdown
from frontdesk.core.domain.people import Client, ClientId, Role
from frontdesk.core.domain.policies import Channel, Inside, Level, Term, Terms
from frontdesk.core.domain.practice import Reason, Setup
from frontdesk.core.domain.practice_file import differing
from frontdesk.core.domain.requests import Ended, Request, RequestAction, RequestKind, RequestState, Slot, request_ref
from frontdesk.core.domain.services import Service
from frontdesk.core.domain.settings import Form, Setting, SettingValue, setting_of
from frontdesk.core.domain.slots import Offer
from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import HOUR, Instant, Span, local_date, wall_time
from frontdesk.core.domain.views import BellLine, Outbox, Standing
from frontdesk.core.domain.work import CAUSE_OUT_OF_USE, Answer, Work
from frontdesk.core.render import times
from frontdesk.core.render.language import _, plural

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

TABLE_WORDS: dict[str, str] = {
    "practice": later("practice"),
    "booking": later("booking"),
    "policy": later("policy"),
    "portal": later("portal"),
    "mail": later("mail"),
    "desk": later("desk"),
    "requests": later("requests"),
    "packages": later("packages"),
    "series": later("series"),
}

TABLES = {"location": "locations", "room": "rooms", "service": "services", "reason": "reasons", "closure": "closures"}
"""By kind of thing the list of the practice file it stands in."""

FIELD_ROWS = {"weeks": "hours"}
"""Fields that the practice file calls otherwise."""

LIFE_WORDS: dict[Life, str] = {
    Life.ACTIVE: later("in use again"),
    Life.ARCHIVED: later("archived"),
    Life.MERGED: later("merged"),
    Life.UNDONE: later("undone"),
}

CLIENT_FIELDS: dict[str, str] = {
    later("name"): "name",
    later("phone"): "phone",
    later("e-mail"): "email",
    later("born"): "born",
    later("likes"): "preferences",
    later("note"): "note",
}

ACTION_WORDS: dict[Action, str] = {
    Action.CONFIRM: later("be confirmed"),
    Action.ARRIVE: later("be marked arrived"),
    Action.START: later("be started"),
    Action.FINISH: later("be finished"),
    Action.BACK: later("go back a step"),
    Action.NO_SHOW: later("be marked no-show"),
    Action.CANCEL: later("be cancelled"),
    Action.RESCHEDULE: later("be moved"),
    Action.REINSTATE: later("be reinstated"),
}

OPERATION_WORDS: dict[str, str] = {
    "book": later("booked"),
    "reschedule": later("moved"),
    "edit_appointment": later("changed the notes of"),
    "cancel": later("cancelled"),
    "status": later("changed the status of"),
    "reinstate": later("reinstated"),
    "add_client": later("added"),
    "edit_client": later("changed"),
    "merge_clients": later("merged"),
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


REQUEST_WORDS: dict[RequestState, str] = {
    RequestState.PENDING: later("pending"),
    RequestState.APPROVED: later("approved"),
    RequestState.DECLINED: later("declined"),
    RequestState.WITHDRAWN: later("cancelled by client"),
    RequestState.EXPIRED: later("expired"),
    RequestState.UNDONE: later("undone"),
}

REQUEST_ACTION_WORDS: dict[RequestAction, str] = {
    RequestAction.EDIT: later("be changed"),
    RequestAction.WITHDRAW: later("be withdrawn"),
    RequestAction.APPROVE: later("be approved"),
    RequestAction.DECLINE: later("be declined"),
    RequestAction.OFFER: later("be offered other times"),
    RequestAction.ANSWER: later("be answered"),
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

MAIL_STATE_WORDS: dict[MailState, str] = {
    MailState.QUEUED: later("waiting"),
    MailState.SENDING: later("sending"),
    MailState.SENT: later("sent"),
    MailState.FAILED: later("failed"),
    MailState.SUPERSEDED: later("no longer true"),
    MailState.DROPPED: later("dropped"),
    MailState.PAUSED: later("waits for a yes"),
}

MAIL_KIND_WORDS: dict[MailKind, str] = {
    MailKind.BOOKED: later("booked"),
    MailKind.MOVED: later("moved"),
    MailKind.CANCELLED: later("cancelled"),
    MailKind.REQUEST_RECEIVED: later("request received"),
    MailKind.REQUEST_APPROVED: later("approved"),
    MailKind.REQUEST_DECLINED: later("declined"),
    MailKind.REQUEST_EXPIRED: later("request over"),
    MailKind.MOVE_ASKED: later("wish to move"),
    MailKind.MOVE_APPROVED: later("move approved"),
    MailKind.MOVE_DECLINED: later("move declined"),
    MailKind.MOVE_EXPIRED: later("wish over"),
    MailKind.OFFERED: later("other times"),
    MailKind.REMINDER: later("reminder"),
    MailKind.MESSAGE: later("message"),
    MailKind.BOOKING_LINK: later("booking link"),
    MailKind.REQUEST_TO_DECIDE: later("to decide"),
    MailKind.MOVE_TO_DECIDE: later("move to decide"),
    MailKind.TEST: later("test"),
    MailKind.AUTOMATION: later("automation"),
    MailKind.CLIENT_MESSAGE: later("of a client"),
    MailKind.ACCESS_CODE: later("access code"),
}

LEVEL_WORDS: dict[Level, str] = {
    Level.SERVICE: later("service"),
    Level.PRACTITIONER: later("practitioner"),
    Level.PRACTICE: later("practice"),
    Level.DEFAULT: later("default"),
}

CAUSE_WORDS: dict[str, str] = {
    "time_off": later("time off"),
    "hours": later("changed hours"),
    "closure": later("closed"),
    "archived": later("archived"),
    "declined": later("the client declined"),
    "countered": later("the client proposes another time"),
    "automation": later("to do"),
}

NOTICE_WORDS: dict[NoticeKind, str] = {
    NoticeKind.BOOKED: later("booked"),
    NoticeKind.MOVED: later("moved"),
    NoticeKind.CANCELLED: later("cancelled"),
    NoticeKind.REINSTATED: later("reinstated"),
    NoticeKind.REQUEST_RECEIVED: later("asks for"),
    NoticeKind.MOVE_ASKED: later("asks to move to"),
    NoticeKind.REQUEST_CHANGED: later("changed the request to"),
    NoticeKind.REQUEST_WITHDRAWN: later("withdrew the request for"),
    NoticeKind.REQUEST_APPROVED: later("request approved:"),
    NoticeKind.MOVE_APPROVED: later("move approved:"),
    NoticeKind.REQUEST_DECLINED: later("request declined:"),
    NoticeKind.MOVE_DECLINED: later("move declined:"),
    NoticeKind.REQUEST_EXPIRED: later("request expired:"),
    NoticeKind.MOVE_EXPIRED: later("request to move expired:"),
    NoticeKind.OVERTAKEN: later("request is over, the appointment changed:"),
    NoticeKind.OFFERED: later("was offered other times instead of"),
    NoticeKind.OFFER_TAKEN: later("took the offer:"),
    NoticeKind.OFFER_REFUSED: later("takes no offer, still asks for"),
    NoticeKind.OFFER_LAPSED: later("did not answer the offer, asked for"),
    NoticeKind.HOLD_LOST: later("lost the hold on"),
    NoticeKind.NEEDS_WORK: later("needs another time:"),
    NoticeKind.ANSWERED_NO: later("declined the invitation, or proposed another time:"),
    NoticeKind.TAKEN_BACK: later("a change was taken back:"),
    NoticeKind.WROTE: later("wrote a message"),
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


PLAIN_DAYS = 300
"""Days from today within which a date without a year means only one."""


def countdown(seconds: int) -> str:
    """How long something still waits: `0:42`, `12:05`, `3 h`."""
    if seconds >= 2 * HOUR:
        return _("{n} h").format(n=seconds // HOUR)
    return f"{seconds // 60}:{seconds % 60:02}"


def service_label(of: Service) -> str:
    """A service with its length, said once."""
    length = times.duration(of.duration)
    return of.name if of.name.endswith(length) else f"{of.name} {length}"


def status(of: Status) -> str:
    return _(STATUS_WORDS[of])


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences of one practice: with its names, its zone, its way of writing times."""

    setup: Setup
    today: date | None = None
    """Tells which dates need their year to be understood."""

    @property
    def zone(self) -> str:
        return self.setup.practice.timezone

    @property
    def twelve(self) -> bool:
        return times.has_twelve_hours(self.setup.practice.locale)

    def time(self, at: Instant, zone_name: str = "") -> str:
        return times.time_at(at, zone_name or self.zone, self.twelve)

    def moment(self, at: Instant, zone_name: str = "") -> str:
        """Date and time; at a location in another zone than the practice's with that zone."""
        zone_name = zone_name or self.zone
        told = f"{self.day(local_date(at, zone_name))} {self.time(at, zone_name)}"
        return told if zone_name == self.zone else f"{told} {wall_time(at, zone_name).tzname()}"

    def day(self, of: date) -> str:
        """A date, with its year where that is not the one people think of."""
        return times.day(of, year=self.today is not None and abs((of - self.today).days) > PLAIN_DAYS)

    def span(self, span: Span) -> str:
        return f"{self.time(span.start)}–{self.time(span.end)}"

    def practitioner(self, id_: Any) -> str:
        return self.setup.staff[id_].name if id_ in self.setup.staff else str(id_)

    def service(self, id_: Any) -> str:
        return self.setup.services[id_].name if id_ in self.setup.services else str(id_)

    def wall(self, offer: Offer) -> datetime:
        """When an offer begins at its location, as a naive wall time."""
        return wall_time(offer.start, self.setup.zone_of(offer.location)).replace(tzinfo=None)

    def offer(self, offer: Offer) -> str:
        zone_name = self.setup.zone_of(offer.location)
        return f"{self.moment(offer.start, zone_name)} {self.practitioner(offer.practitioner)}"

    def slot(self, slot: Slot) -> str:
        """A held or planned time: when, with whom."""
        return self.offer(Offer(slot.start, slot.end, slot.practitioner, slot.location, slot.room))

    def objection(self, against: why.Objection) -> str:
        match against:
            case why.ServiceNotActive(service):
                return _("{service} is not offered any more").format(service=self.service(service))
            case why.NotOffered(service, None):
                return _("nobody offers {service}").format(service=self.service(service))
            case why.NotOffered(service, practitioner):
                return _("{who} does not offer {service}").format(
                    who=self.practitioner(practitioner), service=self.service(service)
                )
            case why.NotAtLocation(service, location):
                return _("{service} is not given at {place}").format(
                    service=self.service(service), place=self._location(location)
                )
            case why.RoomDoesNotFit(service, None):
                return _("there is no room for {service} here").format(service=self.service(service))
            case why.RoomDoesNotFit(service, room):
                return _("{service} cannot be given in {room}").format(
                    service=self.service(service), room=self._room(room)
                )
            case why.NotOnline(service):
                return _("{service} cannot be booked online").format(service=self.service(service))
            case why.NotForNewClients(None):
                return _("new clients cannot book online here")
            case why.NotForNewClients(initial):
                return _("new clients begin with {service}").format(service=self.service(initial))
            case why.NoSuchTime(wall, next_one):
                return _("{time} does not exist on {day}: the clocks go forward; next is {next}").format(
                    time=times.clock(wall, self.twelve), day=times.day(wall.date()), next=self.time(next_one)
                )
            case why.InThePast():
                return _("that time has passed")
            case why.OutsideHours(open_):
                if not open_:
                    return _("not working that day")
                hours = ", ".join(self.span(span) for span in open_)
                return _("outside hours: {hours} that day").format(hours=hours)
            case why.Closed(name, until):
                return _("closed: {name}, open again {day}").format(name=name, day=times.day(until))
            case why.Away(practitioner, until, reason):
                back = f"{times.day(until.date())} {times.clock(until, self.twelve)}"
                text = _("{who} is away until {back}").format(who=self.practitioner(practitioner), back=back)
                return f"{text} ({reason})" if reason else text
            case why.OffGrid(interval):
                return _("starts are offered every {n} minutes").format(n=interval)
            case why.PractitionerTaken(practitioner, by, by_buffer):
                if by_buffer:
                    return _("{who} needs the buffer next to {culprit}").format(
                        who=self.practitioner(practitioner), culprit=self._culprit(by)
                    )
                return _("{who} has {culprit}").format(who=self.practitioner(practitioner), culprit=self._culprit(by))
            case why.RoomsTaken(rooms, by):
                names = ", ".join(self._room(room) for room in rooms)
                return _("no room is free ({rooms}): {culprit}").format(rooms=names, culprit=self._culprit(by))
            case why.Held(by):
                who = by.held_by or _("somebody else")
                end = self.moment(by.expires_at or 0)
                if by.request is not None:
                    ref = request_ref(by.request)
                    return _("held for {who} ({ref}) until {time}").format(who=who, ref=ref, time=end)
                return _("held by {who} until {time}").format(who=who, time=end)
            case why.ClientBusy(by):
                return _("the client has another appointment {span}").format(span=self.span(by.span))
            case why.TooSoon(earliest):
                return _("too soon: the earliest is {moment}").format(moment=self.moment(earliest))
            case why.TooFarAhead(last):
                return _("too far ahead: bookings are open until {day}").format(day=times.day(last, year=True))
            case why.TooManyUpcoming(limit):
                return _("the client has {n} appointments ahead already, the most there may be").format(n=limit)
            case why.TooManyPending(limit):
                return _("the client has {n} open requests already, the most there may be").format(n=limit)
            case why.NotFromHere(from_, action):
                return _("an appointment that is {status} cannot {action}").format(
                    status=status(from_), action=_(ACTION_WORDS[action])
                )
            case why.NotBeforeStart(start):
                return _("it begins only {moment}").format(moment=self.moment(start))
            case why.ReasonNeedsText(label):
                return _("the reason “{label}” needs a few words").format(label=label)
            case why.NothingToUndo():
                return _("there is nothing to undo")
            case why.NothingToRedo():
                return _("there is nothing to redo")
            case why.ChangedSince(_kind, reference, by, at, operation):
                return _("{ref} was changed since: {who} {did} it {moment}").format(
                    ref=reference,
                    who=by,
                    did=_(OPERATION_WORDS.get(operation, "changed")),
                    moment=self.moment(at),
                )
            case why.CannotBeUndone():
                return _("this cannot be undone")
            case why.SameClient():
                return _("these are the same client")
            case why.OnlyByPhone(action):
                return _("under its terms it can {action} only by calling the practice").format(
                    action=_(ACTION_WORDS[action])
                )
            case why.TooLate(action, until):
                return _("it could {action} by the client until {moment}; now only by calling").format(
                    action=_(ACTION_WORDS[action]), moment=self.moment(until)
                )
            case why.ServiceStays():
                return _("clients cannot change the service while moving")
            case why.RequestIsOver(state, ended, action):
                return _("a request that is {state} cannot {action}").format(
                    state=self.request_state(state, ended), action=_(REQUEST_ACTION_WORDS[action])
                )
            case why.NoOpenOffer(0):
                return _("no other times are offered to the client now")
            case why.NoOpenOffer(n):
                return plural("{n} time is offered: choose it", "{n} times are offered: choose one", n).format(n=n)
            case why.HoldIsLost():
                return _("its time is not held any more")
            case why.AnswerIsAwaited(n):
                return plural(
                    "{n} time is offered to the client, who has not answered",
                    "{n} times are offered to the client, who has not answered",
                    n,
                ).format(n=n)
            case why.TooManyOffers(limit):
                return _("{n} times can be offered at most").format(n=limit)
            case why.NothingToChange():
                return _("that is how it is already")
            case why.LastAdmin(name):
                return _("{name} is the only admin; make somebody else one first").format(name=name)
            case why.KnownAlready(names=()):
                return _("the practice has a record with these details already and will see to it itself")
            case why.KnownAlready(_clients, names):
                return _(
                    "a client with this phone or e-mail exists: {names}; choose that record or a new one"
                ).format(names=", ".join(names))
            case why.ChargeIsOver(state):
                return _("the charge is {state} already").format(state=_(CHARGE_STATE_WORDS[state]))
            case why.WaiverNeedsReason():
                return _("a waived charge needs a reason")
            case why.MailIsOver(state):
                return _("the mail is {state}: there is nothing to do about it").format(
                    state=_(MAIL_STATE_WORDS[state])
                )
            case why.ReplyIsOld():
                return _("the answer is to a time that the appointment no longer has")
            case why.NoAddress(name):
                return _("{client} has no e-mail address; add one with e").format(client=name)
            case why.NoPortal():
                return _("links lead to the portal, which is off or has no address (portal.enabled, portal.address)")
            case why.NotOnWorkList():
                return _("it is not on the work list")
            case why.CallLiesAhead():
                return _("the client's call cannot lie ahead")
        assert_never(against)

    def event(self, event: events.Event) -> str:
        """What was done, for a toast or a line of output."""
        match event:
            case events.AppointmentBooked(appointment=it, client=client):
                is_new = any(isinstance(change.after, Client) and change.before is None for change in event.changes)
                name = _("{name}, a new client").format(name=client.name) if is_new else client.name
                return _("Booked {client}: {what}").format(client=name, what=self._with_override(it))
            case events.AppointmentRescheduled(appointment=it, before=was, client_name=name):
                told = _("Moved {client} from {was} to {what}").format(
                    client=name, was=self.moment(was.start, was.zone), what=self._with_override(it)
                )
                return self._with_consequences(told, event, it if it.start != was.start else None)
            case events.AppointmentEdited(client_name=name):
                return _("Saved the notes for {client}").format(client=name)
            case events.AppointmentCancelled(appointment=it, client_name=name):
                late = it.status is Status.LATE_CANCELLED
                told = _("Cancelled late: {client}, {moment}") if late else _("Cancelled {client}, {moment}")
                told = told.format(client=name, moment=self.moment(it.start, it.zone))
                return self._with_consequences(told, event, it)
            case events.StatusSet(appointment=it, client_name=name):
                told = _("{client}: {status}").format(client=name, status=status(it.status))
                elsewhen = self.today is not None and local_date(it.start, it.zone) != self.today
                told = f"{told} · {self.moment(it.start, it.zone)}" if elsewhen else told
                return self._with_consequences(told, event, it if it.status is Status.NO_SHOW else None)
            case events.RequestMade(request=it, client_name=name):
                return _("{client} asks for {what} ({ref})").format(client=name, what=self.asked(it), ref=it.ref)
            case events.RequestEdited(request=it, client_name=name):
                return _("{client} now asks for {what} ({ref})").format(client=name, what=self.asked(it), ref=it.ref)
            case events.RequestWithdrawn(request=it, client_name=name):
                return _("Withdrawn: {client}, {what}").format(client=name, what=self.asked(it))
            case events.RequestApproved(appointment=it, was=None, client_name=name):
                name = _("{name}, a new client").format(name=name) if event.new_client else name
                told = _("Approved {client}: {what}").format(client=name, what=self._with_override(it))
                return self._with_consequences(told, event, None)
            case events.RequestApproved(appointment=it, was=before, client_name=name) if before is not None:
                told = _("Approved: {client} moves from {was} to {what}").format(
                    client=name, was=self.moment(before.start, before.zone), what=self._with_override(it)
                )
                return self._with_consequences(told, event, it)
            case events.RequestDeclined(request=it, client_name=name):
                return _("Declined {client}: {what}").format(client=name, what=self.asked(it))
            case events.TimesOffered(request=it, client_name=name):
                times_ = ", ".join(self.moment(slot.start, self.setup.zone_of(slot.location)) for slot in it.offers)
                return _("Offered {client} {times}, until {until}").format(
                    client=name, times=times_, until=self.moment(it.answer_by or 0)
                )
            case events.OffersRefused(client_name=name):
                return _("{client} takes none of the times; the request waits").format(client=name)
            case events.OffersLapsed(client_name=name):
                return _("{client} did not answer the offer").format(client=name)
            case events.RequestExpired(request=it, client_name=name):
                return _("Expired: {client}, {what}").format(client=name, what=self.asked(it))
            case events.ReplyNoted(appointment=it, client_name=name, answer=Answer.ACCEPTED):
                return _("{client} has confirmed {what} again").format(
                    client=name, what=self.moment(it.start, it.zone)
                )
            case events.ReplyNoted(appointment=it, client_name=name, answer=answer, proposes=at):
                told = (
                    _("{client} declined {what}") if answer is Answer.DECLINED else _("{client} cannot have {what}")
                )
                other = f" · {_('proposes {when}').format(when=self.moment(at, it.zone))}" if at is not None else ""
                return told.format(client=name, what=self.moment(it.start, it.zone)) + other
            case events.MessageWritten(client=client) if not client.email:
                return _("Message to {client}: no e-mail, to be called (w)").format(client=client.name)
            case events.MessageWritten(client=client):
                return _("Message to {client}: it waits in the outbox").format(client=client.name)
            case events.MessageReceived(client=client):
                return _("Passed on: what {client} wrote").format(client=client.name)
            case events.BookingLinkGiven(client=client, mailed=True):
                return _("Booking link to {client}: it waits in the outbox").format(client=client.name)
            case events.BookingLinkGiven(client=client):
                return _("Booking link for {client}").format(client=client.name)
            case events.ChargeSettled(charge=it, client_name=name):
                return _("Settled {amount} of {client}").format(amount=self.charge_amount(it), client=name)
            case events.ChargeWaived(charge=it, client_name=name):
                return _("Waived {amount} of {client}").format(amount=self.charge_amount(it), client=name)
            case events.WorkKept(client_name=name):
                return _("{client} stays as it is").format(client=name)
            case events.AppointmentReinstated(appointment=it, client_name=name):
                return _("Reinstated {client}: {what}").format(client=name, what=self.appointment(it))
            case events.ClientAdded(client=client):
                return _("Added {client}").format(client=client.name)
            case events.ClientEdited(client=client):
                return _("Saved {client}").format(client=client.name)
            case events.ClientsMerged(kept=client):
                gone = next((it.before.name for it in event.changes[1:2] if isinstance(it.before, Client)), "")
                return _("Merged {other} into {client}").format(other=gone, client=client.name)
            case events.TimeOffTaken(time_off=off, staff_name=name, affected=affected):
                text = _("{who} is off {start} – {end}").format(
                    who=name, start=self._wall(off.start), end=self._wall(off.end)
                )
                if affected:
                    inside = plural(
                        "{n} appointment lies in it: w lists it",
                        "{n} appointments lie in it: w lists them",
                        affected,
                    )
                    text += " · " + inside.format(n=affected)
                return text
            case events.TimeOffRemoved(time_off=off, staff_name=name):
                return _("{who} is there again {start}").format(who=name, start=self._wall(off.start))
            case events.SettingsChanged(all_changes=changes):
                told = "; ".join(part for change in changes for part in self._change(change))
                return self._with_lost(told, event)
            case events.PracticeApplied(all_changes=changes):
                told = plural("{n} change to the practice", "{n} changes to the practice", len(changes))
                return self._with_lost(told.format(n=len(changes)), event)
            case events.ImportDone(new=new, updated=updated):
                return _("Imported: {new} new, {updated} updated").format(new=new, updated=updated)
            case events.Undone():
                return _("Undone: {what}").format(what=self._reversed(event))
            case events.Redone():
                return _("Done again: {what}").format(what=self._reversed(event))
            case _:
                return _("Done")

    def batch(self, batch: events.Batch[Any]) -> str:
        """What an act on several did, and what it left alone."""
        told = [self.event(event) for event in batch.events]
        text = told[0] if told else _("Nothing was done")
        if len(told) > 1:
            did = _(OPERATION_WORDS.get(batch.events[-1].operation, "done"))
            text = f"{text} · " + _("and {n} more {did}").format(n=len(told) - 1, did=did)
        if batch.left:
            first = batch.left[0]
            why_ = self._list(self.objection(it) for it in first.objections)
            left = plural("{n} left: {client}, {why}", "{n} left, as {client}: {why}", len(batch.left))
            text += " · " + left.format(n=len(batch.left), client=first.client_name, why=why_)
        return text

    def asked(self, it: Request) -> str:
        """What a request is for: the service, when, with whom."""
        who = self.practitioner(it.slot.practitioner)
        told = f"{self.service(it.service)}, {self.moment(it.slot.start, it.zone)}, {who}"
        return _("move to {slot}").format(slot=told) if it.kind is RequestKind.RESCHEDULE else told

    def offered(self, it: Slot) -> str:
        """One of the offered times, and whether it is lost."""
        return f"{self.slot(it)} · {_('lost: no longer held')}" if it.lost else self.slot(it)

    def request_state(self, state: RequestState, ended: Ended | None = None) -> str:
        text = _(REQUEST_WORDS[state])
        return f"{text}, {_('overtaken')}" if ended is Ended.OVERTAKEN else text

    def ticket(self, ticket: str) -> str:
        """A ticket in another system: its address where the practice says how it is made, else its id."""
        url = self.setup.practice.requests.ticket_url
        return url.replace("{id}", quote(ticket, safe="")) if url else ticket

    def money(self, units: int, currency: str = "") -> str:
        """An amount with its currency."""
        currency = currency or self.setup.practice.currency
        return f"{written(units, currency)} {currency}"

    def charge_amount(self, it: Charge) -> str:
        return f"{self.money(it.amount, it.currency)} ({_(CHARGE_WORDS[it.kind])})"

    def charge_line(self, it: Charge) -> str:
        """An amount, what for, how it stands and why."""
        reason = f" ({it.reason})" if it.reason else ""
        return f"{self.charge_amount(it)} {_(CHARGE_STATE_WORDS[it.state])}{reason}"

    def countdown(self, it: Countdown) -> str:
        """How long it is free to change, and what comes then."""
        cancelling = it.action is Action.CANCEL
        if it.by_phone:
            return _("clients cancel by calling") if cancelling else _("clients move by calling")
        cost = self.money(it.fee) if it.fee else ""
        if it.over:
            text = (_("late to cancel since {when}") if cancelling else _("late to move since {when}")).format(
                when=self.moment(it.until)
            )
            then = _("by calling only") if it.refused else ""
            return ", ".join(filter(None, (text, then, cost)))
        free = _("free to cancel until {when}") if cancelling else _("free to move until {when}")
        then = ", ".join(filter(None, (_("by calling only") if it.refused else "", cost))) or _("marked late")
        return _("{free}, then {then}").format(free=free.format(when=self.moment(it.until)), then=then)

    def sources(self, it: Terms) -> str:
        """Where the terms of a late cancel come from: one word where they agree."""
        notice, fee = _(LEVEL_WORDS[it.notice.level]), _(LEVEL_WORDS[it.late_fee.level])
        return notice if notice == fee else _("notice: {notice}, fee: {fee}").format(notice=notice, fee=fee)

    def terms(self, it: Terms) -> list[tuple[str, str, str]]:
        """Each term: its name, its value in words, where it comes from."""
        rows: list[tuple[str, str, Term[Any]]] = [
            (_("clients cancel"), self._channel(it.cancel.value), it.cancel),
            (_("notice to cancel"), _("{n} h").format(n=it.notice.value), it.notice),
            (_("inside it"), self._inside(it.inside_notice.value), it.inside_notice),
            (_("late fee"), self._fee(it.late_fee.value), it.late_fee),
            (_("clients move"), self._channel(it.reschedule.value), it.reschedule),
            (_("notice to move"), _("{n} h").format(n=it.reschedule_notice.value), it.reschedule_notice),
            (_("inside it"), self._inside(it.inside_reschedule_notice.value), it.inside_reschedule_notice),
            (_("late move fee"), self._fee(it.late_reschedule_fee.value), it.late_reschedule_fee),
            (_("no-show fee"), self._fee(it.no_show_fee.value), it.no_show_fee),
            (
                _("a client's move"),
                _("needs approval") if it.reschedule_needs_approval.value else _("stands at once"),
                it.reschedule_needs_approval,
            ),
        ]
        if it.text.value:
            rows.append((_("told to clients"), it.text.value, it.text))
        return [(name, value, _(LEVEL_WORDS[term.level])) for name, value, term in rows]

    def mail_state(self, it: Mail, now: Instant) -> str:
        """How a mail stands; one that waits says when it leaves."""
        state = _(MAIL_STATE_WORDS[it.state])
        if it.carrier is Carrier.CALL:
            return {MailState.QUEUED: _("to be called"), MailState.SENT: _("was called")}.get(it.state, state)
        match it.state:
            case MailState.QUEUED if it.due_at > now and it.error:
                return _("tries again in {time}").format(time=countdown(it.due_at - now))
            case MailState.QUEUED if it.due_at > now:
                return _("leaves in {time}").format(time=countdown(it.due_at - now))
            case MailState.QUEUED if it.attempts:
                return _("tries again")
            case MailState.SENT if it.sent_at is not None:
                return _("sent {when}").format(when=self.moment(it.sent_at))
            case MailState.DROPPED if it.decided_by:
                return _("dropped by {who}").format(who=self.setup.name_of(it.decided_by))
            case MailState.FAILED if it.reader is Reader.CLIENT:
                return _("failed: call the client")
            case _:
                return state

    def mail_kind(self, it: Mail) -> str:
        """What a mail is: to a client or to staff, about what."""
        kind = _(MAIL_KIND_WORDS[it.kind])
        return f"{_('call') if it.carrier is Carrier.CALL else _('mail')} · {kind} · {it.name}"

    def mail_head(self, it: Mail, now: Instant) -> list[str]:
        """The head of a mail: to whom, what, how it stands, and what went wrong."""
        head = [
            f"{_('To')}: {it.name} <{it.recipient}>" if it.recipient else f"{_('To')}: {it.name}",
            f"{_('Subject')}: {it.letter.subject}",
            f"{_('State')}: {self.mail_state(it, now)}",
        ]
        if it.error:
            head.append(f"{_('Answer')}: {it.error}")
        if it.letter.calendar:
            head.append(f"{_('Attached')}: {_('a calendar file')}")
        return head

    def outbox_troubles(self, it: Outbox, now: Instant) -> list[str]:
        """What the desk has to know of the queue, and what to do."""
        told = []
        if it.keeps_everything:
            told.append(_("a demo keeps its mails: nothing leaves, everything can be read"))
        elif not it.has_server and it.waiting:
            told.append(_("no mail server is set up here: mails wait ([smtp] in the config file)"))
        if it.fault:
            again = _("tried again {time}").format(time=self.time(it.retry_at)) if it.retry_at else ""
            told.append(", ".join(filter(None, (_("no mail leaves: {why}").format(why=it.fault), again))))
        elif it.stuck and it.oldest is not None and it.has_server and not it.keeps_everything:
            told.append(_("the oldest waits since {when}").format(when=self.moment(it.oldest)))
        if it.key_trouble is not None:
            told.append(self.error(it.key_trouble))
        if it.paused:
            n = it.paused
            text = plural("{n} mail became due at once", "{n} mails became due at once", n).format(n=n)
            told.append(_("{what}: they wait for a yes").format(what=text))
        if it.failed:
            text = plural("{n} mail failed: call", "{n} mails failed: call", it.failed)
            told.append(text.format(n=it.failed))
        return told

    def notice(self, line: BellLine) -> str:
        """One line of the bell: who, what, when; the ticket that somebody has to follow up."""
        kind = line.notice.kind
        when = self.moment(line.start, line.zone) if line.start is not None else ""
        text = " ".join(filter(None, (line.client_name or _("a client"), _(NOTICE_WORDS[kind]), when)))
        if line.ticket and kind in _MOVES_OR_DIES:
            text += " · " + _("ticket {ticket}").format(ticket=line.ticket)
        return text

    def cause(self, it: Work) -> str:
        """What took an appointment's time, or what is to be done about it."""
        if it.cause == "automation":
            wanted = next((a.do.get("task", "") for a in self.setup.practice.automations if a.id == it.cause_id), "")
            return wanted or it.cause_id
        if it.cause == CAUSE_OUT_OF_USE:
            return self.archived(it.cause_id)
        return _(CAUSE_WORDS.get(it.cause, it.cause))

    def archived(self, key: str) -> str:
        """What is out of use: `staff:ann`."""
        kind, _colon, id_ = key.partition(":")
        setup = self.setup
        known: dict[str, Any] = {
            "staff": setup.staff,
            "service": setup.services,
            "room": setup.rooms,
            "location": setup.locations,
        }
        name = known[kind][id_].name if id_ in known.get(kind, {}) else id_
        return _("{name} is archived").format(name=name)

    def because(self, it: Because) -> str:
        """Why an appointment falls outside."""
        if it.rule in OUT_OF_USE:
            return self.archived(f"{it.rule.value}:{it.of}")
        return _(CAUSE_WORDS[it.rule.value])

    def setting(self, path: str) -> str:
        """What a key is called: its table and its label."""
        row = setting_of(path)
        return path if row is None else f"{_(TABLE_WORDS.get(row.table, row.table))}: {_(row.label)}"

    def chosen(self, path: str, plain: Any) -> str:
        """What was chosen, as people say it; where nothing was, how a practice begins."""
        row = setting_of(path)
        if row is None:
            return "–" if plain is None else ", ".join(f"{name} {it}" for name, it in _parts(plain))
        told = _plain_words(row, row.default if plain is None else plain)
        return told if plain is not None else _("{value} (as it begins)").format(value=told)

    def _channel(self, channel: Channel) -> str:
        return _("online or by phone") if channel is Channel.ONLINE else _("by phone only")

    def _inside(self, inside: Inside) -> str:
        return _("allowed, marked late") if inside is Inside.LATE else _("by phone only")

    def _fee(self, fee: str) -> str:
        if fee.endswith("%"):
            return _("{share} of the price").format(share=fee)
        units = minor_units(fee, self.setup.practice.currency)
        return self.money(units) if units else _("none")

    def _with_lost(self, told: str, event: events.Event) -> str:
        """With how many appointments are on the work list now."""
        lost = len({it.after.appointment for it in event.also if isinstance(it.after, Work)})
        if not lost:
            return told
        inside = plural("{n} appointment lost its time", "{n} appointments lost their time", lost)
        return f"{told} · {inside.format(n=lost)} · frontdesk worklist"

    def _with_consequences(self, told: str, event: events.Event, moved: Appointment | None) -> str:
        """With what else came of it: a fee, a request that is over, a ticket that somebody has to follow up."""
        for change in event.also:
            match change.before, change.after:
                case None, Charge() as charge:
                    state = _(CHARGE_STATE_WORDS[charge.state])
                    told += f" · {self.charge_amount(charge)} {state}"
                case Request(), Request(ended=Ended.OVERTAKEN) as request:
                    told += " · " + _("the request {ref} is over").format(ref=request.ref)
                case Request(), Request(hold_lost=True) as request:
                    told += " · " + _("{ref} lost its hold").format(ref=request.ref)
                case _:
                    pass
        if moved is not None and moved.ticket:
            told += " · " + _("ticket {ticket} names the old time").format(ticket=moved.ticket)
        return told

    def appointment(self, it: Appointment) -> str:
        return f"{self.service(it.service)}, {self.moment(it.start, it.zone)}, {self.practitioner(it.practitioner)}"

    def _with_override(self, it: Appointment) -> str:
        against = " · " + _("against a rule: {reason}").format(reason=it.override) if it.override else ""
        return self.appointment(it) + against

    def actor(self, line: events.HistoryLine) -> str:
        """Who did it, as it was shown then, or by what is known of them still."""
        if line.actor_name or line.who is None:
            return line.actor_name or _("somebody")
        if line.who.kind is ActorKind.CLIENT:
            return client_ref(ClientId(int(line.who.id)))
        return self.setup.name_of(line.who.key)

    def who(self, line: events.HistoryLine) -> str:
        """Who did it, and for which client where staff did what clients do."""
        client = line.client_name or (client_ref(line.on_behalf_of) if line.on_behalf_of is not None else "")
        return _("{who} for {client}").format(who=self.actor(line), client=client) if client else self.actor(line)

    def history(self, line: events.HistoryLine) -> str:
        """One line of history: what changed, from what to what."""
        did = _(OPERATION_WORDS.get(line.operation, line.operation))
        parts = [self._about(thing) for thing in line.about]
        parts += [part for change in line.changes[:3] for part in self._change(change)]
        text = f"{did} {', '.join(parts)}" if parts else did
        if len(line.changes) > 3:
            text += " " + _("and {n} more").format(n=len(line.changes) - 3)
        if line.text:
            text += f" — {line.text}"
        return f"{text} — {_('told the client')}: {line.message}" if line.message else text

    def error(self, error: DeskError) -> str:
        """What went wrong, with whom where several were asked for, and what to do about it."""
        return f"{error.about.client_name}: {self._error(error)}" if error.about is not None else self._error(error)

    def _error(self, error: DeskError) -> str:
        match error:
            case errors.Refused(objections):
                return self._list(self.objection(it) for it in objections)
            case errors.SlotTaken(conflicts, nearest):
                text = self._list(self.objection(it) for it in conflicts) or _("somebody else has just taken it")
                if nearest:
                    near = "; ".join(self.offer(offer) for offer in nearest)
                    text += ". " + _("Free near it: {offers}").format(offers=near)
                return text
            case errors.Stale():
                return self._stale(error)
            case _:
                return plain_error(error)

    def _stale(self, error: errors.Stale) -> str:
        """Who changed what meanwhile."""
        parts = [*self._change(error.change)][1:] if error.change is not None else []
        return _("{who} {did} {name} at {time}{what}; look at it and try again").format(
            who=error.by or _("somebody"),
            did=_(OPERATION_WORDS.get(error.operation, "changed")),
            name=error.name or error.reference,
            time=self.time(error.at),
            what=f" ({', '.join(parts)})" if parts else "",
        )

    def _list(self, sentences: Iterable[str]) -> str:
        return "; ".join(sentences)

    def _culprit(self, by: why.Culprit) -> str:
        name = by.client_name or _("another booking")
        text = f"{name} {self.span(by.span)}"
        if by.padded != by.span:
            text += " " + _("(with buffers {span})").format(span=self.span(by.padded))
        return text

    def _location(self, id_: Any) -> str:
        return self.setup.locations[id_].name if id_ in self.setup.locations else str(id_)

    def _room(self, id_: Any) -> str:
        return self.setup.rooms[id_].name if id_ in self.setup.rooms else str(id_)

    def _wall(self, at: Any) -> str:
        return f"{times.day(at.date())} {times.clock(at, self.twelve)}"

    def _reversed(self, event: events.Reversed) -> str:
        """What was done, to whom, and how it stands now."""
        did = _(OPERATION_WORDS.get(event.of_operation, event.of_operation))
        text = f"{did} {event.client_name}".rstrip()
        bookings = [change for change in event.changes if isinstance(change.after, Appointment)]
        for change in bookings[:1]:
            before, after = change.before, change.after
            assert isinstance(after, Appointment)
            text += f", {self.moment(after.start, after.zone)}"
            if isinstance(before, Appointment) and Status.UNDONE not in (before.status, after.status):
                text += f", {status(after.status)}" if before.status is not after.status else ""
        more = len(bookings or event.changes) - 1
        return f"{text} " + _("and {n} more").format(n=more) if more > 0 else text

    def _about(self, thing: Thing) -> str:
        """What it is about, by what people call it."""
        name = f" {thing.name}" if isinstance(thing, Client) else ""
        return kind_of(thing).reference(thing) + name

    def _change(self, change: events.Change) -> Iterable[str]:
        yield from self._changed(change)
        yield from (f"{name}: {value}" for name, value in change.unknown.items())

    def _changed(self, change: events.Change) -> Iterable[str]:
        before, after = change.before, change.after
        if isinstance(after, Appointment):
            yield appointment_ref(after.id)
            if not isinstance(before, Appointment):
                yield self.appointment(after)
                return
            if (before.start, before.practitioner) != (after.start, after.practitioner):
                yield f"{self.moment(before.start, before.zone)} → {self.moment(after.start, after.zone)}"
                if before.practitioner != after.practitioner:
                    yield self.practitioner(after.practitioner)
            if before.status is not after.status:
                yield f"{status(before.status)} → {status(after.status)}"
            for label, was, is_now in (
                (_("note"), before.note, after.note),
                (_("internal"), before.internal_note, after.internal_note),
            ):
                if was != is_now:
                    yield f"{label}: {is_now or '–'}"
            if after.ticket and (before.start, before.status) != (after.start, after.status):
                yield _("ticket {ticket}").format(ticket=after.ticket)
            if after.cancellation and after.cancellation != before.cancellation:
                reason = self.setup.reasons.get(after.cancellation.reason)  # type: ignore[call-overload]
                yield reason_label(reason) if reason else after.cancellation.reason
                if after.cancellation.by is Side.CLIENT:
                    yield _("by the client, {when}").format(when=self.moment(after.cancellation.at))
                if after.cancellation.text:
                    yield after.cancellation.text
            return
        if isinstance(after, Request):
            yield f"{after.ref} {self.asked(after)}"
            if isinstance(before, Request):
                if before.slot.start != after.slot.start:
                    yield _("before: {when}").format(when=self.moment(before.slot.start, before.zone))
                if before.state is not after.state:
                    yield f"{self.request_state(before.state)} → {self.request_state(after.state, after.ended)}"
                if after.hold_lost and not before.hold_lost:
                    yield _("the hold is lost")
                if after.offers and after.offers != before.offers:
                    yield ", ".join(self.moment(slot.start, after.zone) for slot in after.offers)
            return
        if isinstance(after, Charge):
            yield f"{self.charge_amount(after)} {_(CHARGE_STATE_WORDS[after.state])}"
            return
        if isinstance(after, Work):
            yield f"{_('work list')} {appointment_ref(after.appointment)} ({self.cause(after)})"
            return
        if isinstance(after, Client):
            yield f"{client_ref(after.id)} {after.name}"
            if isinstance(before, Client):
                for label, was, now in _fields_of(before, after):
                    yield f"{_(label)} {was} → {now}" if was and now else f"{_(label)} {now or '–'}"
            return
        if isinstance(after, SettingValue):
            now = self.chosen(after.path, after.value)
            was = f"{self.chosen(after.path, before.value)} → " if isinstance(before, SettingValue) else ""
            yield f"{self.setting(after.path)} {was}{now}"
            return
        yield f"{_(KIND_WORDS.get(change.kind, change.kind))} {change.id}"
        if before is None or isinstance(after, TimeOff):
            return
        for name, was, now in differing(before, after):
            yield _(LIFE_WORDS[now]) if name == "life" else self._field(change.kind, name, was, now)

    def _field(self, kind: str, name: str, was: Any, now: Any) -> str:
        """A field of the set-up that changed, by its label; what has many parts is only named."""
        row = setting_of(f"{TABLES.get(kind, kind)}.{FIELD_ROWS.get(name, name)}")
        if row is None:
            return name
        if row.form in (Form.TABLE, Form.WEEK):
            return _("{label} changed").format(label=_(row.label))
        return f"{_(row.label)} {self._value(row, was)} → {self._value(row, now)}"

    def _value(self, row: Setting, value: Any) -> str:
        if row.form is Form.PRICE and value is not None:
            return self.money(value)
        return _plain_words(row, row.plain(value))


def _plain_words(row: Setting, plain: Any) -> str:
    """A value with its unit."""
    if plain is None or plain == "" or (isinstance(plain, list | dict) and not plain):
        return _("none")
    match plain:
        case True | False:
            return _("yes") if plain else _("no")
        case dict():
            return ", ".join(f"{name} {it}" for name, it in _parts(plain))
        case list():
            told = "–" if row.form is Form.NIGHT else ", "
            text = told.join(str(it) for it in plain)
        case _:
            text = " ".join(str(plain).split())
    return f"{text} {_(row.unit.value)}" if row.unit is not None else text


def _parts(plain: Any) -> Iterable[tuple[str, str]]:
    """A table as text; texts of several lines by their first."""
    if not isinstance(plain, dict):
        yield "", str(plain)
        return
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from _parts(value)
        elif name != "secret":  # what is signed with stands nowhere
            yield name, str(value).partition("\n")[0]


def _fields_of(before: Client, after: Client) -> Iterable[tuple[str, str, str]]:
    """The fields of a client's record that changed, with what stood and what stands in them."""
    for label, name in CLIENT_FIELDS.items():
        was, now = (str(getattr(client, name) or "") for client in (before, after))
        if was != now:
            yield label, was, now


def plain_error(error: DeskError) -> str:
    """The errors that need no practice to be told."""
    match error:
        case errors.BadInput():
            return _bad_input(error)
        case errors.NotFound(kind, reference):
            ref = ref_of(kind, reference) if reference.isdigit() else reference
            return _("there is no {kind} {ref}").format(kind=_(KIND_WORDS.get(kind, kind)), ref=ref)
        case errors.NotAllowed():
            return _not_allowed(error)
        case errors.Busy():
            return _("others were writing the whole time; nothing was saved, try again")
        case errors.StoreUnusable():
            return _store(error)
        case errors.MailRefused(address, detail):
            told = _("mail to {address} did not leave: {detail}").format(address=address, detail=detail)
            return ". ".join(filter(None, (told, _cure(detail))))
        case errors.Refused(objections):
            return "; ".join(it.code for it in objections)
        case errors.SlotTaken():
            return _("somebody else has that time")
        case errors.Stale(_kind, reference, by):
            return _("{who} changed {ref}; look at it and try again").format(who=by, ref=reference)
        case _:
            return _("that did not work")


def _not_allowed(error: errors.NotAllowed) -> str:
    """Who may not do what, and whom to ask instead."""
    if error.is_gone:
        gone = _("{who} is not here any more, and can do nothing; an admin can take them back")
        return gone.format(who=error.actor)
    told = _("{who} may not do this ({permission})").format(
        who=error.actor, permission=_(PERMISSION_WORDS.get(error.permission, error.permission))
    )
    if not error.roles:
        return told
    roles = _(" or ").join(_(ROLE_WORDS[role]) for role in error.roles)
    return told + "; " + _("ask: {roles}").format(roles=roles)


def _cure(detail: str) -> str:
    """What usually helps against what a mail server said."""
    code = detail[:3]
    if "TLS" in detail or "encryption" in detail:
        return _("check that security fits the port, and that the certificate is for this host and not expired")
    if code in ("530", "534", "535") or "sign-in" in detail:
        return _("check user and password ([smtp] in the config file)")
    if "no connection" in detail:
        return _("check host and port ([smtp] in the config file), and that no firewall is between")
    if code.startswith("5"):
        return _("the server will not take it: check the address, and from ([smtp] in the config file)")
    if code.startswith("4"):
        return _("the server asks to try again later")
    return ""


_MOVES_OR_DIES = frozenset(
    {NoticeKind.MOVED, NoticeKind.CANCELLED, NoticeKind.MOVE_APPROVED, NoticeKind.OFFER_TAKEN, NoticeKind.TAKEN_BACK}
)
"""After these a ticket elsewhere speaks of a time that is not true any more."""

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

ROLE_WORDS: dict[Role, str] = {
    Role.ADMIN: later("admin"),
    Role.MANAGER: later("manager"),
    Role.PRACTITIONER: later("practitioner"),
    Role.RECEPTIONIST: later("receptionist"),
    Role.VIEWER: later("viewer"),
}

PERMISSION_WORDS: dict[str, str] = {
    "see_calendar": later("see the calendar"),
    "see_clients": later("see clients"),
    "change_appointments": later("change appointments"),
    "change_clients": later("change clients"),
    "override_rules": later("override rules"),
    "decide_requests": later("decide requests"),
    "change_time_off": later("change time off"),
    "change_settings": later("change settings"),
    "manage_staff": later("manage staff"),
    "move_data": later("import and export"),
    "deliver_mails": later("deliver mails"),
    "keep_time": later("write down what ended"),
    "sign_in": later("sign clients in"),
    "request": later("ask for appointments"),
    "answer": later("answer for a request"),
    "reschedule": later("move appointments as clients do"),
    "cancel": later("cancel as clients do"),
    "write": later("write as clients do"),
}

_PROBLEM_WORDS: dict[Problem, str] = {
    Problem.MISSING: later("{field} is missing"),
    Problem.UNKNOWN: later("{field}: there is no “{value}”"),
    Problem.AMBIGUOUS: later("{field}: “{value}” could be several"),
    Problem.NOT_A_TIME: later("{field}: “{value}” is no date and time, such as 2026-11-24T15:30"),
    Problem.NOT_A_DATE: later("{field}: “{value}” is no date, such as 2026-11-24"),
    Problem.NOT_A_ZONE: later("{field}: “{value}” is no time zone, such as Europe/Berlin"),
    Problem.NOT_A_NUMBER: later("{field}: “{value}” is no whole number"),
    Problem.NOT_AN_AMOUNT: later("{field}: “{value}” is no amount (25.00) or percentage (50%)"),
    Problem.NOT_AN_EMAIL: later("{field}: “{value}” is no e-mail address"),
    Problem.NOT_A_PHONE: later("{field}: “{value}” is no phone number"),
    Problem.NOT_A_CHOICE: later("{field}: “{value}” is none of the choices"),
    Problem.OUT_OF_RANGE: later("{field}: {value} is out of range"),
    Problem.ENDS_BEFORE_IT_STARTS: later("{field}: it ends before it starts"),
    Problem.OVERLAPS: later("{field}: {value} overlaps another range"),
    Problem.TWICE: later("{field}: “{value}” stands there twice"),
    Problem.NOT_READABLE: later("{field}: {value} cannot be read"),
    Problem.NOT_WRITABLE: later("{field}: {value} cannot be written; nothing was done"),
    Problem.NOT_A_FILE: later("{field}: there is no file {value}"),
    Problem.EXISTS_ALREADY: later("{field}: {value} exists already"),
    Problem.EXCLUDES_ANOTHER: later("{field} cannot be given with {value}"),
}

_STORE_WORDS: dict[StoreProblem, str] = {
    StoreProblem.MISSING: later("there is no database at {where}; make one with: frontdesk init"),
    StoreProblem.NO_FOLDER: later(
        "the folder for {where} does not exist; make a practice there with: frontdesk init"
    ),
    StoreProblem.NOT_A_DATABASE: later("{where} is not a frontdesk database; choose another with --db"),
    StoreProblem.EMPTY: later("the database {where} has no practice yet; make one with: frontdesk init"),
    StoreProblem.UNREADABLE: later("{where} may not be read by this user; check its rights"),
    StoreProblem.READ_ONLY: later("the database {where} cannot be written to; nothing was saved; check its rights"),
    StoreProblem.FULL: later("the disk of {where} is full; nothing was saved; make room and try again"),
    StoreProblem.DISK_FAULT: later("the disk of {where} failed; nothing was saved; look after the disk"),
    StoreProblem.NEWER: later("the database {where} is of a newer frontdesk; update this program"),
    StoreProblem.OLDER: later(
        "the database {where} is of an older frontdesk; bring it to this one, with a copy, by: frontdesk upgrade"
    ),
    StoreProblem.DAMAGED: later("the database {where} is damaged; restore a backup"),
    StoreProblem.MISSHAPEN: later(
        "the database {where} keeps something this program cannot read ({detail});"
        " nothing was changed; update this program, or restore a backup"
    ),
    StoreProblem.NETWORK_DISK: later("{where} lies on a network disk, where SQLite loses data; use PostgreSQL"),
    StoreProblem.UNREACHABLE: later(
        "the database {where} cannot be reached; check that it runs, the address, its name, user and password"
    ),
    StoreProblem.NO_SEAL_KEY: later(
        "the sealing key {where} is missing; copy it from the machine where the practice was made;"
        " if there never was one, run: frontdesk practice apply"
    ),
    StoreProblem.WRONG_SEAL_KEY: later(
        "the sealing key {where} is not the one of this database; copy it from the machine where it was made"
    ),
    StoreProblem.NOT_COPIED: later("no copy could be made at {where} ({detail}); nothing was changed"),
    StoreProblem.EXISTS: later("there is a practice at {where} already; choose another place with --db"),
}


def _bad_input(error: errors.BadInput) -> str:
    text = _(_PROBLEM_WORDS[error.problem]).format(field=error.field, value=error.value)
    if error.line is not None:
        text = _("line {n}: {text}").format(n=error.line, text=text)
    return f"{text} ({_hint(error.hint)})" if error.hint else text


def _hint(hint: str | errors.Hint) -> str:
    if isinstance(hint, errors.Hint):
        return _(hint.text).format(**hint.values)
    return _(hint)


def _store(error: errors.StoreUnusable) -> str:
    return _(_STORE_WORDS[error.problem]).format(where=error.where, detail=error.detail)

"""Why not: one sentence a reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from frontdesk.core.domain import objections as why
from frontdesk.core.domain.appointments import Action
from frontdesk.core.domain.requests import RequestAction, request_ref
from frontdesk.core.domain.text import later
from frontdesk.core.render import times
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.charges import CHARGE_STATE_WORDS
from frontdesk.core.render.words.labels import MAIL_STATE_WORDS, OPERATION_WORDS, status
from frontdesk.core.render.words.requests import request_state_words
from frontdesk.core.render.words.voice import Voice

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

REQUEST_ACTION_WORDS: dict[RequestAction, str] = {
    RequestAction.EDIT: later("be changed"),
    RequestAction.WITHDRAW: later("be withdrawn"),
    RequestAction.APPROVE: later("be approved"),
    RequestAction.DECLINE: later("be declined"),
    RequestAction.OFFER: later("be offered other times"),
    RequestAction.ANSWER: later("be answered"),
}


def objection_words(voice: Voice, against: why.Objection) -> str:
    """Why not, as one sentence."""
    if isinstance(against, why.OfferObjection):
        return _of_offer(voice, against)
    if isinstance(against, why.TimeObjection):
        return _of_time(voice, against)
    if isinstance(against, why.TakenObjection):
        return _of_taken(voice, against)
    if isinstance(against, why.LimitObjection):
        return _of_limit(voice, against)
    if isinstance(against, why.AppointmentObjection):
        return _of_appointment(voice, against)
    if isinstance(against, why.RequestObjection):
        return _of_request(voice, against)
    if isinstance(against, why.UndoObjection):
        return _of_undo(voice, against)
    if isinstance(against, why.RecordObjection):
        return _of_record(voice, against)
    assert_never(against)


def _of_offer(voice: Voice, against: why.OfferObjection) -> str:
    """What is offered where, and to whom."""
    match against:
        case why.ServiceNotActive(service):
            return _("{service} is not offered any more").format(service=voice.service(service))
        case why.NotOffered(service, None):
            return _("nobody offers {service}").format(service=voice.service(service))
        case why.NotOffered(service, practitioner):
            return _("{who} does not offer {service}").format(
                who=voice.practitioner(practitioner), service=voice.service(service)
            )
        case why.NotAtLocation(service, location):
            return _("{service} is not given at {place}").format(
                service=voice.service(service), place=voice.location(location)
            )
        case why.RoomDoesNotFit(service, None):
            return _("there is no room for {service} here").format(service=voice.service(service))
        case why.RoomDoesNotFit(service, room):
            return _("{service} cannot be given in {room}").format(
                service=voice.service(service), room=voice.room(room)
            )
        case why.NotOnline(service):
            return _("{service} cannot be booked online").format(service=voice.service(service))
        case why.NotForNewClients(None):
            return _("new clients cannot book online here")
        case why.NotForNewClients(initial):
            return _("new clients begin with {service}").format(service=voice.service(initial))
    assert_never(against)


def _of_time(voice: Voice, against: why.TimeObjection) -> str:
    """When nobody is there, or no visit begins."""
    match against:
        case why.NoSuchTime(wall, next_one):
            return _("{time} does not exist on {day}: the clocks go forward; next is {next}").format(
                time=times.clock(wall, voice.twelve), day=times.day(wall.date()), next=voice.time(next_one)
            )
        case why.InThePast():
            return _("that time has passed")
        case why.OutsideHours(open_):
            if not open_:
                return _("not working that day")
            hours = ", ".join(voice.span(span) for span in open_)
            return _("outside hours: {hours} that day").format(hours=hours)
        case why.Closed(name, until):
            return _("closed: {name}, open again {day}").format(name=name, day=times.day(until))
        case why.Away(practitioner, until, reason):
            back = f"{times.day(until.date())} {times.clock(until, voice.twelve)}"
            text = _("{who} is away until {back}").format(who=voice.practitioner(practitioner), back=back)
            return f"{text} ({reason})" if reason else text
        case why.OffGrid(interval):
            return _("starts are offered every {n} minutes").format(n=interval)
    assert_never(against)


def _of_taken(voice: Voice, against: why.TakenObjection) -> str:
    """Who has the time."""
    match against:
        case why.PractitionerTaken(practitioner, by, by_buffer):
            if by_buffer:
                return _("{who} needs the buffer next to {culprit}").format(
                    who=voice.practitioner(practitioner), culprit=_culprit(voice, by)
                )
            return _("{who} has {culprit}").format(who=voice.practitioner(practitioner), culprit=_culprit(voice, by))
        case why.RoomsTaken(rooms, by):
            names = ", ".join(voice.room(room) for room in rooms)
            return _("no room is free ({rooms}): {culprit}").format(rooms=names, culprit=_culprit(voice, by))
        case why.Held(by):
            who = by.held_by or _("somebody else")
            end = voice.moment(by.expires_at or 0)
            if by.request is not None:
                ref = request_ref(by.request)
                return _("held for {who} ({ref}) until {time}").format(who=who, ref=ref, time=end)
            return _("held by {who} until {time}").format(who=who, time=end)
        case why.ClientBusy(by):
            return _("the client has another appointment {span}").format(span=voice.span(by.span))
    assert_never(against)


def _of_limit(voice: Voice, against: why.LimitObjection) -> str:
    """How soon, how far ahead, how many."""
    match against:
        case why.TooSoon(earliest):
            return _("too soon: the earliest is {moment}").format(moment=voice.moment(earliest))
        case why.TooFarAhead(last):
            return _("too far ahead: bookings are open until {day}").format(day=times.day(last, year=True))
        case why.TooManyUpcoming(limit):
            return _("the client has {n} appointments ahead already, the most there may be").format(n=limit)
        case why.TooManyPending(limit):
            return _("the client has {n} open requests already, the most there may be").format(n=limit)
    assert_never(against)


def _of_appointment(voice: Voice, against: why.AppointmentObjection) -> str:
    """What an appointment may not become, or not any more."""
    match against:
        case why.NotFromHere(from_, action):
            return _("an appointment that is {status} cannot {action}").format(
                status=status(from_), action=_(ACTION_WORDS[action])
            )
        case why.NotBeforeStart(start):
            return _("it begins only {moment}").format(moment=voice.moment(start))
        case why.ReasonNeedsText(label):
            return _("the reason “{label}” needs a few words").format(label=label)
        case why.OnlyByPhone(action):
            return _("under its terms it can {action} only by calling the practice").format(
                action=_(ACTION_WORDS[action])
            )
        case why.TooLate(action, until):
            return _("it could {action} by the client until {moment}; now only by calling").format(
                action=_(ACTION_WORDS[action]), moment=voice.moment(until)
            )
        case why.ServiceStays():
            return _("clients cannot change the service while moving")
        case why.ReplyIsKnown():
            return _("this answer came already, or one that was written later")
        case why.ReplyIsOld():
            return _("the answer is to a time that the appointment no longer has")
        case why.NotOnWorkList():
            return _("it is not on the work list")
        case why.CallLiesAhead():
            return _("the client's call cannot lie ahead")
    assert_never(against)


def _of_request(voice: Voice, against: why.RequestObjection) -> str:
    """What cannot be done about a request."""
    match against:
        case why.ConsentIsNeeded():
            return _("the client has to agree to the practice's text first, as it is worded now")
        case why.RequestIsOver(state, ended, action):
            return _("a request that is {state} cannot {action}").format(
                state=request_state_words(state, ended), action=_(REQUEST_ACTION_WORDS[action])
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
        case why.KnownAlready(names=()):
            return _("the practice has a record with these details already and will see to it itself")
        case why.KnownAlready(_clients, names):
            return _("a client with this phone or e-mail exists: {names}; choose that record or a new one").format(
                names=", ".join(names)
            )
    assert_never(against)


def _of_undo(voice: Voice, against: why.UndoObjection) -> str:
    """What cannot be taken back."""
    match against:
        case why.NothingToUndo():
            return _("there is nothing to undo")
        case why.NothingToRedo():
            return _("there is nothing to redo")
        case why.ChangedSince(_kind, reference, by, at, operation):
            return _("{ref} was changed since by {who} ({did}, {moment})").format(
                ref=reference,
                who=by,
                did=_(OPERATION_WORDS.get(operation, "changed")),
                moment=voice.moment(at),
            )
        case why.CannotBeUndone():
            return _("this cannot be undone")
        case why.DetailsErased():
            return _("a client whom it was about was erased since: this cannot be undone")
    assert_never(against)


def _of_record(voice: Voice, against: why.RecordObjection) -> str:
    """What cannot be done about a record, a charge, a mail or a setting."""
    match against:
        case why.SameClient():
            return _("these are the same client")
        case why.StillOpen(appointments, requests, charges):
            counts = [
                plural("{n} appointment ahead", "{n} appointments ahead", appointments).format(n=appointments),
                plural("{n} request to decide", "{n} requests to decide", requests).format(n=requests),
                plural("{n} charge that is due", "{n} charges that are due", charges).format(n=charges),
            ]
            found = ", ".join(it for it, n in zip(counts, (appointments, requests, charges), strict=True) if n)
            return _("{counts}: see to that first, then erase").format(counts=found)
        case why.NothingToChange():
            return _("that is how it is already")
        case why.AmountsAreKept(currency):
            return _(
                "prices are kept in {currency}: a currency with other decimals would change each of them"
            ).format(currency=currency)
        case why.LastAdmin(name):
            return _("{name} is the only admin; make somebody else one first").format(name=name)
        case why.ChargeIsOver(state):
            return _("the charge is {state} already").format(state=_(CHARGE_STATE_WORDS[state]))
        case why.WaiverNeedsReason():
            return _("a waived charge needs a reason")
        case why.MailIsOver(state):
            return _("the mail is {state}: there is nothing to do about it").format(state=_(MAIL_STATE_WORDS[state]))
        case why.NoAddress(name):
            return _("{client} has no e-mail address; add one with e").format(client=name)
        case why.NoPortal():
            return _("links lead to the portal, which is off or has no address (portal.enabled, portal.address)")
    assert_never(against)


def joined(sentences: Iterable[str]) -> str:
    return "; ".join(sentences)


def _culprit(voice: Voice, by: why.Culprit) -> str:
    name = by.client_name or _("another booking")
    text = f"{name} {voice.span(by.span)}"
    if by.padded != by.span:
        text += " " + _("(with buffers {span})").format(span=voice.span(by.padded))
    return text

"""`frontdesk request …`, and what staff decide about requests."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from frontdesk.cli.appointments import ClientRef, InternalNote, Location, Override, Practitioner, Room, after
from frontdesk.cli.naming import appointment_id, client_id, request_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, done, lines, say, show, table
from frontdesk.core.asks.requests import (
    ApproveRequest,
    ApproveRequests,
    DeclineRequest,
    DeclineRequests,
    EditRequest,
    JudgeRequests,
    ListRequests,
    OfferedTime,
    OfferTimes,
    RefuseOffers,
    RequestAppointment,
    RequestRescheduling,
    ShowRequest,
    SweepExpired,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.events.appointments import AppointmentBooked, AppointmentRescheduled
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.requests import Applicant, RequestId, RequestState
from frontdesk.core.domain.views import RequestOrder, Standing
from frontdesk.core.parse import moments
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.requests import request_state_words

MANY = 500
"""As many requests as are judged at once."""

group = typer.Typer(
    help="Ask as a client would, under the client's rules.", rich_markup_mode=None, no_args_is_help=True
)

Description = Annotated[str, typer.Option("--description", help="The client's words.")]
Message = Annotated[str, typer.Option("--message", help="Personal words for the client.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="Reference of a request.")]

NEW = "new"


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="request")
    for command in (requests, approve, decline, withdraw, offer, sweep):
        app.command()(command)


@group.command("new")
def new_(
    context: typer.Context,
    service: str,
    start: str,
    client: ClientRef = None,
    name: Annotated[str | None, typer.Option("--name", help="Who asks, where no record is known.")] = None,
    phone: Annotated[str, typer.Option("--phone")] = "",
    email: Annotated[str, typer.Option("--email")] = "",
    practitioner: Practitioner = None,
    location: Location = None,
    description: Description = "",
    as_json: AsJson = False,
) -> None:
    """Ask for an appointment; where no approval is needed it is booked at once."""
    opening: Opening = context.obj
    event = opening.do(
        RequestAppointment(
            service=opening.service(service),
            start=moments.start(start),
            client=_who(client, name, phone, email),
            practitioner=opening.practitioner(practitioner),
            location=opening.location(location),
            description=description,
        )
    )
    _done(opening, event, as_json)


@group.command()
def reschedule(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(help="Reference of an appointment.")],
    start: str,
    practitioner: Practitioner = None,
    service: Annotated[str | None, typer.Option("--service", help="Another service.")] = None,
    description: Description = "",
    as_json: AsJson = False,
) -> None:
    """Ask to move an appointment; it stands until that is approved."""
    opening: Opening = context.obj
    event = opening.do(
        RequestRescheduling(
            appointment=appointment_id(ref),
            start=moments.start(start),
            practitioner=opening.practitioner(practitioner),
            service=None if service is None else opening.service(service),
            description=description,
        )
    )
    _done(opening, event, as_json)


@group.command()
def edit(
    context: typer.Context,
    ref: Ref,
    start: Annotated[str | None, typer.Option("--start", help="Another start.")] = None,
    service: Annotated[str | None, typer.Option("--service", help="Another service.")] = None,
    description: Annotated[str | None, typer.Option("--description", help="The client's words.")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a pending request."""
    opening: Opening = context.obj
    if start is None and service is None and description is None:
        raise BadInput("--start", Problem.MISSING, hint="--start, --service or --description")
    event = opening.do(
        EditRequest(
            request=request_id(ref),
            start=None if start is None else moments.start(start),
            service=None if service is None else opening.service(service),
            description=description,
        )
    )
    _done(opening, event, as_json)


def requests(
    context: typer.Context,
    status: Annotated[list[RequestState] | None, typer.Option("--status", help="Only these.")] = None,
    client: ClientRef = None,
    name: Annotated[str, typer.Option("--name", help="Part of a client's name.")] = "",
    sort: Annotated[
        RequestOrder | None, typer.Option("--sort", help="What waits by start, else the newest first, unless told.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    as_json: AsJson = False,
) -> None:
    """Requests: what is asked for, and how it stands."""
    opening: Opening = context.obj
    found = opening.see(
        ListRequests(
            states=tuple(status or ()),
            client=None if client is None else client_id(client),
            name=name,
            order=sort or (RequestOrder.START if status == [RequestState.PENDING] else RequestOrder.NEWEST),
            limit=limit,
        )
    )
    voice = opening.voice
    if as_json:
        show(shapes.items((shapes.request(it, voice) for it in found.items), found.more))
        return
    table(
        [
            [
                it.request.ref,
                voice.moment(it.request.slot.start, it.request.zone),
                f"{it.request.slot.span.minutes}m",
                it.client_name,
                it.service_name,
                it.practitioner_name,
                request_state_words(it.request.state, it.request.ended),
                it.request.ticket,
            ]
            for it in found.items
        ]
    )
    if not found.items:
        say(_("no requests"))
    if found.more:
        say(_("there are more: see --limit"))


def approve(
    context: typer.Context,
    ref: Annotated[str | None, typer.Argument(metavar="REF", help="Reference of a request.")] = None,
    practitioner: Annotated[
        str | None, typer.Option("--practitioner", "-p", help="Who takes it: id or name.")
    ] = None,
    all_clear: Annotated[
        bool, typer.Option("--all-clear", help="Every one that nothing speaks against, as it was asked for.")
    ] = False,
    start: Annotated[str | None, typer.Option("--start", help="Another start than asked for.")] = None,
    location: Location = None,
    room: Room = None,
    internal_note: InternalNote = None,
    message: Message = "",
    ticket: Annotated[str | None, typer.Option("--ticket", help="Its id in another system.")] = None,
    client: Annotated[
        str | None, typer.Option("--client", "-c", help="The record of an unknown person, or: new.")
    ] = None,
    override: Override = "",
    as_json: AsJson = False,
) -> None:
    """Confirm a request: the appointment is made, or moved."""
    opening: Opening = context.obj
    if all_clear:
        if ref is not None:
            raise BadInput("--all-clear", Problem.EXCLUDES_ANOTHER, "REF")
        _approve_all_clear(opening, as_json)
        return
    who = opening.practitioner(practitioner)
    if ref is None or who is None:
        raise BadInput("REF" if ref is None else "--practitioner", Problem.MISSING)
    event = opening.do(
        ApproveRequest(
            request=request_id(ref),
            seen=None,
            practitioner=who,
            start=None if start is None else moments.start(start),
            location=opening.location(location),
            room=opening.room(room),
            internal_note=internal_note,
            ticket=ticket,
            message=message,
            **_record(client),
            override=override,
        )
    )
    done(opening, event, after_request(opening, event.request.id), as_json, event.warnings)


def _approve_all_clear(opening: Opening, as_json: bool) -> None:
    found = opening.see(ListRequests(states=(RequestState.PENDING,), limit=MANY)).items
    standings = opening.see(JudgeRequests(requests=tuple(it.request.id for it in found)))
    clear = [it.request for it in found if standings.get(it.request.id) is Standing.CLEAR]
    if not clear:
        say(_("no request is clear"))
    batch = opening.do(ApproveRequests(requests=tuple((it.id, it.revision) for it in clear))) if clear else None
    _done_many(opening, batch, as_json)


def decline(
    context: typer.Context,
    refs: Annotated[list[str], typer.Argument(metavar="REF…", help="References of requests.")],
    message: Message = "",
    as_json: AsJson = False,
) -> None:
    """Refuse requests, several as one act; no reason is demanded."""
    opening: Opening = context.obj
    if len(refs) == 1:
        event = opening.do(DeclineRequest(request=request_id(refs[0]), seen=None, message=message))
        done(opening, event, after_request(opening, event.request.id), as_json)
        return
    seen = [opening.see(ShowRequest(request=request_id(ref))).line.request for ref in refs]
    asked = tuple((it.id, it.revision) for it in seen)
    _done_many(opening, opening.do(DeclineRequests(requests=asked, message=message)), as_json)


def _done_many(opening: Opening, batch: Batch[Any] | None, as_json: bool) -> None:
    """The end of an act on many: what was done, and what was left with its reasons."""
    voice = opening.voice
    events, left = (batch.events, batch.left) if batch is not None else ((), ())
    if as_json:
        item = {
            "done": [event.request.ref for event in events],
            "left": [
                {"ref": it.reference, "reasons": [shapes.reason(why, voice) for why in it.objections]} for it in left
            ],
        }
        show({"version": shapes.VERSION, "item": item, "event": batch.id if batch else None, "warnings": []})
        return
    lines([event_words(voice, event) for event in events])
    for it in left:
        say(f"{it.reference} {it.client_name}: " + "; ".join(objection_words(voice, why) for why in it.objections))


def withdraw(context: typer.Context, ref: Ref, as_json: AsJson = False) -> None:
    """The client does not want it any more; this cannot be undone."""
    opening: Opening = context.obj
    event = opening.do(WithdrawRequest(request=request_id(ref)))
    done(opening, event, after_request(opening, event.request.id), as_json)


def offer(
    context: typer.Context,
    ref: Ref,
    starts: Annotated[list[str] | None, typer.Argument(metavar="START…", help="One to three times.")] = None,
    practitioner: Practitioner = None,
    location: Location = None,
    room: Room = None,
    message: Message = "",
    take: Annotated[int | None, typer.Option("--take", min=1, help="The client takes this one, from 1.")] = None,
    none: Annotated[bool, typer.Option("--none", help="The client takes none.")] = False,
    client: Annotated[
        str | None, typer.Option("--client", "-c", help="With --take: the record of an unknown person, or: new.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Offer other times, or write down the client's answer."""
    opening: Opening = context.obj
    id_ = request_id(ref)
    if sum((bool(starts), take is not None, none)) != 1:
        raise BadInput("START", Problem.MISSING, hint="one to three times, or --take N, or --none")
    event: Event
    if take is not None:
        event = opening.do(TakeOffer(request=id_, choice=take, **_record(client)))
    elif none:
        event = opening.do(RefuseOffers(request=id_))
    else:
        who, where, room_ = opening.practitioner(practitioner), opening.location(location), opening.room(room)
        times = tuple(
            OfferedTime(start=moments.start(start), practitioner=who, location=where, room=room_)
            for start in starts or ()
        )
        event = opening.do(OfferTimes(request=id_, seen=None, times=times, message=message))
    done(opening, event, after_request(opening, id_), as_json)


def sweep(context: typer.Context, as_json: AsJson = False) -> None:
    """Record what has ended by itself: expired requests, unanswered offers, pickers that were left."""
    opening: Opening = context.obj
    events: list[Event] = []
    while swept := opening.do(SweepExpired()).events:
        events += swept
    voice = opening.voice
    if as_json:
        show(
            shapes.items(
                {"event": it.id, "operation": it.operation, "summary": event_words(voice, it)} for it in events
            )
        )
        return
    table([[event_words(voice, it)] for it in events])
    if not events:
        say(_("nothing had ended"))


def after_request(opening: Opening, id_: RequestId) -> dict[str, Any]:
    """The record after a change."""
    return shapes.request(opening.see(ShowRequest(request=id_)).line, opening.voice)


def _done(opening: Opening, event: Any, as_json: bool) -> None:
    """A request, or what stood at once."""
    if isinstance(event, AppointmentBooked | AppointmentRescheduled):
        done(opening, event, after(opening, event.appointment.id), as_json)
    else:
        done(opening, event, after_request(opening, event.request.id), as_json)


def _who(client: str | None, name: str | None, phone: str, email: str) -> ClientId | Applicant:
    if client is not None and name is not None:
        raise BadInput("--client", Problem.EXCLUDES_ANOTHER, "--name")
    if client is not None:
        return client_id(client)
    if name is None:
        raise BadInput("--client", Problem.MISSING, hint="--client ID, or --name for somebody unknown")
    return Applicant(name=name, phone=phone, email=email)


def _record(client: str | None) -> dict[str, Any]:
    """Which record an unknown person gets."""
    if client is None:
        return {}
    return {"new_client": True} if client == NEW else {"client": client_id(client)}

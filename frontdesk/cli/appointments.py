"""Days, free times, and what may be done to appointments."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from frontdesk.cli.naming import appointment_id, client_id, request_id
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, done, say, show, table
from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    EditAppointment,
    LayBack,
    ListAppointments,
    ListPickedUp,
    PickUpAppointment,
    RebookAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
    ShowAppointment,
)
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.requests import ShowRequest
from frontdesk.core.asks.slots import AskWhy, FindSlots
from frontdesk.core.domain.appointments import AppointmentId, Side, Status
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.scenes import Asking, Verdict
from frontdesk.core.domain.views import AppointmentList, Named, VerdictAnswer
from frontdesk.core.parse import moments
from frontdesk.core.parse.reminders import reminder_hours
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.voice import Voice

Practitioner = Annotated[str | None, typer.Option("--practitioner", "-p", help="Id or name.")]
Location = Annotated[str | None, typer.Option("--location", "-l", help="Id or name.")]
Room = Annotated[str | None, typer.Option("--room", help="Id or name.")]
ClientRef = Annotated[str | None, typer.Option("--client", "-c", help="Reference of a client.")]
Message = Annotated[str, typer.Option("--message", help="Personal words for the client's mail.")]
Reminders = Annotated[str, typer.Option("--reminders", help="Hours before, such as 72,24; 0 for none.")]
Override = Annotated[str, typer.Option("--override", help="Why a rule is overridden.")]
Note = Annotated[str | None, typer.Option("--note", help="The client sees it too.")]
InternalNote = Annotated[str | None, typer.Option("--internal-note", help="For the team alone.")]
As = Annotated[Asking, typer.Option("--as", help="On whose behalf.")]


def add_to(app: typer.Typer) -> None:
    for command in (day, slots, why, book, rebook, reschedule, note, reminders, cancel, reinstate, pick, lay):
        app.command()(command)
    app.command("list")(list_)
    app.command("status")(set_status)


def day(
    context: typer.Context,
    date: Annotated[str, typer.Argument(help="A date; today unless given.")] = "today",
    practitioner: Practitioner = None,
    as_json: AsJson = False,
) -> None:
    """The day's appointments."""
    opening: Opening = context.obj
    on = opening.day(date)
    found = opening.see(
        ListAppointments(practitioner=opening.practitioner(practitioner), first=on, last=on, limit=5000)
    )
    _print_list(opening, found, as_json)


def list_(
    context: typer.Context,
    client: ClientRef = None,
    practitioner: Practitioner = None,
    from_: Annotated[str, typer.Option("--from", help="First date; today unless given.")] = "today",
    to: Annotated[str | None, typer.Option("--to", help="Last date.")] = None,
    status_: Annotated[list[Status] | None, typer.Option("--status", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    as_json: AsJson = False,
) -> None:
    """A filtered list of appointments, from today on unless told."""
    opening: Opening = context.obj
    first, last = opening.day(from_, "--from"), None if to is None else opening.day(to, "--to")
    if last is not None and last < first:
        raise BadInput("--to", Problem.ENDS_BEFORE_IT_STARTS, to or "")
    found = opening.see(
        ListAppointments(
            client=None if client is None else client_id(client),
            practitioner=opening.practitioner(practitioner),
            first=first,
            last=last,
            statuses=tuple(status_ or ()),
            limit=limit,
        )
    )
    _print_list(opening, found, as_json)


def slots(
    context: typer.Context,
    service: str,
    practitioner: Practitioner = None,
    location: Location = None,
    from_: Annotated[str, typer.Option("--from", help="First date; today unless given.")] = "today",
    to: Annotated[str | None, typer.Option("--to", help="Last date; two weeks on unless given.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 200,
    asking: As = Asking.STAFF,
    client: ClientRef = None,
    as_json: AsJson = False,
) -> None:
    """Free times for a service."""
    opening: Opening = context.obj
    first = opening.day(from_, "--from")
    last = opening.day(to, "--to") if to is not None else opening.day("+14") if from_ == "today" else None
    days = 15 if last is None else (last - first).days + 1
    if days < 1:
        raise BadInput("--to", Problem.ENDS_BEFORE_IT_STARTS, to or "")
    found = opening.see(
        FindSlots(
            service=opening.service(service),
            first=first,
            days=days,
            practitioner=opening.practitioner(practitioner),
            location=opening.location(location),
            asking=asking,
            client=None if client is None else client_id(client),
            limit=limit,
        )
    )
    voice = opening.voice
    if as_json:
        show(shapes.items((shapes.offer(it, opening.setup) for it in found.offers), found.more))
    else:
        table([[voice.moment(it.start, opening.setup.zone_of(it.location)), voice.practitioner(it.practitioner)]
               for it in found.offers])  # fmt: skip
    if found.more:
        say(_("more than {n}: see --limit").format(n=limit))
    if not found.offers:
        reasons = [objection_words(voice, it) for answer in found.why_none for it in answer.reasons]
        if not opening.setup.offering(opening.service(service)):
            reasons = [_("nobody offers {service}").format(service=voice.service(opening.service(service)))]
        say(_("nothing is free") + (": " + "; ".join(dict.fromkeys(reasons)) if reasons else ""))


def why(
    context: typer.Context,
    service: Annotated[str | None, typer.Argument()] = None,
    start: Annotated[str | None, typer.Argument()] = None,
    practitioner: Practitioner = None,
    location: Location = None,
    room: Room = None,
    asking: As = Asking.STAFF,
    client: ClientRef = None,
    request: Annotated[str | None, typer.Option("--request", help="What stands against this request.")] = None,
    as_json: AsJson = False,
) -> None:
    """Why a time is free or not: every reason, of each practitioner; or what speaks against a request."""
    opening: Opening = context.obj
    if len({service is not None, start is not None, request is None}) != 1:
        raise BadInput("SERVICE", Problem.MISSING, hint="a service and a start, or --request REF")
    if service is None or start is None:
        card = opening.see(ShowRequest(request=request_id(request or "")))
        answer = VerdictAnswer(verdicts=(card.verdict,), nearest=card.nearest)
    else:
        answer = opening.see(
            AskWhy(
                service=opening.service(service),
                start=moments.start(start),
                practitioner=opening.practitioner(practitioner),
                location=opening.location(location),
                room=opening.room(room),
                asking=asking,
                client=None if client is None else client_id(client),
            )
        )
    voice = opening.voice
    if as_json:
        show(shapes.items(shapes.verdict(it, voice) for it in answer.verdicts))
        return
    table([[voice.practitioner(it.practitioner), *_verdict(it, voice)] for it in answer.verdicts])
    if service is not None and not answer.verdicts:
        say(_("nobody offers {service}").format(service=voice.service(opening.service(service))))
    if answer.nearest:
        near = "; ".join(voice.offer(offer) for offer in answer.nearest)
        say(_("Free near it: {offers}").format(offers=near))


def book(
    context: typer.Context,
    service: str,
    start: str,
    client: ClientRef = None,
    name: Annotated[str | None, typer.Option("--name", help="A new client's name.")] = None,
    phone: Annotated[str, typer.Option("--phone")] = "",
    email: Annotated[str, typer.Option("--email")] = "",
    practitioner: Practitioner = None,
    location: Location = None,
    room: Room = None,
    note: Note = None,
    internal_note: InternalNote = None,
    message: Message = "",
    reminders: Reminders = "",
    override: Override = "",
    as_json: AsJson = False,
) -> None:
    """Book an appointment."""
    opening: Opening = context.obj
    event = opening.do(
        BookAppointment(
            service=opening.service(service),
            start=moments.start(start),
            client=_client(client, name, phone, email),
            practitioner=opening.practitioner(practitioner),
            location=opening.location(location),
            room=opening.room(room),
            note=note or "",
            internal_note=internal_note or "",
            message=message,
            reminders=reminder_hours(reminders),
            override=override,
        )
    )
    done(opening, event, after(opening, event.appointment.id), as_json, event.warnings)


def rebook(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(help="Reference of an appointment.")],
    days: Annotated[int, typer.Option("--days", min=1, max=1500, help="How many days on.")] = 14,
    as_json: AsJson = False,
) -> None:
    """Book the same again, two weeks on at the same time, or at the free time nearest to it."""
    opening: Opening = context.obj
    event = opening.do(RebookAppointment(appointment=appointment_id(ref), days=days))
    done(opening, event, after(opening, event.appointment.id), as_json)


def note(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(help="Reference of an appointment.")],
    note: Note = None,
    internal_note: InternalNote = None,
    as_json: AsJson = False,
) -> None:
    """Change the notes of an appointment alone."""
    if note is None and internal_note is None:
        raise BadInput("--note", Problem.MISSING, hint="--note or --internal-note")
    _edited(context.obj, ref, as_json, note=note, internal_note=internal_note)


def reminders(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(help="Reference of an appointment.")],
    hours: Annotated[str, typer.Argument(metavar="H,H", help="Hours before, such as 72,24; 0 for none.")],
    as_json: AsJson = False,
) -> None:
    """Change when the client is reminded of an appointment."""
    _edited(context.obj, ref, as_json, reminders=reminder_hours(hours))


def _edited(opening: Opening, ref: str, as_json: bool, **what: Any) -> None:
    id_ = appointment_id(ref)
    event = opening.do(EditAppointment(appointment=id_, seen=None, **what))
    done(opening, event, after(opening, id_), as_json)


def pick(
    context: typer.Context,
    ref: Annotated[str | None, typer.Argument(help="Reference of an appointment.")] = None,
    as_json: AsJson = False,
) -> None:
    """Lay an appointment aside, to put it down elsewhere; without one, say what is laid aside."""
    opening: Opening = context.obj
    if ref is not None:
        opening.do(PickUpAppointment(appointment=appointment_id(ref)))
    _print_list(opening, AppointmentList(items=opening.see(ListPickedUp()), more=False), as_json)


def lay(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(help="Reference of an appointment.")],
    as_json: AsJson = False,
) -> None:
    """Take one from those laid aside, without moving it."""
    opening: Opening = context.obj
    opening.do(LayBack(appointment=appointment_id(ref)))
    _print_list(opening, AppointmentList(items=opening.see(ListPickedUp()), more=False), as_json)


def reschedule(
    context: typer.Context,
    ref: str,
    start: str,
    service: Annotated[str | None, typer.Option("--service", help="Another service.")] = None,
    practitioner: Practitioner = None,
    location: Location = None,
    room: Room = None,
    note: Note = None,
    internal_note: InternalNote = None,
    message: Message = "",
    reminders: Reminders = "",
    client_agreed: Annotated[
        bool, typer.Option("--client-agreed", help="Another service or practitioner brings its own terms.")
    ] = False,
    override: Override = "",
    as_json: AsJson = False,
) -> None:
    """Move an appointment."""
    opening: Opening = context.obj
    event = opening.do(
        RescheduleAppointment(
            appointment=appointment_id(ref),
            seen=None,
            start=moments.start(start),
            service=None if service is None else opening.service(service),
            practitioner=opening.practitioner(practitioner),
            location=opening.location(location),
            room=opening.room(room),
            note=note,
            internal_note=internal_note,
            message=message,
            reminders=reminder_hours(reminders),
            client_agreed=client_agreed,
            override=override,
        )
    )
    done(opening, event, after(opening, event.appointment.id), as_json, event.warnings)


def cancel(
    context: typer.Context,
    ref: str,
    reason: Annotated[str, typer.Option("--reason", help="Id or label of a reason.")],
    text: Annotated[str, typer.Option("--text", help="A few words; some reasons need them.")] = "",
    rebook_link: Annotated[
        bool | None, typer.Option("--rebook-link/--no-rebook-link", help="As the reason says unless given.")
    ] = None,
    by: Annotated[Side, typer.Option("--by", help="Whose wish it is; the practice is never late.")] = Side.PRACTICE,
    at: Annotated[str | None, typer.Option("--at", help="When the client called; now unless given.")] = None,
    message: Annotated[str, typer.Option("--message", help="Personal words for the client.")] = "",
    waive: Annotated[str, typer.Option("--waive", help="Why a late fee need not be paid.")] = "",
    as_json: AsJson = False,
) -> None:
    """Cancel an appointment."""
    opening: Opening = context.obj
    event = opening.do(
        CancelAppointment(
            appointment=appointment_id(ref),
            seen=None,
            reason=opening.reason(reason),
            text=text,
            rebook_link=rebook_link,
            by=by,
            said_at=None if at is None else opening.moment(at, "--at"),
            message=message,
            waive=waive,
        )
    )
    done(opening, event, after(opening, event.appointment.id), as_json)


def set_status(
    context: typer.Context,
    ref: str,
    status_: Annotated[Status, typer.Argument(metavar="STATUS")],
    as_json: AsJson = False,
) -> None:
    """Set the status: confirmed, arrived, in_session, done, no_show, booked."""
    opening: Opening = context.obj
    if status_ in (Status.CANCELLED, Status.LATE_CANCELLED, Status.UNDONE):
        raise BadInput("STATUS", Problem.NOT_A_CHOICE, status_.value, hint="frontdesk cancel, frontdesk undo")
    event = opening.do(SetStatus(appointment=appointment_id(ref), seen=None, status=status_))
    done(opening, event, after(opening, event.appointment.id), as_json)


def reinstate(context: typer.Context, ref: str, override: Override = "", as_json: AsJson = False) -> None:
    """Book a cancelled appointment again where it was."""
    opening: Opening = context.obj
    event = opening.do(ReinstateAppointment(appointment=appointment_id(ref), seen=None, override=override))
    done(opening, event, after(opening, event.appointment.id), as_json, event.warnings)


def after(opening: Opening, id_: AppointmentId) -> dict[str, Any]:
    """The record after a change."""
    return shapes.named(opening.see(ShowAppointment(appointment=id_)))


def _client(client: str | None, name: str | None, phone: str, email: str) -> ClientId | NewClient:
    if client is not None and name is not None:
        raise BadInput("--client", Problem.EXCLUDES_ANOTHER, "--name")
    if client is not None:
        return client_id(client)
    if name is None:
        raise BadInput("--client", Problem.MISSING, hint="--client ID, or --name for a new client")
    return NewClient(name=name, phone=phone, email=email)


def _print_list(opening: Opening, found: AppointmentList, as_json: bool) -> None:
    if as_json:
        show(shapes.items(map(shapes.named, found.items), found.more))
    else:
        table([_row(it, opening.voice) for it in found.items])
        if not found.items:
            say(_("no appointments"))
    if found.more:
        say(_("there are more: see --limit"))


def _row(it: Named, voice: Voice) -> list[str]:
    appointment = it.appointment
    return [
        voice.moment(appointment.start, appointment.zone),
        f"{appointment.span.minutes}m",
        it.practitioner_name,
        it.client_name,
        it.service_name,
        status(appointment.status),
        appointment.ref,
    ]


def _verdict(verdict: Verdict, voice: Voice) -> tuple[str, str]:
    """When, and why or why not."""
    start = verdict.start
    at = voice.moment(start, voice.setup.zone_of(verdict.location)) if isinstance(start, int) else f"{start:%F %R}"
    text = (
        _("yes") if verdict.ok else _("no") + ": " + "; ".join(objection_words(voice, it) for it in verdict.reasons)
    )
    for warning in verdict.warnings:
        text += " · " + _("note: {warning}").format(warning=objection_words(voice, warning))
    return at, text

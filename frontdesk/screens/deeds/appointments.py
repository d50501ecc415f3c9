"""What can be done to an appointment, from whichever screen: the dialogues, then the deed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    EditAppointment,
    PickUpAppointment,
    RebookAppointment,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
    ShowAppointment,
)
from frontdesk.core.asks.charges import ShowTerms
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.domain.appointments import (
    CANCELLABLE,
    NEXT_STATUS,
    RESCHEDULABLE,
    Action,
    AppointmentId,
    Side,
    Status,
)
from frontdesk.core.domain.errors import DeskError, Refused, SlotTaken
from frontdesk.core.domain.objections import NotFromHere
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.views import Named, TermsView
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.charges import charge_words
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.labels import reason_label, status
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.terms import countdown_words
from frontdesk.screens.deeds.deeds import Deeds
from frontdesk.screens.deeds.mails import MailDeeds
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.cancel import CancelDialog
from frontdesk.screens.dialogs.client_form import ClientDraft, ClientFormDialog
from frontdesk.screens.dialogs.new_appointment import Draft, NewAppointmentDialog
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.screens.dialogs.picker import PickerDialog
from frontdesk.verbs import Verb

if TYPE_CHECKING:
    from frontdesk.screens.desk_screen import MainScreen

PANEL_VERBS = (
    Verb.MOVE, Verb.CANCEL, Verb.STATUS, Verb.NO_SHOW, Verb.EDIT, Verb.MESSAGE, Verb.PICK_UP, Verb.HISTORY, Verb.UNDO,
)  # fmt: skip

ELSEWHERE = (Verb.FIND, Verb.PALETTE, Verb.HELP, Verb.CALENDAR, Verb.CLIENTS, Verb.NEW)
"""Keys that leave an open appointment for something else: none of them is lost, or taken for a deed to it."""

_STEP_BACK = {Status.DONE: Status.ARRIVED, Status.IN_SESSION: Status.ARRIVED, Status.ARRIVED: Status.BOOKED}


class AppointmentDeeds(Deeds):
    """With an appointment: moved, cancelled, its status, its notes; and new ones."""

    def __init__(self, screen: MainScreen) -> None:
        super().__init__(screen)
        self.mails = MailDeeds(screen)

    def start(self, verb: Verb, here: AppointmentId | None) -> bool:
        """Begin what a verb means for the appointment under the cursor; whether it was such a verb."""
        flows = {
            Verb.MOVE: self._move,
            Verb.REBOOK: self._rebook,
            Verb.CANCEL: self._cancel,
            Verb.STATUS: self._next_status,
            Verb.NO_SHOW: self._no_show,
            Verb.CONFIRM: self._confirm,
            Verb.STEP_BACK: self._step_back,
            Verb.REINSTATE: self._reinstate,
            Verb.PICK_UP: self._pick_up,
            Verb.EDIT: self._edit_notes,
            Verb.HISTORY: self._history,
            Verb.MESSAGE: self._message,
        }
        flow = flows.get(verb)
        if flow is None:
            return False
        if here is None:
            self.screen.tell(_("no appointment under the cursor"), bad=True)
        else:
            self.screen.begin(self._with(here, flow))
        return True

    async def _with(self, id_: AppointmentId, flow: Any) -> None:
        named = await self.screen.look(ShowAppointment(appointment=id_))
        if named is not None:
            await flow(named)

    async def panel(self, id_: AppointmentId) -> None:
        """The appointment with its details, and what can be done with it."""
        named = await self.screen.look(ShowAppointment(appointment=id_))
        seen = await self.screen.look(ShowTerms(appointment=id_)) if named is not None else None
        if named is None or seen is None:
            return
        labels = {Verb.STATUS: f"s {self._next_word(named)}", Verb.EDIT: f"e {_('notes')}"}
        verbs: dict[Verb, str | None] = {verb: labels.get(verb, "") for verb in PANEL_VERBS}
        verbs |= dict.fromkeys(ELSEWHERE)
        lines = [*self.details(named), *self._terms(named, seen)]
        verb = await self.screen.answer(PageDialog(self._title(named), lines, verbs))
        if verb is not None and not self.start(verb, id_):
            self.screen.verb(verb)

    def _terms(self, named: Named, seen: TermsView) -> list[str]:
        """How long it is free to change, and what it has cost."""
        voice = self.screen.voice
        lines = []
        if named.appointment.status in CANCELLABLE and named.appointment.start > self.screen.host.now():
            lines += [countdown_words(voice, seen.cancelling), countdown_words(voice, seen.rescheduling)]
        lines += [charge_words(voice, it) for it in seen.charges]
        return lines

    def details(self, named: Named) -> list[str]:
        """Everything about an appointment, line by line."""
        it, voice = named.appointment, self.screen.voice
        lines = [
            f"{voice.moment(it.start, it.zone)}–{voice.time(it.end, it.zone)}  {it.span.minutes} min",
            status(it.status),
            f"{named.service_name} · {named.practitioner_name} · {named.location_name}"
            + (f" · {named.room_name}" if named.room_name else ""),
            f"{named.client_name}  {named.client_phone}",
            f"{it.ref}" + (f" · {_('lane')} {it.lane}" if it.lane else ""),
        ]
        if it.note:
            lines.append(f"{_('note')}  {it.note}")
        if it.internal_note:
            lines.append(f"{_('internal')}  {it.internal_note}")
        if it.override:
            lines.append(f"{_('overridden')}  {it.override}")
        if it.cancellation is not None:
            reason = voice.setup.reasons.get(it.cancellation.reason)  # type: ignore[call-overload]
            by = f" · {_('by the client, {when}').format(when=voice.moment(it.cancellation.at))}"
            whose = by if it.cancellation.by is Side.CLIENT else ""
            lines.append(f"{_('cancelled')}  {reason_label(reason) if reason else ''}  {it.cancellation.text}{whose}")
        if it.ticket:
            lines.append(f"{_('ticket')}  {voice.ticket(it.ticket)}")
        return lines

    async def book(self, draft: Draft) -> None:
        """The form, until it is booked or left; a refusal keeps all that was typed."""
        error = ""
        while True:
            filled = await self.screen.answer(NewAppointmentDialog(draft, error))
            if filled is None:
                return
            if filled.block:
                await self.block(filled)
                return
            draft = filled
            if draft.service is None:
                error = _("nothing can be booked yet: the practice has no services")
                continue
            done = await self.screen.perform(
                BookAppointment(
                    service=draft.service,
                    start=draft.start,
                    client=draft.client or NewClient(name=draft.name, phone=draft.phone),
                    practitioner=draft.practitioner,
                    note=draft.note,
                    override=draft.override,
                    hold=draft.hold,
                ),
                tell=False,
            )
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)

    async def block(self, draft: Draft) -> None:
        """Time off for a part of the day, from the cursor on."""
        if draft.practitioner is None:
            self.screen.tell(_("choose a person to block time for"), bad=True)
            return
        typed = await self.screen.answer(
            AskTextDialog(
                _("Block time of {who}").format(who=self.screen.voice.practitioner(draft.practitioner)),
                (
                    (_("from"), times.clock(draft.start, self.screen.voice.twelve)),
                    (_("to"), times.clock(draft.start + timedelta(minutes=60), self.screen.voice.twelve)),
                    (_("why"), ""),
                ),
                fits=lambda typed: "" if _span_of(draft.start, typed) else _("in order, as 14:00 and 15:30"),
            )
        )
        if typed is None:
            return
        span = _span_of(draft.start, typed)
        assert span is not None
        await self.screen.perform(TakeTimeOff(staff=draft.practitioner, start=span[0], end=span[1], reason=typed[2]))

    async def add_client(self, draft: ClientDraft | None = None) -> ClientId | None:
        """The form, until it is saved or left."""
        draft, error = draft or ClientDraft(), ""
        while True:
            filled = await self.screen.answer(ClientFormDialog(draft, _("New client"), error))
            if filled is None:
                return None
            if filled.known is not None:
                return filled.known
            draft = filled
            done = await self.screen.perform(
                AddClient(
                    client=NewClient(
                        name=draft.name,
                        kind=draft.kind,
                        phone=draft.phone,
                        email=draft.email,
                        born=draft.birth_date,
                        preferences=draft.preferences,
                        note=draft.note,
                    )
                ),
                tell=False,
            )
            if not isinstance(done, DeskError):
                return done.client.id
            error = self.screen.say_error(done)

    async def move_to(self, named: Named, **where: Any) -> None:
        """Reschedule straight to a place; a rule against it asks for a reason."""
        ask = RescheduleAppointment(appointment=named.appointment.id, seen=named.appointment.revision, **where)
        done = await self.screen.perform(ask, tell=False)
        if isinstance(done, DeskError):
            start = where.get("start")
            to = (
                f" → {self.screen.voice.day(start.date())} {times.clock(start, self.screen.voice.twelve)}"
                if start
                else ""
            )
            override = await self._reason_to_override(done, f"{named.client_name}{to}")
            if override:
                await self.screen.perform(replace(ask, override=override))

    async def _move(self, named: Named) -> None:
        if not self._can(named, Action.RESCHEDULE, RESCHEDULABLE):
            return
        picked, error = None, ""
        while True:
            picked = await self.screen.answer(PickerDialog(named, picked, error))
            if picked is None:
                return
            done = await self.screen.perform(
                RescheduleAppointment(
                    appointment=named.appointment.id,
                    seen=named.appointment.revision,
                    start=picked.start,
                    service=picked.service,
                    practitioner=picked.practitioner,
                    location=picked.location,
                    room=picked.room,
                    note=picked.note,
                    override=picked.override,
                    client_agreed=picked.client_agreed,
                    message=picked.message,
                    letter=picked.letter,
                    reminders=picked.reminders,
                    hold=picked.hold,
                ),
                tell=False,
            )
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)
            fresh = await self.screen.look(ShowAppointment(appointment=named.appointment.id))
            if fresh is None or fresh.appointment.status not in RESCHEDULABLE:
                self.screen.tell(error, bad=True)
                return
            named = fresh

    async def _cancel(self, named: Named) -> None:
        if not self._can(named, Action.CANCEL, CANCELLABLE):
            return
        chosen, error = None, ""
        while True:
            chosen = await self.screen.answer(CancelDialog(named, chosen, error))
            if chosen is None:
                return
            done = await self.screen.perform(
                CancelAppointment(
                    appointment=named.appointment.id,
                    seen=named.appointment.revision,
                    reason=chosen.reason,
                    text=chosen.text,
                    by=chosen.by,
                    said_at=chosen.said_at,
                    message=chosen.message,
                    letter=chosen.letter,
                    rebook_link=chosen.rebook_link,
                    waive=chosen.waive,
                ),
                tell=False,
            )
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)
            fresh = await self.screen.look(ShowAppointment(appointment=named.appointment.id))
            if fresh is None or fresh.appointment.status not in CANCELLABLE:
                self.screen.tell(error, bad=True)
                return
            named = fresh

    def _can(self, named: Named, action: Action, starts: Collection[Status]) -> bool:
        """Whether an appointment's status allows it; what forbids it is told before a form is filled."""
        now = named.appointment.status
        if now not in starts:
            self.screen.tell(objection_words(self.screen.voice, NotFromHere(now, action)), bad=True)
        return now in starts

    async def _next_status(self, named: Named) -> None:
        following = NEXT_STATUS.get(named.appointment.status)
        if following is None:
            self.screen.tell(
                _("{status}: there is no next step").format(status=status(named.appointment.status)), bad=True
            )
            return
        await self._set(named, following)

    async def _no_show(self, named: Named) -> None:
        await self._set(named, Status.NO_SHOW)

    async def _confirm(self, named: Named) -> None:
        await self._set(named, Status.CONFIRMED)

    async def _step_back(self, named: Named) -> None:
        before = _STEP_BACK.get(named.appointment.status)
        if before is None:
            self.screen.tell(
                _("{status}: there is no step back").format(status=status(named.appointment.status)), bad=True
            )
            return
        await self._set(named, before)

    async def _set(self, named: Named, to: Status) -> None:
        await self.screen.perform(
            SetStatus(appointment=named.appointment.id, seen=named.appointment.revision, status=to)
        )

    async def _reinstate(self, named: Named) -> None:
        ask = ReinstateAppointment(appointment=named.appointment.id, seen=named.appointment.revision)
        done = await self.screen.perform(ask, tell=False)
        if isinstance(done, DeskError):
            override = await self._reason_to_override(done, named.client_name)
            if override:
                await self.screen.perform(replace(ask, override=override))

    async def _rebook(self, named: Named) -> None:
        await self.screen.perform(RebookAppointment(appointment=named.appointment.id))

    async def _pick_up(self, named: Named) -> None:
        done = await self.screen.perform(PickUpAppointment(appointment=named.appointment.id))
        if not isinstance(done, DeskError):
            told = _("Picked up {client}; p puts it down at the cursor").format(client=named.client_name)
            self.screen.tell(told)

    async def _edit_notes(self, named: Named) -> None:
        it = named.appointment
        notes, seen, error = (it.note, it.internal_note), it.revision, ""
        while True:
            labels = (_("note, the client sees it too"), _("internal, for the team alone"))
            title = _("Notes · {client}").format(client=named.client_name)
            typed = await self.screen.answer(
                AskTextDialog(title, tuple(zip(labels, notes, strict=True)), explain=error)
            )
            if typed is None:
                return
            notes = (typed[0], typed[1])
            ask = EditAppointment(appointment=it.id, seen=seen, note=notes[0], internal_note=notes[1])
            done = await self.screen.perform(ask, tell=False)
            if not isinstance(done, DeskError):
                return
            error = self.screen.say_error(done)
            fresh = await self.screen.look(ShowAppointment(appointment=it.id))
            seen = fresh.appointment.revision if fresh is not None else seen

    async def _message(self, named: Named) -> None:
        it = named.appointment
        await self.mails.write_message(it.client, it.id)

    async def _history(self, named: Named) -> None:
        lines = await self.screen.look(ShowHistory(appointment=named.appointment.id))
        if lines is not None:
            told = history_page(self.screen.voice, lines)
            await self.screen.answer(PageDialog(_("History · {ref}").format(ref=named.appointment.ref), told))

    async def _reason_to_override(self, error: DeskError, what: str) -> str:
        """Why a rule is to be overridden, where it may be; else the refusal is told."""
        against = (
            error.objections
            if isinstance(error, Refused)
            else error.conflicts
            if isinstance(error, SlotTaken)
            else ()
        )
        if not against or not all(it.overridable for it in against):
            self.screen.tell_error(error)
            return ""
        await asyncio.sleep(0)
        typed = await self.screen.answer(
            AskTextDialog(
                _("Against the rule? {what}").format(what=what),
                ((_("reason, in a few words"), ""),),
                explain=self.screen.say_error(error),
                fits=lambda typed: "" if typed[0].strip() else _("a reason is needed"),
            )
        )
        return typed[0] if typed is not None else ""

    def _title(self, named: Named) -> str:
        return f"{named.client_name} · {named.service_name}"

    def _next_word(self, named: Named) -> str:
        following = NEXT_STATUS.get(named.appointment.status)
        return status(following) if following is not None else "–"


def _span_of(start: datetime, typed: tuple[str, ...]) -> tuple[datetime, datetime] | None:
    """Two wall times of that day as the when line knows them, in order; None where they are not."""
    day = start.date()
    try:
        first, last = (when(text, day, base=day) for text in typed[:2])
    except NotUnderstood:
        return None
    if first.wall is None or last.wall is None or first.day != day or last.day != day:
        return None
    end = last.wall + timedelta(days=1) if last.wall.time() == time() else last.wall
    return (first.wall, end) if first.wall < end else None

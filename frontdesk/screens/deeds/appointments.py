"""What can be done to an appointment, from whichever screen: the dialogues, then the deed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
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
from frontdesk.core.asks.clients import NewClient
from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.schedule import TakeTimeOff
from frontdesk.core.domain.appointments import (
    CANCELLABLE,
    NEXT_STATUS,
    RESCHEDULABLE,
    Action,
    AppointmentId,
    Status,
)
from frontdesk.core.domain.errors import DeskError, Refused, SlotTaken, Stale
from frontdesk.core.domain.objections import NotFromHere
from frontdesk.core.domain.views import Named
from frontdesk.core.parse.when import NotUnderstood, when
from frontdesk.core.render import times
from frontdesk.core.render.appointment_card import appointment_card
from frontdesk.core.render.language import _
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.objections import objection_words
from frontdesk.screens.deeds.deeds import Deeds, unchanged
from frontdesk.screens.deeds.mails import MailDeeds
from frontdesk.screens.dialogs.ask_text import AskTextDialog
from frontdesk.screens.dialogs.cancel import CancelChoice, CancelDialog
from frontdesk.screens.dialogs.new_appointment import Draft, NewAppointmentDialog
from frontdesk.screens.dialogs.page import PageDialog
from frontdesk.screens.dialogs.picker import Picked, PickerDialog
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
        lines = appointment_card(self.screen.voice, named, seen, self.screen.host.now())
        verb = await self.screen.answer(PageDialog(self._title(named), lines, verbs))
        if verb is not None and not self.start(verb, id_):
            self.screen.verb(verb)

    async def book(self, draft: Draft) -> None:
        """The form, until it is booked or left; a refusal keeps all that was typed."""

        def ask(_begun: Draft, filled: Draft) -> BookAppointment | None:
            if filled.block:
                self.screen.begin(self.block(filled))
            return _booking(filled)

        def form(begun: Draft, filled: Draft | None, error: str) -> NewAppointmentDialog:
            return NewAppointmentDialog(filled or begun, error)

        await self.until_done(draft, form, ask, unchanged)

    async def block(self, draft: Draft) -> None:
        """Time off for a part of the day, from the cursor on."""
        if draft.practitioner is None:
            self.screen.tell(_("choose a person to block time for"), bad=True)
            return
        staff, twelve = draft.practitioner, self.screen.voice.twelve
        title = _("Block time of {who}").format(who=self.screen.voice.practitioner(staff))
        begun = (times.clock(draft.start, twelve), times.clock(draft.start + timedelta(minutes=60), twelve), "")

        def form(_begun: Draft, typed: tuple[str, ...] | None, error: str) -> AskTextDialog:
            return AskTextDialog(
                title,
                tuple(zip((_("from"), _("to"), _("why")), typed or begun, strict=True)),
                explain=error,
                fits=lambda typed: "" if _span_of(draft.start, typed) else _("in order, as 14:00 and 15:30"),
            )

        def block(_begun: Draft, typed: tuple[str, ...]) -> TakeTimeOff:
            span = _span_of(draft.start, typed)
            assert span is not None, "the form takes nothing else"
            return TakeTimeOff(staff=staff, start=span[0], end=span[1], reason=typed[2])

        await self.until_done(draft, form, block, unchanged)

    async def move_to(self, named: Named, **where: Any) -> None:
        """Reschedule straight to a place; a rule against it asks for a reason."""
        start, voice = where.get("start"), self.screen.voice
        to = f" → {voice.day(start.date())} {times.clock(start, voice.twelve)}" if start else ""
        ask = RescheduleAppointment(appointment=named.appointment.id, seen=named.appointment.revision, **where)
        await self._insist(ask, f"{named.client_name}{to}")

    async def _move(self, named: Named) -> None:
        if not self._can(named, Action.RESCHEDULE, RESCHEDULABLE):
            return
        await self.until_done(named, PickerDialog, _rescheduling, partial(self._while, RESCHEDULABLE))

    async def _cancel(self, named: Named) -> None:
        if not self._can(named, Action.CANCEL, CANCELLABLE):
            return
        await self.until_done(named, CancelDialog, _cancelling, partial(self._while, CANCELLABLE))

    async def _while(self, states: Collection[Status], named: Named) -> Named | None:
        """The appointment as it is kept now; None where its status allows no more of this."""
        fresh = await self.screen.look(ShowAppointment(appointment=named.appointment.id))
        return fresh if fresh is not None and fresh.appointment.status in states else None

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
        await self._insist(ask, named.client_name)

    async def _rebook(self, named: Named) -> None:
        await self.screen.perform(RebookAppointment(appointment=named.appointment.id))

    async def _pick_up(self, named: Named) -> None:
        done = await self.screen.perform(PickUpAppointment(appointment=named.appointment.id))
        if not isinstance(done, DeskError):
            told = _("Picked up {client}; p puts it down at the cursor").format(client=named.client_name)
            self.screen.tell(told)

    async def _edit_notes(self, named: Named) -> None:
        labels = (_("note, the client sees it too"), _("internal, for the team alone"))
        kept = (named.appointment.note, named.appointment.internal_note)

        def form(named: Named, typed: tuple[str, ...] | None, error: str) -> AskTextDialog:
            title = _("Notes · {client}").format(client=named.client_name)
            return AskTextDialog(title, tuple(zip(labels, typed or kept, strict=True)), explain=error)

        def edit(named: Named, typed: tuple[str, ...]) -> EditAppointment:
            it = named.appointment
            return EditAppointment(appointment=it.id, seen=it.revision, note=typed[0], internal_note=typed[1])

        async def again(named: Named) -> Named:
            return await self.screen.look(ShowAppointment(appointment=named.appointment.id)) or named

        await self.until_done(named, form, edit, again)

    async def _message(self, named: Named) -> None:
        it = named.appointment
        await self.mails.write_message(it.client, it.id)

    async def _history(self, named: Named) -> None:
        lines = await self.screen.look(ShowHistory(appointment=named.appointment.id))
        if lines is not None:
            told = history_page(self.screen.voice, lines)
            await self.screen.answer(PageDialog(_("History · {ref}").format(ref=named.appointment.ref), told))

    async def _insist(self, ask: RescheduleAppointment | ReinstateAppointment, what: str) -> None:
        """Do it; a rule against it asks for a reason, which stays typed whatever else comes between."""
        reason = ""
        while True:
            done = await self.screen.perform(ask, tell=False)
            if not isinstance(done, DeskError):
                return
            if not (_may_be_overridden(done) or (reason and isinstance(done, Stale))):
                self.screen.tell_error(done)
                return
            named = await self.screen.look(ShowAppointment(appointment=ask.appointment))
            typed = (
                None
                if named is None
                else await self.screen.answer(
                    AskTextDialog(
                        _("Against the rule? {what}").format(what=what),
                        ((_("reason, in a few words"), reason),),
                        explain=self.screen.say_error(done),
                        fits=lambda typed: "" if typed[0].strip() else _("a reason is needed"),
                    )
                )
            )
            if named is None or typed is None:
                return
            reason = typed[0]
            ask = replace(ask, override=reason, seen=named.appointment.revision)

    def _title(self, named: Named) -> str:
        return f"{named.client_name} · {named.service_name}"

    def _next_word(self, named: Named) -> str:
        following = NEXT_STATUS.get(named.appointment.status)
        return status(following) if following is not None else "–"


def _may_be_overridden(error: DeskError) -> bool:
    match error:
        case Refused():
            return all(it.overridable for it in error.objections)
        case SlotTaken():
            return bool(error.conflicts) and all(it.overridable for it in error.conflicts)
        case _:
            return False


def _booking(filled: Draft) -> BookAppointment | None:
    if filled.service is None or filled.block:
        return None
    return BookAppointment(
        service=filled.service,
        start=filled.start,
        client=filled.client or NewClient(name=filled.name, phone=filled.phone),
        practitioner=filled.practitioner,
        note=filled.note,
        override=filled.override,
        hold=filled.hold,
    )


def _rescheduling(named: Named, picked: Picked) -> RescheduleAppointment:
    return RescheduleAppointment(
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
    )


def _cancelling(named: Named, chosen: CancelChoice) -> CancelAppointment:
    return CancelAppointment(
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
    )


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

"""The door: `do` and `see`. The only place that reads the clock, opens a transaction, and tries again."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from frontdesk.core.asks import access as asks_of_access
from frontdesk.core.asks import appointments as asks_of_appointments
from frontdesk.core.asks import automations as asks_of_automations
from frontdesk.core.asks import calendar as asks_of_calendar
from frontdesk.core.asks import charges as asks_of_charges
from frontdesk.core.asks import clients as asks_of_clients
from frontdesk.core.asks import history as asks_of_history
from frontdesk.core.asks import holds as asks_of_holds
from frontdesk.core.asks import mails as asks_of_mails
from frontdesk.core.asks import notices as asks_of_notices
from frontdesk.core.asks import replies as asks_of_replies
from frontdesk.core.asks import requests as asks_of_requests
from frontdesk.core.asks import schedule as asks_of_schedule
from frontdesk.core.asks import settings as asks_of_settings
from frontdesk.core.asks import slots as asks_of_slots
from frontdesk.core.asks import transfer as asks_of_transfer
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.domain.actors import DESK, Actor
from frontdesk.core.domain.errors import Busy, NotFound, Refused, SlotTaken, StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.objections import NoOpenOffer, RequestIsOver
from frontdesk.core.domain.practice import Setup
from frontdesk.core.operations import access as access_operations
from frontdesk.core.operations import appointments as appointment_operations
from frontdesk.core.operations import charges as charge_operations
from frontdesk.core.operations import clients as client_operations
from frontdesk.core.operations import decisions, guard
from frontdesk.core.operations import holds as hold_operations
from frontdesk.core.operations import mails as mail_operations
from frontdesk.core.operations import notices as notice_operations
from frontdesk.core.operations import replies as reply_operations
from frontdesk.core.operations import requests as request_operations
from frontdesk.core.operations import schedule as schedule_operations
from frontdesk.core.operations import settings as settings_operations
from frontdesk.core.operations import transfer as transfer_operations
from frontdesk.core.operations import undo as undo_operations
from frontdesk.core.parse import naming
from frontdesk.core.queries import appointments as appointment_queries
from frontdesk.core.queries import automations as automation_queries
from frontdesk.core.queries import calendar as calendar_queries
from frontdesk.core.queries import charges as charge_queries
from frontdesk.core.queries import clients as client_queries
from frontdesk.core.queries import history as history_queries
from frontdesk.core.queries import letters as letter_queries
from frontdesk.core.queries import mails as mail_queries
from frontdesk.core.queries import notices as notice_queries
from frontdesk.core.queries import reminders as reminder_queries
from frontdesk.core.queries import requests as request_queries
from frontdesk.core.queries import schedule as schedule_queries
from frontdesk.core.queries import setup as setup_queries
from frontdesk.core.queries import slots as slot_queries
from frontdesk.core.queries import transfer as transfer_queries
from frontdesk.core.queries.actors import as_now, require_may
from frontdesk.core.store import clients
from frontdesk.core.store.engine import Store
from frontdesk.core.store.failures import Contention, Overlap
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.watch import Watch

T = TypeVar("T")

TRIES = 8
OVERLAP_TRIES = 3

OPERATIONS: dict[type[Ask[Any]], Callable[[Tx, Any], Any]] = {
    asks_of_appointments.BookAppointment: appointment_operations.book_appointment,
    asks_of_appointments.RescheduleAppointment: appointment_operations.reschedule_appointment,
    asks_of_appointments.EditAppointment: appointment_operations.edit_appointment,
    asks_of_appointments.CancelAppointment: appointment_operations.cancel_appointment,
    asks_of_appointments.CancelAsClient: appointment_operations.cancel_as_client,
    asks_of_appointments.SetStatus: appointment_operations.set_status,
    asks_of_appointments.ReinstateAppointment: appointment_operations.reinstate_appointment,
    asks_of_appointments.PickUpAppointment: appointment_operations.pick_up_appointment,
    asks_of_appointments.LayBack: appointment_operations.lay_back,
    asks_of_clients.AddClient: client_operations.add_client,
    asks_of_clients.EditClient: client_operations.edit_client,
    asks_of_clients.MergeClients: client_operations.merge_clients,
    asks_of_requests.RequestAppointment: request_operations.request_appointment,
    asks_of_requests.RequestRescheduling: request_operations.request_rescheduling,
    asks_of_requests.EditRequest: request_operations.edit_request,
    asks_of_requests.WithdrawRequest: request_operations.withdraw_request,
    asks_of_requests.ApproveRequest: decisions.approve_request,
    asks_of_requests.ApproveRequests: decisions.approve_requests,
    asks_of_requests.DeclineRequest: decisions.decline_request,
    asks_of_requests.DeclineRequests: decisions.decline_requests,
    asks_of_requests.OfferTimes: decisions.offer_times,
    asks_of_requests.TakeOffer: decisions.take_offer,
    asks_of_requests.RefuseOffers: decisions.refuse_offers,
    asks_of_requests.SweepExpired: hold_operations.sweep_expired,
    asks_of_holds.HoldSlot: hold_operations.hold_slot,
    asks_of_holds.ReleaseSlot: hold_operations.release_slot,
    asks_of_charges.SettleCharge: charge_operations.settle_charge,
    asks_of_charges.WaiveCharge: charge_operations.waive_charge,
    asks_of_mails.SendNow: mail_operations.send_now,
    asks_of_mails.DropMail: mail_operations.drop_mail,
    asks_of_mails.RetryMail: mail_operations.retry_mail,
    asks_of_mails.CallMade: mail_operations.call_made,
    asks_of_mails.ReleaseMails: mail_operations.release_mails,
    asks_of_mails.DropPaused: mail_operations.drop_paused,
    asks_of_mails.TakeBackDecision: mail_operations.take_back_decision,
    asks_of_mails.WriteMessage: mail_operations.write_message,
    asks_of_mails.WriteAsClient: mail_operations.write_as_client,
    asks_of_mails.GiveBookingLink: mail_operations.give_booking_link,
    asks_of_mails.WriteTestMail: mail_operations.write_test_mail,
    asks_of_mails.TakeMails: mail_operations.take_mails,
    asks_of_mails.ReportMail: mail_operations.report_mail,
    asks_of_mails.WriteReminders: mail_operations.write_reminders,
    asks_of_replies.ReceiveReply: reply_operations.receive_reply,
    asks_of_access.SendAccessCode: access_operations.send_access_code,
    asks_of_access.EnterAccessCode: access_operations.enter_access_code,
    asks_of_notices.MarkRead: notice_operations.mark_read,
    asks_of_schedule.TakeTimeOff: schedule_operations.take_time_off,
    asks_of_schedule.ApplyTimeOff: schedule_operations.apply_time_off,
    asks_of_schedule.KeepAppointment: schedule_operations.keep_appointment,
    asks_of_schedule.RemoveTimeOff: schedule_operations.remove_time_off,
    asks_of_settings.ApplyPractice: settings_operations.apply_practice,
    asks_of_settings.ChangeSettings: settings_operations.change_settings,
    asks_of_transfer.ImportRecords: transfer_operations.import_records,
    asks_of_history.Undo: undo_operations.undo,
    asks_of_history.Redo: undo_operations.redo,
}
"""Everything the system can do."""

QUERIES: dict[type[Question[Any]], Callable[[Look, Any], Any]] = {
    asks_of_appointments.ShowAppointment: appointment_queries.show_appointment,
    asks_of_appointments.ListAppointments: appointment_queries.list_appointments,
    asks_of_appointments.ListPickedUp: appointment_queries.list_picked_up,
    asks_of_automations.RehearseAutomations: automation_queries.rehearse_automations,
    asks_of_calendar.ShowCalendar: calendar_queries.show_calendar,
    asks_of_calendar.ShowMonth: calendar_queries.show_month,
    asks_of_clients.FindClients: client_queries.find_clients,
    asks_of_clients.FindDuplicates: client_queries.find_duplicates,
    asks_of_clients.ShowClient: client_queries.show_client,
    asks_of_requests.ListRequests: request_queries.list_requests,
    asks_of_requests.JudgeRequests: request_queries.judge_requests,
    asks_of_requests.ShowRequest: request_queries.show_request,
    asks_of_charges.ListCharges: charge_queries.list_charges,
    asks_of_charges.ShowTerms: charge_queries.show_terms,
    asks_of_charges.ShowPolicy: charge_queries.show_policy,
    asks_of_mails.ListMails: mail_queries.list_mails,
    asks_of_mails.ShowMail: mail_queries.show_mail,
    asks_of_mails.NextDue: mail_queries.next_due,
    asks_of_mails.CountReminders: reminder_queries.count_reminders,
    asks_of_mails.ListCalls: mail_queries.list_calls,
    asks_of_mails.PreviewLetter: letter_queries.preview_letter,
    asks_of_notices.ListNotices: notice_queries.list_notices,
    asks_of_notices.ShowGlance: notice_queries.show_glance,
    asks_of_schedule.ListWork: schedule_queries.list_work,
    asks_of_schedule.PlanTimeOff: schedule_queries.plan_time_off,
    asks_of_history.ShowHistory: history_queries.show_history,
    asks_of_settings.ShowSetup: setup_queries.show_setup,
    asks_of_settings.PlanPractice: setup_queries.plan_practice,
    asks_of_slots.FindSlots: slot_queries.find_slots,
    asks_of_slots.AskWhy: slot_queries.ask_why,
    asks_of_transfer.PlanImport: transfer_queries.plan_import,
    asks_of_transfer.ShowEverything: transfer_queries.show_everything,
}
"""Everything that can be asked."""


def system_clock() -> int:
    return int(time.time())


@dataclass(frozen=True, slots=True)
class Desk:
    """One engine, many people: `acting` is a copy for somebody else."""

    store: Store
    actor: Actor = DESK
    clock: Callable[[], int] = system_clock
    machine: Machine = Machine()

    def acting(self, actor: Actor) -> Desk:
        return replace(self, actor=actor)

    def do(self, ask: Ask[T]) -> T:
        """One change, whole or not at all. Raises the families of `domain/errors.py`."""
        operation = OPERATIONS[type(ask)]
        overlaps = 0
        for attempt in range(TRIES):
            try:
                with self.store.writing(on_disk=ask.on_disk) as connection:
                    tx = self._tx(connection)
                    self._let_in(tx, ask)
                    done: T = operation(tx, ask)
                    guard.record_ends(tx)  # of a deed that records nothing itself
                    return done
            except Refused as refused:
                self._record_end(ask, refused)
                raise
            except Overlap:
                overlaps += 1
                if overlaps == OVERLAP_TRIES:
                    raise SlotTaken(()) from None
            except Contention:
                time.sleep(random.uniform(0.5, 1.5) * 0.01 * 2**attempt)
        raise Busy

    def see(self, question: Question[T]) -> T:
        """One look at one moment. Raises the families of `domain/errors.py`."""
        for attempt in range(TRIES):
            try:
                with self.store.reading() as connection:
                    look = Look(
                        store=self.store,
                        connection=connection,
                        actor=self.actor,
                        now=self.clock(),
                        machine=self.machine,
                    )
                    self._let_in(look, question)
                    seen: T = QUERIES[type(question)](look, question)
                break
            except Contention:
                time.sleep(random.uniform(0.5, 1.5) * 0.01 * 2**attempt)
        else:
            raise Busy
        if isinstance(question, asks_of_clients.ShowClient) and question.opening:
            self._log_opening(question)
        return seen

    def now(self) -> int:
        return self.clock()

    def watch(self) -> Watch:
        """Tells whether anybody changed anything; for one thread."""
        return Watch(self.store)

    def close(self) -> None:
        self.store.close()

    def _let_in(self, look: Look, asked: Ask[Any] | Question[Any]) -> None:
        """The actor as they are now, if they may ask this at all. Raises NotAllowed."""
        look.actor = as_now(look, self.actor, asked.needs)
        require_may(look, asked.needs)

    def _tx(self, connection: Any) -> Tx:
        return Tx(
            store=self.store,
            connection=connection,
            actor=self.actor,
            now=self.clock(),
            machine=self.machine,
        )

    def _record_end(self, ask: Ask[Any], refused: Refused) -> None:
        """A request whose time had run out: that is recorded before the refusal is told."""
        request = getattr(ask, "request", None)
        if request is None or not any(isinstance(it, RequestIsOver | NoOpenOffer) for it in refused.objections):
            return
        try:
            with self.store.writing() as connection:
                hold_operations.record_end(self._tx(connection), request)
        except (Overlap, Contention, StoreUnusable):
            return  # readers see it as over all the same; the next sweep writes it

    def _log_opening(self, question: asks_of_clients.ShowClient) -> None:
        """Opening a record goes on record; a database that cannot be written to can still be looked at."""
        try:
            with self.store.writing() as connection:
                clients.log_opening(self._tx(connection), question.client)
        except (Contention, StoreUnusable):
            return


def open_desk(
    url: str,
    *,
    create: bool = False,
    clock: Callable[[], int] | None = None,
    machine: Machine = Machine(),
    staff: str | None = None,
    now: str | None = None,
) -> Desk:
    """Opens a database (a path is SQLite), as somebody and at a fixed moment where they are named.

    Raises StoreUnusable, BadInput or NotFound.
    """
    if now is not None:
        naming.moment(now, "UTC", "--now")  # before anything is made
    desk = Desk(Store(url, create=create), clock=clock or system_clock, machine=machine)
    # what was imported stays for ever: the collector need not look at it again with every large answer
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    if staff is None and now is None:
        return desk
    try:
        setup: Setup | None = desk.see(asks_of_settings.ShowSetup())
    except StoreUnusable as error:
        if not create or error.problem is not StoreProblem.EMPTY:
            raise
        setup = None  # it is about to be made
    if now is not None:
        at = naming.moment(now, setup.practice.timezone if setup is not None else "UTC", "--now")
        desk = replace(desk, clock=lambda: at)
    if staff is None:
        return desk
    if setup is None:
        raise NotFound("staff", staff)
    return desk.acting(naming.actor(setup, staff))

"""Any order of deeds: no holders overlap, claims are what is held, undo restores what was, fees add up."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from frontdesk.core.asks.appointments import (
    BookAppointment,
    CancelAppointment,
    CancelAsClient,
    ReinstateAppointment,
    RescheduleAppointment,
    SetStatus,
)
from frontdesk.core.asks.charges import SettleCharge, WaiveCharge
from frontdesk.core.asks.clients import AddClient, NewClient, ShowClient
from frontdesk.core.asks.door import Ask
from frontdesk.core.asks.history import Redo, Undo
from frontdesk.core.asks.holds import HoldSlot, ReleaseSlot
from frontdesk.core.asks.requests import (
    ApproveRequest,
    ApproveRequests,
    DeclineRequest,
    DeclineRequests,
    EditRequest,
    OfferedTime,
    OfferTimes,
    RefuseOffers,
    RequestAppointment,
    RequestRescheduling,
    SweepExpired,
    TakeOffer,
    WithdrawRequest,
)
from frontdesk.core.asks.schedule import ApplyTimeOff, KeepAppointment, Move, PlanTimeOff, RemoveTimeOff, TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.domain.appointments import Appointment, AppointmentId, Side, Status
from frontdesk.core.domain.charges import Charge, ChargeKind, ChargeState
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.events.every import FINAL, Event
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.requests import Applicant, Request, RequestKind, RequestState
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.times import HOUR
from frontdesk.core.domain.work import WorkState
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store import charges, events, requests, work
from frontdesk.core.store.look import Look
from tests.builders import PRACTICE, Clock, on, open_test_desk
from tests.sizes import size
from tests.store.evidence import everything_kept, faults

POLICY = """[policy]
notice = 24
inside_reschedule_notice = "late"
late_fee = "25.00"
late_reschedule_fee = "10.00"
no_show_fee = "100%"

[booking]
request_expiry = 30
answer_by = 8
"""

DAYS = st.integers(23, 27)
HOURS = st.sampled_from((9, 10, 11, 14))
STARTS = st.builds(lambda day, hour, minute: on(day, hour, minute), DAYS, HOURS, st.sampled_from((0, 15, 30)))
WHO = st.sampled_from((StaffId("ann"), StaffId("bob")))
PICK = st.integers(0, 50)
REASON = st.sampled_from(("", "", "urgent"))
CLIENTS = 4


class Deeds(RuleBasedStateMachine):
    """Deeds on one desk, with a clock that moves on; what a deed refuses changes nothing."""

    new_url: Callable[[], str]

    @initialize()
    def open(self) -> None:
        self.clock = Clock()
        self.desk = open_test_desk(self.new_url(), self.clock)
        text = PRACTICE.replace("[booking]\n", POLICY)
        self.desk.do(ApplyPractice(file=practice_file(text)))
        names = [f"Client {n}" for n in range(CLIENTS)]
        self.clients = [self.desk.do(AddClient(client=NewClient(name=name))).client.id for name in names]
        for number, hour in enumerate((9, 10, 11)):
            self._do(self._booking(on(25, hour), StaffId("ann"), self.clients[number]))

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.close()

    @rule(start=STARTS, who=WHO, client=PICK, override=REASON)
    def book(self, start: Any, who: StaffId, client: int, override: str) -> None:
        self._try(self._booking(start, who, self._client(client), override))

    @rule(start=STARTS, who=WHO, client=PICK)
    def request(self, start: Any, who: StaffId, client: int) -> None:
        asker = self._client(client) if client % 3 else Applicant(name="Nora New", email=f"n{client}@example.org")
        ask = RequestAppointment(service=ServiceId("review"), start=start, client=asker, practitioner=who)
        self._try(ask)

    @rule(which=PICK, start=STARTS)
    def request_move(self, which: int, start: Any) -> None:
        for it in self._one(self._appointments(), which):
            self._try(RequestRescheduling(appointment=it.id, start=start))

    @rule(which=PICK, start=STARTS, words=st.booleans())
    def edit(self, which: int, start: Any, words: bool) -> None:
        for it in self._one(self._requests(), which):
            self._try(EditRequest(request=it.id, start=None if words else start, description="more"))

    @rule(which=PICK, who=WHO, start=st.none() | STARTS, override=REASON)
    def approve(self, which: int, who: StaffId, start: Any, override: str) -> None:
        for it in self._one(self._requests(), which):
            self._try(ApproveRequest(request=it.id, seen=None, practitioner=who, start=start, override=override))

    @rule()
    def approve_all(self) -> None:
        pending = [it for it in self._requests() if it.as_of(self.clock.now).state is RequestState.PENDING]
        if pending:
            self._try(ApproveRequests(requests=tuple((it.id, it.as_of(self.clock.now).revision) for it in pending)))

    @rule(which=PICK)
    def decline(self, which: int) -> None:
        for it in self._one(self._requests(), which):
            self._stands(it, DeclineRequest(request=it.id, seen=None))

    @rule(which=PICK)
    def withdraw(self, which: int) -> None:
        for it in self._one(self._requests(), which):
            self._stands(it, WithdrawRequest(request=it.id))

    @rule(which=PICK, starts=st.lists(STARTS, min_size=1, max_size=3, unique=True))
    def offer(self, which: int, starts: list[Any]) -> None:
        for it in self._one(self._requests(), which):
            times = tuple(OfferedTime(start=start) for start in starts)
            self._stands(it, OfferTimes(request=it.id, seen=None, times=times))

    @rule(which=PICK, choice=st.integers(1, 3))
    def take(self, which: int, choice: int) -> None:
        for it in self._one(self._requests(), which):
            self._try(TakeOffer(request=it.id, choice=choice))

    @rule(which=PICK)
    def refuse(self, which: int) -> None:
        for it in self._one(self._requests(), which):
            self._stands(it, RefuseOffers(request=it.id))

    @rule(which=PICK, start=STARTS, who=WHO, override=REASON)
    def reschedule(self, which: int, start: Any, who: StaffId, override: str) -> None:
        for it in self._one(self._appointments(), which):
            self._try(
                RescheduleAppointment(appointment=it.id, seen=None, start=start, practitioner=who, override=override)
            )

    @rule(which=PICK, by=st.sampled_from(Side), waive=REASON)
    def cancel(self, which: int, by: Side, waive: str) -> None:
        for it in self._one(self._appointments(), which):
            self._try(
                CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("client_asked"), by=by, waive=waive)
            )

    @rule(which=PICK)
    def cancel_as_client(self, which: int) -> None:
        for it in self._one(self._appointments(), which):
            self._try(CancelAsClient(appointment=it.id, seen=None))

    @rule(which=PICK, status=st.sampled_from(Status))
    def set_status(self, which: int, status: Status) -> None:
        for it in self._one(self._appointments(), which):
            self._try(SetStatus(appointment=it.id, seen=None, status=status))

    @rule(which=PICK, override=REASON)
    def reinstate(self, which: int, override: str) -> None:
        for it in self._one(self._appointments(), which):
            self._try(ReinstateAppointment(appointment=it.id, seen=None, override=override))

    @rule(which=PICK, waives=st.booleans())
    def pay(self, which: int, waives: bool) -> None:
        for it in self._one(self._charges(), which):
            self._try(WaiveCharge(charge=it.id, reason="kind") if waives else SettleCharge(charge=it.id))

    @rule(which=PICK)
    def take_hold(self, which: int) -> None:
        """Somebody in pain is booked where another one's request is held."""
        for it in self._one([it for it in self._requests() if it.as_of(self.clock.now).held], which):
            slot = it.as_of(self.clock.now).held[0]
            self._try(self._booking(slot.start, slot.practitioner, self.clients[0], "in pain"))

    @rule(day=DAYS, who=WHO)
    def absence(self, day: int, who: StaffId) -> None:
        self._try(TakeTimeOff(staff=who, start=on(day, 10), end=on(day, 12)))

    @rule(day=DAYS, who=WHO)
    def planned_absence(self, day: int, who: StaffId) -> None:
        planned = self.desk.see(PlanTimeOff(staff=who, start=on(day, 9), end=on(day, 12)))
        moves = tuple(
            Move(appointment=it.named.appointment.id, seen=it.named.appointment.revision, to=it.to)
            for it in planned
            if it.to is not None
        )
        self._try(ApplyTimeOff(staff=who, start=on(day, 9), end=on(day, 12), moves=moves))

    @rule(which=PICK)
    def absence_ends(self, which: int) -> None:
        off = [it for it in self.desk.see(ShowSetup()).time_off if it.life is Life.ACTIVE]
        for it in self._one(off, which):
            self._try(RemoveTimeOff(time_off=it.id))

    @rule()
    def decline_all(self) -> None:
        pending = [it for it in self._requests() if it.as_of(self.clock.now).state is RequestState.PENDING]
        if pending:
            self._try(DeclineRequests(requests=tuple((it.id, it.as_of(self.clock.now).revision) for it in pending)))

    @rule(start=STARTS, who=WHO, client=PICK, books=st.booleans())
    def pick(self, start: Any, who: StaffId, client: int, books: bool) -> None:
        """A picker keeps a time; what is booked from it is booked once, whatever the key says again."""
        key, service = uuid.UUID(int=7), ServiceId("review")
        if self._do(HoldSlot(key=key, service=service, start=start, practitioner=who)) is None:
            return
        if books:
            ask = replace(self._booking(start, who, self._client(client)), hold=key)
            if self._do(ask) is not None:
                assert self._do(replace(ask, client=self.clients[client % CLIENTS - 1])) is None
        self._do(ReleaseSlot(key=key))

    @rule(which=PICK)
    def keep(self, which: int) -> None:
        for it in self._one(self._appointments(), which):
            self._try(KeepAppointment(appointment=it.id))

    @rule()
    def undo(self) -> None:
        self._try(Undo(), back=False)

    @rule()
    def redo(self) -> None:
        self._try(Redo(), back=False)

    @rule()
    def sweep(self) -> None:
        before = self._picture()
        self.desk.do(SweepExpired())
        assert self._picture() == before, "readers saw it as over already"

    @rule(hours=st.sampled_from((1, 7, 13)))
    def time_passes(self, hours: int) -> None:
        self.clock.now += hours * HOUR

    @invariant()
    def nothing_is_wrong(self) -> None:
        if not hasattr(self, "desk"):
            return
        assert faults(self.desk, self.clock.now) == []
        kept = {it.id: it for it in self._every_appointment()}
        owed: dict[ClientId, int] = dict.fromkeys(self.clients, 0)
        for charge in self._charges():
            if charge.state is not ChargeState.DUE:
                continue
            owed[charge.client] = owed.get(charge.client, 0) + charge.amount
            status = kept[charge.appointment].status
            if charge.kind is ChargeKind.LATE_CANCEL:
                assert status is Status.LATE_CANCELLED
            elif charge.kind is ChargeKind.NO_SHOW:
                assert status is Status.NO_SHOW
        for client in self.clients:
            assert self.desk.see(ShowClient(client=client, opening=False)).owes == owed[client]

    @invariant()
    def every_change_has_its_event(self) -> None:
        if not hasattr(self, "desk"):
            return
        with self.desk.store.reading() as connection:
            look = self._look(connection)
            for it in requests.everything(look):
                changes = [
                    change
                    for line in events.of_thing(look, "request", str(it.id), 1000)
                    for change in line.changes
                    if (change.kind, change.id) == ("request", str(it.id))
                ]
                assert changes[-1].after == it
                for one, following in pairwise(changes):
                    assert one.after == following.before

    def _try(self, ask: Ask[Any], back: bool = True) -> Any:
        """The deed; refused it changes nothing, done it can be undone exactly, and done again."""
        before = self._picture()
        done = self._do(ask)
        if done is None:
            assert self._picture() == before
            return None
        operation = done.operation if isinstance(done, Event) else done.events[-1].operation
        if back and operation not in FINAL:
            after = self._picture()
            self.desk.do(Undo())  # what was just done can be taken back, whatever it was
            assert self._picture() == before, "undo restores exactly what was"
            self.desk.do(Redo())
            assert self._picture() == after
        return done

    def _stands(self, request: Request, ask: Ask[Any]) -> None:
        """Whatever becomes of a wish to move, the appointment is as it was."""
        was = self._appointment(request.appointment) if request.kind is RequestKind.RESCHEDULE else None
        self._try(ask)
        if was is not None:
            now = self._appointment(request.appointment)
            assert now is not None
            assert _plain(now) == _plain(was)

    def _do(self, ask: Ask[Any]) -> Any:
        try:
            return self.desk.do(ask)
        except DeskError:
            return None

    def _booking(self, start: Any, who: StaffId, client: ClientId, override: str = "") -> BookAppointment:
        return BookAppointment(
            service=ServiceId("review"), start=start, client=client, practitioner=who, override=override
        )

    def _client(self, number: int) -> ClientId:
        return self.clients[number % CLIENTS]

    def _one(self, found: list[Any], which: int) -> list[Any]:
        return [found[which % len(found)]] if found else []

    def _look(self, connection: Any) -> Look:
        return Look(store=self.desk.store, connection=connection, actor=self.desk.actor, now=self.clock.now)

    def _every_appointment(self) -> list[Appointment]:
        with self.desk.store.reading() as connection:
            return everything_kept(self._look(connection))

    def _appointments(self) -> list[Appointment]:
        return [it for it in self._every_appointment() if it.status is not Status.UNDONE]

    def _appointment(self, id_: AppointmentId | None) -> Appointment | None:
        return next((it for it in self._every_appointment() if it.id == id_), None)

    def _requests(self) -> list[Request]:
        with self.desk.store.reading() as connection:
            return [it for it in requests.everything(self._look(connection)) if it.state is not RequestState.UNDONE]

    def _charges(self) -> list[Charge]:
        with self.desk.store.reading() as connection:
            return charges.everything(self._look(connection))

    def _picture(self) -> dict[str, Any]:
        """Everything as readers see it, the counters aside; what was undone is not there."""
        with self.desk.store.reading() as connection:
            look = self._look(connection)
            return {
                "appointments": {it.id: _plain(it) for it in self._appointments()},
                "requests": {it.id: replace(it.as_of(look.now), revision=0) for it in self._requests()},
                "charges": {
                    it.id: replace(it, revision=0)
                    for it in charges.everything(look)
                    if it.state is not ChargeState.VOID
                },
                "work": {
                    it.id: replace(it, revision=0) for it in work.everything(look) if it.state is not WorkState.GONE
                },
            }


def _plain(appointment: Appointment) -> Appointment:
    """Without its counters, and without since when it has its time: taken back, it was given it just now."""
    return replace(appointment, revision=0, sequence=0, timed_at=0)


def test_any_order_of_deeds_leaves_everything_right(request: pytest.FixtureRequest, engine: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-machine-"))
    server = request.getfixturevalue("server") if engine == "postgresql" else None
    number = iter(range(1_000_000))

    class OnThisEngine(Deeds):
        def new_url(self) -> str:
            return server.free() if server is not None else str(folder / f"{next(number)}.db")

    examples = size(*((25, 1000) if engine == "sqlite" else (8, 200)))
    try:
        run_state_machine_as_test(
            OnThisEngine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=30,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=("sqlite", "postgresql"))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)

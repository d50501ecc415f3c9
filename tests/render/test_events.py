"""What was done, in words: one sentence a fact, and the fact's line of history."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from frontdesk.core.domain.appointments import Cancellation, Side, Status
from frontdesk.core.domain.charges import Charge, ChargeId, ChargeKind, ChargeState
from frontdesk.core.domain.events.appointments import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentEdited,
    AppointmentReinstated,
    AppointmentRescheduled,
    StatusSet,
    WorkKept,
)
from frontdesk.core.domain.events.automations import AutomationRan
from frontdesk.core.domain.events.charges import ChargeSettled, ChargeWaived
from frontdesk.core.domain.events.clients import ClientAdded, ClientEdited, ClientErased, ClientsMerged
from frontdesk.core.domain.events.every import Batch, Event
from frontdesk.core.domain.events.mails import BookingLinkGiven, MessageReceived, MessageWritten, ReplyNoted
from frontdesk.core.domain.events.practice import PracticeApplied, SettingsChanged
from frontdesk.core.domain.events.recorded import Change, Left
from frontdesk.core.domain.events.requests import (
    OffersLapsed,
    OffersRefused,
    RequestApproved,
    RequestDeclined,
    RequestEdited,
    RequestExpired,
    RequestMade,
    RequestWithdrawn,
    TimesOffered,
)
from frontdesk.core.domain.events.reversals import Redone, Undone
from frontdesk.core.domain.events.schedule import TimeOffRemoved, TimeOffTaken
from frontdesk.core.domain.events.transfer import ImportDone, RecordImported
from frontdesk.core.domain.events.upkeep import DatabaseRestored
from frontdesk.core.domain.hours import TimeOff, TimeOffId
from frontdesk.core.domain.objections import NothingToChange
from frontdesk.core.domain.people import Client, ClientId, StaffId
from frontdesk.core.domain.records import ImportPlan
from frontdesk.core.domain.requests import Ended, Request, RequestId, RequestKind, Slot
from frontdesk.core.domain.services import LocationId, Service, ServiceId
from frontdesk.core.domain.settings import SettingValue
from frontdesk.core.domain.times import HOUR
from frontdesk.core.domain.work import Answer, Work, WorkId, WorkState
from frontdesk.core.render.words.changes import change_words
from frontdesk.core.render.words.events import batch_words, event_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import ZONE, an_appointment, at, on

CLARA = Client(id=ClientId(1), name="Clara Client", email="clara@client.example")
DORA = Client(id=ClientId(2), name="Dora Dunn")
VISIT = an_appointment()
TEN = replace(VISIT, start=VISIT.start + HOUR, end=VISIT.end + HOUR)
TICKET = replace(VISIT, ticket="T-9")
REVIEW = Service(id=ServiceId("review"), name="Review", duration=30)
OFF = TimeOff(id=TimeOffId(1), staff=StaffId("ann"), start=on(24, 9), end=on(24, 12))
FEE = Charge(
    id=ChargeId(1),
    client=CLARA.id,
    appointment=VISIT.id,
    kind=ChargeKind.LATE_CANCEL,
    amount=2500,
    currency="GBP",
    made_at=0,
)
WISH = Request(
    id=RequestId(1),
    holder=uuid.UUID(int=2),
    kind=RequestKind.NEW,
    client=CLARA.id,
    applicant=None,
    service=REVIEW.id,
    asked_for=None,
    slot=Slot(
        start=at(on(25, 9)),
        end=at(on(25, 9, 30)),
        practitioner=StaffId("ann"),
        location=LocationId("main"),
    ),
    zone=ZONE,
    wall=on(25, 9),
    buffer_before=0,
    buffer_after=0,
    asked_at=0,
    expires_at=at(on(27, 9)),
)
MOVE = replace(WISH, kind=RequestKind.RESCHEDULE)
OFFERED = replace(WISH, offers=(replace(WISH.slot, start=at(on(26, 9))),), answer_by=at(on(25, 8)))
TODO = Work(
    id=WorkId(1),
    appointment=VISIT.id,
    practitioner=StaffId("ann"),
    start=VISIT.start,
    cause="time_off",
    cause_id="1",
    since=0,
)
LOST = (Change(None, TODO), Change(None, replace(TODO, id=WorkId(2), appointment=type(VISIT.id)(2))))
CLIENTS: dict[str, Any] = {"client_name": "Clara Client"}

SENTENCES: list[tuple[Event, str]] = [
    (AppointmentBooked(appointment=VISIT, client=CLARA), "Booked Clara Client: Review, Mon 23 Nov 09:00, Ann Archer"),
    (
        AppointmentBooked(appointment=replace(VISIT, override="in pain"), client=CLARA, new_client=True),
        "Booked Clara Client, a new client: Review, Mon 23 Nov 09:00, Ann Archer · against a rule: in pain",
    ),
    (
        AppointmentRescheduled(before=VISIT, appointment=TEN, **CLIENTS),
        "Moved Clara Client from Mon 23 Nov 09:00 to Review, Mon 23 Nov 10:00, Ann Archer",
    ),
    (
        AppointmentRescheduled(before=TICKET, appointment=replace(TEN, ticket="T-9"), **CLIENTS),
        "Moved Clara Client from Mon 23 Nov 09:00 to Review, Mon 23 Nov 10:00, Ann Archer"
        " · ticket T-9 names the old time",
    ),
    (AppointmentEdited(before=VISIT, appointment=VISIT, **CLIENTS), "Saved the notes for Clara Client"),
    (AppointmentCancelled(before=VISIT, appointment=VISIT, **CLIENTS), "Cancelled Clara Client, Mon 23 Nov 09:00"),
    (
        AppointmentCancelled(
            before=VISIT,
            appointment=replace(VISIT, status=Status.LATE_CANCELLED),
            also=(Change(None, FEE), Change(WISH, replace(WISH, ended=Ended.OVERTAKEN))),
            **CLIENTS,
        ),
        "Cancelled late: Clara Client, Mon 23 Nov 09:00 · 25.00 GBP (late cancel) due · the request R-ESSKD is over",
    ),
    (
        StatusSet(before=VISIT, appointment=replace(VISIT, status=Status.ARRIVED), **CLIENTS),
        "Clara Client: arrived",
    ),
    (
        StatusSet(before=VISIT, appointment=replace(VISIT, status=Status.CONFIRMED, start=at(on(24, 9))), **CLIENTS),
        "Clara Client: confirmed · Tue 24 Nov 09:00",
    ),
    (
        AppointmentReinstated(before=VISIT, appointment=VISIT, **CLIENTS),
        "Reinstated Clara Client: Review, Mon 23 Nov 09:00, Ann Archer",
    ),
    (WorkKept(before=TODO, work=TODO, **CLIENTS), "Clara Client stays as it is"),
    (RequestMade(request=WISH, **CLIENTS), "Clara Client asks for Review, Wed 25 Nov 09:00, Ann Archer (R-ESSKD)"),
    (
        RequestMade(request=MOVE, **CLIENTS),
        "Clara Client asks for move to Review, Wed 25 Nov 09:00, Ann Archer (R-ESSKD)",
    ),
    (
        RequestEdited(before=WISH, request=WISH, **CLIENTS),
        "Clara Client now asks for Review, Wed 25 Nov 09:00, Ann Archer (R-ESSKD)",
    ),
    (
        RequestWithdrawn(before=WISH, request=WISH, **CLIENTS),
        "Withdrawn: Clara Client, Review, Wed 25 Nov 09:00, Ann Archer",
    ),
    (
        RequestApproved(before=WISH, request=WISH, appointment=VISIT, client=CLARA, **CLIENTS),
        "Approved Clara Client: Review, Mon 23 Nov 09:00, Ann Archer",
    ),
    (
        RequestApproved(before=WISH, request=WISH, appointment=VISIT, client=CLARA, new_client=True, **CLIENTS),
        "Approved Clara Client, a new client: Review, Mon 23 Nov 09:00, Ann Archer",
    ),
    (
        RequestApproved(before=MOVE, request=MOVE, appointment=TEN, was=VISIT, client=CLARA, **CLIENTS),
        "Approved: Clara Client moves from Mon 23 Nov 09:00 to Review, Mon 23 Nov 10:00, Ann Archer",
    ),
    (
        RequestDeclined(before=WISH, request=WISH, **CLIENTS),
        "Declined Clara Client: Review, Wed 25 Nov 09:00, Ann Archer",
    ),
    (
        TimesOffered(before=WISH, request=OFFERED, **CLIENTS),
        "Offered Clara Client Thu 26 Nov 09:00, until Wed 25 Nov 08:00",
    ),
    (
        OffersRefused(before=OFFERED, request=WISH, **CLIENTS),
        "Clara Client takes none of the times; the request waits",
    ),
    (OffersLapsed(before=OFFERED, request=WISH, **CLIENTS), "Clara Client did not answer the offer"),
    (
        RequestExpired(before=WISH, request=WISH, **CLIENTS),
        "Expired: Clara Client, Review, Wed 25 Nov 09:00, Ann Archer",
    ),
    (ClientAdded(client=CLARA), "Added Clara Client"),
    (ClientEdited(before=CLARA, client=CLARA), "Saved Clara Client"),
    (
        ClientsMerged(kept=CLARA, all_changes=(Change(CLARA, CLARA), Change(DORA, DORA))),
        "Merged Dora Dunn into Clara Client",
    ),
    (ClientErased(client=replace(CLARA, name="C-ESSKD"), left=()), "Erased C-ESSKD"),
    (ChargeSettled(before=FEE, charge=FEE, **CLIENTS), "Settled 25.00 GBP (late cancel) of Clara Client"),
    (ChargeWaived(before=FEE, charge=FEE, **CLIENTS), "Waived 25.00 GBP (late cancel) of Clara Client"),
    (
        TimeOffTaken(time_off=OFF, staff_name="Ann Archer"),
        "Ann Archer is off Tue 24 Nov 09:00 – Tue 24 Nov 12:00",
    ),
    (
        TimeOffTaken(time_off=OFF, staff_name="Ann Archer", affected=1),
        "Ann Archer is off Tue 24 Nov 09:00 – Tue 24 Nov 12:00 · 1 appointment lies in it: w lists it",
    ),
    (
        TimeOffTaken(time_off=OFF, staff_name="Ann Archer", affected=2),
        "Ann Archer is off Tue 24 Nov 09:00 – Tue 24 Nov 12:00 · 2 appointments lie in it: w lists them",
    ),
    (
        TimeOffRemoved(before=OFF, time_off=OFF, staff_name="Ann Archer"),
        "Ann Archer is there again Tue 24 Nov 09:00",
    ),
    (PracticeApplied(all_changes=(Change(None, REVIEW),)), "1 change to the practice"),
    (
        PracticeApplied(all_changes=(Change(None, REVIEW), Change(None, OFF)), also=LOST),
        "2 changes to the practice · 2 appointments lost their time · frontdesk worklist",
    ),
    (
        SettingsChanged(all_changes=(Change(None, SettingValue(path="booking.horizon", value=90)),)),
        "booking: Booking horizon 90 days",
    ),
    (MessageWritten(client=CLARA), "Message to Clara Client: it waits in the outbox"),
    (MessageWritten(client=DORA), "Message to Dora Dunn: no e-mail, to be called (w)"),
    (MessageReceived(client=CLARA), "Passed on: what Clara Client wrote"),
    (
        BookingLinkGiven(client=CLARA, service=REVIEW, mailed=True),
        "Booking link to Clara Client: it waits in the outbox",
    ),
    (BookingLinkGiven(client=CLARA, service=REVIEW, mailed=False), "Booking link for Clara Client"),
    (
        ReplyNoted(appointment=VISIT, answer=Answer.ACCEPTED, **CLIENTS),
        "Clara Client has confirmed Mon 23 Nov 09:00 again",
    ),
    (
        ReplyNoted(appointment=VISIT, answer=Answer.DECLINED, elsewhere="m@x.example", **CLIENTS),
        "m@x.example answered for Clara Client, Mon 23 Nov 09:00: ask whether that was them",
    ),
    (ReplyNoted(appointment=VISIT, answer=Answer.DECLINED, **CLIENTS), "Clara Client declined Mon 23 Nov 09:00"),
    (
        ReplyNoted(appointment=VISIT, answer=Answer.COUNTERED, proposes=TEN.start, **CLIENTS),
        "Clara Client cannot have Mon 23 Nov 09:00 · proposes Mon 23 Nov 10:00",
    ),
    (
        AutomationRan(automation="tidy", all_changes=(Change(VISIT, replace(VISIT, internal_note="tidy up")),)),
        "By the automation tidy: A-ESSKD, internal: tidy up",
    ),
    (RecordImported(change=Change(None, CLARA)), "Imported: C-ESSKD Clara Client"),
    (
        DatabaseRestored(made_at=at(on(23, 8)), doubtful=2, erased=1, left=(ClientId(1),)),
        "Restored from a copy of Mon 23 Nov 08:00 · 2 mails may have been told · 1 client was erased again"
        " · not erased, being part of another record: C-ESSKD",
    ),
    (ImportDone(new=3, updated=1, skipped=0, plan=ImportPlan()), "Imported: 3 new, 1 updated"),
    (
        Undone(of_operation="reschedule", all_changes=(Change(TEN, VISIT),), **CLIENTS),
        "Undone: moved Clara Client, Mon 23 Nov 09:00",
    ),
    (
        Undone(
            of_operation="cancel",
            all_changes=(Change(replace(VISIT, status=Status.CANCELLED), VISIT), Change(TEN, VISIT)),
            **CLIENTS,
        ),
        "Undone: cancelled Clara Client, Mon 23 Nov 09:00, booked and 1 more",
    ),
    (
        Redone(of_operation="edit_client", all_changes=(Change(CLARA, CLARA),), **CLIENTS),
        "Done again: changed Clara Client",
    ),
]


@pytest.mark.parametrize(("event", "sentence"), SENTENCES, ids=[it[1] for it in SENTENCES])
def test_a_fact_is_told_in_one_sentence(voice: Voice, event: Event, sentence: str) -> None:
    assert event_words(voice, event) == sentence


def test_every_fact_stands_here() -> None:
    assert {type(event) for event, _sentence in SENTENCES} == set(get_args(Event))


def test_an_act_on_several_says_how_many_and_what_it_left(voice: Voice) -> None:
    approved = RequestApproved(before=WISH, request=WISH, appointment=VISIT, client=CLARA, **CLIENTS)
    one = "Approved Clara Client: Review, Mon 23 Nov 09:00, Ann Archer"
    left = Left(reference="R-2", client_name="Dora Dunn", objections=(NothingToChange(),))
    assert batch_words(voice, Batch(events=(approved,))) == one
    assert batch_words(voice, Batch(events=(approved, approved, approved))) == f"{one} · and 2 more approved"
    assert batch_words(voice, Batch(events=(approved,), left=(left,))) == (
        f"{one} · 1 left: Dora Dunn, that is how it is already"
    )
    assert batch_words(voice, Batch(events=(), left=(left, left))) == (
        "Nothing was done · 2 left, as Dora Dunn: that is how it is already"
    )


CHANGES: list[tuple[Change, list[str]]] = [
    (Change(None, VISIT), ["A-ESSKD", "Review, Mon 23 Nov 09:00, Ann Archer"]),
    (Change(VISIT, TEN), ["A-ESSKD", "Mon 23 Nov 09:00 → Mon 23 Nov 10:00"]),
    (
        Change(VISIT, replace(VISIT, practitioner=StaffId("bob"))),
        ["A-ESSKD", "Mon 23 Nov 09:00 → Mon 23 Nov 09:00", "Bob Brown"],
    ),
    (Change(VISIT, replace(VISIT, note="left knee")), ["A-ESSKD", "note: left knee"]),
    (Change(replace(VISIT, note="x"), VISIT), ["A-ESSKD", "note: –"]),
    (
        Change(
            TICKET,
            replace(
                TICKET,
                status=Status.CANCELLED,
                cancellation=Cancellation(reason="client_ill", text="flu", by=Side.CLIENT, at=at(on(22, 9))),
            ),
        ),
        ["A-ESSKD", "booked → cancelled", "ticket T-9", "Client ill", "by the client, Sun 22 Nov 09:00", "flu"],
    ),
    (Change(None, WISH), ["R-ESSKD Review, Wed 25 Nov 09:00, Ann Archer"]),
    (
        Change(WISH, OFFERED),
        ["R-ESSKD Review, Wed 25 Nov 09:00, Ann Archer", "Thu 26 Nov 09:00"],
    ),
    (
        Change(WISH, replace(WISH, hold_lost=True)),
        ["R-ESSKD Review, Wed 25 Nov 09:00, Ann Archer", "the hold is lost"],
    ),
    (Change(None, CLARA), ["C-ESSKD Clara Client"]),
    (
        Change(CLARA, replace(CLARA, phone="1", email="", born=date(1980, 1, 2))),
        ["C-ESSKD Clara Client", "phone 1", "e-mail –", "born 1980-01-02"],
    ),
    (Change(CLARA, replace(CLARA, name="Clara Court")), ["C-ESSKD Clara Court", "name Clara Client → Clara Court"]),
    (Change(FEE, replace(FEE, state=ChargeState.SETTLED)), ["25.00 GBP (late cancel) settled"]),
    (Change(None, TODO), ["work list A-ESSKD (time off)"]),
    (Change(TODO, replace(TODO, state=WorkState.KEPT)), ["work list A-ESSKD (time off)"]),
    (Change(None, OFF), ["time off 1"]),
    (Change(REVIEW, replace(REVIEW, duration=45)), ["service review", "Duration 30 minutes → 45 minutes"]),
    (
        Change(None, VISIT, unknown={"colour": "red"}),
        ["A-ESSKD", "Review, Mon 23 Nov 09:00, Ann Archer", "colour: red"],
    ),
]


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[" ".join(it[1]) for it in CHANGES])
def test_a_change_says_from_what_to_what(voice: Voice, change: Change, told: list[str]) -> None:
    assert [*change_words(voice, change)] == told

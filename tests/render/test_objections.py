"""Why not, in words: one sentence a reason, each read by somebody."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

import pytest

from frontdesk.core.domain import objections as why
from frontdesk.core.domain.appointments import Action, AppointmentId, Status
from frontdesk.core.domain.charges import ChargeState
from frontdesk.core.domain.outbox import MailState
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.requests import Ended, RequestAction, RequestId, RequestState
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import MINUTE, Span
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.voice import Voice
from tests.builders import at, on

REVIEW, ANN, GYM, POOL = ServiceId("review"), StaffId("ann"), RoomId("gym"), RoomId("pool")
TEN = at(on(24, 10))
SPAN = Span(TEN, TEN + 30 * MINUTE)
CLARA = why.Culprit(span=SPAN, padded=SPAN, appointment=AppointmentId(1), client_name="Clara Client")
BUFFERED = why.Culprit(span=SPAN, padded=Span(TEN, TEN + 40 * MINUTE), client_name="Clara Client")
UNSEEN = why.Culprit(span=SPAN, padded=SPAN)
CHOOSING = why.Culprit(span=SPAN, padded=SPAN, held_by="Rita Reception", expires_at=TEN)
ASKED = why.Culprit(span=SPAN, padded=SPAN, held_by="Dora Dunn", request=RequestId(1), expires_at=TEN)

SENTENCES: list[tuple[why.Objection, str]] = [
    (why.ServiceNotActive(REVIEW), "Review is not offered any more"),
    (why.NotOffered(REVIEW, None), "nobody offers Review"),
    (why.NotOffered(REVIEW, StaffId("vic")), "Vic Viewer does not offer Review"),
    (why.NotAtLocation(REVIEW, LocationId("annex")), "Review is not given at Annex"),
    (why.RoomDoesNotFit(REVIEW, None), "there is no room for Review here"),
    (why.RoomDoesNotFit(REVIEW, POOL), "Review cannot be given in Pool"),
    (why.NotOnline(REVIEW), "Review cannot be booked online"),
    (why.NotForNewClients(None), "new clients cannot book online here"),
    (why.NotForNewClients(REVIEW), "new clients begin with Review"),
    (
        why.NoSuchTime(datetime(2027, 3, 28, 1, 30), at(datetime(2027, 3, 28, 2, 0))),
        "01:30 does not exist on Sun 28 Mar: the clocks go forward; next is 02:00",
    ),
    (why.InThePast(TEN), "that time has passed"),
    (why.OutsideHours(()), "not working that day"),
    (
        why.OutsideHours((Span(at(on(24, 9)), at(on(24, 12))), Span(at(on(24, 13)), at(on(24, 17))))),
        "outside hours: 09:00–12:00, 13:00–17:00 that day",
    ),
    (why.Closed("Christmas", date(2026, 12, 28)), "closed: Christmas, open again Mon 28 Dec"),
    (why.Away(ANN, on(25, 8), ""), "Ann Archer is away until Wed 25 Nov 08:00"),
    (why.Away(ANN, on(25, 8), "course"), "Ann Archer is away until Wed 25 Nov 08:00 (course)"),
    (why.OffGrid(15), "starts are offered every 15 minutes"),
    (why.PractitionerTaken(ANN, CLARA), "Ann Archer has Clara Client 10:00–10:30"),
    (
        why.PractitionerTaken(ANN, BUFFERED),
        "Ann Archer has Clara Client 10:00–10:30 (with buffers 10:00–10:40)",
    ),
    (why.PractitionerTaken(ANN, UNSEEN), "Ann Archer has another booking 10:00–10:30"),
    (
        why.PractitionerTaken(ANN, CLARA, by_buffer=True),
        "Ann Archer needs the buffer next to Clara Client 10:00–10:30",
    ),
    (why.RoomsTaken((GYM, POOL), CLARA), "no room is free (Gym, Pool): Clara Client 10:00–10:30"),
    (why.Held(CHOOSING), "held by Rita Reception until Tue 24 Nov 10:00"),
    (why.Held(ASKED), "held for Dora Dunn (R-ESSKD) until Tue 24 Nov 10:00"),
    (why.ClientBusy(CLARA), "the client has another appointment 10:00–10:30"),
    (why.TooSoon(TEN), "too soon: the earliest is Tue 24 Nov 10:00"),
    (why.TooFarAhead(date(2027, 1, 31)), "too far ahead: bookings are open until Sun 31 Jan 2027"),
    (why.TooManyUpcoming(3), "the client has 3 appointments ahead already, the most there may be"),
    (why.TooManyPending(2), "the client has 2 open requests already, the most there may be"),
    (why.NotFromHere(Status.CANCELLED, Action.RESCHEDULE), "an appointment that is cancelled cannot be moved"),
    (why.NotBeforeStart(TEN), "it begins only Tue 24 Nov 10:00"),
    (why.ReasonNeedsText("Other"), "the reason “Other” needs a few words"),
    (why.OnlyByPhone(Action.CANCEL), "under its terms it can be cancelled only by calling the practice"),
    (
        why.TooLate(Action.CANCEL, TEN),
        "it could be cancelled by the client until Tue 24 Nov 10:00; now only by calling",
    ),
    (why.ConsentIsNeeded("We keep it."), "the client has to agree to the practice's text first, as it is worded now"),
    (why.ServiceStays(), "clients cannot change the service while moving"),
    (why.CallLiesAhead(), "the client's call cannot lie ahead"),
    (why.NotOnWorkList(), "it is not on the work list"),
    (why.ReplyIsKnown(), "this answer came already, or one that was written later"),
    (why.ReplyIsOld(), "the answer is to a time that the appointment no longer has"),
    (
        why.RequestIsOver(RequestState.APPROVED, None, RequestAction.DECLINE),
        "a request that is approved cannot be declined",
    ),
    (
        why.RequestIsOver(RequestState.EXPIRED, Ended.OVERTAKEN, RequestAction.APPROVE),
        "a request that is expired, overtaken cannot be approved",
    ),
    (why.NoOpenOffer(0), "no other times are offered to the client now"),
    (why.NoOpenOffer(1), "1 time is offered: choose it"),
    (why.NoOpenOffer(3), "3 times are offered: choose one"),
    (why.AnswerIsAwaited(1), "1 time is offered to the client, who has not answered"),
    (why.AnswerIsAwaited(2), "2 times are offered to the client, who has not answered"),
    (why.HoldIsLost(), "its time is not held any more"),
    (why.TooManyOffers(3), "3 times can be offered at most"),
    (
        why.KnownAlready((), ()),
        "the practice has a record with these details already and will see to it itself",
    ),
    (
        why.KnownAlready((ClientId(1), ClientId(2)), ("Ann Lee", "Anna Lee")),
        "a client with this phone or e-mail exists: Ann Lee, Anna Lee; choose that record or a new one",
    ),
    (why.NothingToUndo(), "there is nothing to undo"),
    (why.NothingToRedo(), "there is nothing to redo"),
    (
        why.ChangedSince("appointment", "A-5WGCP", "Ann Archer", TEN, "reschedule"),
        "A-5WGCP was changed since by Ann Archer (moved, Tue 24 Nov 10:00)",
    ),
    (why.CannotBeUndone("message"), "this cannot be undone"),
    (why.DetailsErased(), "a client whom it was about was erased since: this cannot be undone"),
    (why.SameClient(), "these are the same client"),
    (
        why.StillOpen(appointments=1, requests=0, charges=2),
        "1 appointment ahead, 2 charges that are due: see to that first, then erase",
    ),
    (
        why.AmountsAreKept("EUR"),
        "prices are kept in EUR: a currency with other decimals would change each of them",
    ),
    (why.LastAdmin("Ada Admin"), "Ada Admin is the only admin; make somebody else one first"),
    (why.NothingToChange(), "that is how it is already"),
    (why.ChargeIsOver(ChargeState.WAIVED), "the charge is waived already"),
    (why.WaiverNeedsReason(), "a waived charge needs a reason"),
    (why.MailIsOver(MailState.SENT), "the mail is sent: there is nothing to do about it"),
    (why.NoAddress("Clara Client"), "Clara Client has no e-mail address; add one with e"),
    (
        why.NoPortal(),
        "links lead to the portal, which is off or has no address (portal.enabled, portal.address)",
    ),
]


@pytest.mark.parametrize(("against", "sentence"), SENTENCES, ids=[it[1] for it in SENTENCES])
def test_a_reason_is_told_in_one_sentence(voice: Voice, against: why.Objection, sentence: str) -> None:
    assert objection_words(voice, against) == sentence


def test_every_reason_stands_here() -> None:
    assert {type(against) for against, _sentence in SENTENCES} == set(get_args(why.Objection))

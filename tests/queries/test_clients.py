"""A client's card, and who a name, a number or a date of birth finds."""

from __future__ import annotations

from datetime import date

import pytest

from frontdesk.core.asks.appointments import CancelAppointment, SetStatus
from frontdesk.core.asks.charges import ListCharges, SettleCharge
from frontdesk.core.asks.clients import EditClient, FindClients, FindDuplicates, ShowClient
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.asks.transfer import ShowEverything
from frontdesk.core.asks.upkeep import Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import Appointment, Side, Status
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.views import ClientCard, ClientHit
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store import search
from tests.builders import Clock, as_staff, at, booked, on
from tests.operations.asking import a_client, asked
from tests.operations.mailing import cancel

PHONE, BORN = "+44 20 7946 0018", date(1980, 7, 3)
FEES = '[policy]\nnotice = 24\nlate_fee = "25.00"\nno_show_fee = "100%"\n'


@pytest.fixture
def card(desk: Desk, clock: Clock) -> ClientCard:
    """Clara on Wednesday at noon: two visits, one missed and paid, one cancelled late, one in time, two ahead."""
    desk.do(ApplyPractice(file=practice_file(FEES)))
    clara = a_client(desk)
    done, again, missed, late, early, *_ahead = (
        booked(desk, on(day, hour), client=clara, override="many").appointment
        for day, hour in ((24, 9), (24, 11), (24, 10), (25, 11), (27, 15), (26, 9), (27, 9))
    )
    cancel(desk, early)
    clock.set(on(24, 12))
    for it in (done, again):
        for status in (Status.ARRIVED, Status.DONE):
            desk.do(SetStatus(appointment=it.id, seen=None, status=status))
    desk.do(SetStatus(appointment=missed.id, seen=None, status=Status.NO_SHOW))
    [fee] = desk.see(ListCharges(client=clara))
    desk.do(SettleCharge(charge=fee.charge.id))

    desk.do(CancelAppointment(appointment=late.id, seen=None, reason=ReasonId("client_asked"), by=Side.CLIENT))
    clock.set(on(25, 12))
    asked(desk, on(30, 9), client=clara)
    return desk.see(ShowClient(client=clara))


def starts(found: object) -> list[int]:
    return [it.appointment.start for it in found]  # type: ignore[attr-defined]


def test_a_card_has_what_is_next_in_order_and_what_was_with_the_latest_first(card: ClientCard) -> None:
    assert starts(card.upcoming) == [at(on(26, 9)), at(on(27, 9))]
    assert starts(card.past) == [at(on(27, 15)), at(on(25, 11)), at(on(24, 11)), at(on(24, 10)), at(on(24, 9))]
    assert [it.request.slot.start for it in card.requests] == [at(on(30, 9))]


def test_a_card_counts_visits_and_what_came_of_the_others(card: ClientCard) -> None:
    assert (card.visits, card.no_shows, card.cancelled, card.late) == (2, 1, 2, 1)


def test_a_card_says_what_is_owed(card: ClientCard) -> None:
    """A missed visit costs its price, a late cancel what the terms say."""
    assert sorted(it.charge.amount for it in card.charges) == [2500, 4500]
    assert card.owes == 2500  # the other is paid


def test_an_appointment_that_goes_on_now_is_still_ahead(desk: Desk, clock: Clock) -> None:
    made = booked(desk, on(24, 9))
    clock.set(on(24, 9, 20))

    assert starts(desk.see(ShowClient(client=made.client.id)).upcoming) == [at(on(24, 9))]
    clock.set(on(24, 9, 30))
    assert starts(desk.see(ShowClient(client=made.client.id)).past) == [at(on(24, 9))]


def hit(client: int, name: str, start: Appointment | None = None, **more: object) -> ClientHit:
    values = {"phone": "", "email": "", "born": None, **more}
    next_, id_ = (start.start, start.id) if start is not None else (None, None)
    return ClientHit(id=client, name=name, next=next_, next_id=id_, **values)  # type: ignore[arg-type]


def test_a_hit_has_its_next_appointment_and_by_reference_the_one_that_is_named(desk: Desk, clock: Clock) -> None:
    clara = a_client(desk)
    first, second = (booked(desk, on(day, 9), client=clara).appointment for day in (24, 25))

    assert desk.see(FindClients(text="clara")) == (hit(clara, "Clara Client", first),)
    assert desk.see(FindClients(text=second.ref)) == (hit(clara, "Clara Client", second),)
    clock.set(on(25, 8))
    assert desk.see(FindClients(text="clara")) == (hit(clara, "Clara Client", second),)


def test_a_date_of_birth_finds_who_has_it_and_a_name_with_it_narrows(desk: Desk) -> None:
    ada, bea = (a_client(desk, name, born=BORN) for name in ("Ada Lee", "Bea Lee"))
    a_client(desk, "Ada Moor", born=date(1980, 7, 4))

    assert {it.id for it in desk.see(FindClients(text="3.7.1980"))} == {ada, bea}
    assert [it.id for it in desk.see(FindClients(text="ada 3.7.1980"))] == [ada]


def test_a_twin_with_the_same_birthday_stands_first(desk: Desk) -> None:
    a_client(desk, "Ada Lee", phone=PHONE)
    twin = a_client(desk, "Ada Leigh", phone=PHONE, born=BORN)

    found = desk.see(FindDuplicates(name="Ada", phone=PHONE, born=BORN))

    assert found[0].id == twin and len(found) == 2


def test_a_twin_whom_somebody_else_sees_is_known_to_be_there_and_no_more(desk: Desk) -> None:
    made = booked(desk, on(24, 9), practitioner="bob", client=a_client(desk, "Dora Dunn", phone=PHONE, born=BORN))

    assert as_staff(desk, "ann").see(FindDuplicates(name="Dora Dunn", phone=PHONE)) == (
        hit(made.client.id, "Dora Dunn"),
    )
    [seen] = as_staff(desk, "rita").see(FindDuplicates(name="Dora Dunn", phone=PHONE))
    assert (seen.phone, seen.born, seen.next_id) == (PHONE, BORN, made.appointment.id)


def test_two_letters_find_whoever_has_them_anywhere(desk: Desk) -> None:
    """Through an index of three letters: what is found is what a look at every key would find."""
    names = ("Bo", "Bob Abel", "Noel Ab", "Ab", "Kubo", "Боб", "Ñandu O'Boe", "Zoë 100% _b", "Xy")
    for name in names:
        a_client(desk, name)
    keys = {it.id: search.key_of(it) for it in desk.see(ShowEverything()).clients}
    pairs = {key[at : at + 2] for key in keys.values() for at in range(len(key) - 1)} | {"qq", "xq"}
    pairs = {it for it in pairs if search.words_of(it) == [it]}
    assert {"bo", "ab", "об", "qq", "oe"} <= pairs
    for pair in pairs:
        found = {it.id for it in desk.see(FindClients(text=pair))}
        assert found == {id_ for id_, key in keys.items() if pair in key}, pair


def test_two_letters_of_a_name_that_was_changed_find_it(desk: Desk) -> None:
    it = a_client(desk, "Mary")
    desk.do(EditClient(client=it, seen=None, name="Žofia Qx"))
    assert [hit.name for hit in desk.see(FindClients(text="qx"))] == ["Žofia Qx"]
    assert desk.see(Verify()) == ()

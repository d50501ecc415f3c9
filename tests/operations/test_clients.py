"""Clients: adding, finding, changing, making one of two."""

from __future__ import annotations

from datetime import date

import pytest

from frontdesk.core.asks.clients import (
    AddClient,
    EditClient,
    FindClients,
    FindDuplicates,
    MergeClients,
    NewClient,
    ShowClient,
)
from frontdesk.core.asks.history import Undo
from frontdesk.core.desk import Desk
from frontdesk.core.domain.appointments import client_ref
from frontdesk.core.domain.errors import BadInput, NotFound, Refused, Stale
from frontdesk.core.domain.people import Client
from tests.builders import booked, on


def added(desk: Desk, name: str, **more: object) -> Client:
    return desk.do(AddClient(client=NewClient(name=name, **more))).client  # type: ignore[arg-type]


def found(desk: Desk, text: str) -> list[str]:
    return [hit.name for hit in desk.see(FindClients(text=text))]


def test_a_client_is_found_by_half_a_name_digits_mail_and_reference(desk: Desk) -> None:
    client = added(desk, "Søren Krüger", phone="+44 20 7946 0018", email="soren@example.org")
    added(desk, "Ann Other", phone="+44 20 7946 0999")

    for text in ("sor", "krug", "KRÜ", "0018", "946 0018", "soren@ex", client_ref(client.id), "kruger soren"):
        assert found(desk, text) == ["Søren Krüger"], text


def test_small_typing_errors_are_forgiven(desk: Desk) -> None:
    added(desk, "Catherine Middleton")
    added(desk, "Bob Brown")

    assert found(desk, "cathrine") == ["Catherine Middleton"]
    assert found(desk, "midleton") == ["Catherine Middleton"]
    assert found(desk, "xyzzyx") == []


def test_signs_that_mean_something_to_a_search_are_only_text(desk: Desk) -> None:
    added(desk, "Percy O'Brien")

    assert found(desk, "o'brien") == ["Percy O'Brien"]
    assert found(desk, "%") == []
    assert found(desk, '"perc') == ["Percy O'Brien"]


def test_the_client_found_comes_with_the_next_appointment(desk: Desk) -> None:
    event = booked(desk, on(24, 9))
    booked(desk, on(25, 9), client=event.client.id)

    (hit,) = desk.see(FindClients(text="clara"))
    assert hit.next_id == event.appointment.id


def test_who_a_new_client_may_already_be_is_shown_by_phone_and_name(desk: Desk) -> None:
    added(desk, "Jane Smith", phone="+44 20 7946 0018", born=date(1980, 7, 3))
    added(desk, "Jane Smith", phone="+44 20 7946 0777", born=date(1999, 1, 1))

    by_phone = desk.see(FindDuplicates(name="", phone="020 7946 0018"))
    by_name = desk.see(FindDuplicates(name="Jane Smith", born=date(1999, 1, 1)))
    assert [hit.born for hit in by_phone] == [date(1980, 7, 3)]
    assert [hit.born for hit in by_name] == [date(1999, 1, 1), date(1980, 7, 3)]


def test_a_family_may_share_an_address(desk: Desk) -> None:
    added(desk, "Ann Lee", email="lee@example.org")
    added(desk, "Bea Lee", email="lee@example.org")

    assert found(desk, "lee@example.org") == ["Ann Lee", "Bea Lee"]


def test_what_is_no_address_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        added(desk, "Ann", email="ann at home")
    assert caught.value.field == "email"


def test_a_name_is_all_that_is_needed_and_it_is_needed(desk: Desk) -> None:
    with pytest.raises(BadInput):
        added(desk, " \x1b ")


def test_an_edit_leaves_what_it_does_not_name_and_is_undone(desk: Desk) -> None:
    client = added(desk, "Ann Lee", phone="+44 20 7946 0018")
    desk.do(EditClient(client=client.id, seen=1, note="ground floor"))
    after = desk.see(ShowClient(client=client.id)).client

    assert (after.phone, after.note, after.revision) == ("+44 20 7946 0018", "ground floor", 2)
    desk.do(Undo())
    assert desk.see(ShowClient(client=client.id)).client.note == ""


def test_an_edit_on_an_old_picture_is_stale(desk: Desk) -> None:
    client = added(desk, "Ann Lee")
    desk.do(EditClient(client=client.id, seen=1, note="one"))

    with pytest.raises(Stale):
        desk.do(EditClient(client=client.id, seen=1, note="two"))


def test_a_merge_brings_the_appointments_and_is_undone_whole(desk: Desk) -> None:
    first, second = booked(desk, on(23, 9)), booked(desk, on(23, 10), client="Clara C")
    desk.do(MergeClients(keep=first.client.id, drop=second.client.id))

    assert len(desk.see(ShowClient(client=first.client.id)).upcoming) == 2
    assert desk.see(ShowClient(client=second.client.id)).client.id == first.client.id
    assert found(desk, "clara c") == ["Clara Client"]
    desk.do(Undo())
    assert len(desk.see(ShowClient(client=second.client.id)).upcoming) == 1


def test_a_client_is_not_merged_into_itself_or_into_nobody(desk: Desk) -> None:
    client = added(desk, "Ann")

    with pytest.raises(Refused):
        desk.do(MergeClients(keep=client.id, drop=client.id))
    with pytest.raises(NotFound):
        desk.do(MergeClients(keep=client.id, drop=client.id + 1))  # type: ignore[arg-type]

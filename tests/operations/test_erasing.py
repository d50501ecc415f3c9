"""Forgetting a client: nothing that was told of them is left, what happened stays, and no restore brings it back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from frontdesk.core import upkeep
from frontdesk.core.asks.appointments import CancelAppointment, EditAppointment, ListAppointments, ShowAppointment
from frontdesk.core.asks.charges import ListCharges, WaiveCharge
from frontdesk.core.asks.clients import (
    AddClient,
    EditClient,
    EraseClient,
    FindClients,
    MergeClients,
    NewClient,
    ShowClient,
)
from frontdesk.core.asks.history import ShowHistory, Undo
from frontdesk.core.asks.mails import ListMails, WriteAsClient, WriteMessage
from frontdesk.core.asks.notices import ListNotices
from frontdesk.core.asks.requests import DeclineRequest, ListRequests, RequestAppointment
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.asks.upkeep import Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import Entrance, client_actor
from frontdesk.core.domain.appointments import Side, client_ref
from frontdesk.core.domain.errors import NotAllowed, NotFound, Refused, StoreProblem, StoreUnusable
from frontdesk.core.domain.events.requests import RequestMade
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import CannotBeUndone, DetailsErased, StillOpen
from frontdesk.core.domain.people import ClientId, Contact, Role
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.outbox import outbox_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.store import backups, erasures
from frontdesk.core.store.engine import Store
from tests.builders import Clock, as_staff, booked, on
from tests.operations.mailing import Post, mailing

MARK = "Zqxvkj"
"""In everything that is told of her."""


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk, '[policy]\nlate_fee = "25.00"\n'), clock)


def a_life(post: Post, clock: Clock) -> ClientId:
    """A client of whom everything is known that can be, two years of it over."""
    desk = post.desk
    mine = desk.do(
        AddClient(
            client=NewClient(
                name=f"Clara {MARK}",
                phone="+44 20 7946 0991",
                email=f"clara@{MARK}.example",
                born=date(1980, 7, 3),
                note=f"note {MARK}",
                preferences=f"likes {MARK}",
                contacts=(Contact(name=f"Mother {MARK}", email=f"mother@{MARK}.example"),),
            )
        )
    ).client
    twin = desk.do(AddClient(client=NewClient(name=f"Clara {MARK} again", note=f"twin {MARK}"))).client
    desk.do(MergeClients(keep=mine.id, drop=twin.id))
    first = booked(desk, on(24, 9), client=mine.id, note=f"for her {MARK}").appointment
    desk.do(EditAppointment(appointment=first.id, seen=None, internal_note=f"inside {MARK}"))
    post.go()
    late = booked(desk, on(23, 9), client=mine.id).appointment
    event = desk.do(
        CancelAppointment(
            appointment=late.id,
            seen=None,
            reason=ReasonId("client_asked"),
            text=f"because {MARK}",
            by=Side.CLIENT,
            message=f"personal {MARK}",
        )
    )
    assert event.changes
    [charge] = desk.see(ListCharges(client=mine.id))
    desk.do(WaiveCharge(charge=charge.charge.id, seen=None, reason=f"waived {MARK}"))
    asked = desk.do(
        RequestAppointment(service=ServiceId("review"), start=on(25, 9), client=mine.id, description=f"asks {MARK}")
    )
    assert isinstance(asked, RequestMade)
    desk.do(DeclineRequest(request=asked.request.id, seen=None, message=f"declined {MARK}"))
    desk.do(WriteMessage(client=mine.id, text=f"message {MARK}"))
    herself = client_actor(mine, Entrance.CODE)
    desk.acting(herself).do(WriteAsClient(client=mine.id, text=f"answer {MARK}"))
    desk.see(ShowClient(client=mine.id))
    post.go()
    clock.set(on(24, 18))
    return mine.id


def everything_kept(desk: Desk) -> str:
    """Every value of every table."""
    with desk.store.reading() as connection:
        tables = [it for it in inspect(connection).get_table_names() if not it.startswith("client_search")]
        return "\n".join(
            str(tuple(row)) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        )


def erased(post: Post, clock: Clock) -> ClientId:
    client = a_life(post, clock)
    assert everything_kept(post.desk).count(MARK) > 20
    post.desk.do(EraseClient(client=client))
    return client


def test_nothing_told_of_them_is_left_and_all_is_as_it_was_written(post: Post, clock: Clock) -> None:
    desk = post.desk
    other = booked(desk, on(26, 9), client="Somebody Else").appointment
    erased(post, clock)

    assert MARK not in everything_kept(desk)
    assert "7946 0991" not in everything_kept(desk)
    assert desk.see(Verify()) == ()
    assert desk.see(FindClients(text=MARK)) == ()
    assert desk.see(ShowAppointment(appointment=other.id)).client_name == "Somebody Else"


def test_that_it_happened_is_left_without_a_name(post: Post, clock: Clock) -> None:
    """What every screen and page asks goes on, and names her by number."""
    desk = post.desk
    client = erased(post, clock)

    card = desk.see(ShowClient(client=client))
    assert (card.client.name, card.client.life) == (client_ref(client), Life.ERASED)
    assert [it.status.value for it in (one.appointment for one in (*card.upcoming, *card.past))]
    day = desk.see(ListAppointments(first=on(24, 0).date(), last=on(24, 0).date()))
    assert [it.client_name for it in day.items] == [card.client.name]
    voice = Voice(desk.see(ShowSetup()))
    told = "\n".join(history_page(voice, desk.see(ShowHistory(limit=100))))
    assert "erased" in told and card.client.name in told and "booked" in told
    assert desk.see(ListRequests()).items
    outbox = desk.see(ListMails())
    outbox_words(voice, outbox, clock.now)
    assert outbox.items
    desk.see(ListNotices())
    as_staff(desk, "ann").see(ListNotices())
    assert post.go() == [], "nothing that waited leaves"
    assert desk.see(FindClients(text=card.client.name)) == ()


def test_the_file_itself_has_forgotten_too(post: Post, clock: Clock) -> None:
    """SQLite leaves what was deleted in the file, and names in pieces in its index, unless it is told not to."""
    desk = post.desk
    if desk.store.path is None:
        pytest.skip("PostgreSQL sees to it at its next vacuum")
    erased(post, clock)
    path = desk.store.path
    desk.close()  # writes everything into the one file
    kept = path.read_bytes().lower()
    assert MARK.lower().encode() not in kept
    assert b"zqx" not in kept


def test_who_is_awaited_or_owes_is_not_erased(desk: Desk) -> None:
    appointment = booked(desk, on(24, 9)).appointment
    desk.do(
        RequestAppointment(service=ServiceId("review"), start=on(25, 9), client=appointment.client, description="")
    )
    with pytest.raises(Refused) as caught:
        desk.do(EraseClient(client=appointment.client))
    assert caught.value.objections == (StillOpen(appointments=1, requests=1, charges=0),)


def test_only_an_admin_may_and_only_once(desk: Desk, clock: Clock) -> None:
    client = desk.do(AddClient(client=NewClient(name="Clara Client"))).client
    admin = '[[staff]]\nid = "{0}"\nname = "{0}"\nroles = ["{0}"]\n'
    desk.do(ApplyPractice(file=practice_file(admin.format(Role.MANAGER.value) + admin.format(Role.ADMIN.value))))
    with pytest.raises(NotAllowed):
        as_staff(desk, "manager").do(EraseClient(client=client.id))
    as_staff(desk, "admin").do(EraseClient(client=client.id))
    with pytest.raises(NotFound):
        desk.do(EraseClient(client=client.id))
    with pytest.raises(NotFound):
        desk.do(EditClient(client=client.id, seen=None, name="Clara"))


def test_it_is_for_ever_and_so_is_what_was_done_before(post: Post, clock: Clock) -> None:
    desk = post.desk
    edited = desk.do(AddClient(client=NewClient(name="Clara Client")))
    event = desk.do(EditClient(client=edited.client.id, seen=None, note="likes tea"))
    done = desk.do(EraseClient(client=edited.client.id))
    for id_, why in ((done.id, CannotBeUndone), (event.id, DetailsErased)):
        with pytest.raises(Refused) as caught:
            desk.do(Undo(event=id_))
        assert [type(it) for it in caught.value.objections] == [why]


def test_what_is_forgotten_without_saying_so_is_damage(post: Post, clock: Clock) -> None:
    desk = post.desk
    erased(post, clock)
    booked(desk, on(26, 9))
    with desk.store.writing() as connection:
        connection.execute(text("DELETE FROM event_detail WHERE event_id = (SELECT max(id) FROM event)"))
    assert [(it.what, it.wrong.value) for it in desk.see(Verify())] == [("event_detail", "missing")]


def test_a_restore_erases_again_whom_the_copy_knows_still(post: Post, clock: Clock, tmp_path: Path) -> None:
    desk, folder = post.desk, tmp_path / "backups"
    client = a_life(post, clock)
    made = upkeep.back_up(desk, folder)
    later = desk.do(AddClient(client=NewClient(name="Later than the copy"))).client
    for id_ in (client, later.id):
        desk.do(EraseClient(client=id_))
    upkeep.keep_erasures(desk, folder)

    done = upkeep.restore(desk.store.url, made.path)

    assert done.erased == 1
    with pytest.raises(StoreUnusable) as caught:
        desk.do(AddClient(client=NewClient(name="Told once")))
    assert caught.value.problem is StoreProblem.RESTORED
    assert desk.see(ShowClient(client=client)).client.life is Life.ERASED
    assert MARK not in everything_kept(desk)
    assert desk.see(Verify()) == ()


def test_who_got_the_number_of_somebody_erased_is_left_alone(post: Post, clock: Clock, tmp_path: Path) -> None:
    """A client added after a restore has the number of one who was added, and erased, in the life before it."""
    desk, folder = post.desk, tmp_path / "backups"
    made = upkeep.back_up(desk, folder)
    first = desk.do(AddClient(client=NewClient(name="First of this number"))).client
    desk.do(EraseClient(client=first.id))
    upkeep.keep_erasures(desk, folder)
    upkeep.restore(desk.store.url, made.path)
    clock.now += 10**6
    again = Desk(Store(desk.store.url), clock=clock)
    second = again.do(AddClient(client=NewClient(name="Second of it"))).client
    assert second.id == first.id
    newer = upkeep.back_up(again, folder)
    again.close()

    assert upkeep.restore(desk.store.url, newer.path).erased == 0


def test_the_list_keeps_what_it_had_and_says_what_it_cannot_read(post: Post, clock: Clock, tmp_path: Path) -> None:
    desk = post.desk
    known = set()
    for name in ("One", "Other"):
        client = desk.do(AddClient(client=NewClient(name=name))).client
        desk.do(EraseClient(client=client.id))
        upkeep.keep_erasures(desk, tmp_path)
        known.add(client.id)
        assert {it.client for it in erasures.read(tmp_path)} == known
    text_ = (tmp_path / erasures.FILE).read_text()
    assert "One" not in text_ and "Other" not in text_

    (tmp_path / erasures.FILE).write_text("[")
    made = backups.make(desk.store, tmp_path, clock.now, program="test")
    with pytest.raises(StoreUnusable) as caught:
        upkeep.restore(desk.store.url, made.path)
    assert erasures.FILE in caught.value.where

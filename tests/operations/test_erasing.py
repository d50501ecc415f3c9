"""Forgetting a client: nothing that was told of them is left, what happened stays, and no restore brings it back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from frontdesk.core import upkeep
from frontdesk.core.asks.access import SendAccessCode
from frontdesk.core.asks.appointments import (
    CancelAppointment,
    EditAppointment,
    ListAppointments,
    RescheduleAppointment,
    ShowAppointment,
)
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
from frontdesk.core.asks.mails import DropMail, ListCalls, ListMails, TakeBackDecision, WriteAsClient, WriteMessage
from frontdesk.core.asks.notices import ListNotices
from frontdesk.core.asks.requests import DeclineRequest, ListRequests, RequestAppointment, ShowRequest
from frontdesk.core.asks.schedule import RemoveTimeOff, TakeTimeOff
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.asks.upkeep import Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM, Entrance, client_actor
from frontdesk.core.domain.appointments import Side, Status, client_ref
from frontdesk.core.domain.errors import NotAllowed, NotFound, Refused, StoreProblem, StoreUnusable
from frontdesk.core.domain.events.requests import RequestMade
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.objections import CannotBeUndone, DetailsErased, StillOpen
from frontdesk.core.domain.outbox import Mail
from frontdesk.core.domain.people import ClientId, Contact, Role, StaffId
from frontdesk.core.domain.practice import ReasonId
from frontdesk.core.domain.requests import Applicant, RequestState
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.domain.told import Reader
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.words.history import history_page
from frontdesk.core.render.words.outbox import outbox_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.store import erasures
from frontdesk.core.store.engine import Store, tables_in
from tests.builders import Clock, as_staff, booked, on
from tests.operations.mailing import Post, a_client, mailing

MARK = "zqxvkj"
"""In everything that is told of her."""


MORE = """
[policy]
late_fee = "25.00"
[[automations]]
id = "hook"
on = "booked"
do = { webhook = "https://hook.example/", secret = "0123456789abcdef" }
"""


@pytest.fixture
def post(desk: Desk, clock: Clock) -> Post:
    return Post(mailing(desk, MORE), clock)


def a_life(post: Post, clock: Clock) -> ClientId:
    """A client of whom everything is known that can be, and nothing is open any more."""
    desk = post.desk
    stranger = Applicant(name=f"Clara {MARK}", email=f"old@{MARK}.example")
    asked = desk.do(RequestAppointment(service=ServiceId("review"), start=on(25, 14), client=stranger))
    assert isinstance(asked, RequestMade)
    desk.do(DeclineRequest(request=asked.request.id, seen=None))
    mine = desk.do(
        AddClient(
            client=NewClient(
                name=f"Clara {MARK}",
                phone="+44 20 7946 0991",
                email=f"old@{MARK}.example",
                born=date(1980, 7, 3),
                note=f"note {MARK}",
                preferences=f"likes {MARK}",
                contacts=(Contact(name=f"Mother {MARK}", email=f"mother@{MARK}.example"),),
            )
        )
    ).client
    desk.do(EditClient(client=mine.id, seen=None, email=f"Clara@{MARK}.example"))
    desk.acting(SYSTEM).do(SendAccessCode(address=f"CLARA@{MARK}.example", browser="b"))
    twin = desk.do(AddClient(client=NewClient(name="Clara", phone="+44 20 7946 0992", note=f"twin {MARK}"))).client
    called = booked(desk, on(24, 14), client=twin.id).appointment
    desk.do(RescheduleAppointment(appointment=called.id, seen=None, start=on(24, 15)))
    desk.do(CancelAppointment(appointment=called.id, seen=None, reason=ReasonId("client_asked")))
    desk.do(MergeClients(keep=mine.id, drop=twin.id))
    first = booked(desk, on(24, 9), client=mine.id, note=f"for her {MARK}").appointment
    desk.do(EditAppointment(appointment=first.id, seen=None, internal_note=f"inside {MARK}"))
    off = TakeTimeOff(staff=StaffId("ann"), start=on(24, 8), end=on(24, 12), reason="ill")
    desk.do(RemoveTimeOff(time_off=desk.do(off).time_off.id))
    with desk.store.writing() as connection:
        connection.execute(
            "INSERT INTO reply VALUES (:it, :who, 0, NULL, 'yes')",
            {"it": first.id, "who": f"clara@{MARK}.example"},
        )
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
    """Every value of every table, in small letters."""
    with desk.store.reading() as connection:
        tables = [it for it in tables_in(connection) if not it.startswith("client_search")]
        found = (str(tuple(row)) for it in tables for row in connection.execute(f'SELECT * FROM "{it}"'))
        return "\n".join(found).lower()


def erased(post: Post, clock: Clock) -> ClientId:
    client = a_life(post, clock)
    assert everything_kept(post.desk).count(MARK) > 40
    post.desk.do(EraseClient(client=client))
    return client


def test_nothing_told_of_them_is_left_and_all_is_as_it_was_written(post: Post, clock: Clock) -> None:
    desk = post.desk
    other = booked(desk, on(26, 9), client="Somebody Else").appointment
    client = erased(post, clock)

    assert MARK not in everything_kept(desk)
    assert "7946 0991" not in everything_kept(desk)
    assert "7946 0992" not in everything_kept(desk)
    assert desk.see(Verify()) == ()
    assert desk.see(FindClients(text=MARK)) == ()
    with desk.store.reading() as connection:
        open_ = connection.execute(
            "SELECT count(*) FROM link WHERE closed_at IS NULL AND client_id = :her", {"her": client}
        )
        assert open_.scalar_one() == 0
        assert connection.execute("SELECT count(*) FROM link").scalar_one() > 0
        carried = set(connection.execute("SELECT DISTINCT carrier FROM mail").scalars())
    assert carried == {"mail", "call", "webhook"}
    assert desk.see(ShowAppointment(appointment=other.id)).client_name == "Somebody Else"


def test_that_it_happened_is_left_without_a_name(post: Post, clock: Clock) -> None:
    """What every screen and page asks goes on, and names her by number."""
    desk = post.desk
    client = erased(post, clock)

    card = desk.see(ShowClient(client=client))
    assert (card.client.name, card.client.life) == (client_ref(client), Life.ERASED)
    assert [it.status.value for it in (one.appointment for one in (*card.upcoming, *card.past))]
    day = desk.see(ListAppointments(first=on(24, 0).date(), last=on(24, 0).date()))
    assert {it.client_name for it in day.items} == {card.client.name}
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


@pytest.mark.damages
def test_the_file_itself_has_forgotten_too(post: Post, clock: Clock) -> None:
    """SQLite leaves what was deleted in the file, and names in pieces in its index, unless it is told not to."""
    desk = post.desk
    if desk.store.path is None:
        pytest.skip("PostgreSQL sees to it at its next vacuum")
    path, client = desk.store.path, a_life(post, clock)
    upkeep.erase(desk, client, None)
    assert MARK.encode() not in path.with_name(path.name + "-wal").read_bytes().lower()
    desk.close()  # writes everything into the one file
    kept = path.read_bytes().lower()
    assert MARK.lower().encode() not in kept
    assert b"zqx" not in kept


def test_what_is_somebody_elses_stays_theirs(post: Post, clock: Clock) -> None:
    """A mother writes from the address that her child's record has too."""
    desk = post.desk
    child = desk.do(AddClient(client=NewClient(name="Child", email="both@client.example"))).client
    mother = Applicant(name="Mother", email="both@client.example")
    asked = desk.do(RequestAppointment(service=ServiceId("review"), start=on(25, 9), client=mother))
    assert isinstance(asked, RequestMade)
    desk.do(EraseClient(client=child.id))
    told = [it for it in desk.see(ListMails()).items if it.recipient == "both@client.example"]
    assert [it.title != "" for it in told] == [True]
    assert desk.see(ShowRequest(request=asked.request.id)).line.client_name == "Mother"


def test_a_blanked_mail_is_never_sent(post: Post, clock: Clock) -> None:
    desk = post.desk
    it = booked(desk, on(24, 9), client=a_client(desk).id).appointment
    [mail] = [it for it in desk.see(ListMails()).items if isinstance(it, Mail) and it.reader is Reader.CLIENT]
    desk.do(DropMail(mail=mail.id))
    clock.set(on(24, 12))
    desk.do(EraseClient(client=it.client))
    with pytest.raises(Refused):
        desk.do(TakeBackDecision(mail=mail.id, was=None))
    desk.do(RescheduleAppointment(appointment=it.id, seen=None, start=on(26, 9)))
    left = [it.owed for it in post.go() if isinstance(it.owed, Mail)]
    assert {it.address for it in left} <= {"ann@test.example"}
    assert all(it.letter.text for it in left)
    assert desk.see(ListCalls()) == ()


def test_who_lies_below_is_undone_still(desk: Desk) -> None:
    """What was done before the erasing, and after the client's last deed, is not out of reach."""
    other = booked(desk, on(24, 9), client="Somebody Else")
    client = desk.do(AddClient(client=NewClient(name="Clara Client"))).client
    desk.do(EraseClient(client=client.id))
    with pytest.raises(Refused):
        desk.do(Undo())  # the erasing itself
    desk.do(Undo(event=other.id))


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


@pytest.mark.damages
def test_what_is_forgotten_without_saying_so_is_damage(post: Post, clock: Clock) -> None:
    desk = post.desk
    erased(post, clock)
    booked(desk, on(26, 9))
    with desk.store.writing() as connection:
        connection.execute("DELETE FROM event_detail WHERE event_id = (SELECT max(id) FROM event)")
    assert [(it.what, it.wrong.value) for it in desk.see(Verify())] == [("event_detail", "missing")]


def test_a_restore_erases_again_whom_the_copy_knows_still(post: Post, clock: Clock, tmp_path: Path) -> None:
    desk, folder = post.desk, tmp_path / "backups"
    client = a_life(post, clock)
    made = upkeep.back_up(desk, folder)
    later = desk.do(AddClient(client=NewClient(name="Later than the copy"))).client
    elsewhere = tmp_path / "elsewhere"
    for id_ in (client, later.id):
        upkeep.erase(desk, id_, elsewhere)

    done = upkeep.restore(desk.store.url, made.path, folders=[elsewhere])

    assert (done.erased, done.knows_erased) == (1, True)
    with pytest.raises(StoreUnusable) as caught:
        desk.do(AddClient(client=NewClient(name="Told once")))
    assert caught.value.problem is StoreProblem.RESTORED
    assert desk.see(ShowClient(client=client)).client.life is Life.ERASED
    assert MARK not in everything_kept(desk)
    assert desk.see(Verify()) == ()


@pytest.mark.damages
def test_what_was_open_in_the_copy_is_over(
    post: Post, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was when the client was erased: nobody comes, nobody waits for an answer."""
    monkeypatch.setattr(upkeep, "system_clock", clock)
    desk, folder = post.desk, tmp_path / "backups"
    it = booked(desk, on(26, 9), client=a_client(desk).id).appointment
    asked = desk.do(RequestAppointment(service=ServiceId("review"), start=on(27, 9), client=it.client))
    assert isinstance(asked, RequestMade)
    made = upkeep.back_up(desk, folder)
    desk.do(CancelAppointment(appointment=it.id, seen=None, reason=ReasonId("client_asked")))
    desk.do(DeclineRequest(request=asked.request.id, seen=None))
    upkeep.erase(desk, it.client, folder)
    upkeep.restore(desk.store.url, made.path)

    again = Desk(Store(desk.store.url), clock=clock, machine=desk.machine)
    assert again.see(ShowAppointment(appointment=it.id)).appointment.status is Status.CANCELLED
    assert again.see(ShowRequest(request=asked.request.id)).line.request.state is RequestState.WITHDRAWN
    assert again.see(Verify()) == ()
    again.close()


@pytest.mark.damages
def test_who_was_merged_in_the_copy_alone_is_by_themself_again(post: Post, clock: Clock, tmp_path: Path) -> None:
    desk, folder = post.desk, tmp_path / "backups"
    one, other = (desk.do(AddClient(client=NewClient(name=name))).client for name in ("One", "Other"))
    merged = desk.do(MergeClients(keep=one.id, drop=other.id))
    made = upkeep.back_up(desk, folder)
    desk.do(Undo(event=merged.id))
    upkeep.erase(desk, one.id, folder)

    assert upkeep.restore(desk.store.url, made.path).erased == 1

    again = Desk(Store(desk.store.url), clock=clock)
    assert [it.name for it in again.see(FindClients(text="Other"))] == ["Other"]
    assert again.see(FindClients(text="One")) == ()
    assert again.see(Verify()) == ()
    again.close()


@pytest.mark.damages
def test_who_is_part_of_somebody_else_in_the_copy_is_named(post: Post, clock: Clock, tmp_path: Path) -> None:
    """What is theirs there cannot be told apart: people take the merge back, and erase again."""
    desk, folder = post.desk, tmp_path / "backups"
    one, other = (desk.do(AddClient(client=NewClient(name=name))).client for name in ("One", "Other"))
    merged = desk.do(MergeClients(keep=one.id, drop=other.id))
    made = upkeep.back_up(desk, folder)
    desk.do(Undo(event=merged.id))
    upkeep.erase(desk, other.id, folder)

    done = upkeep.restore(desk.store.url, made.path)
    assert (done.erased, done.not_erased) == (0, (other.id,))

    again = Desk(Store(desk.store.url), clock=clock)
    clock.now = again.see(ShowHistory(limit=1))[-1].at
    again.do(Undo(event=merged.id))
    again.do(EraseClient(client=other.id))
    assert again.see(FindClients(text="Other")) == ()
    assert again.see(Verify()) == ()
    again.close()


@pytest.mark.damages
def test_who_got_the_number_of_somebody_erased_is_left_alone(post: Post, clock: Clock, tmp_path: Path) -> None:
    """A client added after a restore has the number of one who was added, and erased, in the life before it."""
    desk, folder = post.desk, tmp_path / "backups"
    made = upkeep.back_up(desk, folder)
    first = desk.do(AddClient(client=NewClient(name="First of this number"))).client
    upkeep.erase(desk, first.id, folder)
    upkeep.restore(desk.store.url, made.path)
    clock.now += 10**6
    again = Desk(Store(desk.store.url), clock=clock)
    second = again.do(AddClient(client=NewClient(name="Second of it"))).client
    assert second.id == first.id
    newer = upkeep.back_up(again, folder)
    again.close()

    assert upkeep.restore(desk.store.url, newer.path).erased == 0


def test_the_folder_keeps_what_it_had_and_names_nobody(post: Post, clock: Clock, tmp_path: Path) -> None:
    desk = post.desk
    known = set()
    for name in ("One", "Other"):
        client = desk.do(AddClient(client=NewClient(name=name))).client
        upkeep.erase(desk, client.id, tmp_path)
        known.add(client.id)
        assert {it.client for it in erasures.read(tmp_path)} == known
    found = list((tmp_path / erasures.FOLDER).iterdir())
    assert [it.stat().st_size for it in found] == [0, 0]
    assert not [it for it in found if "One" in it.name or "Other" in it.name]
    (tmp_path / erasures.FOLDER / "README").write_text("what somebody left here")
    assert {it.client for it in erasures.read(tmp_path)} == known
    assert upkeep.back_up(desk, tmp_path / "elsewhere")
    assert erasures.read(tmp_path / "elsewhere") == erasures.read(tmp_path)

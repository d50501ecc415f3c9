"""Copies: made while others write, put back for those too that have the database open, in doubt where it is due."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pyrage
import pytest

from frontdesk.core import upkeep
from frontdesk.core.asks.appointments import ListAppointments
from frontdesk.core.asks.history import ShowHistory, Undo
from frontdesk.core.asks.upkeep import ListDuties, ShowHead, Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.backups import Keep, known_head, staying
from frontdesk.core.domain.damage import Wrong
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.errors import BadInput, Refused, StoreProblem, StoreUnusable
from frontdesk.core.store import backups
from frontdesk.core.store.engine import Store
from frontdesk.core.store.heads import head_of
from tests.builders import Clock, booked, on, open_test_desk
from tests.postgres import Server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def desk(store_url: str, clock: Clock) -> Desk:
    return open_test_desk(store_url, clock)


def day(desk: Desk) -> int:
    return len(desk.see(ListAppointments(first=on(24, 0).date())).items)


def test_a_copy_is_checked_named_and_told_of(desk: Desk, folder: Path) -> None:
    booked(desk, on(24, 9))
    made = upkeep.back_up(desk, folder)

    assert made.path.parent == folder
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert made.manifest.sha256 == backups.digest_of(made.path)
    assert made.manifest.counts["appointment"] == 1
    assert made.manifest.head.events == desk.see(ShowHistory(limit=1))[-1].id
    assert backups.found_in(folder) == (made,)
    done = {it.duty: it for it in desk.see(ListDuties())}[Duty.BACKUP]
    assert (done.done_at, done.detail) == (desk.now(), str(made.path))
    assert [it.suffix for it in folder.iterdir() if it.name.startswith(".")] == []


def test_a_copy_that_is_put_back_goes_on_from_there(desk: Desk, folder: Path, clock: Clock) -> None:
    booked(desk, on(24, 9))
    made = upkeep.back_up(desk, folder)
    booked(desk, on(24, 10))
    url = desk.store.url

    done = upkeep.restore(url, made.path)

    assert done.is_as_told
    assert done.aside
    with pytest.raises(StoreUnusable) as caught:  # who has it open is told once, and goes on
        booked(desk, on(24, 11))
    assert caught.value.problem is StoreProblem.RESTORED
    assert day(desk) == 1
    clock.now = desk.see(ShowHistory(limit=1))[-1].at
    booked(desk, on(24, 11))
    assert [line.operation for line in desk.see(ShowHistory(limit=2))] == ["restore", "book"]
    with pytest.raises(Refused):
        desk.do(Undo(event=desk.see(ShowHistory(limit=2))[0].id))


def test_a_head_from_the_life_that_was_lost_is_told_as_that(desk: Desk, folder: Path, clock: Clock) -> None:
    booked(desk, on(24, 9))
    early = desk.see(ShowHead())
    made = upkeep.back_up(desk, folder)
    booked(desk, on(24, 10))
    lost = desk.see(ShowHead())
    upkeep.restore(desk.store.url, made.path)

    again = Desk(Store(desk.store.url), clock=clock)
    found = again.see(Verify(head=known_head(str(lost))))
    assert {it.wrong for it in found} <= {Wrong.NOT_IN_COPY, Wrong.CUT_SHORT}
    assert Wrong.NOT_IN_COPY in {it.wrong for it in found}
    assert again.see(Verify(head=known_head(str(early)))) == ()
    assert again.see(Verify(head=known_head(str(again.see(ShowHead()))))) == ()
    again.close()


@pytest.mark.parametrize("what", ["half", "nothing", "no key", "key of nothing"])
def test_what_is_no_copy_is_named(desk: Desk, folder: Path, tmp_path: Path, what: str) -> None:
    recipient = "" if what in ("half", "nothing") else str(pyrage.x25519.Identity.generate().to_public())
    path = upkeep.back_up(desk, folder, recipient).path
    if what == "half":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    if what == "nothing":
        path.unlink()
    next(folder.glob("*.json")).unlink()
    key = tmp_path / "no.key" if what == "key of nothing" else None

    with pytest.raises(StoreUnusable) as caught:
        upkeep.rehearse(desk.store.url, path, key)

    assert (caught.value.problem, caught.value.where) == (StoreProblem.BAD_BACKUP, str(path))
    says = {"half": "damaged", "nothing": "No such file", "no key": "--key FILE", "key of nothing": "no.key"}
    assert says[what] in str(caught.value.detail)


def test_a_server_that_lets_its_user_make_no_database_is_told(server: Server, folder: Path, clock: Clock) -> None:
    url = server.free()
    desk = open_test_desk(url, clock)
    made = upkeep.back_up(desk, folder)
    desk.close()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS modest")
        connection.execute("CREATE ROLE modest LOGIN")
    with pytest.raises(StoreUnusable) as caught:
        upkeep.rehearse(url.replace("postgres@", "modest@"), made.path)
    assert caught.value.problem is StoreProblem.NOT_RESTORED
    assert "ALTER ROLE modest CREATEDB" in str(caught.value.detail)


def test_what_lay_there_is_kept_aside(desk: Desk, folder: Path) -> None:
    made = upkeep.back_up(desk, folder)
    booked(desk, on(24, 10))
    done = upkeep.restore(desk.store.url, made.path)
    if desk.store.path is not None:
        aside = done.aside
    else:
        aside = desk.store.url.rpartition("/")[0] + "/" + done.aside
    before = Desk(Store(aside), clock=desk.clock)
    assert day(before) == 1
    before.close()


@pytest.mark.parametrize("how", ["gone", "words", "cut", "stray"])
def test_a_copy_takes_the_place_of_what_is_left_of_a_file(
    tmp_path: Path, clock: Clock, folder: Path, how: str
) -> None:
    path = tmp_path / "practice.db"
    desk = open_test_desk(path, clock)
    booked(desk, on(24, 9))
    made = upkeep.back_up(desk, folder)
    booked(desk, on(24, 10))
    desk.close()
    if how == "gone":
        path.unlink()
    elif how == "words":
        path.write_text("what the disk made of it")
    elif how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    else:
        later = open_test_desk(tmp_path / "other.db", clock)
        booked(later, on(24, 9))
        (tmp_path / "other.db-wal").rename(tmp_path / "practice.db-wal")
    upkeep.restore(str(path), made.path)

    restored = Desk(Store(str(path)), clock=clock)
    assert day(restored) == 1
    assert restored.store.facts()["journal"] == "wal"


def test_a_copy_for_a_key_that_is_not_here(desk: Desk, folder: Path, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    key, other = tmp_path / "key.txt", tmp_path / "other.txt"
    key.write_text(f"# kept elsewhere\n{identity}\n")
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    booked(desk, on(24, 9))
    made = upkeep.back_up(desk, folder, str(identity.to_public()))

    assert made.path.name.endswith(".age")
    assert b"Clara" not in made.path.read_bytes()
    for wrong, says in ((None, "--key"), (other, "is not its private key")):
        with pytest.raises(StoreUnusable) as caught:
            upkeep.rehearse(desk.store.url, made.path, wrong)
        assert caught.value.problem is StoreProblem.BAD_BACKUP
        assert says in str(caught.value.detail)
    assert upkeep.rehearse(desk.store.url, made.path, key).is_as_told
    assert upkeep.restore(desk.store.url, made.path, key).is_as_told


def test_a_rehearsal_changes_nothing_and_is_on_record(desk: Desk, folder: Path) -> None:
    booked(desk, on(24, 9))
    made = upkeep.back_up(desk, folder)
    booked(desk, on(24, 10))
    around = set(folder.parent.iterdir())

    done = upkeep.rehearse(desk.store.url, made.path)
    assert done.is_as_told
    assert done.counts["appointment"] == 1
    assert day(desk) == 2
    new = {it.name for it in set(folder.parent.iterdir()) - around}
    assert {name for name in new if not name.endswith(("-wal", "-shm"))} == set()
    assert {it.duty: it for it in desk.see(ListDuties())}[Duty.REHEARSE].done_at is not None


def test_a_copy_that_was_changed_is_not_put_back(desk: Desk, folder: Path) -> None:
    booked(desk, on(24, 9))
    made = upkeep.back_up(desk, folder)
    with made.path.open("r+b") as file:
        file.seek(4000)
        file.write(b"xxxx")
    for way in (upkeep.rehearse, upkeep.restore):
        with pytest.raises(StoreUnusable) as caught:
            way(desk.store.url, made.path)
        assert caught.value.problem is StoreProblem.BAD_BACKUP
    assert day(desk) == 1


def test_a_copy_of_an_older_version_is_brought_up(tmp_path: Path) -> None:
    import gzip

    older = tmp_path / "older.db"
    older.write_bytes(gzip.decompress((Path(__file__).parent / "kept" / "625bf6d.db.gz").read_bytes()))
    done = upkeep.restore(str(tmp_path / "practice.db"), older)
    assert done.manifest is None
    assert done.counts["event"] > 50
    Store(str(tmp_path / "practice.db")).close()


def test_there_is_no_copy_where_there_is_no_room(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(path)._replace(free=1000))
    with pytest.raises(StoreUnusable) as caught:
        upkeep.back_up(desk, folder)
    assert caught.value.problem is StoreProblem.NOT_COPIED
    assert list(folder.iterdir()) == []


def test_hours_days_and_months_stay() -> None:
    end = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
    hourly = [int((end - timedelta(hours=n)).timestamp()) for n in range(24 * 400)]
    stay = sorted(staying(hourly, Keep()), reverse=True)

    assert stay[:24] == hourly[:24]
    days = {datetime.fromtimestamp(at, UTC).date() for at in stay}
    assert {end.date() - timedelta(days=n) for n in range(14)} <= days
    assert len({(it.year, it.month) for it in days}) == 12
    assert len(stay) < 24 + 14 + 12, "what stays for one reason may stay for another"
    assert staying(hourly[:3], Keep(hourly=1, daily=1, monthly=1)) == {hourly[0]}


def test_what_need_not_stay_goes(desk: Desk, folder: Path, clock: Clock) -> None:
    made = []
    for _ in range(4):
        made.append(upkeep.back_up(desk, folder))
        clock.now += 3600
    gone = backups.tidy(folder, made[0].manifest.number, Keep(hourly=2, daily=1, monthly=1), clock.now)
    assert set(gone) == {made[0].path, made[1].path}
    assert [it.path for it in backups.found_in(folder)] == [made[3].path, made[2].path]
    assert sum(it.is_file() for it in folder.iterdir()) == 4


@pytest.mark.parametrize("words", ["", "12", "12:xyz", "12:ab/3", "1:ab/2:cd/3:ef/4:ab", ":ab", "12:"])
def test_what_is_no_head_is_told(words: str) -> None:
    with pytest.raises(BadInput):
        known_head(words)


def test_a_head_is_read_as_it_is_printed(desk: Desk) -> None:
    booked(desk, on(24, 9))
    with desk.store.reading() as connection:
        head = head_of(connection)
    known = known_head(str(head))
    ends = [known.events, known.openings, known.mails]
    digests = [head.digest, head.opening_digest, head.mail_digest]
    assert [end and end[0] for end in ends] == [head.events, head.openings, head.mails]
    assert all(end and digest.startswith(end[1]) for end, digest in zip(ends, digests, strict=True))

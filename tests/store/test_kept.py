"""A database that an older version made says the same history after the upgrade, and takes the same acts back."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from frontdesk.core.asks.clients import ShowClient
from frontdesk.core.asks.history import ShowHistory, Undo
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import DESK, ActorId, ActorKind, staff_actor
from frontdesk.core.domain.errors import NotAllowed, Refused, SlotTaken, StoreProblem, StoreUnusable
from frontdesk.core.domain.events.recorded import EventId
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.objections import NothingToUndo
from frontdesk.core.domain.outbox import (
    DeliveryTrouble,
    Mail,
    MailId,
    MailState,
    PutAside,
    QueueFault,
    Standstill,
    Trouble,
    trouble_of,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.operations.undo import stacks_of
from frontdesk.core.render.language import speak
from frontdesk.core.render.words.history import history_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.store import first_shapes, mail_queue, mails, migrate
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.engine import SCHEMA, Store
from frontdesk.core.store.look import Look
from frontdesk.core.store.verify import chains
from tests.postgres import Server

KEPT = Path(__file__).parent / "kept"
BEFORE = "0004"
SEALS = b"0123456789abcdef0123456789abcdef"
ONE_KEY_OF_TWO = "54"
"""The act that chose one key, after which somebody chose another: each is taken back by itself since."""
SETTINGS = "apply_practice"
"""The deed whose words and changes are told more exactly since: by setting."""


def text_of(name: str) -> str:
    return gzip.decompress((KEPT / name).read_bytes()).decode()


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """What the version that made it said."""
    found: dict[str, Any] = json.loads(text_of("625bf6d.json.gz"))
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "practice.db"
    path.write_bytes(gzip.decompress((KEPT / "625bf6d.db.gz").read_bytes()))
    return path


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a copy that was upgraded."""
    folder = tmp_path_factory.mktemp("upgraded")
    if request.param == "sqlite":
        path = folder / "practice.db"
        shutil.copy(request.getfixturevalue("file"), path)
        url = str(path)
    else:
        server: Server = request.getfixturevalue("server")
        url = server.database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(text_of("625bf6d.sql.gz").encode())
    done = migrate.upgrade(url, "test", str(folder))
    assert (done.before, done.after, done.events) == (BEFORE, SCHEMA, 89)
    assert done.let_go == (3, 5, 6)  # by Sam Reed, who are two, and by the desk, or by somebody called so
    assert Path(done.copy).stat().st_size > 100_000
    return url


@pytest.fixture
def desk(upgraded: str, said: dict[str, Any]) -> Iterator[Desk]:
    opened = opened_at(upgraded, said["now"])
    yield opened
    opened.close()


def opened_at(url: str, now: int) -> Desk:
    return Desk(Store(url), clock=lambda: now, machine=Machine(terminal="later:1:1", seal_key=SEALS))


def plain(value: Any) -> Any:
    """A value as plain data, to be held against what another version said of it."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(it) for key, it in value.items()}
    if isinstance(value, tuple | list):
        return [plain(it) for it in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def as_far_as_known(now: Any, then: Any) -> Any:
    """What is said now, of what was known then; holders are random, so each database has its own."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {name: as_far_as_known(now.get(name), it) if name != "holder" else it for name, it in then.items()}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [as_far_as_known(it, was) for it, was in zip(now, then, strict=True)]
    return now


def test_its_history_says_the_same(desk: Desk, said: dict[str, Any]) -> None:
    speak("en")
    voice = Voice(desk.see(ShowSetup()), date(2026, 10, 30))
    lines = desk.see(ShowHistory(limit=10_000))

    assert [(it.id, it.at, it.actor_name, it.role, it.operation) for it in lines] == [
        (it["id"], it["at"], it["actor"], it["role"], it["operation"]) for it in said["history"]
    ]
    for line, then in zip(lines, said["history"], strict=True):
        assert (line.batch, line.undoes, line.text, line.message) == (
            then["batch"],
            then["undoes"],
            then["text"],
            then["message"],
        )
        if line.operation != SETTINGS:
            assert history_words(voice, line) == then["sentence"].replace("time_off", "time off")
        changed = [it for it in then["changes"] if it[2] != it[3] and it[0] != "practice"]
        told = [(it.kind, it.id, plain(it.before), plain(it.after)) for it in line.changes if it.kind != "setting"]
        assert [as_far_as_known(list(it), was) for it, was in zip(told, changed, strict=True)] == changed


def test_its_set_up_is_the_same(desk: Desk, said: dict[str, Any]) -> None:
    setup = desk.see(ShowSetup())

    for name, then in said["setup"].items():
        if name != "practice":
            assert as_far_as_known(plain(getattr(setup, name)), then) == then
    chosen = {path: it.value for path, it in setup.chosen.items()}
    then = first_shapes.settings_of(said["setup"]["practice"])
    assert {path: chosen[path] for path in then} == then
    assert then["booking.minimum_notice"] == 12, "what had its default was left out, and meant it"


def test_its_chain_closes_and_its_digests_are_as_they_were(desk: Desk, file: Path, upgraded: str) -> None:
    with desk.store.reading() as connection:
        assert list(chains.damage(connection, None)) == []
        after = [(it.id, it.digest) for it in connection.execute("SELECT id, digest FROM event ORDER BY id")]
    if upgraded.startswith("postgresql"):
        return  # a database of its own: what it held before is held by the links
    connection = driver().connect(file)
    assert connection.execute("SELECT id, digest FROM event ORDER BY id").fetchall() == after
    connection.close()


def test_each_act_is_taken_back_as_before(file: Path, said: dict[str, Any], tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    shutil.copy(file, whole)
    migrate.upgrade(str(whole), "test")
    for batch, then in said["undone"].items():
        copy = tmp_path / "one.db"
        shutil.copy(whole, copy)
        desk = opened_at(str(copy), said["now"])
        try:
            back = desk.do(Undo(event=EventId(int(batch))))
        except (Refused, SlotTaken) as error:
            why = error.objections if isinstance(error, Refused) else error.conflicts
            assert sorted({type(it).__name__ for it in why}) == then["refused"], batch
            continue
        finally:
            desk.close()
            copy.unlink()
        if batch == ONE_KEY_OF_TWO:
            assert then["refused"] == ["ChangedSince"], "it was kept in one piece with a key that was changed later"
            continue
        told = [[it.kind, it.id, plain(it.after)] for it in back.changes if it.kind != "setting"]
        changes = [it for it in then["changes"] if it[0] != "practice" and not only_touched(it, back)]
        assert as_far_as_known(told, changes) == changes, batch


def only_touched(change: list[Any], back: Any) -> bool:
    """Whether it was written back as it was: what a message was about was pretended to be changed."""
    return (change[0], change[1]) not in {(it.kind, it.id) for it in back.changes} and any(
        it.id == int(change[1]) for it in back.about
    )


def as_person(desk: Desk, id_: str) -> Desk:
    return desk.acting(staff_actor(desk.see(ShowSetup()).staff[StaffId(id_)]))


def last_acts(desk: Desk) -> list[int]:
    """The batches this actor could take back, the last one first."""
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=desk.now(), machine=desk.machine)
        return [int(it) for it in stacks_of(look, here=False).done]


def test_a_renamed_practitioner_keeps_her_deeds_and_her_clients(desk: Desk) -> None:
    ann = as_person(desk, "ann")

    assert last_acts(ann) == [83, 60, 59, 55, 53, 41, 39, 14, 5]
    made_before_the_new_name = next(
        it.changes[0].client for it in desk.see(ShowHistory(limit=10_000)) if it.id == 53 and it.changes
    )
    assert made_before_the_new_name is not None
    assert ann.see(ShowClient(client=made_before_the_new_name)).client.name == "Made By Ann"


@pytest.mark.parametrize("id_", ("sam-1", "sam-2"))
def test_deeds_under_a_name_that_two_people_have_are_nobodys(desk: Desk, id_: str) -> None:
    sam = as_person(desk, id_)

    assert last_acts(sam) == []
    with pytest.raises(Refused) as refused:
        sam.do(Undo())
    assert refused.value.objections == (NothingToUndo(),)
    lines = [it for it in desk.see(ShowHistory(limit=10_000)) if it.actor_name == "Sam Reed"]
    assert {it.who for it in lines} == {None}


def test_one_of_two_with_a_name_does_not_see_the_others_clients(desk: Desk) -> None:
    of_the_other = {"sam-1": "Max Ott", "sam-2": "Lena Ott"}
    for id_, name in of_the_other.items():
        client = next(
            it.changes[-1].client
            for it in desk.see(ShowHistory(limit=10_000))
            if it.operation == "book" and any(getattr(change.after, "name", "") == name for change in it.changes)
        )
        assert client is not None
        with pytest.raises(NotAllowed):
            as_person(desk, id_).see(ShowClient(client=ClientId(client)))


def test_somebody_called_desk_has_done_only_what_they_did(desk: Desk) -> None:
    odd = as_person(desk, "odd")

    lines = desk.see(ShowHistory(limit=10_000))
    theirs = {it.id for it in lines if it.who == ActorId(ActorKind.STAFF, "odd")}
    assert theirs == {int(it) for it in last_acts(odd)}
    assert {it.id for it in lines if it.who == DESK.who}.isdisjoint(theirs)
    seen = {it.id for it in odd.see(ShowHistory(limit=10_000))}
    assert 2 not in seen, "a client that somebody else added at the desk"


def test_an_old_database_says_how_to_bring_it_here_and_stays_as_it_is(file: Path) -> None:
    before = file.read_bytes()

    with pytest.raises(StoreUnusable) as refused:
        Store(str(file))

    assert refused.value.problem is StoreProblem.OLDER
    assert file.read_bytes() == before


def test_what_is_let_go_is_told_though_somebody_else_picked_up_the_same(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    shutil.copy(file, path)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO picked_up (actor, appointment_id, at) VALUES ('Rita Reception', 3, 1)")

    assert migrate.upgrade(str(path), "test").let_go == (3, 5, 6)


def test_an_upgrade_that_fails_leaves_everything_as_it_was(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "practice.db"
    shutil.copy(file, path)

    def broken(*_: Any) -> int:
        raise StoreUnusable(StoreProblem.DAMAGED, "here")

    with monkeypatch.context() as patched:
        patched.setattr(migrate, "_require_sound", broken)
        with pytest.raises(StoreUnusable):
            migrate.upgrade(str(path), "failed")
    assert version_of(path) == BEFORE
    assert migrate.upgrade(str(path), "again").after == SCHEMA
    assert version_of(tmp_path / "practice.db.0004-failed") == BEFORE


def test_without_room_for_the_copy_nothing_is_changed(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    shutil.copy(file, path)
    (tmp_path / "practice.db.0004-x").touch()

    with pytest.raises(StoreUnusable) as refused:
        migrate.upgrade(str(path), "x")

    assert refused.value.problem is StoreProblem.NOT_COPIED
    assert version_of(path) == BEFORE


def version_of(path: Path) -> str:
    connection = driver().connect(path)
    version: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    return version


TROUBLES: list[tuple[str, DeliveryTrouble | QueueFault, str]] = [
    ("sign-in failed: 535 who", QueueFault.SIGN_IN, "535 who"),
    ("TLS failed: too old", QueueFault.TLS, "too old"),
    (
        "the practice has no e-mail address to send from: [practice] email, or from in [smtp]",
        QueueFault.NO_SENDER,
        "",
    ),
    ("530 sign in first", QueueFault.SIGN_IN, "530 sign in first"),
    ("no connection to mail.example.org: refused", DeliveryTrouble.NO_CONNECTION, "mail.example.org: refused"),
    ("the connection was lost at DATA: reset", DeliveryTrouble.LOST, "DATA: reset"),
    ("the server took too long with the text", DeliveryTrouble.TOO_SLOW, ""),
    ("the address cannot be written to: what?", DeliveryTrouble.BAD_ADDRESS, "what?"),
    ("nobody took it in time", DeliveryTrouble.OUT_OF_TIME, ""),
    ("wrong_seal_key: seal.key", DeliveryTrouble.NO_KEY, "seal.key"),
    ("550 no such user", DeliveryTrouble.REFUSED, "550 no such user"),
    ("451 later", DeliveryTrouble.PUT_OFF, "451 later"),
    ("desk@ is no address to send from", QueueFault.NO_SENDER, "desk@"),
    ("fault: ValueError", DeliveryTrouble.FAULT, "ValueError"),
    ("something else", DeliveryTrouble.FAULT, "something else"),
]


def test_what_was_wrong_with_a_mail_is_told_by_kind_since(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "troubled.db"
    shutil.copy(file, path)
    with closing(sqlite3.connect(path)) as db:
        ids = [row[0] for row in db.execute("SELECT id FROM mail WHERE carrier = 'mail' ORDER BY id")]
        troubled, aside, undone, called = ids[: len(TROUBLES)], *ids[len(TROUBLES) : len(TROUBLES) + 3]
        for id_, (sentence, _kind, _detail) in zip(troubled, TROUBLES, strict=True):
            db.execute("UPDATE mail SET error = ? WHERE id = ?", (sentence, id_))
        db.execute("UPDATE mail SET error = 'its cause is gone' WHERE id = ?", (aside,))
        db.execute("UPDATE mail SET error = 'taken back' WHERE id = ?", (undone,))
        db.execute("UPDATE mail SET carrier = 'call', state = 'sent', error = '' WHERE id = ?", (called,))
        db.execute(
            "UPDATE mail_queue SET fault = 'queue_fault', detail = '535 no', since = 1, retry_at = 2, tries = 3"
        )
        db.commit()

    migrate.upgrade(str(path), "test", str(tmp_path))

    with closing(Store(str(path))) as store, store.reading() as connection:
        look = Look(store=store, connection=connection, actor=DESK, now=0)
        found = {it.id: it for it in mails.everything(look)}
        still = mail_queue.standstill(look)()
    assert [trouble_of(found[MailId(id_)]) for id_ in troubled] == [
        Trouble(kind, detail) for _sentence, kind, detail in TROUBLES
    ]
    assert (found[MailId(aside)].put_aside, trouble_of(found[MailId(aside)])) == (PutAside.CAUSE_GONE, None)
    assert found[MailId(undone)].put_aside is PutAside.TAKEN_BACK
    assert isinstance(found[MailId(called)], Mail) and found[MailId(called)].state is MailState.CALLED
    assert still == Standstill(fault=QueueFault.SIGN_IN, detail="535 no", since=1, retry_at=2, tries=3)

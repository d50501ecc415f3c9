"""Looking after the database from the command line: what is said, and the exit code."""

from __future__ import annotations

import gzip
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest

from frontdesk.cli.main import run
from frontdesk.config import make_seal_key
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import open_desk
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.engine import Store
from tests.builders import PRACTICE
from tests.cli.conftest import Command, Said

OLDER = Path(__file__).parent.parent / "store" / "kept" / "625bf6d.db.gz"


@pytest.fixture
def backups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "copies"
    monkeypatch.setenv("FRONTDESK_BACKUP_FOLDER", str(folder))
    return folder


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backups: Path) -> Path:
    """A practice that is no drill, under the machine's own clock, with its key."""
    path = tmp_path / "practice.db"
    monkeypatch.setenv("FRONTDESK_SEAL_KEY_FILE", str(tmp_path / "seal.key"))
    make_seal_key(tmp_path / "seal.key")
    desk = open_desk(str(path), create=True)
    desk.do(ApplyPractice(file=practice_file(PRACTICE)))
    desk.close()
    return path


def spawned(path: Path, *words: str) -> pexpect.spawn:
    environment = {**os.environ, "HOME": str(path.parent), "TERM": "xterm-256color"}
    command = ["-m", "frontdesk", "--db", str(path), *words]
    return pexpect.spawn(sys.executable, command, dimensions=(24, 80), env=environment, timeout=30, encoding="utf-8")


def test_a_copy_is_made_tried_and_put_back(practice: Command, backups: Path) -> None:
    practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "bob")
    made = practice("backup")
    assert (made.code, "1 appointments; record" in made.out, "sealing key is not in it" in made.err) == (
        0,
        True,
        True,
    )

    practice("book", "review", "2026-11-23T10:00", "--name", "Carl", "-p", "bob")
    tried = practice("restore", "--rehearse", "--json")
    assert (tried.code, tried.json["item"]["as_told"]) == (0, True)
    assert len(practice("day", "--json").json["items"]) == 2

    asked = practice("restore")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    done = practice("restore", "--yes")
    assert (done.code, "as it was it lies at" in done.out, "no mail leaves" in done.out) == (0, True, True)
    now = practice("day", "--json", now="2026-11-30T08:00").json["items"]
    assert now == []
    assert "goes on from a copy" in practice("outbox", now="2027-11-30T08:00").err


def test_a_client_is_erased_for_ever_and_every_restore_knows_it(
    real: Path, backups: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["frontdesk", "--db", str(real), *words])
        with suppress(SystemExit):
            run()
        said = capsys.readouterr()
        return Said(0, said.out, said.err)

    client = json.loads(command("client", "add", "--name", "Clara Client", "--json").out)["item"]["id"]
    command("backup")
    assert "it erases" in command("client", "erase", client).err
    said = command("client", "erase", client, "--yes")
    assert (f"Erased {client}" in said.out, str(backups / "erased") in said.err) == (True, True)
    assert "1 client was erased again" in command("restore", "--yes").out
    shown = command("client", "show", client).out
    assert (client in shown, "Clara" in shown) == (True, False)
    for without in (*(backups / "erased").iterdir(), backups / "erased"):
        without.unlink() if without.is_file() else without.rmdir()
    assert "is back" in command("restore", "--yes").err


def test_a_copy_that_is_not_there_is_said(practice: Command, backups: Path) -> None:
    said = practice("restore", "--yes")
    assert (said.code, "no copy lies in" in said.err) == (2, True)
    said = practice("restore", "nowhere.db", "--yes")
    assert said.code == 8


def test_verify_says_what_was_changed_and_its_exit_code_too(practice: Command, tmp_path: Path) -> None:
    practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "bob")
    head = practice("verify", "--print-head").out.strip()
    assert (practice("verify").code, practice("verify", "--head", head).code) == (0, 0)

    connection = driver().connect(tmp_path / "practice.db")
    connection.execute("UPDATE client SET name = 'Somebody'")
    connection.execute("DROP TRIGGER claim_no_overlap")
    connection.commit()
    connection.close()
    said = practice("verify")
    assert said.code == 9
    assert "client 1: was changed (name, search_key)" in said.out
    assert "claim_no_overlap: this guard of the database is gone" in said.out
    assert practice("verify", "--json").json["items"][0]["wrong"] == "guard_missing"
    assert practice("verify", "--head", "what").code == 2
    assert practice("doctor").code == 9


@pytest.mark.parametrize("what", ["rights", "key gone", "another key", "read-only", "nothing"])
def test_the_doctor_judges(frontdesk: Command, real: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    from frontdesk.cli.main import run

    key = real.with_name("seal.key")
    if what == "rights":
        real.chmod(0o644)
    elif what in ("key gone", "another key"):
        connection = driver().connect(real)
        connection.execute("UPDATE mail_queue SET seal_print = 'of another'")
        connection.commit()
        connection.close()
        if what == "key gone":
            key.unlink()
    elif what == "read-only":
        if os.getuid() == 0:
            pytest.skip("root writes everywhere")
        real.chmod(0o400)
    sys.argv = ["frontdesk", "--db", str(real), "doctor", "--json"]
    with pytest.raises(SystemExit) as ended:
        run()
    found = {it["code"] for it in json.loads(capsys.readouterr().out)["item"]["findings"]}
    assert ended.value.code == (10 if what == "nothing" else 9)
    assert found >= {"not_copied", "not_elsewhere", "not_rehearsed", "not_delivered", "not_swept"}
    named = {
        "rights": "read_by_others",
        "key gone": "no_key",
        "another key": "other_key",
        "read-only": "not_writable",
    }
    assert what == "nothing" or named[what] in found


def test_under_a_clock_of_ones_own_a_real_practice_is_only_read(frontdesk: Command, real: Path) -> None:
    assert frontdesk("day", db=real, now="2020-01-01T08:00").code == 0
    book = ("book", "review", "2020-01-02T09:00", "--name", "Clara", "-p", "bob")
    said = frontdesk(*book, db=real, now="2020-01-01T08:00")
    assert (said.code, "real practice" in said.err) == (8, True)
    with Store(str(real)).reading() as connection:
        assert connection.execute("SELECT count(*) FROM client").scalar() == 0


def test_an_older_database_is_brought_up_after_a_yes(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    path.write_bytes(gzip.decompress(OLDER.read_bytes()))
    child = spawned(path)
    child.expect("older frontdesk. Bring it to this version now")
    child.sendline("y")
    child.expect("as it was it lies at")
    child.expect("enter opens it")
    child.sendline("")
    child.expect("\\? ")  # the footer names the keys
    child.sendcontrol("q")
    child.expect(pexpect.EOF)
    Store(str(path)).close()
    assert len(list(tmp_path.glob("practice.db.0004-*"))) == 1


def test_an_older_database_stays_as_it_is_after_a_no(tmp_path: Path) -> None:
    path = tmp_path / "practice.db"
    path.write_bytes(gzip.decompress(OLDER.read_bytes()))
    before = path.read_bytes()
    child = spawned(path)
    child.expect("older frontdesk. Bring it to this version now")
    child.sendline("n")
    child.expect("frontdesk upgrade")
    child.expect(pexpect.EOF)
    assert path.read_bytes() == before

"""Mails on the command line, against a server on loopback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.mail.servers import Answers, Inbox, Plain, free_port, serving
from tests.operations.mailing import MAILING

LATER = "2026-11-23T08:05"


@pytest.fixture
def mailing(practice: Command, tmp_path: Path) -> Command:
    """The practice mails, and Nora Nine is booked."""
    (tmp_path / "more.toml").write_text(MAILING)
    assert practice("practice", "apply", "more.toml").code == 0
    booked = practice("book", "review", "2026-11-24T10:00", "--name", "Nora Nine", "--email", "nora@client.example")
    assert booked.code == 0, booked.err
    return practice


def server(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    for name, value in (("HOST", "127.0.0.1"), ("PORT", str(port)), ("SECURITY", "none")):
        monkeypatch.setenv(f"FRONTDESK_SMTP_{name}", value)


def test_the_outbox_lists_what_waits_and_deliver_sends_it(mailing: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    said = mailing("outbox")
    assert "leaves in 1:00  Nora Nine" in said.out and "no mail server is set up here" in said.err
    nobody = mailing("deliver", "--once", now=LATER)
    assert nobody.code == 7 and "no mail server" in nobody.err
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        server(monkeypatch, port)
        done = mailing("deliver", "--once", now=LATER)
    assert (done.code, len(inbox.raw)) == (0, 2) and "2 mails sent" in done.err
    items = mailing("outbox", "--json").json["items"]
    assert {it["state"] for it in items} == {"sent"}
    assert set(items[0]) == {
        "id", "kind", "carrier", "to", "subject", "state", "due_at", "attempts", "message_id", "appointment",
        "trouble", "error",
    }  # fmt: skip


def test_a_mail_is_shown_dropped_sent_and_its_link_stays_covered(mailing: Command) -> None:
    one = mailing("mail", "show", "1")
    assert "To: Nora Nine <nora@client.example>" in one.out and "/a/••••••••" in one.out
    assert "<h1" in mailing("mail", "show", "1", "--html").out
    assert mailing("mail", "drop", "1").code == 0
    assert mailing("mail", "drop", "1").code == 5
    assert mailing("mail", "retry", "1").code == 0
    assert mailing("mail", "send", "2").code == 0
    assert mailing("mail", "show", "99").code == 3


def test_the_doctor_sends_a_test_and_explains_why_it_failed(
    mailing: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        server(monkeypatch, port)
        said = mailing("doctor", "--mail", "me@client.example")
    assert said.code == 0 and "left for me@client.example" in said.out
    assert "A test from Test Street" in [str(it["Subject"]) for it in inbox.messages]
    with serving(Answers(Inbox(), RCPT="550 who is that", to="me@")) as port:
        server(monkeypatch, port)
        said = mailing("doctor", "--mail", "me@client.example")
    assert said.code == 7 and "550 who is that" in said.err
    with serving(Answers(Inbox(), MAIL="535 go away")) as port:
        server(monkeypatch, port)
        said = mailing("doctor", "--mail", "me@client.example", now="2026-11-23T09:00")
    assert said.code == 7 and "user and password" in said.err
    server(monkeypatch, free_port())
    said = mailing("doctor", "--mail", "me@client.example", now="2026-11-23T12:00")
    assert said.code == 7 and "host and port" in said.err


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("SECURITY", "ssl", "implicit, starttls, none"),
        ("PORT", "many", "no whole number"),
        ("HOST", "mail.example.org", "only for this machine"),
    ],
)
def test_a_wrong_setting_of_the_server_is_told(
    mailing: Command, monkeypatch: pytest.MonkeyPatch, name: str, value: str, hint: str
) -> None:
    server(monkeypatch, 25)
    monkeypatch.setenv(f"FRONTDESK_SMTP_{name}", value)
    said = mailing("outbox")
    assert said.code == 2 and hint in said.err


def test_the_config_file_names_the_server_and_an_unknown_key_the_nearest(mailing: Command, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret\n")
    config = tmp_path / ".config" / "frontdesk" / "config.toml"
    config.write_text(f'[smtp]\nhost = "mail.example.org"\nuser = "desk"\npassword_file = "{password}"\n')
    assert "mail.example.org:587 (starttls)" in mailing("doctor").out
    config.write_text('[smtp]\nhots = "mail.example.org"\n')
    said = mailing("doctor")
    assert said.code == 2 and "host" in said.err


def test_the_sealing_key_is_made_with_the_database_for_this_user_alone(mailing: Command, tmp_path: Path) -> None:
    key = tmp_path / ".config" / "frontdesk" / "seal.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.rename(key.with_suffix(".gone"))
    said = mailing("book", "review", "2026-11-24T14:00", "--name", "Max", "--email", "max@client.example")
    assert said.code == 8 and "the sealing key" in said.err and str(key) in said.err
    assert "14:00" not in mailing("day", "2026-11-24").out  # nothing was saved


def test_automations_are_listed_and_rehearsed(mailing: Command, tmp_path: Path) -> None:
    text = '[[automations]]\nid = "welcome"\non = "booked"\ndo = { mail = "client", text = "hi" }\n'
    (tmp_path / "auto.toml").write_text(text)
    assert mailing("practice", "apply", "auto.toml").code == 0
    assert "welcome  on  when booked  mail to client" in mailing("automations").out
    said = mailing("automations", "--dry-run", "--from", "2026-11-01")
    assert "welcome" in said.out and "1 time; nothing was done" in said.err
    [item] = mailing("automations", "--dry-run", "--json").json["items"]
    assert set(item) == {"automation", "event", "at", "on", "ref"}


def test_reminders_and_words_are_given_with_a_booking_and_a_move(mailing: Command) -> None:
    ref = mailing("day", "2026-11-24", "--json").json["items"][0]["ref"]
    assert mailing("reschedule", ref, "2026-11-26T10:00", "--message", "Sorry!", "--reminders", "48,2").code == 0
    texts = [mailing("mail", "show", str(n)).out for n in (3, 4)]
    assert any("Sorry!" in it for it in texts)
    wrong = mailing("reschedule", ref, "2026-11-26T11:00", "--reminders", "soon")
    assert wrong.code == 2 and "hours before" in wrong.err


def test_a_link_is_in_no_log_json_history_export_or_copy_of_the_database(
    mailing: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [
        mailing("outbox", "--json").out,
        mailing("mail", "show", "1", "--json").out,
        mailing("mail", "show", "1", "--html").out,
        mailing("history", "--day", "2026-11-23", "--json").out,
        mailing("export", "--all", str(tmp_path / "out")).out,
    ]
    copies = [(tmp_path / "practice.db").read_bytes()]
    inbox = Inbox()
    with serving(Plain(inbox)) as port:
        server(monkeypatch, port)
        mailing("deliver", "--once", now=LATER)
    [letter] = [it for it in inbox.messages if "nora@" in str(it["To"])]
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    secret = text.partition("/a/")[2].split()[0]
    assert len(secret) == 43
    copies += [it.read_bytes() for it in tmp_path.rglob("*") if it.is_file()]
    assert not [it for it in said if secret in it]
    assert not [it for it in copies if secret.encode() in it]

"""The command line: what it prints, how it fails, and that it can do all the terminal can."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.builders import PRACTICE
from tests.cli.conftest import Command


def ref_of(said: object) -> str:
    return str(said.json["item"]["ref"])  # type: ignore[attr-defined]


def test_booking_moving_cancelling_and_undoing_from_the_shell(practice: Command) -> None:
    made = practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "ann", "--json")
    ref = ref_of(made)

    assert made.json["item"]["status"] == "booked"
    assert practice("reschedule", ref, "2026-11-24T10:00").out.startswith("Moved Clara from Mon 23 Nov 09:00")
    assert practice("cancel", ref, "--reason", "client_ill").code == 0
    assert "Undone" in practice("undo").out
    assert practice("list", "--json").json["items"][0]["status"] == "booked"
    assert "cancelled" in practice("redo").out
    assert practice("reinstate", ref).code == 0
    assert practice("status", ref, "arrived").err == "it begins only Tue 24 Nov 10:00\n"
    assert practice("status", ref, "arrived", now="2026-11-24T09:50").out.startswith("Clara: arrived")
    assert practice("history", ref).out.count("\n") == 7


def test_an_appointment_has_the_documented_keys(practice: Command) -> None:
    said = practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "ann", "--json").json

    assert set(said) == {"version", "item", "event", "warnings"}
    documented = (Path(__file__).parents[2] / "docs/json.md").read_text()
    row = next(line for line in documented.splitlines() if line.startswith("| appointment |"))
    assert [f"`{key}`" for key in said["item"]] == row.split("|")[2].strip().split(", ")
    assert (said["item"]["start"], said["item"]["lane"]) == ("2026-11-23T09:00+00:00", 0)


def test_why_answers_with_every_reason_and_exit_code_0(practice: Command) -> None:
    said = practice("why", "review", "2026-11-23T12:30", "--json")

    assert said.code == 0
    by_person = {it["practitioner"]: it for it in said.json["items"]}
    assert by_person["bob"]["ok"]
    assert [it["code"] for it in by_person["ann"]["reasons"]] == ["outside_hours"]
    assert by_person["ann"]["reasons"][0]["overridable"]


def test_no_free_time_is_an_empty_list_and_a_reason_on_stderr(practice: Command) -> None:
    said = practice("slots", "massage", "--from", "2026-11-28", "--to", "2026-11-28", "--json")

    assert (said.code, said.json["items"]) == (0, [])
    assert "nothing is free" in said.err
    assert "not working that day" in said.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("book", "manicure", "2026-11-23T09:00", "--name", "C"), 3, "there is no service manicure"),
        (("book", "review", "tomorrow", "--name", "C"), 2, "is no date and time"),
        (("book", "review", "2026-11-23T09:00:30", "--name", "C"), 2, "is no date and time"),
        (("book", "review", "2026-11-23T09:00"), 2, "--client is missing"),
        (("book", "review", "2026-11-23T09:00", "--name", " "), 2, "name is missing"),
        (("book", "massage", "2026-11-23T09:00", "--name", "C", "-p", "bob"), 5, "Bob Brown does not offer Massage"),
        (("book", "review", "2027-03-28T01:30", "--name", "C"), 5, "does not exist"),
        (("cancel", "A-00000", "--reason", "other"), 3, "there is no appointment"),
        (("status", "nonsense", "arrived"), 3, "there is no appointment nonsense"),
        (("client", "show", "C-ZZZZZ"), 3, "there is no client"),
        (("undo", "99"), 3, "there is no event 99"),
        (("practice", "apply", "missing.toml"), 2, "there is no file missing.toml"),
        (("import", "missing.csv"), 2, "there is no file missing.csv"),
        (("import", "."), 2, "name the files in it"),
        (("practice", "apply", "number.toml"), 2, "“5” is none of the choices"),
        (("day", "9999-12-31"), 2, "out of range"),
        (("day", "+99999999999"), 2, "out of range"),
        (("day", "+²"), 2, "is no date"),
        (("slots", "review", "--from", "0001-01-01"), 2, "out of range"),
        (("why", "review", "9999-12-31T23:59"), 2, "out of range"),
        (("undo", "99999999999999999999"), 2, "Invalid value"),
        (("list", "--from", "2026-11-24", "--to", "2026-11-23"), 2, "ends before it starts"),
        (("history", "A-00000"), 3, "there is no appointment"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_its_exit_code(
    practice: Command, tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    (tmp_path / "number.toml").write_text("practice = 5")
    said = practice(*words)

    assert says in said.err
    assert said.code == code


def test_an_error_is_json_on_stdout_when_json_is_asked_for(practice: Command) -> None:
    practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "ann")
    said = practice("book", "review", "2026-11-23T09:00", "--name", "Dora", "-p", "ann", "--json")

    assert said.code == 4
    assert said.json["error"]["code"] == "slot_taken"
    assert said.json["error"]["reasons"][0]["culprit"]["client_name"] == "Clara"


def test_the_database_says_what_is_wrong_with_it(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, only a text that is long enough")
    (tmp_path / "folder.db").mkdir()

    for db, says in (
        (tmp_path / "missing.db", "there is no database"),
        (tmp_path / "nowhere" / "x.db", "the folder for"),
        (tmp_path / "text.db", "is not a frontdesk database"),
        (tmp_path / "folder.db", "is not a frontdesk database"),
    ):
        said = practice("day", db=db)
        assert (said.code, says in said.err) == (8, True), (db, said.err)
    assert not (tmp_path / "missing.db").exists()


def test_a_newer_database_is_not_touched(practice: Command, tmp_path: Path) -> None:
    from frontdesk.core.store.connecting import driver

    connection = driver().connect(tmp_path / "practice.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.execute("UPDATE database SET reads_from = '9999'")
    connection.commit()
    connection.close()

    said = practice("day")
    assert (said.code, "newer frontdesk" in said.err) == (8, True)


def test_the_database_is_for_its_owner_alone(practice: Command, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "practice.db").stat().st_mode) == 0o600


def test_staff_act_in_their_own_name(practice: Command) -> None:
    made = practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "bob", "--json")
    said = practice("--staff", "ann", "cancel", ref_of(made), "--reason", "client_ill")

    assert (said.code, "Ann Archer may not do this" in said.err) == (6, True)


def test_init_makes_a_practice_and_does_not_write_over_one(frontdesk: Command, tmp_path: Path) -> None:
    assert frontdesk("init", "--yes", "--kit", "salon").code == 0
    assert "Salon" in frontdesk("locations").out
    assert frontdesk("init", "--yes").code == 8


def test_the_demo_needs_no_terminal_to_make_its_database(frontdesk: Command, tmp_path: Path) -> None:
    assert frontdesk("demo", "--keep", "demo.db", now="2026-11-21T10:40").code == 0
    said = frontdesk("day", "--json", db=tmp_path / "demo.db", now="2026-11-21T10:40").json

    statuses = {it["status"] for it in said["items"]}
    assert {"booked", "done", "arrived"} <= statuses
    tomorrow = frontdesk("day", "2026-11-22", "-p", "ruth", "--json", db=tmp_path / "demo.db").json
    assert tomorrow["items"] == []


def test_the_lists_name_their_ids(practice: Command) -> None:
    assert [it["id"] for it in practice("services", "--json").json["items"]] == ["review", "massage", "training"]
    assert [it["id"] for it in practice("staff", "--json").json["items"]] == ["ann", "bob", "rita", "vic"]
    assert practice("locations", "--json").json["items"][0]["rooms"] == ["gym", "pool"]
    assert practice("doctor", "--json").json["item"]["check"] == "ok"


def test_clients_are_found_changed_and_merged(practice: Command) -> None:
    first = practice("client", "add", "--name", "Ann Lee", "--born", "1980-07-03", "--json").json["item"]["id"]
    second = practice("client", "add", "--name", "Anne Lee", "--json").json["item"]["id"]

    assert practice("client", "find", "ann").out.count("\n") == 2
    assert practice("client", "edit", first, "--note", "ground floor").code == 0
    assert practice("client", "merge", first, second).code == 0
    assert practice("client", "show", second, "--json").json["item"]["note"] == "ground floor"
    assert practice("client", "add", "--name", "X", "--born", "soon").code == 2


def test_a_limit_that_cuts_is_said(practice: Command) -> None:
    for hour in (9, 10, 11):
        practice("book", "review", f"2026-11-23T{hour:02}:00", "--name", f"C{hour}", "-p", "ann")

    said = practice("list", "--limit", "2", "--json")
    assert (len(said.json["items"]), said.json["more"]) == (2, True)
    assert "--limit" in said.err


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql+asyncpg://x/y", ":memory:"])
def test_what_is_no_database_is_refused(practice: Command, url: str) -> None:
    said = practice("day", db=url)

    assert (said.code, "--db" in said.err) == (2, True)


def test_a_server_that_does_not_answer_says_what_to_check(practice: Command) -> None:
    said = practice("day", db="postgresql://nobody@127.0.0.1:1/none")

    assert (said.code, "check that it runs" in said.err) == (8, True)


def test_init_knows_a_practice_by_its_url_too(practice: Command, tmp_path: Path) -> None:
    assert practice("init", "--yes", db=f"sqlite:///{tmp_path}/practice.db").code == 8
    assert "Test Street" in practice("practice", "show", "--toml").out


def test_init_goes_on_where_there_is_a_file_but_no_practice(frontdesk: Command, tmp_path: Path) -> None:
    (tmp_path / "practice.db").touch()

    assert frontdesk("init", "--yes").code == 0


def test_a_wrong_option_is_json_too(practice: Command) -> None:
    said = practice("day", "--bogus", "--json")

    assert (said.code, said.json["error"]["code"]) == (2, "bad_input")


def test_a_plan_for_a_new_database_lists_all_of_the_file(practice: Command, tmp_path: Path) -> None:
    said = practice("practice", "apply", "practice.toml", "--dry-run", "--json", db=tmp_path / "new.db")

    assert {it["how"] for it in said.json["item"]["changes"]} == {"new"}
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("database = 5", "database"),
        ("keys = 3", "keys"),
        ('theme = "loud"', "theme"),
        ('datbase = "p.db"', "config: datbase: there is no “datbase” (database)"),
        ('[smtp]\nhots = "mail.example.org"', "config: smtp.hots: there is no “hots” (host)"),
        ('smtp = "mail.example.org"', "[smtp] with lines such as host"),
        ("[databse]", "config: databse: there is no “databse” (database)"),
        ("[smpt]\nhost = 3", "config: smpt: there is no “smpt” (smtp)"),
        ("[backup]\nkeeps = 3", "config: backup.keeps: there is no “keeps” (keep)"),
    ],
)
def test_a_config_file_that_is_wrong_says_where(practice: Command, tmp_path: Path, config: str, says: str) -> None:
    (tmp_path / "config.toml").write_text(config)
    said = practice("--config", str(tmp_path / "config.toml"), "day")

    assert (said.code, says in said.err) == (2, True)


def test_a_config_file_may_name_what_a_later_part_reads(practice: Command, tmp_path: Path) -> None:
    later = (
        'print_command = "lp"\n[backup]\nfolder = "/backups"\n[backup.keep]\nhourly = 24\n[postgresql]\nidle = 30\n'
    )
    (tmp_path / "config.toml").write_text(later)

    assert practice("--config", str(tmp_path / "config.toml"), "day").code == 0


def test_practitioners_see_their_own_and_nobody_elses(practice: Command) -> None:
    theirs = ref_of(practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "bob", "--json"))
    practice("book", "review", "2026-11-23T09:00", "--name", "Dora", "-p", "ann")
    ann = ("--staff", "ann")

    assert "Clara" not in practice(*ann, "history").out
    assert "Dora" in practice(*ann, "history").out
    assert "Clara" not in practice(*ann, "why", "review", "2026-11-23T09:00", "-p", "bob").out
    assert "Clara" in practice("why", "review", "2026-11-23T09:00", "-p", "bob").out
    assert "Clara" not in practice(*ann, "client", "find", "clara").out
    assert practice(*ann, "list", "-p", "bob").code == 6
    client = practice("client", "find", "clara", "--json").json["items"][0]["id"]
    assert practice(*ann, "client", "show", client).code == 6
    assert practice(*ann, "client", "edit", client, "--phone", "+44 20 7946 0999").code == 6
    assert practice("--staff", "vic", "history", theirs).code == 6
    assert practice(*ann, "undo", "2").code == 6
    assert practice(*ann, "book", "review", "2026-11-24T09:00", "--client", client).code == 6


def test_practitioners_see_whom_they_made_and_not_who_takes_a_room(practice: Command) -> None:
    ann = ("--staff", "ann")
    made = practice(*ann, "client", "add", "--name", "Nora New", "--json").json["item"]["id"]
    assert practice(*ann, "client", "edit", made, "--phone", "+44 20 7946 0999").code == 0
    assert "Nora" in practice(*ann, "client", "find", "nora").out
    for room in ("gym", "pool"):
        practice("book", "training", "2026-11-24T09:00", "--name", "Secret Sue", "-p", "bob", "--room", room,
                 "--override", "both rooms")  # fmt: skip
    said = practice(*ann, "why", "training", "2026-11-24T09:00", "-p", "ann")

    assert "no:" in said.out
    assert "Sue" not in said.out
    assert "Sue" not in practice(*ann, "book", "training", "2026-11-24T09:00", "--name", "X", "-p", "ann").err


def test_a_start_in_another_zone_says_so(practice: Command, tmp_path: Path) -> None:
    far = '[[locations]]\nid = "ny"\nname = "New York"\ntimezone = "America/New_York"\n'
    hours = '[[staff]]\nid = "bob"\nname = "Bob Brown"\n[staff.hours.ny]\nsat = ["09:00-12:00"]\n'
    (tmp_path / "far.toml").write_text(far + hours)
    assert practice("practice", "apply", "far.toml").code == 0

    assert "Sat 28 Nov 09:00 EST" in practice("slots", "review", "-l", "ny", "-p", "bob").out


def test_a_file_that_names_no_currency_means_that_of_the_practice(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "tokyo.toml").write_text(PRACTICE.replace('currency = "GBP"', 'currency = "JPY"'))
    assert practice("practice", "apply", "tokyo.toml", db="tokyo.db").code == 0
    (tmp_path / "more.toml").write_text('[[services]]\nid = "tea"\nname = "Tea"\nduration = 30\nprice = "500"\n')
    assert practice("practice", "apply", "more.toml", db="tokyo.db").code == 0

    assert 'price = "500"' in practice("practice", "show", "--toml", db="tokyo.db").out


def test_a_shell_completes_commands(tmp_path: Path) -> None:
    asked = {"COMP_WORDS": "frontdesk client f", "COMP_CWORD": "2", "_FRONTDESK_COMPLETE": "complete_bash"}
    said = subprocess.run(
        [sys.executable, "-m", "frontdesk"],
        env={**os.environ, **asked},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )

    assert said.stdout.split() == ["find"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_an_output_that_cannot_be_written_is_said(practice: Command, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "frontdesk", "--db", str(tmp_path / "practice.db"), "services"]
    with Path("/dev/full").open("w") as full:
        said = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (said.returncode, "cannot be written" in said.stderr, "Traceback" in said.stderr) == (1, True, False)


def test_init_asks_six_questions_and_ends_on_todays_calendar(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "TERM": "xterm-256color"}
    words = ["-m", "frontdesk", "--db", str(tmp_path / "practice.db"), "init", "--kit", "therapy"]
    child = pexpect.spawn(sys.executable, words, dimensions=(24, 80), env=environment, timeout=30, encoding="utf-8")
    answers = (
        ("Name of the practice", "River Street"),
        ("Time zone", "Mars/Base"),
        ("will not do", None),
        ("Time zone", "Europe/Berlin"),
        ("Language and country", "Klingon"),
        ("will not do", None),
        ("Language and country", "de-DE"),
        ("Currency", "Euro"),
        ("will not do", None),
        ("Currency", ""),
        ("Who has appointments", "Ada Lovelace, Grace Hopper"),
        ("Weekday hours", "08:00-12:00"),
    )
    for question, answer in answers:
        child.expect_exact(question)
        if answer is not None:
            child.sendline(answer)
    child.expect_exact("Ada")
    child.sendcontrol("q")
    child.expect(pexpect.EOF)
    child.close()
    shown = subprocess.run(
        [sys.executable, "-m", "frontdesk", "--db", str(tmp_path / "practice.db"), "practice", "show", "--json"],
        stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    practice = json.loads(shown.stdout)["item"]

    assert (practice["practice"]["name"], practice["practice"]["timezone"]) == ("River Street", "Europe/Berlin")
    assert (practice["practice"]["currency"], practice["practice"]["locale"]) == ("EUR", "de_DE")
    assert [it["name"] for it in practice["staff"]] == ["Ada Lovelace", "Grace Hopper"]
    assert practice["staff"][0]["hours"]["main"]["mon"] == ["08:00-12:00"]


def test_the_same_again_from_the_shell(practice: Command) -> None:
    ref = ref_of(practice("book", "review", "2026-11-23T09:00", "--name", "Clara", "-p", "ann", "--json"))

    assert practice("rebook", ref, "--json").json["item"]["start"].startswith("2026-12-07T09:00")
    assert practice("rebook", ref, "--days", "7").out.startswith("Booked Clara")


def test_notes_and_reminders_of_an_appointment_alone(practice: Command) -> None:
    ref = ref_of(practice("book", "review", "2026-11-24T09:00", "--name", "Clara", "-p", "ann", "--json"))

    assert practice("note", ref, "--note", "bring shoes", "--json").json["item"]["note"] == "bring shoes"
    assert practice("note", ref, "--internal-note", "hip", "--json").json["item"]["note"] == "bring shoes"
    assert practice("reminders", ref, "48,2").code == 0
    assert practice("reminders", ref, "9999").code == 2
    assert practice("note", ref).err == "--note is missing (--note or --internal-note)\n"


def test_picking_up_and_laying_back(practice: Command) -> None:
    ref = ref_of(practice("book", "review", "2026-11-24T09:00", "--name", "Clara", "-p", "ann", "--json"))

    assert [it["ref"] for it in practice("pick", ref, "--json").json["items"]] == [ref]
    assert [it["ref"] for it in practice("pick", "--json").json["items"]] == [ref]
    assert practice("lay", ref, "--json").json["items"] == []


def test_the_bell_says_what_happened_and_is_read(practice: Command) -> None:
    practice("request", "new", "review", "2026-11-24T09:00", "--name", "Nora", "-p", "ann")

    (line,) = practice("bell", "--json").json["items"]
    assert (line["kind"], line["read"], line["about"]["kind"]) == ("request_received", False, "request")
    assert "Nora" in practice("bell", "--read").out
    assert practice("bell", "--json").json["items"][0]["read"]


def test_calls_are_listed_made_and_taken_back(practice: Command) -> None:
    ref = ref_of(
        practice(
            "book", "review", "2026-11-24T09:00", "--name", "Clara", "--phone", "020 7946 0001", "-p", "ann", "--json"
        )
    )
    practice("cancel", ref, "--reason", "staff_ill", now="2026-11-23T12:00")

    (call,) = practice("calls", "--json").json["items"]
    assert practice("calls", "--made", str(call["id"])).code == 0
    assert practice("calls").err == "nobody has to be called\n"
    assert practice("mail", "take-back", str(call["id"])).code == 0
    assert [it["id"] for it in practice("calls", "--json").json["items"]] == [call["id"]]


def test_a_mail_that_was_dropped_is_taken_back(practice: Command) -> None:
    practice("practice", "set", "portal.enabled=true", "portal.address=https://book.example.org")
    client = practice("client", "add", "--name", "Clara", "--email", "clara@example.org", "--json").json["item"]["id"]
    shown = practice("link", "--client", client, "--service", "review", "--json").json["item"]
    assert shown["link"].startswith("https://book.example.org/b/") and shown["mailed"]

    (mail,) = practice("outbox", "--json").json["items"]
    assert practice("mail", "drop", str(mail["id"]), "--json").json["item"]["state"] == "dropped"
    assert practice("mail", "take-back", str(mail["id"]), "--json").json["item"]["state"] == "queued"


def test_the_demo_tells_where_its_database_is(practice: Command, tmp_path: Path) -> None:
    assert practice("demo", "--json").code == 2


def test_help_is_in_the_language_of_the_house(practice: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRONTDESK_LANGUAGE", "de")

    assert "Einen Termin buchen." in practice("book", "--help").out
    assert "Einen Termin absagen." in practice("--help").out
    assert practice("practice", "set", "booking.horizn=3").err.endswith("(meinten Sie booking.horizon?)\n")


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ("practice.name=Elm Clinic", "Elm Clinic"),
        ("practice.name=12", "12"),
        ("practice.name=true", "true"),
        ("practice.name=[a]", "[a]"),
        ('practice.name="Elm"', "Elm"),
        ("practice.phone=030123", "030123"),
    ],
)
def test_a_text_is_chosen_without_quotes_whatever_it_looks_like(practice: Command, chosen: str, kept: str) -> None:
    assert practice("practice", "set", chosen).code == 0
    key = chosen.partition("=")[0].removeprefix("practice.")
    assert f'{key} = "{kept}"' in practice("practice", "show", "--toml").out


def test_a_demo_in_a_database_that_is_named_says_how_to_make_it_there(frontdesk: Command) -> None:
    said = frontdesk("demo", db="mine.db")

    assert said.code == 2
    assert "demo --keep FILE makes it there" in said.err

"""In and out: the sample practice, calendar files, bad rows, and everything back again."""

from __future__ import annotations

import errno
import gzip
import json
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from frontdesk.core.asks.clients import AddClient, EditClient, FindClients, NewClient
from frontdesk.core.asks.requests import RequestAppointment
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import Entrance, client_actor
from frontdesk.core.domain.consents import consent_id
from frontdesk.core.domain.errors import BadInput
from frontdesk.core.domain.people import Contact
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.history import records
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.store.engine import Store
from tests.builders import PRACTICE, Clock, on
from tests.cli.conftest import Command

SAMPLE = Path(__file__).parents[1] / "data" / "outpatient"
FILES = [str(SAMPLE / f"{name}.csv") for name in ("adams", "baker", "clark", "davis", "patients")]

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//EN
X-WR-CALNAME:Ann Archer
X-WR-TIMEZONE:Europe/London
BEGIN:VEVENT
UID:one@x
DTSTART:20261123T140000Z
DTEND:20261123T143000Z
SUMMARY:Clara Client
END:VEVENT
BEGIN:VEVENT
UID:weekly@x
DTSTART;TZID=Europe/London:20261124T090000
DTEND;TZID=Europe/London:20261124T093000
RRULE:FREQ=WEEKLY;COUNT=4
EXDATE;TZID=Europe/London:20261201T090000
SUMMARY:Dora Dunn
END:VEVENT
BEGIN:VEVENT
UID:weekly@x
RECURRENCE-ID;TZID=Europe/London:20261208T090000
DTSTART;TZID=Europe/London:20261208T110000
DTEND;TZID=Europe/London:20261208T113000
SUMMARY:Dora Dunn
END:VEVENT
BEGIN:VEVENT
UID:away@x
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
SUMMARY:Holiday
END:VEVENT
BEGIN:VEVENT
UID:lunch@x
DTSTART:20261123T120000Z
DTEND:20261123T130000Z
SUMMARY:Lunch
END:VEVENT
END:VCALENDAR
"""


def test_the_sample_comes_in_whole_and_a_second_run_changes_nothing(frontdesk: Command) -> None:
    frontdesk("init", "--yes")
    first = frontdesk("import", *FILES, "--json").json["item"]
    second = frontdesk("import", *FILES, "--json").json["item"]

    rows = sum(Path(file).read_text().count("\n") - 1 for file in FILES[:4])
    assert first["appointments"]["new"] == rows
    assert first["bad"] == []
    assert first["staff"] == ["Adams", "Baker", "Clark", "Davis"]
    assert second["appointments"] == {"new": 0, "updated": 0, "skipped": rows}
    assert second["clients"]["new"] == second["clients"]["updated"] == 0


def test_statuses_and_columns_without_a_field_are_kept(frontdesk: Command) -> None:
    frontdesk("init", "--yes")
    frontdesk("import", *FILES)
    said = frontdesk("list", "--from", "2026-01-01", "--limit", "5000", "--json").json["items"]

    assert {it["status"] for it in said} == {"booked", "cancelled", "done", "no_show"}
    assert "waiting_time" in {key for it in said for key in it["extra"]}
    assert {it["client_name"] for it in said}.isdisjoint({it["client"] for it in said})


def test_an_unknown_person_is_named_by_the_source_and_filled_in_later(frontdesk: Command) -> None:
    frontdesk("init", "--yes")
    frontdesk("import", FILES[0])
    before = frontdesk("list", "--from", "2026-01-01", "--json").json["items"][0]["client_name"]
    later = frontdesk("import", FILES[4], "--json").json["item"]["clients"]
    after = frontdesk("list", "--from", "2026-01-01", "--json").json["items"][0]["client_name"]

    assert before.startswith("A0")
    assert later["updated"] > 0
    assert after != before


def test_a_dry_run_counts_and_writes_nothing(frontdesk: Command) -> None:
    frontdesk("init", "--yes")
    said = frontdesk("import", *FILES, "--dry-run")

    assert "would be imported" in said.out
    assert frontdesk("list", "--from", "2026-01-01", "--json").json["items"] == []


def test_a_dry_run_says_where_bad_rows_would_go_and_writes_no_file(practice: Command, tmp_path: Path) -> None:
    """The year in which other programs' calendars say that something never ends is a bad row, not the end of all."""
    never = (
        "BEGIN:VEVENT\nUID:x\nSUMMARY:Max Ott\nDTSTART:99991231T235959Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    (tmp_path / "ann.ics").write_text(CALENDAR.replace("END:VCALENDAR\n", never))

    said = practice("import", "ann.ics", "--dry-run")

    assert said.code == 0
    assert "1 bad row would go to ann-bad.csv" in said.err
    assert not (tmp_path / "ann-bad.csv").exists()
    assert "1 bad row is in ann-bad.csv" in practice("import", "ann.ics").err
    assert "out of range" in (tmp_path / "ann-bad.csv").read_text()


def test_an_import_is_undone_as_one(frontdesk: Command) -> None:
    frontdesk("init", "--yes")
    frontdesk("import", FILES[0], FILES[4])

    assert frontdesk("undo").code == 0
    assert frontdesk("list", "--from", "2026-01-01", "--json").json["items"] == []
    assert frontdesk("client", "find", "a", "--json").json["items"] == []


def test_bad_rows_are_written_out_corrected_and_taken_in(frontdesk: Command, tmp_path: Path) -> None:
    frontdesk("init", "--yes")
    text = Path(FILES[0]).read_text().splitlines()[:4]
    broken = ",".join(["A9", "adams", "soon", *text[2].split(",")[3:]])
    (tmp_path / "half.csv").write_text("\n".join([*text[:2], broken, text[3] + ",more,than,the,header", ""]))
    said = frontdesk("import", "half.csv", "--json")

    assert said.json["item"]["appointments"]["new"] == 1
    assert len(said.json["item"]["bad"]) == 2
    bad = (tmp_path / "half-bad.csv").read_text()
    assert "minutes" in bad
    (tmp_path / "half-bad.csv").write_text(bad.replace("soon", "30"))
    again = frontdesk("import", "half-bad.csv", "--json").json["item"]
    assert again["appointments"]["new"] == 2


def test_a_place_that_cannot_be_written_is_told_before_the_import(frontdesk: Command, tmp_path: Path) -> None:
    frontdesk("init", "--yes")
    text = Path(FILES[0]).read_text().splitlines()[:3]
    (tmp_path / "half.csv").write_text("\n".join([*text[:2], text[2].replace("adams,30", "adams,soon"), ""]))
    (tmp_path / "file").write_text("")
    said = frontdesk("import", "half.csv", "--bad", "file/bad.csv")

    assert (said.code, "cannot be written; nothing was done" in said.err) == (2, True)
    assert frontdesk("list", "--from", "2026-01-01", "--json").json["items"] == []
    assert frontdesk("export", "--all", "file/out").code == 2


def test_what_is_no_csv_is_refused_with_a_sentence(frontdesk: Command, tmp_path: Path) -> None:
    frontdesk("init", "--yes")
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)))
    (tmp_path / "word.csv").write_text("hello")

    for name in ("noise.csv", "word.csv"):
        said = frontdesk("import", name)
        assert said.code == 2
        assert "cannot be read" in said.err


def test_a_mapping_file_names_columns_and_statuses(frontdesk: Command, tmp_path: Path) -> None:
    frontdesk("init", "--yes")
    (tmp_path / "termine.csv").write_text(
        "Nr;Kunde;Wer;Wann;Dauer;Stand\n1;K1;Anna;2026-11-24 09:00;30;erschienen\n2;K1;Anna;2026-11-25 09:00;30;?\n"
    )
    (tmp_path / "map.toml").write_text(
        '[appointments]\nNr = "id"\nKunde = "client"\nWer = "practitioner"\nWann = "start"\nDauer = "minutes"\n'
        'Stand = "status"\n[statuses]\nerschienen = "done"\n"?" = "unknown"\n'
    )
    said = frontdesk("import", "termine.csv", "--map", "map.toml", "--json").json["item"]

    assert (said["appointments"]["new"], said["outcome_missing"]) == (2, ["2"])


def test_a_calendar_file_is_expanded_with_its_exceptions(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "ann.ics").write_text(CALENDAR)
    said = practice("import", "ann.ics", "--json").json["item"]
    found = practice("list", "-p", "ann", "--json").json["items"]

    assert (said["time_off"], said["ignored"]) == (1, 1)
    assert [(it["client_name"], it["start"]) for it in found] == [
        ("Clara Client", "2026-11-23T14:00+00:00"),
        ("Dora Dunn", "2026-11-24T09:00+00:00"),
        ("Dora Dunn", "2026-12-08T11:00+00:00"),
        ("Dora Dunn", "2026-12-15T09:00+00:00"),
    ]
    assert (
        practice("why", "review", "2026-12-24T09:00", "-p", "ann", "--json").json["items"][0]["reasons"][0]["code"]
        == "away"
    )


def test_overlapping_history_is_taken_over_in_a_higher_lane_and_listed(practice: Command, tmp_path: Path) -> None:
    header = "appointment_id,practitioner,slot_minutes,appointment_date,appointment_time,status,patient_id\n"
    (tmp_path / "over.csv").write_text(
        header + "1,ann,30,2026-11-24,09:00:00,scheduled,P1\n2,ann,30,2026-11-24,09:15:00,scheduled,P2\n"
    )
    said = practice("import", "over.csv", "--json").json["item"]

    assert said["overlapping"] == ["2"]
    assert [it["lane"] for it in practice("list", "--json").json["items"]] == [0, 1]


ROWS = {
    "client": "id, name, kind, phone, phone_digits, email, born, contacts, locale, note, preferences, extra, life,"
    " merged_into, created_at",
    "appointment": "id, holder, client_id, service_id, practitioner_id, location_id, room_id, start, end, zone, wall,"
    " buffer_before, buffer_after, price, status, cancel_reason, cancel_text, cancel_link, override, lane, room_lane,"
    " note, internal_note, ticket, extra, revision, sequence",
    "claim": "resource_id, lane, holder, source_kind, source_id, start, end, padded_start, padded_end, expires_at",
    "service": "id, life, value",
    "staff": "id, life, value",
}
"""What has to be the same in both databases; `end` is quoted where it is asked for."""


def rows(db: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(db)
    try:
        columns = ", ".join(f'"{name.strip()}"' for name in ROWS[table].split(","))
        return sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)
    finally:
        connection.close()


def history(practice: Command, db: Path | str, *words: str) -> list[tuple[object, ...]]:
    found = practice("history", *words, "--json", db=db).json["items"]
    return [(it["at"], it["actor"], it["operation"], it["summary"]) for it in found]


@pytest.fixture
def lived_in(practice: Command, tmp_path: Path) -> Path:
    """A practice in which about everything has happened once."""
    client = practice(
        "client", "add", "--name", "=Ann Lee", "--phone", "+44 20 7946 0018", "--born", "1980-07-03",
        "--note", "two\nlines, and a comma", "--json",
    ).json["item"]["id"]  # fmt: skip
    twin = practice("client", "add", "--name", "'=Ann Leigh", "--json").json["item"]["id"]
    firm = practice("client", "add", "--name", "Lee & Sons", "--kind", "company", "--json").json["item"]["id"]
    desk = Desk(Store(str(tmp_path / "practice.db")), clock=Clock())
    people = (Contact(name="Bo; Lee | the elder", phone="+44 20 7946 0019", email="bo@example.org"),)
    desk.do(EditClient(client=desk.see(FindClients(text=firm))[0].id, seen=None, contacts=people))
    desk.close()
    made = practice("book", "review", "2026-11-23T09:00", "--client", client, "-p", "ann", "--note", "n", "--json")
    practice("book", "massage", "2026-11-24T09:00", "--client", client, "-p", "ann", "--internal-note", "-x")
    practice("book", "massage", "2026-11-24T09:30", "--client", firm, "-p", "ann", "--override", "two at once")
    practice("book", "training", "2026-11-25T09:00", "--client", twin, "-p", "bob")
    practice("reschedule", made.json["item"]["ref"], "2026-11-23T10:00")
    practice("cancel", made.json["item"]["ref"], "--reason", "other", "--text", "moved")
    practice("client", "merge", client, twin)
    practice("book", "review", "2026-11-26T09:00", "--name", "Gone Again", "-p", "bob")
    practice("undo")
    (tmp_path / "fewer.toml").write_text(
        PRACTICE.replace('"massage", ', "").replace('id = "massage"', 'id = "other"')
    )
    assert practice("practice", "apply", "fewer.toml", "--prune").code == 0
    return tmp_path / "practice.db"


def test_everything_goes_out_and_comes_in_again_with_nothing_lost(
    practice: Command, lived_in: Path, tmp_path: Path
) -> None:
    assert practice("export", "--all", "out").code == 0
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()} == {0o600}
    files = ("out/clients.csv", "out/appointments.csv", "out/events.jsonl")

    other = tmp_path / "other.db"
    assert practice("practice", "apply", "out/practice.toml", db=other).code == 0
    said = practice("import", *files, "--json", db=other).json["item"]

    assert (said["bad"], said["named_twice"], said["kept"]) == ([], 0, [])
    for table in ROWS:
        assert rows(other, table) == rows(lived_in, table), table
    for ref in [it["ref"] for it in practice("list", "--from", "2026-11-01", "--json").json["items"]]:
        assert history(practice, other, ref)[:-1] == history(practice, lived_in, ref)
    again = practice("import", *files[:2], "--json", db=other).json["item"]
    assert (again["appointments"]["new"], again["appointments"]["updated"]) == (0, 0)
    assert (again["clients"]["new"], again["clients"]["updated"]) == (0, 0)


def test_the_history_of_another_database_is_only_taken_into_an_empty_one(
    practice: Command, lived_in: Path, tmp_path: Path
) -> None:
    assert practice("export", "--all", "out").code == 0
    said = practice("import", "out/events.jsonl")

    assert said.code == 2
    assert "only into an empty database" in said.err


def test_an_import_keeps_what_the_desk_changed_and_takes_what_the_source_changed(
    practice: Command, tmp_path: Path
) -> None:
    head = "appointment_id,patient_id,practitioner,date,time,slot_minutes,status\n"
    file = tmp_path / "a.csv"
    file.write_text(head + "1,9,ann,2026-11-24,09:00,30,scheduled\n2,9,ann,2026-11-24,10:00,30,scheduled\n")
    practice("import", "a.csv")
    first, second = (it["ref"] for it in practice("list", "--json").json["items"])
    practice("reschedule", first, "2026-11-24T15:00", "--note", "bring scan", "--internal-note", "VIP")
    practice("status", second, "confirmed")

    same = practice("import", "a.csv", "--json").json
    assert same["item"]["appointments"] == {"new": 0, "updated": 0, "skipped": 2}
    assert sorted(same["item"]["kept"]) == ["1", "2"]
    assert same["event"] is None
    file.write_text(head + "1,9,bob,2026-11-24,09:00,30,scheduled\n2,9,ann,2026-11-24,11:00,30,scheduled\n")
    practice("import", "a.csv")
    found = {it["ref"]: it for it in practice("list", "--json").json["items"]}

    assert (found[first]["start"][:16], found[first]["practitioner"]) == ("2026-11-24T15:00", "bob")
    assert (found[first]["note"], found[first]["internal_note"]) == ("bring scan", "VIP")
    assert (found[second]["start"][:16], found[second]["status"]) == ("2026-11-24T11:00", "confirmed")


def test_a_later_file_may_overlap_an_earlier_one(practice: Command, tmp_path: Path) -> None:
    head = "appointment_id,patient_id,practitioner,date,time,slot_minutes\n"
    (tmp_path / "a.csv").write_text(head + "1,9,ann,2026-11-26,09:00,30\n")
    (tmp_path / "b.csv").write_text(head + "7,8,ann,2026-11-26,09:15,30\n")
    practice("import", "a.csv")
    said = practice("import", "b.csv", "--json")

    assert said.code == 0
    assert said.json["item"]["overlapping"] == ["7"]


def test_names_that_look_alike_stay_different_people(practice: Command, tmp_path: Path) -> None:
    head = "appointment_id,patient_id,practitioner,date,time,slot_minutes,type\n"
    rows_ = (
        "1,9,王医生,2026-11-26,09:00,30,按摩",
        "2,8,李医生,2026-11-26,09:00,30,针灸",
        "3,7,Dr. A,2026-11-26,09:00,30,x",
    )
    (tmp_path / "a.csv").write_text(head + "\n".join((*rows_, "4,6,Dr A,2026-11-26,09:00,30,x")))
    said = practice("import", "a.csv", "--json").json["item"]

    assert sorted(said["staff"]) == sorted(["王医生", "李医生", "Dr. A", "Dr A"])
    assert said["overlapping"] == []
    assert len(said["services"]) == 3
    assert practice("import", "a.csv", "--json").json["item"]["appointments"]["skipped"] == 4


DAMAGED = """appointment_id,patient_id,practitioner,date,time,slot_minutes,note,
1,9,ann,2026-11-26,09:00,30,fine,
2,9,ann,2026-11-26,10:00,30,"never closed,
3,9,ann,2026-11-26,11:00,30,fine too,
4,9,ann,2026-11-26,12:00,²,no number,
5,9,ann,9999-12-31,12:00,30,too far,
6,9,ann,2026-11-26,14:00,30,one,cell,too many
7,9,ann,2026-11-26,15:00,30,"two
lines",
"""


def test_a_half_file_costs_only_its_broken_lines_and_they_can_be_mended(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "half.csv").write_text(DAMAGED)
    said = practice("import", "half.csv", "--json")

    assert said.json["item"]["appointments"]["new"] == 3
    assert [it["line"] for it in said.json["item"]["bad"]] == [3, 5, 6, 7]
    bad = (tmp_path / "half-bad.csv").read_text()
    assert "never closed" in bad
    assert "too many" in bad
    mended = bad.replace("²", "30").replace("9999-12-31", "2026-11-27").replace('"""never closed"', "closed")
    header, *lines = mended.splitlines()
    kept = [line for line in lines if "too many" not in line]
    (tmp_path / "mended.csv").write_text("\n".join([header, *kept]))
    again = practice("import", "mended.csv", "--json").json["item"]
    assert (again["appointments"]["new"], again["bad"]) == (3, [])


def test_an_export_that_finds_no_room_leaves_the_older_one(
    practice: Command, lived_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert practice("export", "--all", "out").code == 0
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert practice("client", "add", "--name", "Nora New").code == 0

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with monkeypatch.context() as disk:
        disk.setattr("frontdesk.core.files._sync", full)
        said = practice("export", "--all", "out")
    assert (said.code, said.out) == (2, "") and "No space left" in said.err
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    assert practice("export", "--all", "out").code == 0
    assert b"Nora New" in (tmp_path / "out" / "clients.csv").read_bytes()


def test_nothing_is_written_through_a_link(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,patient,practitioner,date,time,slot_minutes\n1,Ann,ann,never,09:00,30\n")
    (tmp_path / "diary.txt").write_text("mine")
    (tmp_path / "bad.csv").symlink_to(tmp_path / "diary.txt")
    said = practice("import", "a.csv", "--bad", "bad.csv")
    assert said.code == 2 and "bad.csv" in said.err and "it is a link" in said.err
    assert (tmp_path / "diary.txt").read_text() == "mine"


def test_bad_rows_of_both_kinds_go_into_files_of_their_own(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("patient_id,name,dob\n1,Ann,1980-99-99\n")
    (tmp_path / "a.csv").write_text(
        "appointment_id,patient_id,practitioner,date,time,slot_minutes\n1,1,ann,never,09:00,30\n"
    )
    assert practice("import", "p.csv", "a.csv", "--bad", "bad.csv").code == 0
    assert "1980-99-99" in (tmp_path / "bad-clients.csv").read_text()
    assert "never" in (tmp_path / "bad.csv").read_text()
    assert practice("import", "a.csv", "--bad", "a.csv").code == 2
    assert "never" in (tmp_path / "a.csv").read_text()


def test_places_the_practice_does_not_have_stay_with_the_appointment(practice: Command, tmp_path: Path) -> None:
    head = "appointment_id,patient_id,practitioner,date,time,slot_minutes,location,room\n"
    (tmp_path / "a.csv").write_text(head + "1,9,ann,2026-11-26,09:00,30,Moonbase,Crater\n")
    said = practice("import", "a.csv", "--json").json["item"]

    assert said["unknown_places"] == ["Crater", "Moonbase"]
    assert practice("export", "--all", "out").code == 0
    assert "Moonbase" in (tmp_path / "out" / "appointments.csv").read_text()


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("RRULE:FREQ=WEEKLY;BYDAY=XX", "RRULE"),
        ("RRULE:FREQ=MINUTELY", "more than once a day"),
        ("RRULE:FREQ=DAILY;UNTIL=garbage", "RRULE"),
        ("DTSTART:garbage", "DTSTART"),
        ("DTSTART:99991231T090000Z", "out of range"),
    ],
)
def test_an_event_that_cannot_be_followed_is_a_bad_row(
    practice: Command, tmp_path: Path, broken: str, told: str
) -> None:
    start = "" if broken.startswith("DTSTART") else "DTSTART:20261125T090000Z\nDTEND:20261125T093000Z\n"
    event = f"BEGIN:VEVENT\nUID:bad@x\nSUMMARY:Emil Evans\n{start}{broken}\nEND:VEVENT\nEND:VCALENDAR\n"
    (tmp_path / "c.ics").write_text(CALENDAR.replace("END:VCALENDAR\n", event))
    said = practice("import", "c.ics", "--json").json["item"]

    assert [told in it["problem"] for it in said["bad"]] == [True]
    assert said["appointments"]["new"] == 4
    bad = (tmp_path / "c-bad.csv").read_text()
    assert "bad@x" in bad
    assert "appointment" in bad or "id,client" in bad


@pytest.mark.parametrize(
    "mapping", ["appointments = 5", '[appointments]\nNr = ["id"]', '[other]\nx = "y"', '[titles]\nignore = "lunch"']
)
def test_a_mapping_file_that_is_none_says_what_is_wrong(practice: Command, tmp_path: Path, mapping: str) -> None:
    (tmp_path / "map.toml").write_text(mapping)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")

    assert practice("import", "a.csv", "--map", "map.toml").code == 2


def test_the_placeholder_of_a_new_practice_gives_way_to_people(frontdesk: Command) -> None:
    frontdesk("init", "--yes")
    said = frontdesk("import", *FILES, "--json").json["item"]

    assert said["replaced_staff"] == ["Practitioner One"]
    assert "Practitioner One (archived)" in frontdesk("staff").out


@pytest.mark.year
def test_the_full_year_comes_in_with_nothing_lost(frontdesk: Command, year: Path) -> None:
    frontdesk("init", "--yes")
    said = frontdesk("import", *map(str, sorted(year.glob("*.csv"))), "--json").json["item"]

    assert (said["appointments"]["new"], said["clients"]["new"]) == (14_559, 11_885)
    assert (said["bad"], len(said["outcome_missing"])) == ([], 44)


HEAD = "appointment_id,patient_id,practitioner,date,time,slot_minutes,status\n"


def test_a_time_is_taken_whole_or_stays_whole(practice: Command, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + "1,9,ann,2026-11-24,10:00,60,scheduled\n2,9,ann,2026-11-25,10:00,60,scheduled\n")
    practice("import", "a.csv")
    first, second = (it["ref"] for it in practice("list", "--json").json["items"])
    practice("reschedule", first, "2026-11-24T15:00")
    practice("cancel", second, "--reason", "client_ill")
    file.write_text(HEAD + "1,9,ann,2026-11-24,10:00,30,scheduled\n2,9,ann,2026-11-25,10:00,60,attended\n")
    assert practice("import", "a.csv").code == 0
    found = {it["ref"]: it for it in practice("list", "--json").json["items"]}

    spans = [(it["start"][11:16], it["end"][11:16]) for it in (found[first], found[second])]
    assert spans == [("10:00", "10:30"), ("10:00", "11:00")]
    assert found[second]["status"] == "done"
    assert "client_ill" not in practice("list", "--json").out


def test_a_merge_stays_through_the_next_import(practice: Command, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(HEAD + "1,7,ann,2026-11-24,10:00,30,scheduled\n2,9,ann,2026-11-25,10:00,30,scheduled\n")
    practice("import", "a.csv")
    keep, gone = (practice("client", "find", name, "--json").json["items"][0]["id"] for name in ("7", "9"))
    assert practice("client", "merge", keep, gone).code == 0
    file.write_text(file.read_text() + "3,9,ann,2026-11-26,10:00,30,scheduled\n")
    said = practice("import", "a.csv", "--json").json["item"]

    assert (said["clients"]["new"], said["appointments"]["updated"]) == (0, 0)
    assert {it["client"] for it in practice("list", "--json").json["items"]} == {keep}


def test_columns_of_other_programs_keep_their_names_and_values(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("patient_id,name,ref,created_at,life\n1,Ann Lee,GP Dr Who,2024-01-05,insured\n")
    practice("import", "p.csv")
    (tmp_path / "a.csv").write_text(
        HEAD.replace("\n", ",location,room\n") + "1,1,ann,2026-11-24,10:00,30,,Moon,Cave\n"
    )
    practice("import", "a.csv")
    practice("book", "training", "2026-11-25T10:00", "--name", "Clara", "-p", "ann", "--room", "gym")
    assert practice("export", "--all", "out").code == 0
    other = tmp_path / "other.db"
    practice("practice", "apply", "out/practice.toml", db=other)
    assert practice("import", "out/clients.csv", "out/appointments.csv", db=other).code == 0
    found = practice("client", "find", "lee", "--json", db=other).json["items"][0]["id"]
    client = practice("client", "show", found, "--json", db=other).json["item"]

    assert client["extra"] == {"ref": "GP Dr Who", "created_at": "2024-01-05", "life": "insured"}
    assert rows(other, "appointment") == rows(tmp_path / "practice.db", "appointment")


def test_a_column_named_twice_is_refused(practice: Command, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("patient_id,name,name\n1,Ann,Lee\n")

    assert "stands there twice" in practice("import", "p.csv").err


def test_records_of_two_origins_get_new_numbers(practice: Command, lived_in: Path, tmp_path: Path) -> None:
    assert practice("export", "--all", "out").code == 0
    (tmp_path / "old.csv").write_text(HEAD + "1,7,ann,2026-11-24,10:00,30,scheduled\n")
    other = tmp_path / "other.db"
    practice("practice", "apply", "out/practice.toml", db=other)
    said = practice("import", "old.csv", "out/clients.csv", "out/appointments.csv", db=other)
    assert said.code == 0
    refused = practice("import", "out/events.jsonl", db=tmp_path / "other.db")
    assert refused.code == 2


def test_an_overlap_with_a_booking_of_the_desk_is_seen_after_many_rows(practice: Command, tmp_path: Path) -> None:
    practice("book", "review", "2026-12-24T10:00", "--name", "Clara", "-p", "ann")
    many = [
        f"{n},7,ann,2026-11-{24 + n // 60:02},{8 + n % 60 // 6:02}:{n % 6 * 10:02},10,scheduled" for n in range(250)
    ]
    (tmp_path / "a.csv").write_text(HEAD + "\n".join([*many, "999,7,ann,2026-12-24,10:15,30,scheduled"]))
    said = practice("import", "a.csv", "--json")

    assert said.code == 0
    assert said.json["item"]["overlapping"] == ["999"]


def test_a_whole_export_that_came_in_can_be_undone(practice: Command, lived_in: Path, tmp_path: Path) -> None:
    assert practice("export", "--all", "out").code == 0
    other = tmp_path / "other.db"
    practice("practice", "apply", "out/practice.toml", db=other)
    assert practice("import", "out/clients.csv", "out/appointments.csv", "out/events.jsonl", db=other).code == 0

    assert practice("undo", db=other).code == 0
    assert practice("list", "--from", "2026-11-01", "--json", db=other).json["items"] == []


def test_what_a_history_speaks_of_gives_its_number_to_nobody_else(
    practice: Command, lived_in: Path, tmp_path: Path
) -> None:
    first = practice("request", "new", "review", "2026-11-26T11:00", "--name", "Nora", "-p", "bob", "--json")
    old = first.json["item"]["ref"]
    assert "requests" in practice("export", "--all", "out").err
    other = tmp_path / "other.db"
    practice("practice", "apply", "out/practice.toml", db=other)
    assert practice("import", "out/clients.csv", "out/appointments.csv", "out/events.jsonl", db=other).code == 0

    again = practice(
        "request", "new", "review", "2026-11-26T11:00", "--name", "Otto", "-p", "bob", "--json", db=other
    )

    assert again.json["item"]["ref"] != old
    assert "Nora" not in practice("history", again.json["item"]["ref"], db=other).out


def test_an_import_that_was_undone_does_not_count_as_the_last_one(practice: Command, tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("patient_id,name\n1,Ann Lee\n")
    practice("import", "p.csv")
    file.write_text("patient_id,name\n1,Ann Leigh\n")
    practice("import", "p.csv")
    practice("undo")
    said = practice("import", "p.csv", "--json").json["item"]

    assert (said["clients"]["updated"], said["kept"]) == (1, [])
    assert "Ann Leigh" in practice("client", "find", "leigh").out


@pytest.mark.parametrize("meant", [[], "", ["staff"], ["", "x"], ["staff", "ann", "x"], ["staff", 1], {}])
def test_a_name_that_means_something_else_than_one_person_is_refused(meant: object) -> None:
    texts = ("role", "terminal", "operation", "subject_kind", "subject_id", "salt", "detail", "detail_digest")
    kept: dict[str, object] = {**dict.fromkeys(texts, ""), **dict.fromkeys(("id", "at", "batch"), 1)}
    kept |= {"actor": "Ann", "actor_kind": "", "undoes": None, "things": []}
    assert records(json.dumps({"kept": kept}), "events.jsonl").history[0].meant is None

    with pytest.raises(BadInput):
        records(json.dumps({"kept": kept | {"meant": meant}}), "events.jsonl")


def test_a_history_that_was_changed_on_the_way_is_refused(practice: Command, lived_in: Path, tmp_path: Path) -> None:
    assert practice("export", "--all", "out").code == 0
    events = tmp_path / "out" / "events.jsonl"
    events.write_text(events.read_text().replace("two at once", "one at once"))
    other = tmp_path / "other.db"
    practice("practice", "apply", "out/practice.toml", db=other)
    said = practice("import", "out/clients.csv", "out/appointments.csv", "out/events.jsonl", db=other)

    assert "changed since the export" in said.err
    assert said.code == 2
    assert practice("list", "--from", "2026-11-01", "--json", db=other).json["items"] == []


def test_what_clients_agreed_to_goes_with_the_history(practice: Command, lived_in: Path, tmp_path: Path) -> None:
    desk = Desk(Store(str(lived_in)), clock=Clock())
    text = "We keep your name."
    desk.do(ApplyPractice(file=practice_file(f'[portal]\nenabled = true\nconsent = "{text}"\n')))
    clara = desk.do(AddClient(client=NewClient(name="Clara Consent"))).client
    desk.acting(client_actor(clara, Entrance.CODE)).do(
        RequestAppointment(service=ServiceId("review"), start=on(26, 14), client=clara.id, agreed_to=consent_id(text))
    )
    desk.close()
    assert practice("export", "--all", "out").code == 0
    other = tmp_path / "other.db"
    practice("practice", "apply", "out/practice.toml", db=other)
    files = ("out/clients.csv", "out/appointments.csv", "out/events.jsonl")
    assert practice("import", *files, db=other).code == 0

    told = [it["consent"] for it in practice("history", "--json", db=other).json["items"] if it["consent"]]
    assert told == [text]
    assert f"agreed to: {text}" in practice("history", db=other).out


def test_who_did_what_before_actors_had_ids_goes_with_the_history(frontdesk: Command, tmp_path: Path) -> None:
    """A month of work of an early version: some names meant one person, one meant two, and so nobody."""
    kept = Path(__file__).parents[1] / "store" / "kept" / "625bf6d.db.gz"
    old, other = tmp_path / "old.db", tmp_path / "other.db"
    old.write_bytes(gzip.decompress(kept.read_bytes()))
    said = frontdesk("upgrade", db=old)
    assert "nobody can tell by whom they were: A-CDCT7, A-A1011, A-RTSME" in said.out
    assert frontdesk("export", "--all", "out", db=old).code == 0
    assert frontdesk("practice", "apply", "out/practice.toml", db=other).code == 0
    files = ("out/clients.csv", "out/appointments.csv", "out/events.jsonl")
    assert frontdesk("import", *files, db=other).code == 0

    def who(db: Path) -> list[tuple[str, str, str]]:
        lines = frontdesk("history", "--limit", "1000", "--json", db=db).json["items"]
        return [(it["actor"], it["actor_kind"], it["actor_id"]) for it in lines]

    here, there = who(old), who(other)
    assert here in [there[n : n + len(here)] for n in range(len(there))]
    assert {it[1] for it in here} == {"staff", "desk", "system", None}


def test_a_practice_moves_to_another_engine_with_all_it_has(
    practice: Command, lived_in: Path, empty_url: str, tmp_path: Path
) -> None:
    """From SQLite to either engine; then work goes on there with numbers of its own."""
    other = empty_url if "://" in empty_url else str(tmp_path / "other.db")
    assert practice("export", "--all", "out").code == 0
    files = ("out/clients.csv", "out/appointments.csv", "out/events.jsonl")
    assert practice("practice", "apply", "out/practice.toml", db=other).code == 0
    assert practice("import", *files, "--json", db=other).json["item"]["bad"] == []

    here, there = (
        practice("list", "--from", "2026-11-01", "--json", db=db).json["items"] for db in (lived_in, other)
    )
    assert [it | {"source_id": None} for it in there] == [it | {"source_id": None} for it in here]
    for ref in [it["ref"] for it in here]:
        assert history(practice, other, ref)[:-1] == history(practice, lived_in, ref)
    assert practice("book", "review", "2026-11-27T09:00", "--name", "Next One", "-p", "bob", db=other).code == 0
    assert "Next One" in practice("--staff", "bob", "client", "find", "next", db=other).out
    assert "Next One" not in practice("--staff", "ann", "client", "find", "next", db=other).out
    assert "Next One" not in practice("--staff", "ann", "history", db=other).out
    assert practice("client", "find", "3.7.1980", db=other).out
    assert practice("undo", db=other).code == 0
    assert practice("import", *files[:2], "--json", db=other).json["item"]["appointments"]["updated"] == 0

"""In and out: the sample practice, calendar files, bad rows, and everything back again."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def test_everything_goes_out_and_comes_in_again_with_nothing_lost(practice: Command, tmp_path: Path) -> None:
    client = practice(
        "client", "add", "--name", "=Ann Lee", "--phone", "+44 20 7946 0018", "--born", "1980-07-03",
        "--note", "two\nlines, and a comma", "--json",
    ).json["item"]["id"]  # fmt: skip
    made = practice("book", "review", "2026-11-23T09:00", "--client", client, "-p", "ann", "--note", "n", "--json")
    practice("book", "massage", "2026-11-24T09:00", "--client", client, "-p", "ann")
    practice("cancel", made.json["item"]["ref"], "--reason", "other", "--text", "moved")
    assert practice("export", "--all", "out").code == 0

    other = tmp_path / "other.db"
    assert practice("practice", "apply", "out/practice.toml", db=other).code == 0
    said = practice("import", "out/clients.csv", "out/appointments.csv", "--json", db=other).json["item"]
    assert said["bad"] == []
    mutable = ("ref", "client", "revision", "sequence", "source_id")

    def kept(db: Path) -> list[dict[str, object]]:
        found = practice("list", "--from", "2026-11-01", "--json", db=db).json["items"]
        return [{key: value for key, value in it.items() if key not in mutable} for it in found]

    assert kept(other) == kept(tmp_path / "practice.db")
    there = practice("client", "find", "ann", "--json", db=other).json["items"][0]["id"]
    old, new = (
        practice("client", "show", id_, "--json", db=db).json["item"]
        for id_, db in ((client, tmp_path / "practice.db"), (there, other))
    )
    assert [old[key] for key in ("name", "phone", "born", "note")] == [
        new[key] for key in ("name", "phone", "born", "note")
    ]
    assert (tmp_path / "out" / "ann.ics").read_text().count("BEGIN:VEVENT") == 2
    assert (tmp_path / "out" / "events.jsonl").read_text().count("\n") == 5


@pytest.mark.year
def test_the_full_year_comes_in_with_nothing_lost(frontdesk: Command, year: Path) -> None:
    frontdesk("init", "--yes")
    said = frontdesk("import", *map(str, sorted(year.glob("*.csv"))), "--json").json["item"]

    assert (said["appointments"]["new"], said["clients"]["new"]) == (14_559, 11_885)
    assert (said["bad"], len(said["outcome_missing"])) == ([], 44)

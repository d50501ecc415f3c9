"""Requests, charges, terms, absences and the work list from the shell; every flag of the forms has its option."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from frontdesk.core.asks.requests import ListRequests, ShowRequest
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.render.request_card import request_card
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.store.engine import Store
from tests.builders import PRACTICE, Clock
from tests.cli.conftest import Command

FEES = '[policy]\nlate_fee = "25.00"\nnotice = 48\n\n[booking]'


def documented(shape: str) -> list[str]:
    text = (Path(__file__).parents[2] / "docs/json.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith(f"| {shape} |"))
    return row.split("|")[2].strip().split(", ")


def asked(practice: Command, start: str = "2026-11-24T09:00", name: str = "Nora New", **more: str) -> str:
    options = [word for key, value in more.items() for word in (f"--{key}", value)]
    said = practice("request", "new", "review", start, "--name", name, "-p", "ann", "--json", *options)
    assert said.code == 0, said.out
    return str(said.json["item"]["ref"])


def status_of(practice: Command, ref: str) -> str:
    items = practice("requests", "--json").json["items"]
    return str(next(it["status"] for it in items if it["ref"] == ref))


def test_a_request_has_the_documented_keys(practice: Command) -> None:
    asked(practice, phone="020 7946 0999", description="my knee")
    (item,) = practice("requests", "--json").json["items"]

    assert [f"`{key}`" for key in item] == documented("request")
    assert (item["status"], item["client_name"], item["phone"], item["duration"]) == (
        "pending",
        "Nora New",
        "+44 20 7946 0999",
        30,
    )
    assert (item["start"], item["description"]) == ("2026-11-24T09:00+00:00", "my knee")


def test_a_request_is_approved_with_everything_the_form_has(practice: Command) -> None:
    ref = asked(practice)
    said = practice(
        "approve", ref, "-p", "bob", "--start", "2026-11-25T10:00", "--location", "main", "--internal-note", "file",
        "--ticket", "T-1", "--message", "Welcome!", "--client", "new", "--json",
    )  # fmt: skip

    item = said.json["item"]
    assert (said.code, item["status"], item["ticket"], item["internal_note"]) == (0, "approved", "T-1", "file")
    (booked,) = practice("list", "--json").json["items"]
    assert (booked["ref"], booked["start"], booked["practitioner"], booked["ticket"]) == (
        item["appointment"],
        "2026-11-25T10:00+00:00",
        "bob",
        "T-1",
    )
    assert "Welcome!" in practice("history", booked["ref"]).out


def test_declining_withdrawing_and_taking_back(practice: Command) -> None:
    first, second = asked(practice), asked(practice, "2026-11-24T10:00", "Dora")

    assert practice("decline", first, "--message", "We are full.").out.startswith("Declined Nora New")
    assert practice("withdraw", second).code == 0
    assert (status_of(practice, first), status_of(practice, second)) == ("declined", "withdrawn")
    refused = practice("undo")
    assert (refused.code, "cannot be undone" in refused.err) == (5, True)
    again = practice("approve", first, "-p", "ann", "--json")
    assert (again.code, again.json["error"]["reasons"][0]["code"]) == (5, "request_is_over")


def test_other_times_are_offered_and_the_answer_is_written_down(practice: Command) -> None:
    ref = asked(practice)
    offered = practice("offer", ref, "2026-11-25T09:00", "2026-11-25T10:00", "--message", "These?", "--json")
    assert [it["start"] for it in offered.json["item"]["offers"]] == [
        "2026-11-25T09:00+00:00",
        "2026-11-25T10:00+00:00",
    ]
    assert practice("offer", ref).code == 2
    assert practice("offer", ref, "--take", "1", "--none").code == 2

    assert practice("offer", ref, "--take", "2").code == 0
    assert practice("list", "--json").json["items"][0]["start"] == "2026-11-25T10:00+00:00"

    other = asked(practice, "2026-11-26T09:00", "Dora")
    practice("offer", other, "2026-11-26T11:00")
    assert practice("offer", other, "--none", "--json").json["item"]["hold_lost"]


def test_a_move_is_asked_for_edited_and_approved(practice: Command) -> None:
    made = practice("book", "review", "2026-11-25T09:00", "--name", "Clara", "-p", "ann", "--json").json["item"]
    said = practice("request", "reschedule", made["ref"], "2026-11-26T10:00", "--json").json["item"]
    assert (said["kind"], said["appointment"]) == ("reschedule", made["ref"])
    edited = practice(
        "request", "edit", said["ref"], "--start", "2026-11-26T11:00", "--description", "later", "--json"
    )
    assert (edited.json["item"]["start"], edited.json["item"]["revision"]) == ("2026-11-26T11:00+00:00", 2)
    assert practice("request", "edit", said["ref"]).code == 2

    assert "moves from" in practice("approve", said["ref"], "-p", "ann").out
    assert practice("list", "--json").json["items"][0]["start"] == "2026-11-26T11:00+00:00"


def test_what_ended_by_itself_is_swept(practice: Command) -> None:
    ref = asked(practice)
    assert practice("sweep").err == "nothing had ended\n"

    assert status_of(practice, ref) == "pending"
    late = practice("requests", "--json", now="2026-11-24T09:00").json["items"]
    assert late[0]["status"] == "expired"
    swept = practice("sweep", "--json", now="2026-11-24T09:00").json["items"]
    assert [it["operation"] for it in swept] == ["expire"]
    assert list(swept[0]) == ["event", "operation", "summary"]


def test_requests_are_filtered_sorted_and_searched(practice: Command) -> None:
    first = asked(practice, "2026-11-25T09:00", "Zoe")
    second = asked(practice, "2026-11-24T09:00", "Adam")
    practice("decline", second)

    def refs(*words: str) -> list[str]:
        return [it["ref"] for it in practice("requests", "--json", *words).json["items"]]

    assert refs() == [second, first], "the newest first"
    assert refs("--sort", "start") == [second, first]
    assert refs("--status", "pending") == [first]
    assert refs("--name", "zo") == [first]
    assert refs("--sort", "asked") == [first, second]
    limited = practice("requests", "--limit", "1", "--json")
    assert limited.json["more"]


def terms_applied(practice: Command, folder: Path) -> None:
    (folder / "fees.toml").write_text(PRACTICE.replace("[booking]", FEES, 1))
    assert practice("practice", "apply", "fees.toml").code == 0


@pytest.mark.covers("0-19")
def test_the_policy_is_shown_field_by_field_with_its_source(practice: Command, tmp_path: Path) -> None:
    terms_applied(practice, tmp_path)
    items = practice("policy", "--service", "review", "--json").json["items"]

    assert {"field": "late_fee", "value": "25.00", "from": "practice"} in items
    assert {"field": "cancel", "value": "online", "from": "default"} in items
    assert [f"`{key}`" for key in items[0]] == documented("policy")
    assert "25.00 GBP" in practice("policy").out


@pytest.mark.covers("2-30", "3-04", "3-12")
def test_a_clients_late_call_costs_a_fee_that_is_settled_or_waived(practice: Command, tmp_path: Path) -> None:
    terms_applied(practice, tmp_path)

    def late(start: str, name: str, *more: str) -> Any:
        ref = practice("book", "review", start, "--name", name, "-p", "ann", "--json").json["item"]["ref"]
        return practice(
            "cancel", ref, "--reason", "client_ill", "--by", "client", "--message", "Get well!", "--json", *more
        ).json["item"]

    assert late("2026-11-23T14:00", "Clara")["status"] == "late_cancelled"
    assert late("2026-11-23T15:00", "Dora", "--waive", "first time")["status"] == "late_cancelled"
    assert late("2026-11-23T16:00", "Emil", "--at", "2026-11-21T09:00")["status"] == "cancelled"

    items = practice("charges", "--json").json["items"]
    assert [it["state"] for it in items] == ["waived", "due"]
    assert [f"`{key}`" for key in items[0]] == documented("charge")
    assert items[1]["amount"] == {"amount": 2500, "currency": "GBP"}
    due = str(items[1]["id"])
    assert practice("charge", "waive", due, "--reason", "").code == 5
    assert practice("charge", "settle", due, "--reason", "card").out.startswith("Settled 25.00 GBP")
    assert practice("charge", "settle", due).code == 5
    assert practice("charge", "settle", "99").code == 3


def test_deadlines_are_in_the_json_of_an_appointment(practice: Command, tmp_path: Path) -> None:
    terms_applied(practice, tmp_path)
    item = practice("book", "review", "2026-11-26T09:00", "--name", "Clara", "-p", "ann", "--json").json["item"]
    assert item["cancel_deadline"] == "2026-11-24T09:00+00:00"
    assert item["reschedule_deadline"] == "2026-11-24T09:00+00:00"


def test_an_absence_is_planned_applied_listed_kept_and_ended(practice: Command) -> None:
    for hour in ("09:00", "10:00"):
        practice("book", "review", f"2026-11-24T{hour}", "--name", f"Client {hour[:2]}", "-p", "ann")
    practice("book", "massage", "2026-11-25T09:00", "--name", "Emil", "-p", "ann")

    plan = practice("off", "ann", "--from", "2026-11-24", "--to", "2026-11-24", "--plan", "--json").json["items"]
    assert [it["to"]["practitioner"] for it in plan] == ["bob", "bob"]
    assert practice("worklist").err == "nothing waits\n"

    applied = practice(
        "off", "ann", "--from", "2026-11-24", "--to", "2026-11-24", "--reason", "ill", "--apply", "--json"
    )
    assert len(applied.json["item"]["moves"]) == 2
    assert {it["practitioner"] for it in practice("day", "2026-11-24", "--json").json["items"]} == {"bob"}

    half = practice("off", "ann", "--from", "2026-11-25T08:00", "--to", "2026-11-25T10:00", "--json").json["item"]
    assert [it["client_name"] for it in half["affected"]] == ["Emil"]
    assert (half["start"], half["end"]) == ("2026-11-25T08:00", "2026-11-25T10:00")
    (work,) = practice("worklist", "--json").json["items"]
    assert (work["client_name"], work["cause"]) == ("Emil", "time_off")
    assert practice("worklist", "--keep", work["ref"]).out.startswith("Emil stays as it is")
    assert practice("worklist", "--json").json["items"] == []
    assert practice("off", "--remove", str(half["id"])).code == 0
    assert practice("off", "--remove", str(half["id"])).code == 3
    assert practice("off", "ann").code == 2
    assert practice("off").code == 2


def test_why_and_the_requests_screen_give_the_same_reasons(practice: Command, tmp_path: Path) -> None:
    ref = asked(practice, "2026-11-24T09:00")
    practice("book", "review", "2026-11-24T09:00", "--name", "Rival", "-p", "ann", "--override", "urgent")
    desk = Desk(Store(str(tmp_path / "practice.db")), clock=Clock())
    card = desk.see(ShowRequest(request=desk.see(ListRequests()).items[0].request.id))
    voice = Voice(desk.see(ShowSetup()))
    on_screen = [it.text.removeprefix("✗ ") for it in request_card(voice, card) if it.text.startswith("✗ ")]
    desk.close()

    said = practice("why", "--request", ref)

    assert on_screen[0] in said.out
    assert "Free near it" in said.out + said.err
    (verdict,) = practice("why", "--request", ref, "--json").json["items"]
    assert [it["message"] for it in verdict["reasons"]] == [on_screen[0]]
    assert practice("why").code == 2
    assert practice("why", "review", "2026-11-24T09:00", "--request", ref).code == 2


def test_times_are_offered_at_another_place(practice: Command) -> None:
    ref = asked(practice)
    assert practice("offer", ref, "2026-11-27T10:00").code == 5
    said = practice("offer", ref, "2026-11-27T10:00", "--location", "annex", "--json")
    assert [(it["location"], it["lost"]) for it in said.json["item"]["offers"]] == [("annex", False)]


def test_all_that_are_clear_are_approved_and_several_declined_as_one_act(practice: Command) -> None:
    made = [
        practice("request", "new", "review", f"2026-11-24T{hour}:00", "--name", name, "-p", "ann", "--json").json[
            "item"
        ]["ref"]
        for hour, name in (("09", "Nora"), ("10", "Nils"), ("11", "Nele"), ("14", "Nuri"))
    ]
    practice("book", "review", "2026-11-24T11:00", "--name", "Urgent", "-p", "ann", "--override", "in pain")

    approved = practice("approve", "--all-clear", "--json").json["item"]
    assert approved == {"done": [made[0], made[1], made[3]], "left": []}
    assert practice("undo").code == 0
    declined = practice("decline", made[0], made[1], "--message", "sorry", "--json").json
    assert declined["item"]["done"] == made[:2]
    assert practice("undo", str(declined["event"])).code == 0
    assert len(practice("requests", "--status", "pending", "--json").json["items"]) == 4
    assert practice("approve", "--all-clear", made[0]).code == 2
    assert practice("approve", made[0]).err == "--practitioner is missing\n"

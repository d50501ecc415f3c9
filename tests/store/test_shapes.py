"""What is kept can be read for ten years: every version of every shape that ever landed has a sample here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from frontdesk.core.asks.history import ShowHistory
from frontdesk.core.asks.settings import ApplyPractice, ShowSetup
from frontdesk.core.desk import Desk
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.domain.people import Contact, ContactId
from frontdesk.core.domain.practice import StaffMember
from frontdesk.core.domain.services import ServiceId
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render.practice import practice_toml
from frontdesk.core.render.words.errors import plain_error
from frontdesk.core.render.words.history import history_words
from frontdesk.core.render.words.voice import Voice
from frontdesk.core.store import first_shapes
from frontdesk.core.store.shapes import SHAPES, changes_from_json, from_text, to_text
from frontdesk.core.store.values import Misshapen, plain_of
from tests.builders import open_test_desk

SAMPLES: dict[str, dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "kept" / "shapes.json").read_text(encoding="utf-8")
)
"""By kind and version a text as it was kept, and what it said to the version that wrote it."""

IN_ONE_PIECE = "practice"
"""Once a thing of its own; its keys are kept one by one since."""

OLDER = [(kind, version) for kind, kept in SAMPLES.items() if kind != IN_ONE_PIECE for version in kept]


def test_every_version_of_every_shape_has_a_sample() -> None:
    kept = {kind: set(versions) for kind, versions in SAMPLES.items() if kind != IN_ONE_PIECE}
    assert kept == {kind: {str(n + 1) for n in range(shape.version)} for kind, shape in SHAPES.items()}


@pytest.mark.parametrize(("kind", "version"), OLDER)
def test_a_kept_sample_says_what_it_said(kind: str, version: str) -> None:
    sample = SAMPLES[kind][version]

    now = plain_of(from_text(kind, sample["text"]), SHAPES[kind].of)

    assert known_of(now, sample["says"]) == sample["says"]


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_what_is_written_today_is_the_newest_sample_to_the_letter(kind: str) -> None:
    newest = SAMPLES[kind][str(SHAPES[kind].version)]["text"]

    assert to_text(kind, from_text(kind, newest)) == newest, "another shape is another version, with a lifter"


def test_a_practice_in_one_piece_says_its_keys() -> None:
    sample = SAMPLES[IN_ONE_PIECE]["1"]
    says = sample["says"]

    keys = first_shapes.settings_of(json.loads(sample["text"]))

    assert keys["booking.minimum_notice"] == says["booking"]["minimum_notice"] == 12, "left out as its default"
    for path, value in keys.items():
        table, _, key = path.partition(".")
        if table != "automations":
            assert value == (says[key] if table == "practice" else says[table][key])
    assert keys["automations.note-on-cancel"]["on"] == "cancelled"


def known_of(now: Any, then: Any) -> Any:
    """What is said now, of what was known then."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {name: known_of(now.get(name), it) for name, it in then.items()}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [known_of(it, was) for it, was in zip(now, then, strict=True)]
    return now


def test_nothing_is_left_out_because_it_is_how_things_begin() -> None:
    person = StaffMember(id="x", name="X")  # type: ignore[arg-type]

    kept = json.loads(to_text("staff", person))

    assert (kept["kind"], kept["version"]) == ("staff", SHAPES["staff"].version)
    assert set(kept["value"]) == set(StaffMember.__dataclass_fields__)


@pytest.mark.parametrize("version", ("1", "2"))
def test_what_is_missing_is_an_error_that_says_what(version: str) -> None:
    kept = json.loads(SAMPLES["service"][version]["text"])
    value = kept if version == "1" else kept["value"]
    del value["duration"]

    with pytest.raises(Misshapen) as refused:
        from_text("service", json.dumps(kept))

    assert (refused.value.at, refused.value.problem) == (("service", "duration"), "missing")


@pytest.mark.parametrize(
    ("text_", "at"),
    (
        ("no JSON", ("service",)),
        ('{"kind": "room", "version": 2, "value": {}}', ("service",)),
        ('{"kind": "service", "version": 2, "value": []}', ("service",)),
        ("[]", ("service",)),
    ),
)
def test_what_is_of_another_shape_is_an_error(text_: str, at: tuple[str, ...]) -> None:
    with pytest.raises(Misshapen) as refused:
        from_text("service", text_)
    assert refused.value.at == at


@pytest.mark.parametrize(("field", "value"), (("duration", "30"), ("online", 1), ("life", "gone"), ("locations", {})))
def test_what_is_of_another_type_is_an_error(field: str, value: object) -> None:
    kept = json.loads(SAMPLES["service"]["2"]["text"])
    kept["value"][field] = value

    with pytest.raises(Misshapen) as refused:
        from_text("service", json.dumps(kept))

    assert refused.value.at == ("service", field)


# ---- what a later version wrote


@pytest.fixture
def desk(store_url: str) -> Desk:
    return open_test_desk(store_url)


def add_field(desk: Desk, table: str, id_: str, name: str, value: object) -> None:
    with desk.store.writing() as connection:
        kept = json.loads(connection.execute(f"SELECT value FROM {table} WHERE id = :id", {"id": id_}).scalar_one())
        kept["value"][name] = value
        connection.execute(
            f"UPDATE {table} SET value = :value WHERE id = :id", {"value": json.dumps(kept), "id": id_}
        )
        connection.execute("UPDATE practice SET revision = revision + 1")


def test_a_field_of_a_later_version_stays_when_the_thing_is_changed_and_is_shown(desk: Desk) -> None:
    add_field(desk, "service", "review", "mood", "bright")

    desk.do(ApplyPractice(file=practice_file('[[services]]\nid = "review"\nname = "Look"\nduration = 30\n')))

    setup = desk.see(ShowSetup())
    assert setup.services[ServiceId("review")].name == "Look"
    assert setup.unknown == {"service.review.mood": "bright"}
    assert "# of a later version, kept as it is: service.review.mood = 'bright'" in practice_toml(setup)
    desk.close()


def test_a_field_of_a_later_version_in_a_list_stays_with_its_entry() -> None:
    ina, bo = Contact(id=ContactId("i"), name="Ina"), Contact(id=ContactId("b"), name="Bo")
    kept = json.loads(to_text("contacts", (ina, bo)))
    kept["value"][1]["mood"] = "bright"

    new = Contact(id=ContactId("n"), name="New")
    after = to_text("contacts", (replace(bo, name="Bo B."), new), json.dumps(kept))

    assert [it.get("mood") for it in json.loads(after)["value"]] == ["bright", None]


def test_a_field_of_a_later_version_in_history_is_shown() -> None:
    kept = json.loads(SAMPLES["charge"]["2"]["text"])["value"]
    plain = {"kind": "charge", "version": 9, "before": None, "after": {**kept, "mood": "bright"}}

    (change,) = changes_from_json(plain)

    assert change.unknown == {"mood": "bright"}


def test_a_setting_of_a_later_version_stays(desk: Desk) -> None:
    with desk.store.writing() as connection:
        told = {"kind": "setting", "version": 1, "value": {"path": "booking.mood", "value": "bright"}}
        connection.execute(
            "INSERT INTO setting (path, value, actor, at, since) VALUES ('booking.mood', :v, '', 0, 0)",
            {"v": json.dumps(told)},
        )
        connection.execute("UPDATE practice SET revision = revision + 1")

    setup = desk.see(ShowSetup())

    assert setup.unknown == {"setting.booking.mood": "bright"}
    assert "booking.mood = 'bright'" in practice_toml(setup)
    desk.close()


def test_a_set_up_that_lacks_something_is_told_with_what_and_where(desk: Desk) -> None:
    with desk.store.writing() as connection:
        kept = json.loads(connection.execute("SELECT value FROM room WHERE id = 'gym'").scalar_one())
        del kept["value"]["location"]
        connection.execute("UPDATE room SET value = :v WHERE id = 'gym'", {"v": json.dumps(kept)})
        connection.execute("UPDATE practice SET revision = revision + 1")

    with pytest.raises(StoreUnusable) as refused:
        desk.see(ShowSetup())

    assert (refused.value.problem, refused.value.detail) == (StoreProblem.MISSHAPEN, "room.location: missing")
    assert "room.location: missing" in plain_error(refused.value)
    desk.close()


def test_a_new_practice_says_every_change_in_words(desk: Desk) -> None:
    voice = Voice(desk.see(ShowSetup()))

    assert history_words(voice, desk.see(ShowHistory())[0]).startswith(
        "changed the practice practice: Name Test Street, practice: Time zone Europe/London, "
    )
    desk.close()

"""`frontdesk demo` and `frontdesk init`: a practice to try, a practice to keep."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, say, show
from frontdesk.cli.samples import Size, ask_overnight, demo_file, demo_records, demo_start, evening_before
from frontdesk.config import data_folder
from frontdesk.core.asks.settings import ApplyPractice
from frontdesk.core.asks.transfer import ImportRecords
from frontdesk.core.domain.errors import BadInput, Problem, StoreProblem, StoreUnusable
from frontdesk.core.domain.practice import PLACEHOLDER
from frontdesk.core.domain.practice_file import PracticeFile
from frontdesk.core.domain.times import is_zone
from frontdesk.core.files import make_folder
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _

KITS = ("clinic", "therapy", "salon", "repair")


def add_to(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(init)


def demo(
    context: typer.Context,
    size: Annotated[Size, typer.Option("--size", help="How busy the practice is.")] = Size.SMALL,
    keep: Annotated[Path | None, typer.Option("--keep", help="Make the database here and do not open it.")] = None,
    as_json: AsJson = False,
) -> None:
    """A believable practice in a temporary database, on today's date; nothing leaves the machine."""
    opening: Opening = context.obj
    if opening.database is not None and keep is None:
        hint = _("a demo has a database of its own; demo --keep FILE makes it there")
        raise BadInput("--db", Problem.EXCLUDES_ANOTHER, "demo", hint=hint)
    if keep is not None:
        made = Opening(database=str(keep), create=True, now=opening.now, keeps_mail=True)
        fill(made, size)
        made.close()
        if as_json:
            show(shapes.item({"database": str(keep)}))
        else:
            say(_("the demo practice is in {where}").format(where=keep))
        return
    if as_json:
        raise BadInput("--keep", Problem.MISSING, hint="--json tells where a database was made")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(_("the demo needs a terminal; frontdesk demo --keep FILE makes only its database"), file=sys.stderr)
        raise typer.Exit(2)
    from frontdesk.cli.terminal import open_terminal

    with tempfile.TemporaryDirectory(prefix="frontdesk-demo-") as folder:
        shown = replace(opening, database=str(Path(folder) / "demo.db"), staff=None, create=True, keeps_mail=True)
        say(_("making a practice to try …"))
        fill(shown, size)
        raise typer.Exit(open_terminal(shown))


def fill(opening: Opening, size: Size) -> None:
    """Sets up the demo practice and its bookings; its clock starts at 10:40 today and runs.

    What was there already was kept the evening before.
    """
    file = demo_file()
    zone_name = str(file.settings["practice.timezone"])
    start = demo_start(zone_name, opening.now)
    begun = time.monotonic()
    opening.clock, opening.now = (lambda: start + int(time.monotonic() - begun)), None
    before = replace(opening.desk, clock=lambda: evening_before(start))
    before.do(ApplyPractice(file=file))
    before.do(ImportRecords(records=demo_records(start, zone_name, size), source="demo", hours=False))
    ask_overnight(opening.desk, start)


def init(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing, take the defaults.")] = False,
    kit: Annotated[str, typer.Option("--kit", help="clinic, therapy, salon or repair.")] = "clinic",
    as_json: AsJson = False,
) -> None:
    """A new practice: six questions with defaults, then today's calendar."""
    opening: Opening = context.obj
    if kit not in KITS:
        raise BadInput("--kit", Problem.NOT_A_CHOICE, kit, hint=", ".join(KITS))
    if opening.has_practice:
        raise StoreUnusable(StoreProblem.EXISTS, opening.url)
    text = (data_folder() / "kits" / f"{kit}.toml").read_text(encoding="utf-8")
    asks = not yes and sys.stdin.isatty()
    answers = _answers() if asks else {"timezone": machine_zone()}
    opening.create = True
    if "://" not in opening.url:
        try:
            make_folder(Path(opening.url).parent)
        except OSError:
            raise StoreUnusable(StoreProblem.READ_ONLY, opening.url) from None
    event = opening.do(ApplyPractice(file=_with_answers(text, answers)))
    if as_json:
        show({"version": shapes.VERSION, "item": {"database": opening.url}, "event": event.id, "warnings": []})
    else:
        say(_("the practice is in {where}").format(where=opening.url))
    if asks:
        from frontdesk.cli.terminal import open_terminal

        opening.create = False
        raise typer.Exit(open_terminal(replace(opening)))


def machine_zone() -> str:
    """The zone this machine is set to, UTC where it does not tell."""
    local = Path("/etc/localtime")
    if local.is_symlink():
        name = str(local.resolve()).split("zoneinfo/")[-1]
        if is_zone(name):
            return name
    named = Path("/etc/timezone")
    if named.exists() and is_zone(name := named.read_text().strip()):
        return name
    return "UTC"


def _answers() -> dict[str, object]:
    """The six questions, asked again until they can be answered."""
    name = typer.prompt(_("Name of the practice"), default=_("My practice"))
    timezone = _asked(_("Time zone"), machine_zone(), partial(_is_right, "practice.timezone"))
    locale = _asked(_("Language and country"), "en_GB", partial(_is_right, "practice.locale"))
    currency = _asked(_("Currency"), "EUR", partial(_is_right, "practice.currency"))
    people = typer.prompt(_("Who has appointments (names, with commas)"), default=PLACEHOLDER)
    hours = _asked(_("Weekday hours"), "09:00-12:00, 13:00-17:00", _is_hours)
    return {
        "name": name,
        "timezone": timezone,
        "locale": locale,
        "currency": currency,
        "people": tuple(filter(None, (part.strip() for part in people.split(",")))),
        "hours": [part.strip() for part in hours.split(",")],
    }


def _asked(question: str, default: str, fits: Callable[[str], bool]) -> str:
    while True:
        answer = str(typer.prompt(question, default=default))
        if fits(answer):
            return answer
        say(_("“{answer}” will not do; for example {default}").format(answer=answer, default=default))


def _is_right(setting: str, answer: str) -> bool:
    from frontdesk.core.parse.practice import setting_value

    try:
        setting_value(setting, answer, "")
    except BadInput:
        return False
    return True


def _is_hours(text: str) -> bool:
    return all(re.fullmatch(r"\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d", part.strip()) for part in text.split(","))


def _with_answers(text: str, answers: Mapping[str, object]) -> PracticeFile:
    """The kit as a file again, with what was answered in it."""
    import tomlkit

    from frontdesk.core.parse.practice import practice_file

    document = tomlkit.parse(text).unwrap()
    for name in ("name", "timezone", "locale", "currency"):
        if answers.get(name):
            document["practice"][name] = answers[name]
    people = answers.get("people")
    if isinstance(people, tuple) and people:
        first = document["staff"][0]
        document["staff"] = [{**first, "id": f"person-{n}", "name": name} for n, name in enumerate(people, 1)]
    if answers.get("hours"):
        for person in document["staff"]:
            place = next(iter(person["hours"]))
            person["hours"] = {place: dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), answers["hours"])}
    return practice_file(tomlkit.dumps(document))

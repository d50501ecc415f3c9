"""The practice: as a file, its lists, a new one, and how the machine is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from frontdesk.cli.files import read_text
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, lines, say, show, table
from frontdesk.core.asks.schedule import Move
from frontdesk.core.asks.settings import ApplyPractice, ChangeSettings, PlanPractice
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.money import written
from frontdesk.core.domain.practice import StaffMember
from frontdesk.core.domain.practice_file import PlannedChange, PracticeFile, PracticePlan, plan, planned
from frontdesk.core.domain.services import Location, Service
from frontdesk.core.domain.settings import TEXTS, setting_of
from frontdesk.core.domain.work import Work
from frontdesk.core.parse.toml import TOMLDecodeError, tables
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.practice import practice_data, practice_toml
from frontdesk.core.render.words.events import event_words
from frontdesk.core.render.words.work import because_words

TEMPLATES = "mail.templates"
LISTS = {"service": "services", "reason": "reasons"}
"""By kind of thing the list of the file it stands in, where both have other names."""

group = typer.Typer(help="The practice as a file.", rich_markup_mode=None, no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="practice")
    for command in (services, staff, locations):
        app.command()(command)


@group.command()
def apply(
    context: typer.Context,
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Archive what the file does not name.")] = False,
    with_plan: Annotated[bool, typer.Option("--plan", help="Move what that leaves without its people.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the database agree with a practice file; creates it where there is none."""
    from frontdesk.core.parse.practice import practice_file

    opening: Opening = context.obj
    text = read_text(file)
    exists = opening.has_practice
    opening.create = exists or not dry_run
    parsed = practice_file(text, opening.setup.practice.currency) if exists else practice_file(text)
    parsed = _with_texts(parsed, file.parent)
    if dry_run and not exists:
        _print_plan(opening, PracticePlan(changes=planned(plan(None, parsed))), None, as_json)
        say(_("there is no practice at {where} yet; all of the file would be new").format(where=opening.url))
        return
    foreseen = PracticePlan(changes=())
    if dry_run or with_plan:
        foreseen = opening.see(PlanPractice(file=parsed, prune=prune))
    if dry_run:
        _print_plan(opening, foreseen, None, as_json)
        return
    steps = tuple(
        Move(appointment=it.named.appointment.id, seen=it.named.appointment.revision, to=it.to)
        for it, _because in foreseen.outside
        if it.to is not None
    )
    batch = opening.do(ApplyPractice(file=parsed, prune=prune, moves=steps))
    if not batch.events:
        _print_plan(opening, PracticePlan(changes=()), None, as_json)
        return
    applied, *moved = batch.events
    _print_plan(opening, PracticePlan(changes=planned(applied.own_changes)), applied.id, as_json)
    if not as_json:
        lines([event_words(opening.voice, event) for event in moved])
        _say_of_work(opening, applied)


@group.command("set")
def set_(
    context: typer.Context,
    chosen: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]…", help="As in the file.")] = None,
    reset: Annotated[list[str] | None, typer.Option("--reset", metavar="KEY", help="As a practice begins.")] = None,
    as_json: AsJson = False,
) -> None:
    """Choose single settings; docs/settings.md has every key."""
    opening: Opening = context.obj
    values: dict[str, Any] = dict(_choice(it) for it in chosen or ())
    values.update(dict.fromkeys(reset or ()))
    if not values:
        raise BadInput("KEY=VALUE", Problem.MISSING)
    event = opening.do(ChangeSettings(seen=opening.setup.revision, values=values))
    if as_json:
        _print_plan(opening, PracticePlan(changes=planned(event.own_changes)), event.id, as_json)
        return
    lines([event_words(opening.voice, event)])
    _say_of_work(opening, event)


def _choice(text: str) -> tuple[str, Any]:
    """A key and its value, written as in the file; a text may go without quotes. Raises BadInput."""
    key, equals, value = text.partition("=")
    if not equals:
        raise BadInput("KEY=VALUE", Problem.NOT_READABLE, text, hint="booking.horizon=90")
    try:
        read = tables(f"value = {value}")["value"]
    except TOMLDecodeError:
        read = value.strip()
    row = setting_of(key.strip())
    is_text = isinstance(read, float) or (row is not None and row.form in TEXTS)  # an amount is a text too
    return key.strip(), value.strip() if is_text and not isinstance(read, str) else read


@group.command("show")
def show_practice(
    context: typer.Context,
    toml: Annotated[bool, typer.Option("--toml", help="As a practice file.")] = False,
    as_json: AsJson = False,
) -> None:
    """The practice as it is."""
    opening: Opening = context.obj
    if as_json:
        show(shapes.item(_json_ready(practice_data(opening.setup))))
        return
    text = practice_toml(opening.setup)
    if toml:
        print(text, end="")
        return
    practice = opening.setup.practice
    lines([f"{practice.name} · {practice.timezone} · {practice.locale} · {practice.currency}"])
    setup = opening.setup
    counts = (
        plural("{n} location", "{n} locations", len(setup.locations)).format(n=len(setup.locations)),
        plural("{n} room", "{n} rooms", len(setup.rooms)).format(n=len(setup.rooms)),
        plural("{n} service", "{n} services", len(setup.services)).format(n=len(setup.services)),
        plural("{n} person", "{n} people", len(setup.staff)).format(n=len(setup.staff)),
    )
    lines(counts)
    say(_("all of it: frontdesk practice show --toml"))


def services(context: typer.Context, as_json: AsJson = False) -> None:
    """What can be booked, with ids."""
    opening: Opening = context.obj
    setup = opening.setup
    if as_json:
        show(shapes.items(shapes.service(it, setup) for it in setup.services.values()))
        return
    currency = setup.practice.currency
    table(
        [
            [
                it.id,
                _named(it),
                f"{it.duration}m",
                f"{written(it.price, currency)} {currency}" if it.price is not None else "",
                ", ".join(person.id for person in setup.offering(it.id)),
            ]
            for it in setup.services.values()
        ]
    )


def staff(context: typer.Context, as_json: AsJson = False) -> None:
    """Who works here, with ids."""
    opening: Opening = context.obj
    people = opening.setup.staff.values()
    if as_json:
        show(shapes.items(map(shapes.staff, people)))
        return
    table([[it.id, _named(it), ", ".join(role.value for role in it.roles), ", ".join(it.services)] for it in people])


def locations(context: typer.Context, as_json: AsJson = False) -> None:
    """Where services are given, with ids."""
    opening: Opening = context.obj
    setup = opening.setup
    if as_json:
        show(shapes.items(shapes.location(it, setup) for it in setup.locations.values()))
        return
    table([[it.id, _named(it), it.kind.value, setup.zone_of(it.id)] for it in setup.locations.values()])


def _with_texts(parsed: PracticeFile, folder: Path) -> PracticeFile:
    """Templates that are named by a path beside the file are read from there."""
    texts = {
        name: read_text(folder / value) if "\n" not in value and (folder / value).is_file() else value
        for name, value in (parsed.settings.get(TEMPLATES) or {}).items()
    }
    return replace(parsed, settings={**parsed.settings, TEMPLATES: texts}) if texts else parsed


def _named(thing: Service | StaffMember | Location) -> str:
    return thing.name if thing.life is Life.ACTIVE else f"{thing.name} ({_('archived')})"


def _print_plan(opening: Opening, plan: PracticePlan, event: int | None, as_json: bool) -> None:
    if as_json:
        item = {
            "changes": [
                {
                    "kind": it.kind,
                    "id": it.id,
                    "how": it.how,
                    "fields": [name for name, _was, _now in it.fields],
                    "values": [
                        {"field": name, "before": shapes.plain(was), "after": shapes.plain(now)}
                        for name, was, now in it.fields
                    ],
                }
                for it in plan.changes
            ],
            "outside": [
                shapes.planned(move, opening.setup) | {"because": [it.rule.value for it in because]}
                for move, because in plan.outside
            ],
        }
        show({"version": shapes.VERSION, "item": item, "event": event, "warnings": []})
        return
    table([row for it in plan.changes for row in _rows_of(it)])
    for key, part in dict.fromkeys(it for change in plan.changes for it in _without_effect(change)):
        say(_("{key} is kept; it does nothing yet, for it belongs to: {part}").format(key=key, part=_(part)))
    if not plan.changes:
        say(_("nothing to change: the database agrees with the file"))
    if plan.outside:
        voice = opening.voice
        say(_("coming appointments that this leaves without what they need:"))
        table(
            [
                [
                    it.named.appointment.ref,
                    voice.moment(it.named.appointment.start, it.named.appointment.zone),
                    it.named.client_name,
                    ", ".join(because_words(voice, reason) for reason in because),
                    voice.slot(it.to) if it.to is not None else "–",
                ]
                for it, because in plan.outside
            ]
        )


def _rows_of(it: PlannedChange) -> list[list[str]]:
    """A line for each key that changes, with its value before and after."""
    if not it.fields:
        return [[it.how, f"{it.kind} {it.id}", ""]]
    where = "" if it.kind == "setting" else f"{it.kind} {it.id} "
    return [[it.how, f"{where}{name}", f"{_shown(was)} → {_shown(now)}"] for name, was, now in it.fields]


def _without_effect(it: PlannedChange) -> Iterator[tuple[str, str]]:
    """Keys among the changes that belong to a part that is not built yet, with that part."""
    table = "" if it.kind == "setting" else f"{LISTS.get(it.kind, it.kind)}."
    for name, _was, _now in it.fields:
        row = setting_of(f"{table}{name}")
        if row is not None and row.part is not None:
            yield row.path, row.part.value


def _shown(value: Any) -> str:
    plain = shapes.plain(value)
    return "–" if plain is None else json.dumps(plain, ensure_ascii=False)


def _say_of_work(opening: Opening, applied: Event) -> None:
    lost = len({change.after.appointment for change in applied.also if isinstance(change.after, Work)})
    if lost:
        told = plural("{n} appointment is on the work list now", "{n} appointments are on the work list now", lost)
        say(told.format(n=lost) + ": frontdesk worklist")


def _json_ready(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_ready(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json_ready(item) for item in value]
    return value if isinstance(value, str | int | bool) or value is None else value.isoformat()

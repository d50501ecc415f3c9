"""The practice: as a file, its lists, a new one, and how the machine is."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from frontdesk.cli.files import read_text
from frontdesk.cli.mails import prove
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, lines, say, show, table
from frontdesk.core.asks.settings import ApplyPractice, PlanPractice
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.money import written
from frontdesk.core.domain.practice import StaffMember
from frontdesk.core.domain.practice_file import PlannedChange, PracticeFile, plan, planned
from frontdesk.core.domain.services import Location, Service
from frontdesk.core.parse.practice import practice_file
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.practice import practice_data, practice_toml

group = typer.Typer(help="The practice as a file.", rich_markup_mode=None, no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="practice")
    for command in (services, staff, locations, doctor):
        app.command()(command)


@group.command()
def apply(
    context: typer.Context,
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    prune: Annotated[bool, typer.Option("--prune", help="Archive what the file does not name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make the database agree with a practice file; creates it where there is none."""
    opening: Opening = context.obj
    parsed = _with_texts(practice_file(read_text(file)), file.parent)
    if dry_run and not opening.has_practice:
        _print_changes(planned(plan(None, parsed)), None, as_json)
        say(_("there is no practice at {where} yet; all of the file would be new").format(where=opening.url))
        return
    opening.create = True
    if dry_run:
        changes = opening.see(PlanPractice(file=parsed, prune=prune))
        _print_changes(changes, None, as_json)
        return
    event = opening.do(ApplyPractice(file=parsed, prune=prune))
    _print_changes(planned(event.changes), event.id, as_json)


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


def doctor(
    context: typer.Context,
    mail: Annotated[str | None, typer.Option("--mail", metavar="ADDRESS", help="Send a test mail there.")] = None,
    as_json: AsJson = False,
) -> None:
    """How the database and this machine are."""
    opening: Opening = context.obj
    smtp = opening.machine.smtp
    facts = {
        "database": opening.desk.store.name,
        **opening.desk.store.facts(),
        "python": sys.version.split()[0],
        "mail": f"{smtp.host}:{smtp.port} ({smtp.security.value})"
        if smtp is not None
        else _("no server: mails wait"),
        "sealing_key": opening.machine.seal_key_file if opening.machine.seal_key is not None else _("none"),
    }
    if mail is not None:
        facts["mail_test"] = _("left for {address}").format(address=prove(opening, mail).recipient)
    if as_json:
        show(shapes.item(facts))
        return
    table([[name, value] for name, value in facts.items()])
    if facts.get("wal_is_safe") == "no":
        say(_("this SQLite can lose data in WAL mode, so a rollback journal is used; pysqlite3 brings a newer one"))


def _with_texts(parsed: PracticeFile, folder: Path) -> PracticeFile:
    """Templates that are named by a path beside the file are read from there."""
    mail = parsed.groups.get("mail", {})
    texts = {
        name: read_text(folder / value) if "\n" not in value and (folder / value).is_file() else value
        for name, value in mail.get("templates", {}).items()
    }
    if not texts:
        return parsed
    return replace(parsed, groups={**parsed.groups, "mail": {**mail, "templates": texts}})


def _named(thing: Service | StaffMember | Location) -> str:
    return thing.name if thing.life is Life.ACTIVE else f"{thing.name} ({_('archived')})"


def _print_changes(changes: tuple[PlannedChange, ...], event: int | None, as_json: bool) -> None:
    if as_json:
        plain = [{"kind": it.kind, "id": it.id, "how": it.how, "fields": [f[0] for f in it.fields]} for it in changes]
        show({"version": shapes.VERSION, "item": {"changes": plain}, "event": event, "warnings": []})
        return
    table([[it.how, it.kind, it.id, ", ".join(name for name, _was, _is in it.fields)] for it in changes])
    if not changes:
        say(_("nothing to change: the database agrees with the file"))


def _json_ready(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_ready(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json_ready(item) for item in value]
    return value if isinstance(value, str | int | bool) or value is None else value.isoformat()

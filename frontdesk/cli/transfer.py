"""`frontdesk import` and `frontdesk export`."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from frontdesk.cli.files import read_text, write_texts
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, lines, say, show
from frontdesk.core.asks.transfer import SOURCE, ImportRecords, PlanImport, ShowEverything
from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.kinds import KINDS
from frontdesk.core.domain.records import BadRow, ImportPlan, Records
from frontdesk.core.domain.times import is_zone
from frontdesk.core.parse import csv as csv_parser
from frontdesk.core.parse import history as history_parser
from frontdesk.core.parse import ics as ics_parser
from frontdesk.core.parse.csv_columns import ImportMapping, Kind, mapping_file
from frontdesk.core.render import csv as csv_writer
from frontdesk.core.render import ics as ics_writer
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.practice import practice_toml

LISTED = 50
"""How many ids a list in the report names."""


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command()(export)


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="CSV and ICS files; clients are read first.")],
    kind: Annotated[Kind | None, typer.Option("--kind", help="What a CSV holds, if its columns do not tell.")] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="Which column is which field (TOML).")] = None,
    source: Annotated[str, typer.Option("--source", help="Whose ids these are.")] = SOURCE,
    zone: Annotated[str | None, typer.Option("--zone", help="Zone of the times, else the practice's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    no_hours: Annotated[bool, typer.Option("--no-hours", help="Do not take weekly hours from the history.")] = False,
    bad: Annotated[Path | None, typer.Option("--bad", help="Where to write rows that cannot be read.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take over clients and appointments of another program; one act, undone as one."""
    opening: Opening = context.obj
    zone_name = zone or opening.setup.practice.timezone
    if not is_zone(zone_name):
        raise BadInput("--zone", Problem.NOT_A_ZONE, zone_name)
    mapping = mapping_file(read_text(map_)) if map_ is not None else ImportMapping()
    records = _read(opening, files, kind, mapping, zone_name)
    writes = not dry_run or bad is not None
    written = _write_bad(records, bad, files, writes=writes)  # first: what cannot be kept there stops the import
    source = source.strip() or SOURCE
    if dry_run:
        plan = opening.see(PlanImport(records=records, source=source, hours=not no_hours))
        event = None
    else:
        count = len(records.clients) + len(records.appointments)
        with _busy(plural("writing {n} record …", "writing {n} records …", count).format(n=count)):
            done = opening.do(ImportRecords(records=records, source=source, hours=not no_hours))
        plan, event = done.plan, done.id or None
    if as_json:
        show({"version": shapes.VERSION, "item": _counts(plan, records), "event": event, "warnings": []})
    else:
        lines(_report(plan, records, dry_run))
    for file, count in written.items():
        if not writes:
            told = plural("{n} bad row would go to {file}", "{n} bad rows would go to {file}", count)
            say(told.format(n=count, file=file))
            continue
        told = plural("{n} bad row is in {file}", "{n} bad rows are in {file}", count)
        say(told.format(n=count, file=file) + "; " + _("correct and import that file"))


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--all", help="Write everything into this folder.")],
    as_json: AsJson = False,
) -> None:
    """Everything: the practice as a file, CSV, a calendar file a practitioner, events as JSON lines."""
    opening: Opening = context.obj
    everything = opening.see(ShowEverything())
    clients = {int(client.id): client for client in everything.clients}
    voice = opening.voice
    files = {
        "practice.toml": practice_toml(everything.setup, archived=True),
        "clients.csv": csv_writer.clients_csv(everything.clients),
        "appointments.csv": csv_writer.appointments_csv(everything.appointments, clients),
        "events.jsonl": "".join(
            json.dumps(shapes.past_event(line, past, voice), ensure_ascii=False) + "\n"
            for line, past in zip(everything.history, everything.past, strict=True)
        ),
    }
    for person in everything.setup.practitioners():
        theirs = [
            it
            for it in everything.appointments
            if it.appointment.practitioner == person.id and it.appointment.status is not Status.UNDONE
        ]
        files[f"{person.id}.ics"] = ics_writer.calendar(person.name, theirs, opening.desk.now())
    write_texts({folder / name: text for name, text in files.items()}, "--all")
    counts = {
        "folder": str(folder),
        "clients": len(everything.clients),
        "appointments": len(everything.appointments),
        "events": len(everything.history),
        "files": sorted(files),
    }
    if any(_is_only_told(kind) for past in everything.past for kind, *_ in past.things):
        say(_("requests, charges and the work list are in these files only as history; keep the database too"))
    if as_json:
        show(shapes.item(counts))
        return
    lines(
        [
            _("{clients} clients, {appointments} appointments, {events} events in {folder}").format(**counts),
            _("to take them in elsewhere:"),
            f"frontdesk practice apply {folder}/practice.toml",
            f"frontdesk import {folder}/clients.csv {folder}/appointments.csv {folder}/events.jsonl",
        ]
    )


def _read(opening: Opening, files: list[Path], kind: Kind | None, mapping: ImportMapping, zone_name: str) -> Records:
    """All the records of all the files, each file told as it is read."""
    records = Records()
    country = opening.setup.practice.country
    with typer.progressbar(files, label=_("reading"), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for file in bar:
            text = read_text(file)
            if file.suffix.lower() == ".jsonl":
                records += history_parser.records(text, file.name)
            elif file.suffix.lower() in (".ics", ".ical", ".ifb") or text.lstrip().startswith("BEGIN:VCALENDAR"):
                records += ics_parser.records(text, file.name, file.stem, zone_name, opening.today, mapping)
            else:
                records += csv_parser.records(text, file.name, zone_name, kind, mapping, country)
    return _without_twins(records)


def _without_twins(records: Records) -> Records:
    """The last row of an id wins; two files may name the same one."""
    clients = {(it.source, it.source_id): it for it in records.clients}
    appointments = {(it.source, it.source_id): it for it in records.appointments}
    gone = len(records.clients) + len(records.appointments) - len(clients) - len(appointments)
    return replace(
        records, clients=tuple(clients.values()), appointments=tuple(appointments.values()), named_twice=gone
    )


def _busy(text: str) -> AbstractContextManager[object]:
    """Shows that something goes on: it is one act, so there is no part of it to count."""
    from rich.console import Console

    return Console(stderr=True).status(text) if sys.stderr.isatty() else nullcontext()


def _write_bad(records: Records, bad: Path | None, files: list[Path], *, writes: bool) -> dict[Path, int]:
    """Bad rows, to be corrected and imported again: a file for each file they came from; or only where they would go.

    With `--bad` one file, and beside it one for clients where there are bad rows of both kinds.
    """
    rows: dict[Path, list[BadRow]] = defaultdict(list)
    both = len({it.of for it in records.bad}) > 1
    for it in records.bad:
        where = bad or Path(f"{Path(it.file).stem}-bad.csv")
        if bad is not None and both and it.of == Kind.CLIENTS.value:
            where = bad.with_stem(f"{bad.stem}-clients")
        rows[where].append(it)
    for where in rows:
        if where.resolve() in [file.resolve() for file in files]:
            raise BadInput("--bad", Problem.EXISTS_ALREADY, str(where), hint=_("it is one of the files to import"))
    if writes and rows:
        write_texts({where: csv_writer.bad_csv(theirs) for where, theirs in rows.items()}, "--bad")
    return {where: len(theirs) for where, theirs in rows.items()}


def _counts(plan: ImportPlan, records: Records) -> dict[str, object]:
    return {
        "clients": {
            "new": plan.new_clients,
            "updated": plan.updated_clients,
            "skipped": plan.skipped_clients,
        },
        "appointments": {
            "new": plan.new_appointments,
            "updated": plan.updated_appointments,
            "skipped": plan.skipped_appointments,
        },
        "time_off": plan.new_time_off,
        "ignored": records.ignored,
        "bad": [{"file": it.file, "line": it.line, "problem": it.problem} for it in records.bad],
        "services": list(plan.new_services),
        "staff": list(plan.new_staff),
        "hours": [{"practitioner": who, "week": week} for who, week in plan.hours],
        "outcome_missing": list(plan.outcome_missing),
        "overlapping": list(plan.overlapping),
        "kept": list(plan.kept),
        "unknown_places": list(plan.unknown_places),
        "replaced_staff": list(plan.replaced_staff),
        "named_twice": records.named_twice,
        "events": plan.history,
    }


def _report(plan: ImportPlan, records: Records, dry_run: bool) -> list[str]:
    told = [_("would be imported:") if dry_run else _("imported:")]
    told.append(_counted(_("clients"), plan.new_clients, plan.updated_clients, plan.skipped_clients))
    told.append(
        _counted(_("appointments"), plan.new_appointments, plan.updated_appointments, plan.skipped_appointments)
    )
    if plan.new_time_off:
        told.append(f"  {_('time off')}: {plan.new_time_off}")
    if plan.new_services:
        told.append(f"  {_('new services')}: {', '.join(plan.new_services)}")
    if plan.new_staff:
        told.append(f"  {_('new practitioners')}: {', '.join(plan.new_staff)}")
    for who, week in plan.hours:
        told.append("  " + _("hours of {who}, from the history: {week}").format(who=who, week=week))
    for who in plan.replaced_staff:
        told.append("  " + _("{who} had no appointments and is out of use now").format(who=who))
    if plan.history:
        told.append(plural("  {n} event of history", "  {n} events of history", plan.history).format(n=plan.history))
    lists = (
        (_("outcome missing"), plan.outcome_missing),
        (_("overlapping"), plan.overlapping),
        (_("kept in part as changed here"), plan.kept),
        (_("unknown here, kept with the appointment"), plan.unknown_places),
    )
    for title, ids in lists:
        if ids:
            more = f" … {_('and {n} more').format(n=len(ids) - LISTED)}" if len(ids) > LISTED else ""
            told.append(f"  {title} ({len(ids)}): {', '.join(ids[:LISTED])}{more}")
    if records.named_twice:
        told.append(
            plural(
                "  {n} row has the id of a later one, which counts",
                "  {n} rows have the id of a later one, which counts",
                records.named_twice,
            ).format(n=records.named_twice)
        )
    if records.ignored:
        told.append(plural("  {n} event ignored", "  {n} events ignored", records.ignored).format(n=records.ignored))
    for it in records.bad[:LISTED]:
        told.append(f"  {_('bad')}: {it.file}:{it.line}: {it.problem}")
    if len(records.bad) > LISTED:
        told.append("  " + _("and {n} more").format(n=len(records.bad) - LISTED))
    return told


def _counted(what: str, new: int, updated: int, skipped: int) -> str:
    return "  " + _("{what}: {new} new, {updated} updated, {skipped} unchanged").format(
        what=what, new=new, updated=updated, skipped=skipped
    )


def _is_only_told(kind: str) -> bool:
    """Whether an export has no file of these, only what happened to them."""
    return kind in KINDS and kind not in ("client", "appointment") and not KINDS[kind].is_setup

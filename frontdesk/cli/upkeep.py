"""Looking after the database: another version, copies, back from one, whether all is well."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk.cli.mails import prove
from frontdesk.cli.opening import Opening
from frontdesk.cli.output import AsJson, lines, say, show, table
from frontdesk.config import public_key
from frontdesk.core.asks.upkeep import ShowHead, Verify
from frontdesk.core.domain.appointments import appointment_ref, client_ref
from frontdesk.core.domain.backups import known_head
from frontdesk.core.domain.damage import Damage
from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.health import damage_words, finding_words

WRONG, WORRIES = 9, 10
"""Exit codes: something is wrong; nothing is, but somebody has to see to something."""

if TYPE_CHECKING:
    from frontdesk.core.upkeep import Restored, Upgraded

Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="The private key that opens the copy.")]


def add_to(app: typer.Typer) -> None:
    for command in (upgrade, backup, restore, verify, doctor):
        app.command()(command)


def upgrade(
    context: typer.Context,
    copy: Annotated[str, typer.Option("--copy", metavar="FOLDER", help="Where the copy goes, if not beside.")] = "",
    as_json: AsJson = False,
) -> None:
    """Bring a database of an older version to this one; it is copied first, and checked after."""
    from frontdesk.core.upkeep import upgrade as bring

    opening: Opening = context.obj
    done = bring(opening.url, copy)
    if as_json:
        told = {"before": done.before, "after": done.after, "copy": done.copy, "events": done.events}
        show(shapes.item(told | {"let_go": [appointment_ref(it) for it in done.let_go]}))
        return
    lines(upgraded_words(done))


def upgraded_words(done: Upgraded) -> list[str]:
    """What an upgrade did."""
    if not done.copy:
        return [_("the database is of this version already ({version})").format(version=done.after)]
    told = [
        _("the database was brought from version {before} to {after}").format(before=done.before, after=done.after),
        _("as it was it lies at {where}").format(where=done.copy),
        plural(
            "checked: {n} event of history can be read, and its chain closes",
            "checked: {n} events of history can be read, and their chain closes",
            done.events,
        ).format(n=done.events),
    ]
    if done.let_go:
        refs = ", ".join(appointment_ref(it) for it in done.let_go)
        told.append(_("not picked up any more, for nobody can tell by whom they were: {refs}").format(refs=refs))
    return told


def backup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", metavar="FOLDER", help="Where it goes.")] = None,
    recipient: Annotated[
        str | None, typer.Option("--for", metavar="KEYFILE", help="Encrypt it to this public key (age1…).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database while others write, check the copy, and tell where it lies."""
    from frontdesk.core.upkeep import back_up

    opening: Opening = context.obj
    key = public_key(recipient, "--for") if recipient is not None else opening.config.backup_key
    made = back_up(opening.desk, to or opening.config.backup_folder, key)
    manifest = made.manifest
    if as_json:
        told = {"file": str(made.path), "size": manifest.size, "sha256": manifest.sha256}
        told |= {"counts": dict(manifest.counts), "head": str(manifest.head), "encrypted": manifest.encrypted}
        show(shapes.item(told))
        return
    lines(
        [
            _("the copy is at {where}").format(where=made.path),
            _("{clients} clients, {appointments} appointments; record {head}").format(
                clients=manifest.counts["client"], appointments=manifest.counts["appointment"], head=manifest.head
            ),
        ]
    )
    say(
        _("the sealing key is not in it: keep a copy of {where} elsewhere").format(
            where=opening.machine.seal_key_file
        )
    )


def restore(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The copy; without it the newest one.")] = None,
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Only try: beside, compared, taken away.")] = False,
    key: Key = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Go on from a copy: mails wait for a yes, links and codes given out are dead, what was there is kept aside."""
    from frontdesk.core import upkeep

    opening: Opening = context.obj
    copy = file or upkeep.newest(opening.config.backup_folder)
    if copy is None:
        raise BadInput(
            "file", Problem.MISSING, hint=saying("no copy lies in {where}", where=opening.config.backup_folder)
        )
    if rehearse:
        done = upkeep.rehearse(opening.url, copy, key)
    else:
        if not yes and not (sys.stdin.isatty() and typer.confirm(_asked(copy))):
            raise BadInput(
                "--yes", Problem.MISSING, hint=saying("it puts {copy} in the place of the database", copy=copy)
            )
        lists = [opening.config.backup_folder]
        done = upkeep.restore(opening.url, copy, key, folders=lists)
    if as_json:
        told = {"file": str(copy), "as_told": done.is_as_told, "seconds": round(done.seconds, 1)}
        told |= {"counts": done.counts, "head": str(done.head), "doubtful": done.doubtful, "aside": done.aside}
        told |= {"erased": done.erased, "not_erased": [client_ref(it) for it in done.not_erased]}
        show(shapes.item(told))
    else:
        _tell_restored(copy, done, rehearse)
    if not done.is_as_told:
        raise typer.Exit(WRONG)


def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option("--head", help="A head that was kept: from the foot of a day sheet, or a manifest.")
    ] = None,
    print_head: Annotated[bool, typer.Option("--print-head", help="Only say the head as it is now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Whether everything is as it was written: the file, its guards, the chains, every row.

    Exit code 9: something is not.
    """
    opening: Opening = context.obj
    now = opening.see(ShowHead())
    if print_head:
        show(shapes.item({"head": str(now)})) if as_json else lines([str(now)])
        return
    found = opening.see(Verify(head=known_head(head) if head is not None else None))
    if as_json:
        show(shapes.items(_plain(it) for it in found) | {"head": str(now)})
    else:
        lines(damage_words(it) for it in found)
        if not found:
            lines([_("all is as it was written; record {head}").format(head=now)])
    if found:
        raise typer.Exit(WRONG)


def doctor(
    context: typer.Context,
    mail: Annotated[str | None, typer.Option("--mail", metavar="ADDRESS", help="Send a test mail there.")] = None,
    as_json: AsJson = False,
) -> None:
    """How the database and this machine are, and whether that is well.

    Exit code 9: something is wrong; 10: nothing is, but somebody has to see to something.
    """
    from frontdesk.core.doctor import examine

    opening: Opening = context.obj
    smtp = opening.machine.smtp
    folder = opening.config.backup_folder
    facts = {
        "database": opening.desk.store.name,
        **opening.desk.store.facts(),
        "python": sys.version.split()[0],
        "mail": f"{smtp.host}:{smtp.port} ({smtp.security.value})"
        if smtp is not None
        else _("no server: mails wait"),
        "sealing_key": opening.machine.seal_key_file if opening.machine.seal_key is not None else _("none"),
        "backups": str(folder),
        "record": str(opening.see(ShowHead())),
    }
    if mail is not None:
        facts["mail_test"] = _("left for {address}").format(address=prove(opening, mail).recipient)
    found = examine(opening.desk, folder)
    if as_json:
        told = [
            {"code": it.ailment.value, "bad": it.ailment.is_bad, "where": it.where, "since": it.since} for it in found
        ]
        show(shapes.item(facts | {"findings": told}))
    else:
        table([[name, value] for name, value in facts.items()])
        if facts.get("wal_is_safe") == "no":
            say(
                _("this SQLite can lose data in WAL mode, so a rollback journal is used")
                + "; "
                + _("pysqlite3 brings a newer one")
            )
        lines(f"{'✗' if it.ailment.is_bad else '!'} {finding_words(opening.voice, it)}" for it in found)
        if not found:
            lines(["✓ " + _("all is well")])
    if found:
        raise typer.Exit(WRONG if any(it.ailment.is_bad for it in found) else WORRIES)


def _plain(it: Damage) -> dict[str, str]:
    return {"what": it.what, "row": it.row, "wrong": it.wrong.value, "detail": it.detail}


def _asked(copy: Path) -> str:
    return _(
        "Go on from {copy}? What was done since it was made is not in it; what is there now is kept aside."
    ).format(copy=copy)


def _tell_restored(copy: Path, done: Restored, rehearsed: bool) -> None:
    counts = _("{clients} clients, {appointments} appointments; record {head}").format(
        clients=done.counts["client"], appointments=done.counts["appointment"], head=done.head
    )
    if done.manifest is None:
        say(_("no manifest (.json) lies beside it: nobody can say whether it is as it was made"))
    if not done.is_as_told:
        say(_("it does not hold what its manifest says"))
    if rehearsed:
        lines(
            [
                _("{copy} could be put back: it took {n} s").format(copy=copy, n=max(0.1, round(done.seconds, 1))),
                counts,
            ]
        )
        return
    lines([_("the database goes on from {copy}").format(copy=copy), counts])
    if not done.knows_erased:
        say(_("no folder `erased` lies beside it: who was erased since it was made is back"))
    if done.erased:
        told = plural("{n} client was erased again", "{n} clients were erased again", done.erased)
        lines([told.format(n=done.erased)])
    if done.not_erased:
        refs = ", ".join(map(client_ref, done.not_erased))
        told = _("erased since, but part of another record in the copy: {refs}; take the merge back, erase again")
        say(told.format(refs=refs))
    if done.aside:
        lines([_("as it was it lies at {where}").format(where=done.aside)])
    lines([_("no mail leaves until somebody says yes: frontdesk outbox, then frontdesk mail release")])
    if done.doubtful:
        told = plural("{n} mail may have been told", "{n} mails may have been told", done.doubtful)
        lines(
            [told.format(n=done.doubtful) + ": " + _("each is sent or dropped by itself (frontdesk mail send, drop)")]
        )

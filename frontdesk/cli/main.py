"""The commands, put together; `frontdesk` alone opens the terminal app."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command

from frontdesk.cli.opening import Opening
from frontdesk.cli.output import failed, say, show
from frontdesk.cli.terminal import COMPLETING, OPTIONS
from frontdesk.cli.version import say_version
from frontdesk.config import read_config
from frontdesk.core.domain.errors import DeskError, StoreUnusable
from frontdesk.core.render import json as shapes
from frontdesk.core.render.language import _, language_for, speak
from frontdesk.core.render.words.voice import Voice


def opening(
    context: typer.Context,
    db: Annotated[str | None, typer.Option("--db", help="Database: a path (SQLite) or a postgresql:// URL.")] = None,
    staff: Annotated[str | None, typer.Option("--staff", help="Who acts: an existing person.")] = None,
    now: Annotated[str | None, typer.Option("--now", help="Fix the clock, for tests and drills.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="The config file to read.")] = None,
    version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False,
) -> None:
    global _opening
    _opening = Opening(database=db, staff=staff, now=now, config_file=config)
    context.obj = _opening
    if config is not None:
        read_config(config)
    if version:
        say_version()
        raise typer.Exit
    if context.invoked_subcommand is None:
        from frontdesk.cli.terminal import open_terminal

        raise typer.Exit(open_terminal(_opening))


_opening = Opening()

COMMANDS = {
    "appointments": "day slots why book rebook reschedule note reminders cancel reinstate pick lay list status",
    "requests": "request requests approve decline withdraw offer sweep",
    "schedule": "off worklist",
    "charges": "charge charges policy",
    "mails": "mail outbox calls link deliver inbound",
    "automations": "automations",
    "notices": "bell",
    "clients": "client",
    "history": "undo redo history",
    "practice": "practice services staff locations",
    "transfer": "import export",
    "upkeep": "upgrade backup restore verify doctor",
    "demo": "demo init",
}
"""By noun, in the order of the help, its commands: only the file of the noun that is wanted is read."""


def command_of(words: Sequence[str]) -> Any:
    """All that the program can do; where the words begin with a command, that alone."""
    app = typer.Typer(
        name="frontdesk",
        help="The calendar of a front desk. Without a command the terminal app opens.",
        no_args_is_help=False,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(opening)
    wanted = _wanted(words)
    for noun in [it for it, names in COMMANDS.items() if wanted in names.split()] or COMMANDS:
        import_module(f"frontdesk.cli.{noun}").add_to(app)
    known = (*app.registered_commands, *app.registered_groups)
    if any(_name_of(it) == wanted for it in known):
        app.registered_commands = [it for it in app.registered_commands if _name_of(it) == wanted]
        app.registered_groups = [it for it in app.registered_groups if _name_of(it) == wanted]
    return get_command(app)


def _name_of(it: Any) -> str:
    """Of a command that was given no other, its function's."""
    return str(it.name or it.callback.__name__)


def _wanted(words: Sequence[str]) -> str:
    """The first word that is no option of the whole program, and no value of one; none where help is asked for."""
    left = iter(words)
    for word in left:
        if word in OPTIONS:
            next(left, None)
        elif not word.startswith("-"):
            return word
    return ""


UNWRITTEN = (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EDQUOT)
"""What can go wrong with the output itself."""


def run() -> None:
    """Runs the command of `sys.argv` and ends the process with its exit code."""
    as_json = "--json" in sys.argv
    try:
        code = _run(as_json)
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        if error.errno not in UNWRITTEN:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(_("what there is to say cannot be written: {why}").format(why=error.strerror), file=sys.stderr)
        code = 1
    sys.exit(code)


def _run(as_json: bool) -> int:
    """The exit code of the command, after everything it said."""
    try:
        command = command_of(() if COMPLETING in os.environ else sys.argv[1:])
        if any(word in ("--help", "-h") for word in sys.argv):
            speak(language_for(read_config().language, *_of_the_shell()))
            _translate(command)
        return int(command(prog_name="frontdesk", standalone_mode=not as_json) or 0)
    except SystemExit as end:
        return int(end.code or 0)
    except DeskError as error:
        return failed(error, _voice(error), as_json)
    except typer.TyperException as error:  # only with --json: else Typer tells it
        show(shapes.error("bad_input", error.format_message(), []))
        return error.exit_code
    except typer.Abort:
        say(_("left; nothing was done"))
        return 130
    except OSError as error:
        if error.errno in UNWRITTEN:
            raise
        return _fault(as_json)
    except Exception:  # the last resort: a bug is told in a sentence, its trace goes to the log
        return _fault(as_json)
    finally:
        _opening.close()


def _of_the_shell() -> list[str]:
    """The languages that the environment asks for, the first that is set first."""
    return [value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))]


def _translate(command: Any) -> None:
    """The help of a command, its options and the commands below it, in the language that is spoken."""
    for it in (command, *command.params):
        if getattr(it, "help", None):
            it.help = _(it.help)
    for below in getattr(command, "commands", {}).values():
        _translate(below)


def _fault(as_json: bool) -> int:
    import logging

    from frontdesk.log import log_to_file

    where = log_to_file()
    logging.getLogger("frontdesk").exception("fault")
    told = _("this is a fault in frontdesk; nothing more was saved. {where} says where.").format(where=where)
    if as_json:
        show(shapes.error("fault", told, []))
    else:
        say(told)
    return 1


def _voice(error: DeskError) -> Voice | None:
    """How the practice speaks, where it can be opened."""
    if isinstance(error, StoreUnusable):
        return None
    try:
        return _opening.voice
    except DeskError:
        return None

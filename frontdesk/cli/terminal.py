"""Opening the terminal app from the command line, before anything that only commands need is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from frontdesk.cli.opening import Opening
from frontdesk.core.render.language import _

COMPLETING = "_FRONTDESK_COMPLETE"
"""Set by the shell functions that `--install-completion` writes."""
OPTIONS = {"--db": "database", "--staff": "staff", "--now": "now", "--config": "config_file"}


def opening_of(words: Sequence[str]) -> Opening | None:
    """What the words say, where they only open the app: options of the whole program, no command."""
    if len(words) % 2:
        return None
    given = dict(zip(words[::2], words[1::2], strict=True))
    if len(given) * 2 != len(words) or not given.keys() <= OPTIONS.keys():
        return None
    values = {OPTIONS[name]: Path(value) if name == "--config" else value for name, value in given.items()}
    return Opening(**values)  # type: ignore[arg-type]


def open_terminal(opening: Opening) -> int:
    """Runs the app until it is left, and answers the exit code; refuses without a terminal, where it would spin."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("frontdesk needs a terminal; for scripts there are commands: frontdesk --help", file=sys.stderr)
        return 2
    from frontdesk.app import FrontdeskApp, Start

    app = FrontdeskApp(Start(config=opening.config, machine=opening.machine, open=lambda: opening.desk))
    app.run()
    if app.is_older and bring_up(opening):
        return open_terminal(replace(opening))
    if app.parting:
        print(app.parting, file=sys.stderr)
    return app.return_code or 0


def bring_up(opening: Opening) -> bool:
    """Offers to bring an older database to this version, and does; whether it did. Raises DeskError."""
    import typer

    from frontdesk.cli.upkeep import upgraded_words
    from frontdesk.core.upkeep import upgrade

    question = _("{where} is of an older frontdesk. Bring it to this version now? It is copied first.")
    if not typer.confirm(question.format(where=opening.url), default=True):
        return False
    for line in upgraded_words(upgrade(opening.url)):
        print(line)
    input(_("enter opens it") + " ")
    return True

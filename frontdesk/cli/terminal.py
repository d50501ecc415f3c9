"""Opening the terminal app from the command line."""

from __future__ import annotations

import sys

import typer

from frontdesk.cli.opening import Opening, machine


def open_terminal(opening: Opening) -> None:
    """Runs the app until it is left; refuses without a terminal, where it would spin for ever."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("frontdesk needs a terminal; for scripts there are commands: frontdesk --help", file=sys.stderr)
        raise typer.Exit(2)
    from frontdesk.app import FrontdeskApp, Start

    app = FrontdeskApp(
        Start(
            config=opening.config,
            url=opening.url,
            machine=machine(),
            staff=opening.staff,
            now=opening.now,
            clock=opening.clock,
        )
    )
    app.run()
    if app.parting:
        print(app.parting, file=sys.stderr)
    raise typer.Exit(app.return_code or 0)

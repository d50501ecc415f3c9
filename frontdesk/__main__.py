"""`python -m frontdesk`, and the `frontdesk` command."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress

from frontdesk.cli.version import say_version


def main() -> None:
    gc.set_threshold(50_000, 20, 50)  # what imports make stays for ever: looking at it every 700 things is in vain
    words = sys.argv[1:]
    if words == ["--version"]:
        say_version()
        return
    from frontdesk.cli.terminal import COMPLETING, open_terminal, opening_of
    from frontdesk.core.domain.errors import DeskError

    if COMPLETING in os.environ:  # a shell asks for completions
        from frontdesk.cli.main import run

        run()
        return

    opening = opening_of(words)
    if opening is not None:  # the app alone: its first frame waits for nothing that only commands need
        with suppress(DeskError):  # what is wrong with a config file, the commands below tell
            sys.exit(open_terminal(opening))
    from frontdesk.cli.main import run

    run()


if __name__ == "__main__":
    main()

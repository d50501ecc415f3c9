"""`python -m frontdesk`, and the `frontdesk` command."""

from __future__ import annotations

import sys

from frontdesk.cli.version import say_version


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        say_version()
        return
    from frontdesk.cli.main import run

    run()


if __name__ == "__main__":
    main()

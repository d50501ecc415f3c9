"""`python -m frontdesk`, and the `frontdesk` command."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:  # answered before anything heavy is imported
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"frontdesk {version('frontdesk')}")
        except PackageNotFoundError:
            print("frontdesk, from a checkout")
        return
    from frontdesk.cli.main import run

    run()


if __name__ == "__main__":
    main()

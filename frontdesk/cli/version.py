"""`frontdesk --version`, answered before anything heavy is imported."""

from __future__ import annotations


def say_version() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"frontdesk {version('frontdesk')}")
    except PackageNotFoundError:
        print("frontdesk, from a checkout")

"""`frontdesk --version`, answered before anything heavy is imported."""

from __future__ import annotations


def say_version() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"frontdesk {version('frontdesk')}")
    except PackageNotFoundError:
        print(f"frontdesk {_of_checkout()}, from a checkout")


def _of_checkout() -> str:
    import tomllib
    from pathlib import Path

    told = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])

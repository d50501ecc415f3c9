"""TOML, whoever wrote it."""

from __future__ import annotations

import tomllib
from tomllib import TOMLDecodeError
from typing import Any

__all__ = ["TOMLDecodeError", "tables"]


def tables(text: str) -> dict[str, Any]:
    """What a TOML text holds. Raises TOMLDecodeError, for one that is nested too deeply to be read too."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise TOMLDecodeError("it is nested too deeply") from None

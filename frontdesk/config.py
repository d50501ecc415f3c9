"""Machine facts: which database, which look. A TOML file, and the environment, which wins."""

from __future__ import annotations

import logging
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdesk.core.domain.errors import BadInput, Problem

ENVIRONMENT = {
    "database": "FRONTDESK_DATABASE",
    "theme": "FRONTDESK_THEME",
    "glyphs": "FRONTDESK_GLYPHS",
}
THEMES = ("dark", "light", "contrast", "safe", "ansi")
GLYPHS = ("unicode", "ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    database: str
    theme: str = "dark"
    glyphs: str = "unicode"
    keys: dict[str, str] = field(default_factory=dict)
    """Binding id to key."""


def read_config(path: Path | None = None) -> Config:
    """From a file (else `FRONTDESK_CONFIG`, else the user's config folder) and the environment.

    Raises BadInput where a file that was named is not there, or cannot be understood.
    """
    named = path or (Path(os.environ["FRONTDESK_CONFIG"]) if os.environ.get("FRONTDESK_CONFIG") else None)
    values = _read(named) if named else _read_default()
    for name, variable in ENVIRONMENT.items():
        if os.environ.get(variable):
            values[name] = os.environ[variable]
    for name, choices in (("theme", THEMES), ("glyphs", GLYPHS)):
        if values.get(name, choices[0]) not in choices:
            raise BadInput(name, Problem.NOT_A_CHOICE, str(values[name]), hint=", ".join(choices))
    for name in ("database", "theme", "glyphs"):
        if not isinstance(values.get(name, ""), str):
            raise BadInput(f"config: {name}", Problem.NOT_A_CHOICE, str(values[name]), hint="a text")
    keys = values.get("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise BadInput("config: keys", Problem.NOT_A_CHOICE, str(keys), hint='[keys] with lines such as new = "n"')
    known = {name: values[name] for name in Config.__dataclass_fields__ if name in values}
    return Config(**{"database": default_database(), **known})


def data_folder() -> Path:
    """Where demo, kits and samples lie: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def log_to_file() -> Path:
    """Send the log of faults to a file of the user's own; answers where that is."""
    from platformdirs import user_log_path

    path = user_log_path("frontdesk") / "frontdesk.log"
    log = logging.getLogger("frontdesk")
    if not log.handlers:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            log.addHandler(logging.FileHandler(path, encoding="utf-8", delay=True))
        except OSError:
            log.addHandler(logging.NullHandler())
    log.propagate = "PYTEST_CURRENT_TEST" in os.environ
    return path


def default_database() -> str:
    from platformdirs import user_data_path

    return str(user_data_path("frontdesk") / "practice.db")


def _read_default() -> dict[str, Any]:
    from platformdirs import user_config_path

    path = user_config_path("frontdesk") / "config.toml"
    return _read(path) if path.exists() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("config", Problem.NOT_A_FILE, str(path), hint=error.strerror or "") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("config", Problem.NOT_READABLE, str(path), hint=str(error)) from None


def write_private(path: Path, text: str) -> None:
    """Writes text with people's names in it: a new file is for this user alone. Raises OSError."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8", newline="")

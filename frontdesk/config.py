"""Machine facts: which database, which look, which mail server. A TOML file, and the environment, which wins."""

from __future__ import annotations

import base64
import os
import sys
from dataclasses import field
from pathlib import Path
from typing import Any

from frontdesk.core.domain.backups import Keep
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Hint, Problem, saying
from frontdesk.core.domain.machine import Limits, Security, Smtp
from frontdesk.core.domain.machine_settings import MACHINE_SETTINGS, ROWS, unknown_keys, variable
from frontdesk.core.domain.settings import Setting
from frontdesk.core.files import write_private
from frontdesk.core.parse.toml import TOMLDecodeError, tables

TEXTS = ("database", "theme", "glyphs", "language", "seal_key_file")
"""Keys outside of tables that are read."""
SMTP = tuple(row.key for row in ROWS if row.table == "smtp")

PORTS = {Security.IMPLICIT: 465, Security.STARTTLS: 587, Security.NONE: 25}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
CREDENTIAL = "smtp_password"
"""The password as a credential of the service manager (`CREDENTIALS_DIRECTORY`)."""
SEAL_KEY_BYTES = 32
AGE = "age1"
"""How public keys of age begin."""
MOST_COPIES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    database: str
    theme: str = "dark"
    glyphs: str = "unicode"
    language: str = ""
    """Of screens and commands; empty: the practice's."""
    smtp: Smtp | None = None
    """None: mails wait."""
    limits: Limits = Limits()
    backup_folder: Path = Path("backups")
    """Where copies go."""
    keep: Keep = Keep()
    backup_key: str = ""
    """The public key that copies are encrypted to; empty: none."""
    seal_key_file: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    """Binding id to key."""


def read_config(path: Path | None = None) -> Config:
    """From a file (else `FRONTDESK_CONFIG`, else the user's config folder) and the environment.

    Raises BadInput where a file that was named is not there, or cannot be understood.
    """
    named = path or (Path(os.environ["FRONTDESK_CONFIG"]) if os.environ.get("FRONTDESK_CONFIG") else None)
    values = _read(named) if named else _read_default()
    _require_known(values)
    for name in TEXTS:
        values |= {name: os.environ[variable(name)]} if os.environ.get(variable(name)) else {}
        choices = MACHINE_SETTINGS[name].choices
        if choices and values.get(name, choices[0]) not in choices:
            raise BadInput(name, Problem.NOT_A_CHOICE, str(values[name]), hint=", ".join(choices))
        if not isinstance(values.get(name, ""), str):
            raise BadInput(f"config: {name}", Problem.NOT_A_CHOICE, str(values[name]), hint="a text")
    keys = values.get("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise BadInput("config: keys", Problem.NOT_A_CHOICE, str(keys), hint='[keys] with lines such as new = "n"')
    values["smtp"] = _smtp(values.get("smtp", {}))
    values["limits"] = _limits(values.get("postgresql", {}))
    values |= _backup(values.get("backup", {}))
    known = {name: values[name] for name in Config.__dataclass_fields__ if name in values}
    return Config(**{"database": default_database(), "seal_key_file": str(_default_seal_key()), **known})


def _require_known(values: dict[str, Any]) -> None:
    """A key that nobody reads is a mistake that would go unseen. Raises BadInput with the nearest one there is."""
    for path in unknown_keys(values):
        table, _dot, key = path.rpartition(".")
        beside = [row.key for row in ROWS if row.table == table]
        beside += [] if table else list(dict.fromkeys(row.table for row in ROWS if row.table))
        import difflib  # only what is wrong waits for it

        near = difflib.get_close_matches(key, beside, n=1)
        raise BadInput(f"config: {path}", Problem.UNKNOWN, key, hint=near[0] if near else ", ".join(beside))


def read_seal_key(path: Path) -> bytes | None:
    """The machine's sealing key, None where there is none. Raises BadInput for a file that holds something else."""
    try:
        key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadInput("seal_key_file", Problem.NOT_READABLE, str(path), hint=str(error)) from None
    if len(key) != SEAL_KEY_BYTES:
        raise BadInput("seal_key_file", Problem.NOT_READABLE, str(path), hint="it holds no sealing key")
    return key


def make_seal_key(path: Path) -> None:
    """A new sealing key for this user alone, unless there is one. Raises BadInput where it cannot be kept."""
    try:
        if not path.exists():
            write_private({path: base64.b64encode(os.urandom(SEAL_KEY_BYTES)).decode() + "\n"}, anew=True)
    except FileExistsError:
        return
    except OSError as error:
        raise BadInput("seal_key_file", Problem.NOT_WRITABLE, str(path), hint=error.strerror or "") from None


def data_folder() -> Path:
    """Where demo, kits and samples lie: beside the package in a checkout, inside it in a wheel."""
    package = Path(__file__).parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def default_database() -> str:
    from platformdirs import user_data_path

    return str(user_data_path("frontdesk") / "practice.db")


def default_backups() -> str:
    from platformdirs import user_data_path

    return str(user_data_path("frontdesk") / "backups")


def _default_seal_key() -> Path:
    from platformdirs import user_config_path

    return user_config_path("frontdesk") / "seal.key"


def _smtp(given: Any) -> Smtp | None:
    """The mail server, None where none is named. Raises BadInput."""
    if not isinstance(given, dict):
        raise BadInput("config: smtp", Problem.NOT_A_CHOICE, str(given), hint='[smtp] with lines such as host = "…"')
    values = {name: os.environ.get(variable(f"smtp.{name}")) or given.get(name, "") for name in SMTP}
    if not values["host"]:
        return None
    host = str(values["host"])
    try:
        security = Security(values["security"] or Security.STARTTLS.value)
    except ValueError:
        choices = ", ".join(it.value for it in Security)
        raise BadInput("config: smtp.security", Problem.NOT_A_CHOICE, str(values["security"]), hint=choices) from None
    if security is Security.NONE and host not in LOOPBACK:
        hint = "none is only for this machine: localhost, 127.0.0.1 or ::1"
        raise BadInput("config: smtp.security", Problem.NOT_A_CHOICE, "none", hint=hint)
    try:
        port = int(values["port"] or PORTS[security])
    except ValueError:
        raise BadInput("config: smtp.port", Problem.NOT_A_NUMBER, str(values["port"])) from None
    if not 1 <= port <= 65535:
        raise BadInput("config: smtp.port", Problem.OUT_OF_RANGE, str(port), hint="1 to 65535")
    return Smtp(
        host=host,
        port=port,
        security=security,
        user=str(values["user"]),
        password=_password(str(values["password"]), str(values["password_file"])) if values["user"] else "",
        sender=str(values["from"]),
    )


def _limits(given: Any) -> Limits:
    """How long a PostgreSQL server may take. Raises BadInput."""
    if not isinstance(given, dict):
        raise BadInput("config: postgresql", Problem.NOT_A_CHOICE, str(given), hint="[postgresql] with numbers")
    return Limits(**{row.key: _number(row, given) for row in ROWS if row.table == "postgresql"})


def _backup(given: Any) -> dict[str, Any]:
    """Where copies go, how many stay, and for whose key they are. Raises BadInput."""
    if not isinstance(given, dict):
        raise BadInput("config: backup", Problem.NOT_A_CHOICE, str(given), hint="[backup] with lines such as folder")
    texts = {name: os.environ.get(variable(f"backup.{name}")) or given.get(name) for name in ("folder", "public_key")}
    kept = given.get("keep", {})
    if not isinstance(kept, dict) or not kept.keys() <= Keep.__dataclass_fields__.keys():
        hint: str | Hint = "keep = { hourly = 24, daily = 14, monthly = 12 }"
        raise BadInput("config: backup.keep", Problem.NOT_A_CHOICE, str(kept), hint=hint)
    for name, count in kept.items():
        if not isinstance(count, int) or not 0 <= count <= MOST_COPIES:
            hint = saying("{low} to {high}", low=0, high=MOST_COPIES)
            raise BadInput(f"config: backup.keep.{name}", Problem.OUT_OF_RANGE, str(count), hint=hint)
    return {
        "backup_folder": Path(str(texts["folder"] or default_backups())).expanduser(),
        "backup_key": public_key(str(texts["public_key"]), "config: backup.public_key")
        if texts["public_key"]
        else "",
        "keep": Keep(**kept),
    }


def public_key(given: str, field: str) -> str:
    """A public key of age, as it is or from a file that holds it. Raises BadInput."""
    if given.startswith(AGE):
        return given.strip()
    path = Path(given).expanduser()
    try:
        lines = path.read_text(encoding="ascii").split()
    except OSError as error:
        raise BadInput(field, Problem.NOT_A_FILE, given, hint=error.strerror or "") from None
    except UnicodeDecodeError:
        lines = []
    found = next((line for line in lines if line.startswith(AGE)), None)
    if found is None:
        raise BadInput(field, Problem.NOT_READABLE, given, hint="it holds no public key (age1…)")
    return found


def _number(row: Setting, given: dict[str, Any]) -> int:
    """From the environment, else as given, else the default. Raises BadInput."""
    value: Any = os.environ.get(variable(row.path)) or given.get(row.key, row.default)
    field = f"config: {row.path}"
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise BadInput(field, Problem.NOT_A_NUMBER, str(value)) from None
    low, high = row.low or 0, row.high or sys.maxsize
    if not low <= number <= high:
        raise BadInput(field, Problem.OUT_OF_RANGE, str(number), hint=saying("{low} to {high}", low=low, high=high))
    return number


def _password(given: str, file: str) -> str:
    """As given, else from a file, else a credential of the service manager."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    credential = Path(folder) / CREDENTIAL if folder else None
    if given or not (file or (credential is not None and credential.exists())):
        return given
    path = Path(file).expanduser() if file or credential is None else credential
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("config: smtp.password_file", Problem.NOT_READABLE, str(path), hint=str(error)) from None


def _read_default() -> dict[str, Any]:
    from platformdirs import user_config_path

    path = user_config_path("frontdesk") / "config.toml"
    return _read(path) if path.exists() else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tables(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("config", Problem.NOT_A_FILE, str(path), hint=error.strerror or "") from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("config", Problem.NOT_READABLE, str(path), hint=str(error)) from None

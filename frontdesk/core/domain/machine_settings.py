"""What a machine is told in its config file: one row a key; the environment wins."""

from __future__ import annotations

from frontdesk.core.domain.machine import Security
from frontdesk.core.domain.settings import Form, Part, Setting, Unit
from frontdesk.core.domain.text import later

ROWS = (
    Setting(path="database", form=Form.NAME, label=later("Database"),
            help=later("A file, or the URL of a PostgreSQL database.")),
    Setting(path="theme", form=Form.CHOICE, label=later("Look"), help=later("The colours of the screens."),
            default="dark", choices=("dark", "light", "contrast", "safe", "ansi")),
    Setting(path="glyphs", form=Form.CHOICE, label=later("Signs"), help=later("What the screens are drawn with."),
            default="unicode", choices=("unicode", "ascii")),
    Setting(path="language", form=Form.NAME, label=later("Language"),
            help=later("Of screens and commands here; empty: the practice's."), default=""),
    Setting(path="seal_key_file", form=Form.NAME, label=later("Sealing key"),
            help=later("Where the key lies that seals the links in mails that wait.")),
    Setting(path="print_command", form=Form.NAME, label=later("Print command"),
            help=later("What the day sheet is handed to."), default="", part=Part.DAY_SHEET),
    Setting(path="keys", form=Form.WORDS, label=later("Keys"), help=later("What a key does, by the id of its verb."),
            default={}),
    Setting(path="smtp.host", form=Form.NAME, label=later("Host"), help=later("The mail server; none: mails wait."),
            default=""),
    Setting(path="smtp.port", form=Form.NUMBER, label=later("Port"),
            help=later("If other than the usual one of its security."), low=1, high=65535),
    Setting(path="smtp.security", form=Form.CHOICE, label=later("Security"),
            help=later("How the connection is encrypted; none only on this machine."), default="starttls",
            choices=tuple(it.value for it in Security)),
    Setting(path="smtp.user", form=Form.NAME, label=later("User"), help=later("Who signs in; empty: nobody does."),
            default=""),
    Setting(path="smtp.password", form=Form.NAME, label=later("Password"), help=later("Better in a file of its own."),
            default=""),
    Setting(path="smtp.password_file", form=Form.NAME, label=later("Password file"),
            help=later("A file that holds nothing but the password."), default=""),
    Setting(path="smtp.from", form=Form.NAME, label=later("From"),
            help=later("The address mails are sent from; empty: the practice's."), default=""),
    Setting(path="backup.folder", form=Form.NAME, label=later("Backup folder"),
            help=later("Where copies of the database are kept; better on another disk.")),
    Setting(path="backup.keep", form=Form.TABLE, label=later("Kept"),
            help=later("How many hourly, daily and monthly copies stay."),
            default={"hourly": 24, "daily": 14, "monthly": 12}),
    Setting(path="backup.public_key", form=Form.NAME, label=later("Public key"),
            help=later("Copies are encrypted to it: age1…, or a file with it; the private half lies elsewhere."),
            default=""),
    Setting(path="postgresql.connect", form=Form.NUMBER, label=later("Connect"),
            help=later("How long to wait for the server."), default=5, low=1, high=600, unit=Unit.SECONDS),
    Setting(path="postgresql.statement", form=Form.NUMBER, label=later("Statement"),
            help=later("How long one question may take."), default=60, low=1, high=3600, unit=Unit.SECONDS),
    Setting(path="postgresql.idle", form=Form.NUMBER, label=later("Idle"),
            help=later("How long a change may stand still before it is given up."), default=10, low=1, high=3600,
            unit=Unit.SECONDS),
)  # fmt: skip

MACHINE_SETTINGS: dict[str, Setting] = {row.path: row for row in ROWS}


def unknown_keys(values: dict[str, object]) -> tuple[str, ...]:
    """Keys and tables of a config file that no row names, by path; what a table is said to be, its reader judges."""
    tables = {row.table for row in ROWS if row.table}
    paths: list[str] = []
    for name, value in values.items():
        if isinstance(value, dict) and name in tables:
            paths += [f"{name}.{key}" for key in value]
        elif name not in tables:
            paths.append(name)
    return tuple(path for path in paths if path not in MACHINE_SETTINGS)


def variable(path: str) -> str:
    """The variable of the environment that wins over a key."""
    return "FRONTDESK_" + path.replace(".", "_").upper()

"""What the core is told by the machine it runs on; the desk gets it by constructor."""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from frontdesk.core.domain.dataclass import dataclass


class Security(Enum):
    """How a connection to the mail server is kept from others; never what the server happens to offer."""

    IMPLICIT = "implicit"
    """TLS from the first byte (port 465)."""
    STARTTLS = "starttls"
    """Plain first, then TLS or nothing (port 587)."""
    NONE = "none"
    """Only to a server on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """The mail server of this machine."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    """The address mails come from; empty: the practice's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, in seconds, a PostgreSQL server may take."""

    connect: int = 5
    statement: int = 60
    """For one question."""
    idle: int = 10
    """How long a change may stand still before the server gives it up: so long others wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    terminal: str = ""
    """Names this run of the program: undo's "this session", and who changed what from where."""
    smtp: Smtp | None = None
    """None: mails wait."""
    keeps_everything: bool = False
    """Nothing leaves: neither mails nor webhooks."""
    seal_key: bytes | None = field(default=None, repr=False)
    """Covers the secrets in mails that wait; the same on all machines of one database."""
    seal_key_file: str = ""
    """Where it belongs, to be named where it is missing."""
    limits: Limits = Limits()

"""A letter as it goes over the wire: one MIME message.

Whatever came from outside stands in headers only as `email.headerregistry` folds it, and in bodies as base64: no line
of it can end a header or a part. The frame is written by hand, for `EmailMessage` takes longer than the sending.
"""

from __future__ import annotations

import base64
import re
import secrets
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import formatdate
from functools import lru_cache

from frontdesk.core.domain.mails import Mail, MailKind
from frontdesk.core.domain.text import clean_line
from frontdesk.core.domain.times import Instant

_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,4}")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")


def message(mail: Mail, *, text: str, html: str, sender: str, sender_name: str, reply_to: str, at: Instant) -> bytes:
    """Text, HTML and the calendar file of one mail. Raises ValueError for an address that is none."""
    headers = [
        _person("From", sender_name, sender),
        _person("To", mail.name, mail.recipient),
        _folded("Subject", clean_line(mail.letter.subject, limit=200)),
        f"Date: {formatdate(at)}\r\n",
        *(f"{name}: {_id(value)}\r\n" for name, value in _ids(mail)),
    ]
    if reply_to and reply_to != sender:
        headers.append(_person("Reply-To", sender_name, reply_to))
    if mail.kind is not MailKind.MESSAGE:
        headers.append("Auto-Submitted: auto-generated\r\n")
    read = mail.letter
    versions = [_part("text/plain; charset=utf-8", text)]
    if html:
        versions.append(_part("text/html; charset=utf-8", html))
    if read.calendar:
        versions.append(_part(f"text/calendar; charset=utf-8; method={_method(read.method)}", read.calendar))
    body = _together("alternative", versions)
    if read.calendar:
        name = "cancelled.ics" if read.method == "CANCEL" else "appointment.ics"
        file = _part(f'application/ics; name="{name}"', read.calendar, f'attachment; filename="{name}"')
        body = _together("mixed", [body, file])
    return ("".join(headers) + "MIME-Version: 1.0\r\n" + body).encode("ascii")


def _ids(mail: Mail) -> tuple[tuple[str, str], ...]:
    return ("Message-ID", mail.message_id), ("In-Reply-To", mail.thread), ("References", mail.thread)


def _id(value: str) -> str:
    """Made here, of letters and digits; anything else is a fault. Raises ValueError."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(value)
    return value


def _method(method: str) -> str:
    return "CANCEL" if method == "CANCEL" else "REQUEST"


def _part(kind: str, content: str, disposition: str = "") -> str:
    told = base64.encodebytes(content.encode()).decode("ascii").replace("\n", "\r\n")
    where = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{where}\r\n{told}"


def _together(how: str, parts: list[str]) -> str:
    """Base64 has no such boundary in it."""
    boundary = f"=_{secrets.token_hex(16)}"
    inside = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{how}; boundary="{boundary}"\r\n\r\n{inside}--{boundary}--\r\n'


@lru_cache(maxsize=256)
def _person(header: str, name: str, email: str) -> str:
    """Raises ValueError."""
    name = clean_line(name)
    if len(name) + len(email) < 64 and _PLAIN_NAME.fullmatch(name) and _PLAIN_ADDRESS.fullmatch(email):
        return f"{header}: {name} <{email}>\r\n"  # what folding would make of it, without its cost
    local, _at, domain = email.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise ValueError(email) from None
    return _folded(header, str(Address(name, local, domain)))


def _folded(header: str, value: str) -> str:
    return str(SMTP.header_factory(header, value).fold(policy=SMTP))

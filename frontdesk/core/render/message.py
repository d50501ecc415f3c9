"""A letter as it goes over the wire: one MIME message.

Whatever came from outside stands in headers only as encoded words, and in bodies as base64: no line of it can end a
header or a part. (`email.headerregistry` decodes what looks like an encoded word in a name, line ends and all.) The
frame is written by hand, for `EmailMessage` takes longer than the sending.
"""

from __future__ import annotations

import base64
import re
import secrets
from email.charset import BASE64, Charset
from email.header import Header
from email.utils import formatdate
from functools import lru_cache

from frontdesk.core.domain.outbox import Mail
from frontdesk.core.domain.text import clean_line
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.told import MailKind

FILE_NAMES = {"REQUEST": "appointment.ics", "CANCEL": "cancelled.ics", "": "appointments.ics"}
"""By method."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+){0,4}")
_PLAIN_TEXT = re.compile(r"[A-Za-z0-9 .,:;()/+-]*")
_WORDS = Charset("utf-8")
_WORDS.header_encoding = BASE64  # the shorter of the two encodings is found by trying both, letter by letter
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.?[A-Za-z0-9])*")
_LOOSE_END = re.compile(r"[\r\n](?![\n ])|(?<!\r)\n|[^\x20-\x7e\r\n]")
"""A line that would end the header, or a sign that is none of a header's."""


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
        versions.append(_part(f"text/calendar; charset=utf-8{_method(read.method)}", read.calendar))
    body = _together("alternative", versions)
    if read.calendar:
        name = FILE_NAMES[read.method]
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
    """As the file says it; a file of several events has none."""
    return f"; method={method}" if method else ""


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
    name, address = clean_line(name), wire_address(email)
    if len(name) + len(address) < 64 and _PLAIN_NAME.fullmatch(name):
        return f"{header}: {name} <{address}>\r\n"
    said = _encoded(header, name)
    return f"{said}\r\n <{address}>\r\n" if said else f"{header}: {address}\r\n"


def wire_address(email: str) -> str:
    """An address as it stands in envelopes and headers, its domain in ASCII. Raises ValueError for what is none."""
    local, _at, domain = email.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise ValueError(email) from None
    if not _ADDRESS.fullmatch(address):
        raise ValueError(email)
    return address


def _folded(header: str, value: str) -> str:
    if len(header) + len(value) < 74 and _PLAIN_TEXT.fullmatch(value):
        return f"{header}: {value}\r\n"
    return f"{_encoded(header, value)}\r\n"


def _encoded(header: str, value: str) -> str:
    """As encoded words, all of it: what looks like one in the value is text too, and decodes to itself."""
    if not value:
        return ""
    told = Header(value, _WORDS, header_name=header, maxlinelen=76).encode(linesep="\r\n")
    line = f"{header}: {told}"
    if _LOOSE_END.search(line):
        raise ValueError(header)
    return line

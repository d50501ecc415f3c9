"""Mail servers to deliver to: one that takes everything, and one that fails in every way it can."""

from __future__ import annotations

import asyncio
import datetime
import email
import email.policy
import random
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Inbox:
    """What a server accepted, in order; and what it did to whom."""

    raw: list[bytes] = field(default_factory=list)
    faults: int = 0
    ambiguous: int = 0
    """Accepted, and the connection cut before the answer."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def messages(self) -> list[EmailMessage]:
        return [parsed(it) for it in self.raw]


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


class Plain:
    """Takes everything."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        with self.inbox.lock:
            self.inbox.raw.append(envelope.content)
        return "250 taken"


class Answers(Plain):
    """Answers one command as it is told, and takes everything else."""

    def __init__(self, inbox: Inbox, **answers: str) -> None:
        super().__init__(inbox)
        self.answers = answers

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get("RCPT")
        if answer is not None and address.startswith(self.answers.get("to", "")):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        return await super().handle_DATA(server, session, envelope)


class Moody(Plain):
    """Fails a part of its sessions: 4xx at each step, cut before and after it accepted, silent."""

    def __init__(self, inbox: Inbox, share: float, seed: int) -> None:
        super().__init__(inbox)
        self.share, self.random = share, random.Random(seed)

    def _mood(self) -> str:
        if self.random.random() >= self.share:
            return ""
        with self.inbox.lock:
            self.inbox.faults += 1
        return self.random.choice(("later", "cut", "accepted and cut", "rcpt"))

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        session.mood = self._mood()  # type: ignore[attr-defined]
        if session.mood == "rcpt":  # type: ignore[attr-defined]
            return "451 not now"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mood = session.mood  # type: ignore[attr-defined]
        if mood == "later":
            return "452 full for a while"
        if mood == "cut":
            _cut(server)
            return "421 gone"
        answer = await super().handle_DATA(server, session, envelope)
        if mood == "accepted and cut":
            with self.inbox.lock:
                self.inbox.ambiguous += 1
            _cut(server)
        return answer


class Silent(Plain):
    """Never answers a text."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(30)
        return "250 too late"


class Slow(Plain):
    """Takes its time over each answer."""

    def __init__(self, inbox: Inbox, seconds: float) -> None:
        super().__init__(inbox)
        self.seconds = seconds

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.seconds)
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.seconds)
        envelope.rcpt_tos.append(address)
        return "250 ok"


def _cut(server: SMTP) -> None:
    transport: Any = server.transport
    transport.abort()


@contextmanager
def serving(handler: Any, port: int = 0, **options: Any) -> Iterator[int]:
    """A server on loopback in a thread of its own; gives its port."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    found: list[int] = []
    tls = options.pop("implicit_tls", None)

    async def start() -> Any:
        server = await loop.create_server(
            lambda: SMTP(handler, hostname="test", loop=loop, **options), "127.0.0.1", port, ssl=tls
        )
        found.append(server.sockets[0].getsockname()[1])
        ready.set()
        return server

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(lambda *_: None)
        server = loop.run_until_complete(start())
        loop.run_forever()
        server.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def authenticator(user: str, password: str) -> Callable[..., AuthResult]:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        ok = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=ok, handled=False)

    return check


@dataclass(frozen=True)
class Certificates:
    """Certificates for `localhost`: a good one, and what is wrong with each of the others."""

    folder: Path

    def make(self, name: str, host: str, *, expired: bool = False) -> ssl.SSLContext:
        """A server's context with a certificate for this host, signed by itself."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        now = datetime.datetime.now(datetime.UTC)
        begins, ends = (now - datetime.timedelta(days=20), now + datetime.timedelta(days=20))
        if expired:
            ends = now - datetime.timedelta(days=10)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        certificate, private = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, private)
        return context

    def trusting(self, name: str) -> ssl.SSLContext:
        """A client's context that trusts this certificate, and checks the name."""
        return ssl.create_default_context(cafile=str(self.folder / f"{name}.pem"))

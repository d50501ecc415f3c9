"""The only SMTP: take the mail that is due, send it, say what became of it, take the next.

A mail is marked after it was accepted, and before the text of the next one goes out. So a worker that dies leaves at
most one mail that may arrive twice, with the same Message-ID, and none that is lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from frontdesk.core.asks.door import Door
from frontdesk.core.asks.mails import CountReminders, Leased, NextDue, Report, ReportMail, TakeMails, WriteReminders
from frontdesk.core.asks.upkeep import ReportDuty
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.errors import DeskError
from frontdesk.core.domain.machine import Security, Smtp
from frontdesk.core.domain.outbox import (
    SMTP_TIMEOUT,
    Attempt,
    DeliveryTrouble,
    Ending,
    Mail,
    MailId,
    QueueFault,
    Trouble,
    Webhook,
)
from frontdesk.core.domain.text import clean_line
from frontdesk.core.render.message import message, wire_address
from frontdesk.core.webhooks import post

if TYPE_CHECKING:
    from aiosmtplib import SMTP

log = logging.getLogger("frontdesk.sender")
T = TypeVar("T")

POLL = 2.0
"""Seconds between two looks at the queue."""
REMIND_AFTER, REMIND_EVERY = 5.0, 30.0
"""Seconds after the start, and between two looks at the reminders."""
BATCH = 32
"""Mails that are leased at once; those of a worker that dies wait for the end of its lease."""
FRESH = 2.0
"""Seconds for which leased mails count as looked at just now; what is left then is asked about again."""
TAKEN = frozenset({250, 251})
"""Codes that accept a sender or a recipient (RFC 5321)."""
SIGN_IN = frozenset({530, 534, 535, 538})
"""Codes that speak of who we are, not of the mail (RFC 4954)."""


SIGN_OF_LIFE = 60.0
"""Seconds after which a worker says again that it is there."""


class Sender:
    """One worker, in a loop of its own; any number may run, on any number of machines."""

    def __init__(
        self,
        door: Door,
        smtp: Smtp | None,
        clock: Callable[[], int],
        context: ssl.SSLContext | None = None,
        timeout: float = SMTP_TIMEOUT,
    ) -> None:
        self._door = door
        self._smtp = smtp
        self._clock = clock
        self._context = context
        self._timeout = timeout
        self._client: SMTP | None = None
        self.sent = 0

    async def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; a fault of one pass never ends the next."""
        remind_at, alive_at = time.monotonic() + REMIND_AFTER, 0.0
        while not stop.is_set():
            try:
                if time.monotonic() >= remind_at:
                    remind_at = time.monotonic() + REMIND_EVERY
                    self.remind()
                if self._is_due():
                    await self.deliver(stop)
                if time.monotonic() >= alive_at:
                    alive_at = time.monotonic() + SIGN_OF_LIFE
                    self._door.do(ReportDuty(duty=Duty.DELIVER))
            except DeskError as error:
                log.warning("the outbox waits: %s", type(error).__name__)
            except Exception:
                log.exception("fault while delivering")
            await asyncio.to_thread(stop.wait, POLL)

    def remind(self) -> int:
        """Queue the reminders that are due; answers how many. A look comes first: mostly there are none."""
        return self._door.do(WriteReminders()) if self._door.see(CountReminders()) else 0

    async def deliver(self, stop: threading.Event | None = None, only: MailId | None = None) -> int:
        """Send everything that is due now, or `only` one mail, over one connection; answers how many were accepted.

        While the server reads a mail's envelope, the one before it is marked; the text goes out only after that. So
        at any moment one mail at most is accepted and not yet marked. While it takes a text, the next is written.
        """
        before = self.sent
        waiting: deque[Leased] = deque()
        nobody = False  # is there: the next mail would fare no better
        raw: bytes | Ending = b""  # of the first that waits
        report: Report | None = None  # of the last that went

        def write_first() -> None:
            nonlocal raw
            raw = self._written(waiting[0]) if waiting else b""

        def mark_last() -> None:
            nonlocal report
            self._mark(report)
            report = None

        try:
            while not _is_over(stop) and (taken := self._door.do(TakeMails(limit=BATCH, only=only))):
                waiting.extend(taken)
                write_first()
                begun = time.monotonic()
                while waiting and time.monotonic() - begun < FRESH and self._is_ours(waiting[0]):
                    if _is_over(stop):
                        break
                    ending = await _meanwhile(self._envelope(waiting[0]), mark_last)
                    current, text = waiting.popleft(), raw
                    if ending is None:
                        ending = await _meanwhile(self._text(current, text), write_first)
                    else:
                        write_first()
                    report = _report_of(current, ending)
                    self.sent += ending.outcome is Attempt.SENT
                    if ending.outcome is Attempt.QUEUE_FAULT or not ending.connected:
                        await self._hang_up()
                        if ending.outcome in (Attempt.QUEUE_FAULT, Attempt.LATER) and _is_mail(current):
                            nobody = True
                            self._give_back(waiting, only=_is_mail)
                            write_first()
                mark_last()
                self._give_back(waiting)
                if nobody:
                    break
            return self.sent - before
        finally:
            try:
                mark_last()
                self._give_back(waiting)
            finally:
                await self._hang_up()

    def _mark(self, report: Report | None) -> None:
        if report is not None:
            self._door.do(ReportMail(report=report))

    def _give_back(self, waiting: deque[Leased], only: Callable[[Leased], bool] = lambda _: True) -> None:
        """What was leased and not tried goes back into the queue."""
        for leased in [it for it in waiting if only(it)]:
            waiting.remove(leased)
            self._mark(_report_of(leased, Ending(Attempt.UNTRIED)))

    def _is_ours(self, leased: Leased) -> bool:
        """Whether the lease outlasts the attempt; a machine that slept wakes up without it."""
        ends = leased.owed.delivery.leased_until
        return ends is not None and self._clock() + 2 * self._timeout < ends

    def _written(self, leased: Leased) -> bytes | Ending:
        if isinstance(leased.owed, Webhook):
            return b""
        try:
            return message(
                leased.owed,
                text=leased.text,
                html=leased.html,
                sender=leased.sender,
                sender_name=leased.sender_name,
                reply_to=leased.reply_to,
                at=self._clock(),
            )
        except (ValueError, UnicodeError) as error:
            return _ended(Attempt.REFUSED, DeliveryTrouble.BAD_ADDRESS, error)
        except Exception as fault:
            log.exception("fault while writing a mail")
            return _ended(Attempt.LATER, DeliveryTrouble.FAULT, type(fault).__name__)

    def _is_due(self) -> bool:
        at = self._door.see(NextDue(by_mail=self._smtp is not None))
        return at is not None and at <= self._clock()

    async def _envelope(self, leased: Leased) -> Ending | None:
        """A connection, who writes and to whom; None where the text may follow. A fault is this mail's alone.

        All of it has one timeout, and the text another: together they are shorter than the lease.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._announce(leased)
        except TimeoutError:
            return _ended(Attempt.LATER, DeliveryTrouble.TOO_SLOW, connected=False)
        except Exception as fault:
            log.exception("fault before a mail")
            return _ended(Attempt.LATER, DeliveryTrouble.FAULT, type(fault).__name__, connected=False)

    async def _text(self, leased: Leased, raw: bytes | Ending) -> Ending:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._hand_over(leased, raw)
        except TimeoutError:
            return _ended(Attempt.UNKNOWN, DeliveryTrouble.TOO_SLOW, connected=False)
        except Exception as fault:
            log.exception("fault while handing over a mail")
            return _ended(Attempt.UNKNOWN, DeliveryTrouble.FAULT, type(fault).__name__, connected=False)

    async def _announce(self, leased: Leased) -> Ending | None:
        if isinstance(leased.owed, Webhook):
            return None
        if not leased.sender:
            return _ended(Attempt.QUEUE_FAULT, QueueFault.NO_SENDER)
        if self._client is None:
            ending = await self._connect()
            if ending is not None:
                return ending
        assert self._client is not None
        return await _announced(self._client, leased.sender, leased.mail.address)

    async def _hand_over(self, leased: Leased, raw: bytes | Ending) -> Ending:
        if isinstance(leased.owed, Webhook):
            return await asyncio.to_thread(post, leased, self._clock())
        assert self._client is not None
        if isinstance(raw, Ending):
            return await _after_refusal(self._client, raw)
        return await _handed_over(self._client, raw)

    async def _connect(self) -> Ending | None:
        """A connection, signed in; or why there is none."""
        import aiosmtplib

        assert self._smtp is not None
        smtp = self._smtp
        client = aiosmtplib.SMTP(
            hostname=smtp.host,
            port=smtp.port,
            timeout=self._timeout,
            local_hostname=socket.gethostname() or "localhost",
            use_tls=smtp.security is Security.IMPLICIT,
            start_tls=smtp.security is Security.STARTTLS,  # required: None would take what the server offers
            tls_context=None if smtp.security is Security.NONE else self._context or ssl.create_default_context(),
        )
        self._client = client  # so that it is closed however this ends
        try:
            await client.connect()
            await _greet(client)
            if smtp.user:
                await client.login(smtp.user, smtp.password)
        except aiosmtplib.SMTPAuthenticationError as error:
            client.close()
            return _ended(Attempt.QUEUE_FAULT, QueueFault.SIGN_IN, error, connected=False)
        except aiosmtplib.SMTPNotSupported as error:
            client.close()
            return _ended(Attempt.QUEUE_FAULT, QueueFault.UNSUPPORTED, error, connected=False)
        except (ssl.SSLError, ssl.CertificateError) as error:
            client.close()
            return _ended(Attempt.QUEUE_FAULT, QueueFault.TLS, error, connected=False)
        except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
            client.close()
            if isinstance(error.__cause__, ssl.SSLError) or "STARTTLS" in str(error):
                return _ended(Attempt.QUEUE_FAULT, QueueFault.TLS, error, connected=False)
            if getattr(error, "code", None) in SIGN_IN:
                return _ended(Attempt.QUEUE_FAULT, QueueFault.SIGN_IN, error, connected=False)
            return _ended(
                Attempt.LATER, DeliveryTrouble.NO_CONNECTION, f"{smtp.host}: {_said(error)}", connected=False
            )
        return None

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.quit(), 5)
            client.close()


async def _meanwhile(conversation: Coroutine[Any, Any, T], work: Callable[[], None]) -> T:
    """Talk to the server, and work while it reads the first line. What the work raises is raised here."""
    done = asyncio.get_running_loop().create_future()

    def begin() -> None:
        try:
            work()
        except Exception as error:
            done.set_exception(error)
        else:
            done.set_result(None)

    asyncio.get_running_loop().call_soon(begin)  # the first line is on the way by then
    try:
        return await conversation
    finally:
        await done


def _report_of(leased: Leased, ending: Ending) -> Report:
    return Report(
        mail=leased.owed.id,
        lease=leased.owed.delivery.lease,
        outcome=ending.outcome,
        trouble=ending.trouble,
        under_fault=leased.under_fault,
    )


def _ended(
    outcome: Attempt, kind: DeliveryTrouble | QueueFault, said: object = "", *, connected: bool = True
) -> Ending:
    """What others say comes from outside, and is kept as one line."""
    detail = _said(said) if isinstance(said, BaseException) else str(said)
    return Ending(outcome, Trouble(kind, clean_line(detail, 300)), connected)


def _is_mail(leased: Leased) -> bool:
    return isinstance(leased.owed, Mail)


def _is_over(stop: threading.Event | None) -> bool:
    return stop is not None and stop.is_set()


async def _greet(client: SMTP) -> None:
    """By EHLO, or as servers of long ago want it. Raises SMTPHeloError."""
    import aiosmtplib

    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


async def _announced(client: SMTP, sender: str, recipient: str) -> Ending | None:
    """Who writes to whom, over an open connection."""
    import aiosmtplib

    try:
        sender = wire_address(sender)
    except ValueError:
        return _ended(Attempt.QUEUE_FAULT, QueueFault.NO_SENDER, sender)
    try:
        recipient = wire_address(recipient)
    except ValueError:
        return _ended(Attempt.REFUSED, DeliveryTrouble.BAD_ADDRESS, recipient)
    for step, line in (("MAIL", f"FROM:<{sender}>"), ("RCPT", f"TO:<{recipient}>")):
        try:
            answer = await client.execute_command(step.encode(), line.encode())
        except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
            return _ended(Attempt.LATER, DeliveryTrouble.LOST, error, connected=False)
        if answer.code not in TAKEN:
            return await _after_refusal(client, _refusal(step, answer.code, answer.message))
    return None


async def _handed_over(client: SMTP, raw: bytes) -> Ending:
    """The text itself: from here on a lost connection leaves everybody in the dark."""
    import aiosmtplib

    try:
        await client.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        return await _after_refusal(client, _refusal("DATA", error.code, error.message))
    except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
        return _ended(Attempt.UNKNOWN, DeliveryTrouble.LOST, error, connected=False)
    return Ending(Attempt.SENT)


def _refusal(step: str, code: int, said: str) -> Ending:
    """What an answer of the server means for the mail, or for all of them."""
    detail = f"{code} {said}"
    if code in SIGN_IN:
        return _ended(Attempt.QUEUE_FAULT, QueueFault.SIGN_IN, detail)
    if step == "MAIL" and 500 <= code < 600 and code != 552:
        return _ended(Attempt.QUEUE_FAULT, QueueFault.SENDER_REFUSED, detail)  # who sends is wrong, not the mail
    if 500 <= code < 600:
        return _ended(Attempt.REFUSED, DeliveryTrouble.REFUSED, detail)
    return _ended(Attempt.LATER, DeliveryTrouble.PUT_OFF, detail)


async def _after_refusal(client: SMTP, ending: Ending) -> Ending:
    """The session begins anew for the next mail, if the server is still there."""
    try:
        await asyncio.wait_for(client.rset(), 5)
    except Exception:
        client.close()
        return replace(ending, connected=False)
    return ending


def _said(error: BaseException) -> str:
    return str(getattr(error, "message", "") or error or type(error).__name__)

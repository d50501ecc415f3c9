"""Webhooks: a signed POST to an address the practice chose, under the same discipline as mails."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import urllib.error
import urllib.request

from frontdesk.core.asks.mails import Leased
from frontdesk.core.domain.outbox import Attempt, DeliveryTrouble, Ending, Trouble
from frontdesk.core.domain.text import clean_line
from frontdesk.core.domain.times import Instant

TIMEOUT = 20
SIGNATURE = "Frontdesk-Signature"
"""`t=<unix time>,v1=<hex of HMAC-SHA256 over "<unix time>.<body>">`: the receiver checks both."""


def post(leased: Leased, at: Instant) -> Ending:
    """One attempt. What is answered with 2xx arrived; 4xx but 408, 425 and 429 is refused for good."""
    hook, data = leased.owed, leased.text.encode()
    request = urllib.request.Request(
        hook.recipient,
        data=data,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": "frontdesk",
            "Idempotency-Key": hook.message_id.strip("<>"),
            SIGNATURE: signature(leased.signing, data, at),
        },
    )
    secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(_NoRedirect(), secure)
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        later = error.code >= 500 or error.code in (408, 425, 429)
        said = f"{error.code} {error.reason}"
        if later:
            return _ended(Attempt.LATER, DeliveryTrouble.PUT_OFF, said)
        return _ended(Attempt.REFUSED, DeliveryTrouble.REFUSED, said)
    except TimeoutError:
        return _ended(Attempt.UNKNOWN, DeliveryTrouble.TOO_SLOW)
    except http.client.InvalidURL as error:
        return _ended(Attempt.REFUSED, DeliveryTrouble.BAD_ADDRESS, error)
    except (OSError, ValueError, http.client.HTTPException) as error:
        return _ended(Attempt.LATER, DeliveryTrouble.NO_CONNECTION, getattr(error, "reason", error))
    return Ending(Attempt.SENT)


def _ended(outcome: Attempt, kind: DeliveryTrouble, said: object = "") -> Ending:
    return Ending(outcome, Trouble(kind, clean_line(str(said), 300)))


def signature(secret: str, data: bytes, at: Instant) -> str:
    signed = hmac.new(secret.encode(), f"{at}.".encode() + data, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is sent to one address is never carried to another."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None

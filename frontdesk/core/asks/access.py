"""Asks of clients who sign in; only the portal asks them, for whoever stands at its door."""

from __future__ import annotations

from dataclasses import field

from frontdesk.core.asks.door import Ask
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAccessCode(Ask[None]):
    """Mail a code to an address, if it is a client's; the answer is the same for every address. Raises BadInput.

    One code lives for an address and a browser: a stranger who asks kills nobody's code. Records nothing.
    """

    needs = Permission.SIGN_IN
    address: str
    browser: str
    """What the portal knows a browser by; only there the code works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterAccessCode(Ask[tuple[ClientId, ...]]):
    """The clients of that address, where the code is right; else nobody, and one try is gone. Records nothing."""

    needs = Permission.SIGN_IN
    address: str
    browser: str
    code: str = field(repr=False)

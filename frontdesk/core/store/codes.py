"""Access codes: only a keyed digest of each is kept, for one address in one browser.

The key is the machine's, not the database's: who reads the database, or a backup, cannot try codes against it. And it
takes no time: a password hash in a write transaction would let whoever guesses hold up the desk.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence

from frontdesk.core.domain.access import CODE_LENGTH, CODE_SIGNS, CODE_TRIES, MAILS_WITHIN
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.store import seals
from frontdesk.core.store.look import Tx

_LATELY = "SELECT count(*) FROM access_code WHERE address = :address AND made_at > :since"
_LIVE = (
    "SELECT id, digest FROM access_code WHERE address = :address AND browser = :browser AND expires_at > :now"
    f" AND tries < {CODE_TRIES} ORDER BY id DESC LIMIT 1 FOR UPDATE"
)
_END = f"UPDATE access_code SET tries = {CODE_TRIES} WHERE address = :address AND browser = :browser"


@dataclass(frozen=True, slots=True)
class LiveCode:
    """One that may still be entered."""

    id: int
    digest: str


def asked_lately(tx: Tx, address: str) -> int:
    """How many codes an address was sent, or would have been, within the last minutes."""
    return int(tx.connection.execute(_LATELY, {"address": address, "since": tx.now - MAILS_WITHIN}).scalar_one())


def issue(tx: Tx, address: str, browser: str, expires_at: Instant) -> tuple[int, str]:
    """A new code, with its number; the one before, of the same address and browser, opens nothing any more.

    Raises StoreUnusable where there is no sealing key, or another one, whoever the address belongs to.
    """
    tx.connection.execute("DELETE FROM access_code WHERE expires_at < :before", {"before": tx.now - DAY})
    tx.connection.execute(_END, {"address": address, "browser": browser})
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    row = {
        "address": address,
        "browser": browser,
        "digest": _digest(tx, address, browser, code),
        "made_at": tx.now,
        "expires_at": expires_at,
        "tries": 0,
    }
    return tx.connection.insert("access_code", row), code


def live(tx: Tx, address: str, browser: str) -> LiveCode | None:
    """The code that may be entered there now, locked."""
    row = tx.connection.execute(_LIVE, {"address": address, "browser": browser, "now": tx.now}).first()
    return None if row is None else LiveCode(row.id, row.digest)


def fits(tx: Tx, code: LiveCode | None, address: str, browser: str, typed: str) -> bool:
    """Whether it is this one; where there is none the answer takes as long. Raises StoreUnusable as `issue` does."""
    kept = code.digest if code is not None else ""
    return hmac.compare_digest(kept, _digest(tx, address, browser, typed))


def miss(tx: Tx, code: LiveCode) -> None:
    """One try is gone."""
    tx.connection.execute("UPDATE access_code SET tries = tries + 1 WHERE id = :id", {"id": code.id})


def spend(tx: Tx, code: LiveCode) -> None:
    """It was entered: it opens nothing any more."""
    tx.connection.update("access_code", code.id, {"tries": CODE_TRIES})


def _digest(tx: Tx, address: str, browser: str, code: str) -> str:
    return seals.mark(tx, "access code", json.dumps([address, browser, code]))


def forget_of(tx: Tx, addresses: Sequence[str]) -> None:
    """No code that was mailed to these opens anything."""
    tx.connection.execute("DELETE FROM access_code WHERE address IN :these", {"these": addresses})


def forget_all(tx: Tx) -> None:
    """None of them lets anybody in any more."""
    tx.connection.execute("DELETE FROM access_code")

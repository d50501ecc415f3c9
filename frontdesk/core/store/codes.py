"""Access codes: only a keyed digest of each is kept, for one address in one browser.

The key is the machine's, not the database's: who reads the database, or a backup, cannot try codes against it. And it
takes no time: a password hash in a write transaction would let whoever guesses hold up the desk.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import col

from frontdesk.core.domain.access import CODE_LENGTH, CODE_SIGNS, CODE_TRIES, MAILS_WITHIN
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.store import rows, seals
from frontdesk.core.store.look import Tx

_c = rows.AccessCode


@dataclass(frozen=True, slots=True)
class LiveCode:
    """One that may still be entered."""

    id: int
    digest: str


def asked_lately(tx: Tx, address: str) -> int:
    """How many codes an address was sent, or would have been, within the last minutes."""
    lately = select(func.count()).where(col(_c.address) == address, col(_c.made_at) > tx.now - MAILS_WITHIN)
    return int(tx.connection.execute(lately).scalar_one())


def issue(tx: Tx, address: str, browser: str, expires_at: Instant) -> tuple[int, str]:
    """A new code, with its number; the one before, of the same address and browser, opens nothing any more.

    Raises StoreUnusable where there is no sealing key, or another one, whoever the address belongs to.
    """
    tx.connection.execute(delete(rows.AccessCode).where(col(_c.expires_at) < tx.now - DAY))
    _end(tx, address, browser)
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    row = {
        "address": address,
        "browser": browser,
        "digest": _digest(tx, address, browser, code),
        "made_at": tx.now,
        "expires_at": expires_at,
        "tries": 0,
    }
    id_ = tx.connection.execute(insert(rows.AccessCode).returning(col(_c.id)), row).scalar_one()
    return int(id_), code


def live(tx: Tx, address: str, browser: str) -> LiveCode | None:
    """The code that may be entered there now, locked."""
    theirs = select(col(_c.id), col(_c.digest)).where(
        col(_c.address) == address,
        col(_c.browser) == browser,
        col(_c.expires_at) > tx.now,
        col(_c.tries) < CODE_TRIES,
    )
    row = tx.connection.execute(theirs.order_by(col(_c.id).desc()).limit(1).with_for_update()).first()
    return None if row is None else LiveCode(row.id, row.digest)


def fits(tx: Tx, code: LiveCode | None, address: str, browser: str, typed: str) -> bool:
    """Whether it is this one; where there is none the answer takes as long. Raises StoreUnusable as `issue` does."""
    kept = code.digest if code is not None else ""
    return hmac.compare_digest(kept, _digest(tx, address, browser, typed))


def miss(tx: Tx, code: LiveCode) -> None:
    """One try is gone."""
    tx.connection.execute(update(rows.AccessCode).where(col(_c.id) == code.id).values(tries=col(_c.tries) + 1))


def spend(tx: Tx, code: LiveCode) -> None:
    """It was entered: it opens nothing any more."""
    tx.connection.execute(update(rows.AccessCode).where(col(_c.id) == code.id).values(tries=CODE_TRIES))


def _end(tx: Tx, address: str, browser: str) -> None:
    older = update(rows.AccessCode).where(col(_c.address) == address, col(_c.browser) == browser)
    tx.connection.execute(older.values(tries=CODE_TRIES))


def _digest(tx: Tx, address: str, browser: str, code: str) -> str:
    return seals.mark(tx, "access code", json.dumps([address, browser, code]))


def forget_of(tx: Tx, addresses: Sequence[str]) -> None:
    """No code that was mailed to these opens anything."""
    tx.connection.execute(delete(rows.AccessCode).where(col(_c.address).in_(addresses)))


def forget_all(tx: Tx) -> None:
    """None of them lets anybody in any more."""
    tx.connection.execute(delete(rows.AccessCode))

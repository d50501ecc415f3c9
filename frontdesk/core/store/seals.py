"""What the machine's key covers: secrets in mails that wait, and codes that are kept only to be compared.

Who reads the database, or a backup, reads no link and tries no code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store.connection import Later
from frontdesk.core.store.look import Look, Tx

_NONCE_BYTES = 12
_PRINT = "SELECT seal_print FROM mail_queue WHERE id = 1"
_SET_PRINT = "UPDATE mail_queue SET seal_print = :print"


def seal(tx: Tx, hidden: dict[str, str], of: str) -> str:
    """Sealed for one mail (its Message-ID); nothing for nothing.

    Raises StoreUnusable where there is no key, or another one than this database was sealed with before.
    """
    if not hidden:
        return ""
    _require_the_key(tx)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    covered = AESGCM(_key(tx)).encrypt(nonce, json.dumps(hidden).encode(), of.encode())
    return base64.b64encode(nonce + covered).decode()


def unseal(look: Look, sealed: str, of: str) -> dict[str, str]:
    """Raises StoreUnusable where there is no key, or another one than it was sealed with."""
    if not sealed:
        return {}
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    raw = base64.b64decode(sealed)
    try:
        plain = AESGCM(_key(look)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], of.encode())
    except InvalidTag:
        raise StoreUnusable(StoreProblem.WRONG_SEAL_KEY, look.machine.seal_key_file) from None
    found: dict[str, str] = json.loads(plain)
    return found


def mark(tx: Tx, use: str, text: str) -> str:
    """What only this machine's key makes of a text, in hexadecimal (HMAC-SHA-256); another one for each use.

    Raises StoreUnusable where there is no key, or another one than this database was sealed with before.
    """
    _require_the_key(tx)
    of_use = hmac.digest(_key(tx), b"frontdesk " + use.encode(), "sha256")
    return hmac.new(of_use, text.encode(), "sha256").hexdigest()


def trouble(look: Look, known: str) -> StoreProblem | None:
    """Why this machine can seal or open no link in a database with this print; None where it can, or none was."""
    if not known:
        return None
    if look.machine.seal_key is None:
        return StoreProblem.NO_SEAL_KEY
    return None if known == _print_of(look.machine.seal_key) else StoreProblem.WRONG_SEAL_KEY


def can_seal(look: Look) -> bool:
    """Whether this machine has the key that links here are sealed with."""
    return look.machine.seal_key is not None and trouble(look, seal_print(look)()) is None


def seal_print(look: Look) -> Later[str]:
    """Tells which key this database is sealed with; empty while it never was."""
    found = look.connection.execute(_PRINT)
    return lambda: str(found.scalar_one())


def _require_the_key(tx: Tx) -> None:
    mine, known = _print_of(_key(tx)), seal_print(tx)()
    if not known:
        tx.connection.execute(_SET_PRINT, {"print": mine})
    elif known != mine:
        raise StoreUnusable(StoreProblem.WRONG_SEAL_KEY, tx.machine.seal_key_file)


def _print_of(key: bytes) -> str:
    return hashlib.sha256(b"frontdesk seal" + key).hexdigest()


def _key(look: Look) -> bytes:
    if look.machine.seal_key is None:
        raise StoreUnusable(StoreProblem.NO_SEAL_KEY, look.machine.seal_key_file)
    return look.machine.seal_key

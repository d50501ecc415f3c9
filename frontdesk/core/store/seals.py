"""Secrets in mails that wait, sealed with the machine's key: who reads the database, or a backup, reads no link."""

from __future__ import annotations

import base64
import json
import secrets

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store.look import Look

KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(look: Look, hidden: dict[str, str], of: str) -> str:
    """Sealed for one mail (its Message-ID); nothing for nothing. Raises StoreUnusable where there is no key."""
    if not hidden:
        return ""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE_BYTES)
    covered = AESGCM(_key(look)).encrypt(nonce, json.dumps(hidden).encode(), of.encode())
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


def _key(look: Look) -> bytes:
    if look.machine.seal_key is None:
        raise StoreUnusable(StoreProblem.NO_SEAL_KEY, look.machine.seal_key_file)
    return look.machine.seal_key

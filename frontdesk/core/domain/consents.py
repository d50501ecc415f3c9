"""What clients agree to before they ask for a time: a text, known by what it says."""

from __future__ import annotations

from typing import NewType

ConsentId = NewType("ConsentId", str)


def consent_id(text: str) -> ConsentId:
    """The same text has the same id for ever; another word makes another one. Empty for no text."""
    import hashlib  # who only looks need not wait for it

    return ConsentId(hashlib.sha256(text.encode()).hexdigest()[:32] if text else "")

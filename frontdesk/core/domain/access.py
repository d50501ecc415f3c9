"""How clients sign in: a code is mailed to their address; entering it where it was asked for is all it takes."""

from __future__ import annotations

from frontdesk.core.domain.times import MINUTE

CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no sign that looks like another."""

CODE_LENGTH = 8
CODE_LIFE = 10 * MINUTE
CODE_TRIES = 5

MAILS_AT_ONCE, MAILS_WITHIN = 3, 15 * MINUTE
"""So many codes to one address leave at once, within so many seconds; further ones are slowed down."""

_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": ""})


def written_code(code: str) -> str:
    """As it is mailed: in two halves."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def code_as_typed(text: str) -> str:
    """What somebody meant who typed it: in any case, with or without the dash, `o` for zero."""
    return text.strip().upper().translate(_ALIKE)


def delay_of_code(asked_before: int) -> int:
    """Seconds a code waits, after so many to the same address within the last minutes: never refused for good."""
    beyond = asked_before - MAILS_AT_ONCE
    return 0 if beyond < 0 else min(MINUTE * 2 ** min(beyond, 10), MAILS_WITHIN)

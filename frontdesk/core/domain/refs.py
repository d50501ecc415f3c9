"""Short references people can read over the phone: `A-7K3F2` for an appointment, `C-…` for a client.

A reference is its record's id, scrambled so that neighbours look different, in Crockford's base 32 (no I, L,
O or U; lower case and look-alikes are understood).
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKE = str.maketrans("OIL", "011")
_BITS = 5
_SHORTEST = 5
_FACTOR = 0x5DEECE66D  # odd, so multiplying by it modulo a power of two loses nothing


def reference(letter: str, number: int) -> str:
    """The reference of an id from 0 up; five characters until 33 million, then one more at a time."""
    length = _SHORTEST
    while number >= 1 << _BITS * length:
        length += 1
    modulus = 1 << _BITS * length
    scrambled = number * _FACTOR % modulus
    digits = ""
    for _ in range(length):
        scrambled, digit = divmod(scrambled, 32)
        digits = ALPHABET[digit] + digits
    return f"{letter}-{digits}"


def number_of(letter: str, text: str) -> int | None:
    """The id a reference stands for, None where the text is no reference of this letter."""
    text = text.strip().upper()
    head, dash, digits = text.partition("-")
    if not dash or head != letter:
        return None
    digits = digits.translate(_LOOK_ALIKE)
    if len(digits) < _SHORTEST or len(digits) > 12 or any(digit not in ALPHABET for digit in digits):
        return None
    scrambled = 0
    for digit in digits:
        scrambled = scrambled * 32 + ALPHABET.index(digit)
    modulus = 1 << _BITS * len(digits)
    number = scrambled * pow(_FACTOR, -1, modulus) % modulus
    return number if reference(letter, number) == f"{letter}-{digits}" else None

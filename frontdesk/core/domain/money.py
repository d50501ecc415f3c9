"""Money as whole minor units, written as people write it."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,3})?")
_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"}
    | {"XPF"}
)


def digits_of(currency: str) -> int:
    """Digits behind the point, as ISO 4217 has them."""
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def minor_units(text: str, currency: str) -> int | None:
    """`25.00` as 2500; None where the text is no amount of this currency."""
    if not _AMOUNT.fullmatch(text.strip()):
        return None
    units = Decimal(text.strip()).scaleb(digits_of(currency))
    return int(units) if units == units.to_integral_value() else None


def written(units: int, currency: str) -> str:
    """2500 as `25.00`."""
    digits = digits_of(currency)
    return f"{Decimal(units).scaleb(-digits):.{digits}f}"


def is_fee(text: str, currency: str) -> bool:
    """An amount, or a percentage of the price."""
    if text.endswith("%"):
        return text[:-1].isdigit() and int(text[:-1]) <= 100
    return minor_units(text, currency) is not None


def is_amount(text: str) -> bool:
    """A fee in money, no share of the price, and not nothing."""
    return not text.endswith("%") and text.strip("0.") != ""


def fee(text: str, price: int | None, currency: str) -> int:
    """A fee in minor units: an amount, or a percentage of the price, rounded half up; nothing without a price."""
    if text.endswith("%"):
        share = Decimal(price or 0) * int(text[:-1]) / 100
        return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return minor_units(text, currency) or 0

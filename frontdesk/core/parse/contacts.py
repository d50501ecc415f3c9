"""E-mail addresses and phone numbers as people type them."""

from __future__ import annotations

from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.text import clean_line


def email(typed: str, field: str = "email") -> str:
    """An address that can be mailed to, or nothing. Raises BadInput."""
    typed = clean_line(typed, limit=254)
    if not typed:
        return ""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(typed, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise BadInput(field, Problem.NOT_AN_EMAIL, typed) from None


def phone(typed: str, country: str = "", field: str = "phone") -> str:
    """A number in international form where it is one, else as it was typed: an extension is better than nothing.

    Raises BadInput for what has no digits.
    """
    typed = clean_line(typed, limit=40)
    digits = sum(character.isdigit() for character in typed)
    if typed and digits < 3:
        raise BadInput(field, Problem.NOT_A_PHONE, typed)
    if digits < 6:
        return typed
    import phonenumbers

    try:
        number = phonenumbers.parse(typed, country or None)
    except phonenumbers.NumberParseException:
        return typed
    if not phonenumbers.is_possible_number(number):
        return typed
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))

"""The terms of appointments, kept once by content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import bindparam, select, text
from sqlmodel import col

from frontdesk.core.domain.appointments import Appointment, TermsId
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup
from frontdesk.core.store import rows
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text

_KEEP = text("INSERT INTO terms (id, value) VALUES (:id, :value) ON CONFLICT (id) DO NOTHING")


def keep(tx: Tx, terms: Terms) -> TermsId:
    """The id under which these terms are kept, now or since long."""
    value = to_text("terms", terms)
    id_ = TermsId(hashlib.sha256(value.encode()).hexdigest()[:32])
    if id_ not in tx.store.kept_terms:
        tx.connection.execute(_KEEP, {"id": id_, "value": value})
    return id_


def any_with(look: Look, is_amount: Callable[[str], bool]) -> bool:
    """Whether anybody ever agreed to a fee of this kind."""
    kept = (from_text("terms", text) for text in look.connection.execute(select(col(rows.Terms.value))).scalars())
    return any(is_amount(fee.value) for it in kept for fee in (it.late_fee, it.late_reschedule_fee, it.no_show_fee))


_VALUE = select(col(rows.Terms.value)).where(col(rows.Terms.id) == bindparam("id"))


def of(look: Look, setup: Setup, appointment: Appointment) -> Terms:
    """The terms an appointment was booked under; where none are known, those in force now."""
    if not appointment.terms:
        return setup.terms_of(appointment.service, appointment.practitioner)
    kept = look.store.kept_terms
    if appointment.terms in kept:
        return kept[appointment.terms]
    value = look.connection.execute(_VALUE, {"id": appointment.terms})
    found: Terms = from_text("terms", value.scalar_one())
    if not isinstance(look, Tx):  # what a change wrote may yet be taken back
        kept[appointment.terms] = found
    return found

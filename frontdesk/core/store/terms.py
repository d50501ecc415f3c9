"""The terms of appointments, kept once by content."""

from __future__ import annotations

import hashlib

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

"""The terms of appointments, kept once by content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from frontdesk.core.domain.appointments import Appointment, TermsId
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Setup
from frontdesk.core.store.look import Look, Tx
from frontdesk.core.store.shapes import from_text, to_text

_KEEP = "INSERT INTO terms (id, value) VALUES (:id, :value) ON CONFLICT (id) DO NOTHING"
_VALUES = "SELECT id, value FROM terms WHERE id IN :ids"


def id_of(terms: Terms) -> TermsId:
    """Under which they are kept."""
    import hashlib  # who only looks need not wait for it

    return TermsId(hashlib.sha256(to_text("terms", terms).encode()).hexdigest()[:32])


def keep(tx: Tx, terms: Terms) -> TermsId:
    """The id under which these terms are kept, now or since long."""
    value, id_ = to_text("terms", terms), id_of(terms)
    if id_ not in tx.store.kept_terms and id_ not in tx.terms:
        tx.connection.execute(_KEEP, {"id": id_, "value": value})
        tx.terms[id_] = terms
    return id_


def any_with(look: Look, is_amount: Callable[[str], bool]) -> bool:
    """Whether anybody ever agreed to a fee of this kind."""
    kept = (from_text("terms", text) for text in look.connection.execute("SELECT value FROM terms").scalars())
    return any(is_amount(fee.value) for it in kept for fee in (it.late_fee, it.late_reschedule_fee, it.no_show_fee))


def of(look: Look, setup: Setup, appointment: Appointment) -> Terms:
    """The terms an appointment was booked under; where none are known, those in force now."""
    if not appointment.terms:
        return setup.terms_of(appointment.service, appointment.practitioner)
    return several(look, (appointment,))[appointment.terms]


def several(look: Look, booked: Iterable[Appointment]) -> Mapping[TermsId, Terms]:
    """Those of some appointments, by id. Raises LookupError where any are gone."""
    kept = look.store.kept_terms
    own = look.terms if isinstance(look, Tx) else {}  # which may yet be taken back
    asked = {it.terms: own.get(it.terms) or kept.get(it.terms) for it in booked if it.terms}
    wanted = sorted(id_ for id_, it in asked.items() if it is None)
    values = look.connection.execute(_VALUES, {"ids": wanted}) if wanted else ()
    found = {TermsId(id_): from_text("terms", value) for id_, value in values}
    if len(found) < len(wanted):
        raise LookupError("terms that were agreed to are not there")
    kept.update(found)
    return {id_: it for id_, it in asked.items() if it is not None} | found

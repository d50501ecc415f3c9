"""Clients who sign in: known and unknown addresses look alike, in what is answered and in what it takes."""

from __future__ import annotations

import uuid

from frontdesk.core.asks.access import EnterAccessCode, SendAccessCode
from frontdesk.core.asks.door import Operations
from frontdesk.core.domain.access import CODE_LIFE, code_as_typed, delay_of_code, written_code
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.outbox import About, CodeIssued
from frontdesk.core.domain.people import ClientId
from frontdesk.core.domain.told import MailKind, Reader
from frontdesk.core.operations.guard import require_allowed
from frontdesk.core.operations.telling.delivery import Link, Subject, deliver
from frontdesk.core.parse import contacts
from frontdesk.core.queries.letters import To, facts_of
from frontdesk.core.render import letters
from frontdesk.core.render.language import language_for
from frontdesk.core.render.marks import secret
from frontdesk.core.store import clients, codes, practice
from frontdesk.core.store.look import Tx

AT_ONE_ADDRESS = 50
"""Clients who share one, at most: a family, a company."""


def send_access_code(tx: Tx, ask: SendAccessCode) -> None:
    require_allowed(tx, ask.needs)
    setup = practice.load(tx)
    address = _address(ask.address)
    leaves = tx.now + delay_of_code(codes.asked_lately(tx, address))
    id_, code = codes.issue(tx, address, ask.browser, leaves + CODE_LIFE)
    for it in sorted(clients.reached_by(tx, "", address, AT_ONE_ADDRESS), key=lambda it: it.id):
        clients.lock(tx, it.id)  # who is erased meanwhile is known no more
    known = clients.reached_by(tx, "", address, AT_ONE_ADDRESS)
    language = language_for(known[0].locale if known else "", setup.practice.locale)
    to = To(reader=Reader.CLIENT, name="", email=address, language=language)
    facts = facts_of(tx, setup, to, MailKind.ACCESS_CODE, "", None, code=secret("code"))
    if not known:
        letters.letter(facts)  # a stranger waits as long
        return
    deliver(
        tx,
        setup,
        to,
        facts,
        Subject(About("access", str(id_)), uuid.uuid4()),
        link=Link(secrets={"code": written_code(code)}),
        occasion=CodeIssued(id_),
        due_at=leaves,
        until=leaves + CODE_LIFE,
    )


def enter_access_code(tx: Tx, ask: EnterAccessCode) -> tuple[ClientId, ...]:
    require_allowed(tx, ask.needs)
    address = _address(ask.address)
    code = codes.live(tx, address, ask.browser)
    if not codes.fits(tx, code, address, ask.browser, code_as_typed(ask.code)):
        if code is not None:
            codes.miss(tx, code)
        return ()
    assert code is not None, "only what is there fits"
    codes.spend(tx, code)
    return tuple(it.id for it in clients.reached_by(tx, "", address, AT_ONE_ADDRESS))


def _address(typed: str) -> str:
    address = contacts.email(typed, "email").lower()
    if not address:
        raise BadInput("email", Problem.MISSING)
    return address


OPERATIONS: Operations = {
    SendAccessCode: send_access_code,
    EnterAccessCode: enter_access_code,
}

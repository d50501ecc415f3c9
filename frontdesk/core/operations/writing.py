"""A mail as it is written, and taken back: what all that tells people something shares."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.domain.mails import (
    APPOINTMENT_KINDS,
    UNSENT,
    Carrier,
    Known,
    Mail,
    MailId,
    MailKind,
    MailState,
    Reader,
    Told,
    known_after,
)
from frontdesk.core.domain.people import Client, Role
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.queries.letters import To, manage_address, rebook_address
from frontdesk.core.render import ics, letters
from frontdesk.core.render.language import speaking
from frontdesk.core.store import links, mails, seals
from frontdesk.core.store.look import Tx

CALLED = frozenset(
    {
        MailKind.BOOKED,
        MailKind.MOVED,
        MailKind.CANCELLED,
        MailKind.REQUEST_APPROVED,
        MailKind.MOVE_APPROVED,
        MailKind.REQUEST_DECLINED,
        MailKind.MOVE_DECLINED,
        MailKind.REQUEST_EXPIRED,
        MailKind.MOVE_EXPIRED,
        MailKind.OFFERED,
        MailKind.MESSAGE,
    }
)
"""What a client without e-mail is called about: news that did not come from themself."""

LINK_DAYS = 30
"""How long a booking link works."""


TAKEN_BACK = "taken back"
"""Why a mail was dropped that a redo sends after all."""


@dataclass(frozen=True, slots=True)
class About:
    """What a mail is about, at which sequence or revision, and the thread it belongs to."""

    kind: str
    id: str
    sequence: int
    thread: UUID | str


@dataclass(frozen=True, slots=True)
class Before:
    """What a reader knows, and the mail that was to tell them more and is taken back."""

    known: Known
    waiting: Mail | None = None


def what_is_known(
    tx: Tx, about: About, to: To, before: Told | None, now: Told | None, *, is_new: bool
) -> Before | None:
    """What a reader was told last, nothing of what `is_new`; None where a mail waits that tells what is true now.

    A mail nobody can have read is taken back, also one that nobody could deliver; what was known before it counts.
    One that perhaps arrived counts as told, and is not sent again.
    """
    last = None if is_new else mails.latest(tx, about.kind, about.id, to.reader, to.staff)
    if last is not None and last.may_still_change and last.tells == now and now is not None:
        mails.save(tx, replace(last, sequence=about.sequence))
        return None
    if last is not None and (last.state in UNSENT or (last.state is MailState.FAILED and not last.perhaps)):
        supersede(tx, last)
    if last is not None and last.state is MailState.SENT and about.kind == "request" and before is None:
        return Before(Known(last.tells))  # its approval is told by the appointment
    return Before(known_after(last, before), last if last is not None and last.may_still_change else None)


def write(
    tx: Tx,
    practice: Setup,
    to: To,
    facts: letters.Facts,
    *,
    about: About,
    secrets: dict[str, str] | None = None,
    calendar: tuple[str, str] = ("", ""),
    **more: Any,
) -> Mail | None:
    """Render a letter and queue it; None where nobody can be reached, or the same was written before.

    Raises BadInput for a template that cannot be filled, StoreUnusable where a secret cannot be sealed.
    """
    carrier = Carrier.MAIL
    if not to.email:
        if to.reader is Reader.STAFF or facts.kind not in CALLED:
            return None
        carrier = Carrier.CALL
    domain = domain_of(practice)
    message_id = f"<{uuid.uuid4().hex}@{domain}>"
    state = MailState.PAUSED if tx.storm and carrier is Carrier.MAIL else MailState.QUEUED
    read = letters.letter(facts)
    grace = practice.practice.mail.grace
    return mails.add(
        tx,
        Mail(
            id=MailId(0),
            carrier=carrier,
            reader=to.reader,
            kind=facts.kind,
            subject_kind=about.kind,
            subject_id=about.id,
            sequence=about.sequence,
            recipient=to.email if carrier is Carrier.MAIL else to.phone,
            name=to.name,
            staff=to.staff,
            language=to.language,
            letter=replace(read, calendar=calendar[0], method=calendar[1]),
            message=facts.message,
            sealed=seals.seal(tx, secrets or {}, message_id) if carrier is Carrier.MAIL else "",
            message_id=message_id,
            thread=f"<{about.thread}@{domain}>",
            made_at=tx.now,
            **{
                "client": to.client.id if to.client is not None else None,
                "due_at": tx.now + (grace if carrier is Carrier.MAIL else 0),
                "state": state,
                **more,
            },
        ),
    )


def domain_of(practice: Setup) -> str:
    """The right side of the Message-IDs: the practice's mail domain."""
    _, _, domain = practice.practice.email.rpartition("@")
    try:
        plain = domain.encode("idna").decode().lower()
    except UnicodeError:
        plain = ""
    return plain if re.fullmatch(r"[a-z0-9.-]+", plain) else "frontdesk.invalid"


def supersede(tx: Tx, mail: Mail) -> None:
    """What a mail says is not true any more: it does not leave, and its links open nothing."""
    try:
        secrets = seals.unseal(tx, mail.sealed, mail.message_id)
    except StoreUnusable:  # sealed by another machine's key: nobody here can say it, and nothing waits for that
        secrets = {}
    if not mail.perhaps:
        for secret in secrets.values():
            links.forget(tx, secret)
    mails.save(tx, replace(mail, state=MailState.SUPERSEDED, sealed=""))


def manage_link(tx: Tx, practice: Setup, it: Appointment) -> tuple[str, dict[str, str]]:
    """A link to look after an appointment, with the place of its secret marked; nothing while the portal is off."""
    link = manage_address(practice)
    return link, {"manage": links.to_manage(tx, it)} if letters.secret("manage") in link else {}


def rebook_link(tx: Tx, practice: Setup, it: Appointment) -> tuple[str, dict[str, str]]:
    """A link with which a client books the same service again."""
    link = rebook_address(practice, it.service)
    return link, {"rebook": links.to_book(tx, it.client, it.service, tx.now + LINK_DAYS * DAY)} if link else {}


def calendar_file(tx: Tx, practice: Setup, to: To, kind: MailKind, it: Appointment, stands: Told) -> tuple[str, str]:
    """What the client's own calendar takes over, and its method."""
    if kind not in APPOINTMENT_KINDS or not practice.practice.mail.calendar_files or not to.email:
        return "", ""
    cancelled = kind is MailKind.CANCELLED
    with speaking(to.language, practice.practice.labels):
        text = ics.invitation(practice, it, stands, attendee=(to.name, to.email), cancelled=cancelled, stamp=tx.now)
    return text, "CANCEL" if cancelled else "REQUEST"


def without_address(tx: Tx, mail: Mail, client: Client) -> None:
    """A client who has no address any more is called about news; the rest is dropped."""
    call = replace(mail, carrier=Carrier.CALL, state=MailState.QUEUED, recipient=client.phone, due_at=tx.now)
    mails.save(tx, call if mail.kind in CALLED else replace(mail, state=MailState.DROPPED))


def mails_own_changes(person: StaffMember) -> bool:
    """Whether somebody is mailed about what they did themself: as they say, else practitioners are."""
    return Role.PRACTITIONER in person.roles if person.mail_my_changes is None else person.mail_my_changes


def pointless_from(tx: Tx, stands: Told) -> Instant:
    """Once it is over nobody needs the news; of what is over already, a day later."""
    return stands.end if stands.end > tx.now else tx.now + DAY

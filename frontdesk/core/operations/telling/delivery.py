"""`deliver`, the one way into the outbox, and what leads a waiting mail out of it again."""

from __future__ import annotations

import re
import uuid
from dataclasses import field, replace
from typing import Any
from uuid import UUID

from frontdesk.core.domain.appointments import Appointment
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.news import Fate, News, fate_of
from frontdesk.core.domain.outbox import (
    About,
    Call,
    ChangeTold,
    Mail,
    MailId,
    MailState,
    Occasion,
    Owed,
    PutAside,
    Webhook,
    is_told,
    may_still_change,
)
from frontdesk.core.domain.people import Client, Role
from frontdesk.core.domain.practice import Setup, StaffMember
from frontdesk.core.domain.requests import Request
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.domain.told import APPOINTMENT_KINDS, MailKind, Reader, Told
from frontdesk.core.queries.letters import To, manage_address, rebook_address
from frontdesk.core.render import ics, letters
from frontdesk.core.render.language import speaking
from frontdesk.core.render.letter_values import Facts
from frontdesk.core.render.marks import secret
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

CHANGE_TOLD = ChangeTold()


@dataclass(frozen=True, slots=True)
class Subject:
    """What letters are about, and the thread that all about the same stand in."""

    about: About
    thread: UUID | str


def of_appointment(it: Appointment) -> Subject:
    return Subject(About("appointment", str(it.id), it.sequence), it.holder)


def of_request(it: Request) -> Subject:
    return Subject(About("request", str(it.id), it.revision), it.holder)


def of_client(it: Client) -> Subject:
    return Subject(About("client", str(it.id)), uuid.uuid5(uuid.NAMESPACE_OID, f"client {it.id}"))


@dataclass(frozen=True, slots=True)
class Link:
    """An address with the places of its secrets marked, and those."""

    address: str = ""
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Last:
    """The last mail that was to tell a reader how something stands, and what became of it."""

    mail: Mail | Call | None
    fate: Fate

    @property
    def waiting(self) -> Mail | Call | None:
        """That mail, where it waited: what is new takes its place."""
        return self.mail if self.mail is not None and may_still_change(self.mail) else None


def last_told(tx: Tx, subject: Subject, to: To, now: Told | None, *, is_new: bool) -> Last:
    """What a reader was told last, nothing of what `is_new`; what waits and is not true any more is taken back.

    One that perhaps arrived counts as told, and is not sent again.
    """
    about = subject.about
    last = None if is_new else mails.latest(tx, about.kind, about.id, to.reader, to.staff)
    fate = fate_of(last, now)
    if last is not None and fate is Fate.TRUE:
        mails.save(tx, replace(last, about=about))
    if last is not None and fate is Fate.UNTRUE:
        supersede(tx, last)
    return Last(last, fate)


def deliver(
    tx: Tx,
    setup: Setup,
    to: To,
    facts: Facts,
    subject: Subject,
    *,
    news: News | None = None,
    occasion: Occasion = CHANGE_TOLD,
    link: Link | None = None,
    calendar: tuple[str, str] = ("", ""),
    **more: Any,
) -> Mail | Call | None:
    """Render a letter and queue it; None where nobody can be reached, or is known, or the same was written before.

    A client without e-mail is to be called about what is news. Raises BadInput for a template that cannot be filled,
    StoreUnusable where a secret cannot be sealed.
    """
    if to.client is not None and to.client.life is Life.ERASED:
        return None
    if not to.email and (to.reader is Reader.STAFF or facts.kind not in CALLED):
        return None
    domain = domain_of(setup)
    message_id = f"<{uuid.uuid4().hex}@{domain}>"
    read = letters.letter(facts)
    written: dict[str, Any] = {
        "id": MailId(0),
        "kind": facts.kind,
        "about": subject.about,
        "occasion": occasion,
        "message_id": message_id,
        "made_at": tx.now,
        "reader": to.reader,
        "name": to.name,
        "client": to.client.id if to.client is not None else None,
        "staff": to.staff,
        "language": to.language,
        "letter": replace(read, calendar=calendar[0], method=calendar[1]),
        "message": facts.message,
        "thread": f"<{subject.thread}@{domain}>",
        "act": tx.batch,
    }
    if news is not None:
        written |= {"known": news.known.told, "unsure": news.known.unsure, "tells": news.tells}
    if to.email:
        sealed = seals.seal(tx, link.secrets if link is not None else {}, message_id)
        due = {"due_at": tx.now + setup.practice.mail.grace, "state": _begins(tx)}
        return mails.add(tx, Mail(address=to.email, sealed=sealed, **{**written, **due, **more}))
    return mails.add(tx, Call(phone=to.phone, **{**written, "due_at": tx.now, **more}))


def _begins(tx: Tx) -> MailState:
    """So much becoming due at once waits for a yes."""
    return MailState.PAUSED if tx.storm else MailState.QUEUED


def domain_of(setup: Setup) -> str:
    """The right side of the Message-IDs: the practice's mail domain."""
    _, _, domain = setup.practice.email.rpartition("@")
    try:
        plain = domain.encode("idna").decode().lower()
    except UnicodeError:
        plain = ""
    return plain if re.fullmatch(r"[a-z0-9.-]+", plain) else "frontdesk.invalid"


def supersede(tx: Tx, it: Owed, why: PutAside | None = None) -> None:
    """What it says is not true any more: it does not leave, and its links open nothing."""
    if not isinstance(it, Webhook):
        if not is_told(it):
            for secret in _secrets_of(tx, it).values():
                links.forget(tx, secret)
        it = replace(it, sealed="")
    mails.save(tx, replace(it, state=MailState.SUPERSEDED, put_aside=why))


def _secrets_of(tx: Tx, it: Mail | Call) -> dict[str, str]:
    try:
        return seals.unseal(tx, it.sealed, it.message_id)
    except StoreUnusable:  # sealed by another machine's key: nobody here can say it, and nothing waits for that
        return {}


def take_back(tx: Tx, it: Owed) -> None:
    """The act that wrote it is undone: it does not leave."""
    mails.save(tx, replace(it, state=MailState.DROPPED, put_aside=PutAside.TAKEN_BACK, decided_by=tx.actor.who.key))


def send_after_all(tx: Tx, setup: Setup, it: Owed) -> None:
    """The act that wrote it is done again: it waits anew."""
    due = tx.now + (0 if isinstance(it, Call) else setup.practice.mail.grace)
    mails.save(tx, replace(it, state=MailState.QUEUED, due_at=due, put_aside=None, decided_by=""))


def manage_link(tx: Tx, setup: Setup, it: Appointment) -> Link:
    """To look after an appointment; none while the portal is off."""
    address = manage_address(setup)
    return Link(address, {"manage": links.to_manage(tx, it)} if secret("manage") in address else {})


def rebook_link(tx: Tx, setup: Setup, it: Appointment) -> Link:
    """With which a client books the same service again."""
    address = rebook_address(setup, it.service)
    if not address:
        return Link()
    return Link(address, {"rebook": links.to_book(tx, it.client, it.service, tx.now + LINK_DAYS * DAY)})


def calendar_file(tx: Tx, setup: Setup, to: To, kind: MailKind, it: Appointment, stands: Told) -> tuple[str, str]:
    """What the client's own calendar takes over, and its method."""
    if kind not in APPOINTMENT_KINDS or not setup.practice.mail.calendar_files or not to.email:
        return "", ""
    cancelled = kind is MailKind.CANCELLED
    with speaking(to.language, setup.practice.labels):
        text = ics.invitation(setup, it, stands, attendee=(to.name, to.email), cancelled=cancelled, stamp=tx.now)
    return text, "CANCEL" if cancelled else "REQUEST"


def without_address(tx: Tx, it: Mail, client: Client) -> None:
    """A client who has no address any more is called about news; the rest is dropped."""
    if it.kind in CALLED:
        mails.save(tx, it.as_call(client.phone, tx.now))
    else:
        mails.save(tx, replace(it, state=MailState.DROPPED))


def mails_own_changes(person: StaffMember) -> bool:
    """Whether somebody is mailed about what they did themself: as they say, else practitioners are."""
    return Role.PRACTITIONER in person.roles if person.mail_my_changes is None else person.mail_my_changes


def pointless_from(tx: Tx, stands: Told) -> Instant:
    """Once it is over nobody needs the news; of what is over already, a day later."""
    return stands.end if stands.end > tx.now else tx.now + DAY

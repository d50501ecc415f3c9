"""What is owed as rows: a mail, a call and a webhook stand in one table, since they are worked off in one order."""

from __future__ import annotations

from typing import Any

from frontdesk.core.domain.outbox import (
    About,
    Call,
    Carrier,
    Delivery,
    DeliveryTrouble,
    Letter,
    Mail,
    MailId,
    MailState,
    Owed,
    PutAside,
    QueueFault,
    Trouble,
    Webhook,
)
from frontdesk.core.domain.people import ClientId, StaffId
from frontdesk.core.domain.told import MailKind, Reader, Told
from frontdesk.core.store import occasions
from frontdesk.core.store.connection import Row
from frontdesk.core.store.shapes import from_text, to_text
from frontdesk.core.store.statements import number_of

APPOINTMENT = number_of("mail", "subject_kind", "subject_id", "appointment")
"""The number of the appointment a mail is about."""
LEAVES = [Carrier.MAIL.value, Carrier.WEBHOOK.value]
"""What a worker takes; calls are made by people."""

_KINDS: dict[str, DeliveryTrouble | QueueFault] = {it.value: it for it in (*DeliveryTrouble, *QueueFault)}


def value(row: Row) -> Owed:
    """Raises ValueError for a word that is none of those it may be."""
    owed: dict[str, Any] = {
        "id": MailId(row.id),
        "kind": MailKind(row.kind),
        "about": About(row.subject_kind, row.subject_id, row.sequence),
        "occasion": occasions.occasion(row.occasion),
        "message_id": row.message_id,
        "state": MailState(row.state),
        "made_at": row.made_at,
        "due_at": row.due_at,
        "until": row.until,
        "sent_at": row.sent_at,
        "put_aside": PutAside(row.put_aside) if row.put_aside else None,
        "decided_by": row.decided_by,
    }
    match Carrier(row.carrier):
        case Carrier.MAIL:
            return Mail(**owed, **_news(row), address=row.recipient, delivery=_delivery(row))
        case Carrier.CALL:
            return Call(**owed, **_news(row), phone=row.recipient, perhaps=bool(row.perhaps))
        case Carrier.WEBHOOK:
            return Webhook(
                **owed,
                automation=row.name,
                url=row.recipient,
                title=row.subject,
                body=row.body,
                delivery=_delivery(row),
            )


def _news(row: Row) -> dict[str, Any]:
    return {
        "reader": Reader(row.reader),
        "name": row.name,
        "client": None if row.client_id is None else ClientId(row.client_id),
        "staff": None if row.staff_id is None else StaffId(row.staff_id),
        "language": row.language,
        "letter": Letter(subject=row.subject, text=row.body, html=row.html, calendar=row.calendar, method=row.method),
        "message": row.message,
        "thread": row.thread,
        "sealed": row.sealed,
        "known": _told(row.known),
        "tells": _told(row.tells),
        "unsure": bool(row.unsure),
        "act": row.act,
        "goes_with": None if row.goes_with is None else MailId(row.goes_with),
    }


def _delivery(row: Row) -> Delivery:
    return Delivery(
        attempts=row.attempts,
        perhaps=bool(row.perhaps),
        lease=row.lease,
        leased_until=row.leased_until,
        trouble=_trouble(row),
    )


def _trouble(row: Row) -> Trouble | None:
    if row.trouble and row.trouble not in _KINDS:
        raise ValueError(row.trouble)
    return Trouble(_KINDS[row.trouble], row.error) if row.trouble else None


def _told(text: str | None) -> Told | None:
    return None if text is None else from_text("told", text)


def row(it: Owed) -> dict[str, Any]:
    return {
        "carrier": it.carrier.value,
        "kind": it.kind.value,
        "subject_kind": it.about.kind,
        "subject_id": it.about.id,
        "sequence": it.about.sequence,
        "occasion": occasions.kept(it.occasion),
        "recipient": it.recipient,
        "message_id": it.message_id,
        "state": it.state.value,
        "made_at": it.made_at,
        "due_at": it.due_at,
        "until": it.until,
        "sent_at": it.sent_at,
        "put_aside": it.put_aside.value if it.put_aside is not None else "",
        "decided_by": it.decided_by,
        **(_row_of_webhook(it) if isinstance(it, Webhook) else _row_of_news(it)),
        **_row_of_delivery(Delivery(perhaps=it.perhaps) if isinstance(it, Call) else it.delivery),
    }


def _row_of_news(it: Mail | Call) -> dict[str, Any]:
    return {
        "reader": it.reader.value,
        "name": it.name,
        "client_id": it.client,
        "staff_id": it.staff,
        "language": it.language,
        "subject": it.letter.subject,
        "body": it.letter.text,
        "html": it.letter.html,
        "calendar": it.letter.calendar,
        "method": it.letter.method,
        "message": it.message,
        "sealed": it.sealed,
        "thread": it.thread,
        "known": None if it.known is None else to_text("told", it.known),
        "unsure": it.unsure,
        "tells": None if it.tells is None else to_text("told", it.tells),
        "act": it.act,
        "goes_with": it.goes_with,
    }


def _row_of_webhook(it: Webhook) -> dict[str, Any]:
    """What a letter has and a webhook has not is empty."""
    unused = ("html", "calendar", "method", "message", "sealed", "thread")
    return {
        "reader": Reader.STAFF.value,
        "name": it.automation,
        "client_id": None,
        "staff_id": None,
        "language": "en",
        "subject": it.title,
        "body": it.body,
        "known": None,
        "unsure": False,
        "tells": None,
        "act": None,
        "goes_with": None,
        **dict.fromkeys(unused, ""),
    }


def _row_of_delivery(it: Delivery) -> dict[str, Any]:
    return {
        "attempts": it.attempts,
        "perhaps": it.perhaps,
        "lease": it.lease,
        "leased_until": it.leased_until,
        "trouble": it.trouble.kind.value if it.trouble is not None else "",
        "error": it.trouble.detail if it.trouble is not None else "",
    }

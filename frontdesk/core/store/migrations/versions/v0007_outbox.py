"""What went wrong with a mail by kind, beside the words of the server; and a mail that was called about instead is one.

What stood in one sentence is taken apart, as far as it is one of those that this program wrote itself.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

PUT_ASIDE = {"its cause is gone": "cause_gone", "taken back": "taken_back"}

SENTENCES = (
    ("sign-in failed: ", "sign_in"),
    ("TLS failed: ", "tls"),
    ("the server does not do this: ", "unsupported"),
    ("the practice has no e-mail address to send from", "no_sender"),
    ("the address cannot be written to: ", "bad_address"),
    ("this is no address mail can be sent to", "bad_address"),
    ("the address is none: ", "bad_address"),
    ("the server took too long", "too_slow"),
    ("no answer in time", "too_slow"),
    ("no connection to ", "no_connection"),
    ("not reached: ", "no_connection"),
    ("the connection was lost at ", "lost"),
    ("nobody took it in time", "out_of_time"),
    ("no_seal_key: ", "no_key"),
    ("wrong_seal_key: ", "no_key"),
    ("fault: ", "fault"),
)

OF_ALL = frozenset({"sign_in", "tls", "unsupported", "no_sender", "sender_refused"})
"""What keeps all mails from leaving."""


def upgrade() -> None:
    for column in ("put_aside", "trouble"):
        op.execute(f"ALTER TABLE mail ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
    db = op.get_bind()
    for text, kept in PUT_ASIDE.items():
        db.execute(
            sa.text("UPDATE mail SET put_aside = :kept, error = '' WHERE error = :text"), {"kept": kept, "text": text}
        )
    for row in db.execute(sa.text("SELECT id, carrier, error FROM mail WHERE error <> ''")).all():
        trouble, detail = taken_apart(row.error, row.carrier)
        db.execute(
            sa.text("UPDATE mail SET trouble = :trouble, error = :detail WHERE id = :id"),
            {"trouble": trouble, "detail": detail, "id": row.id},
        )
    db.execute(
        sa.text(
            "UPDATE mail SET carrier = 'mail', state = 'called'"
            " WHERE carrier = 'call' AND state = 'sent' AND recipient LIKE '%@%'"
        )
    )
    queue = db.execute(sa.text("SELECT fault, detail FROM mail_queue WHERE fault <> ''")).first()
    if queue is not None:
        trouble, detail = taken_apart(queue.detail)
        fault = trouble if trouble in OF_ALL else "sender_refused"
        db.execute(
            sa.text("UPDATE mail_queue SET fault = :fault, detail = :detail"), {"fault": fault, "detail": detail}
        )


def taken_apart(said: str, carrier: str = "mail") -> tuple[str, str]:
    """The kind of trouble that a sentence tells of, and the words of the server in it."""
    for begins, trouble in SENTENCES:
        if said.startswith(begins):
            return trouble, said.removeprefix(begins) if begins.endswith((": ", " to ", " at ")) else ""
    if said.endswith(" is no address to send from"):
        return "no_sender", said.removesuffix(" is no address to send from")
    if carrier == "webhook" and re.match(r"4(?!08|25|29)\d\d\b", said):
        return "refused", said
    if re.match(r"53[0458]\b", said):
        return "sign_in", said
    if re.match(r"5\d\d\b", said):
        return "refused", said
    if re.match(r"4\d\d\b", said):
        return "put_off", said
    return "fault", said

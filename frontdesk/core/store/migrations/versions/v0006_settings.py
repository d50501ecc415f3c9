"""Settings key by key, with who and when: what stood in one value is taken apart.

What had its default was left out of it; it is written down as it held then, since nobody knows whether it was chosen.
Who chose, and when, is taken from the newest event that changed the practice.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

BEGAN: dict[str, dict[str, Any]] = {
    "practice": {"locale": "en", "currency": "EUR", "phone": "", "email": "", "labels": {}},
    "booking": {
        "approval": "staff", "start_interval": 15, "minimum_notice": 12, "horizon": 60, "buffer_before": 0,
        "buffer_after": 0, "request_expiry": 72, "answer_by": 24, "picker_hold": 5, "max_upcoming": 0,
        "max_pending": 3,
    },
    "policy": {},
    "portal": {
        "enabled": False, "new_clients": False, "address": "", "link": "direct",
        "may": ["request", "reschedule", "cancel"], "change_service": False,
    },
    "mail": {
        "reminders": [72, 24], "grace": 60, "service_in_subject": False, "calendar_files": True, "templates": {},
    },
    "desk": {"receptionists_decide": True, "receptionists_override": True, "pins": True, "idle_lock": 15},
    "requests": {"ticket_url": ""},
}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "setting",
        sa.Column("id", LONG, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", LONG, nullable=False),
        sa.Column("since", LONG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("path"),
    )
    kept = op.get_bind().execute(sa.text("SELECT value, revision FROM practice")).first()
    if kept is not None:
        actor, at = _last_change()
        for path, value in _taken_apart(json.loads(kept.value)):
            told = {"kind": "setting", "version": 1, "value": {"path": path, "value": value}}
            op.get_bind().execute(
                sa.text(
                    "INSERT INTO setting (path, value, actor, at, since) VALUES (:path, :value, :actor, :at, :since)"
                ),
                {
                    "path": path,
                    "value": json.dumps(told, ensure_ascii=False),
                    "actor": actor,
                    "at": at,
                    "since": kept.revision,
                },
            )
    op.execute("ALTER TABLE practice DROP COLUMN value")


def _taken_apart(practice: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every key with what it said."""
    automations = practice.pop("automations", [])
    groups = {name: practice.pop(name, {}) for name in BEGAN if name != "practice"}
    for table, given in {"practice": practice, **groups}.items():
        for key, value in {**BEGAN[table], **given}.items():
            yield f"{table}.{key}", value
    for it in automations:
        plain = {
            "on": it["on"],
            "when": it.get("when", {}),
            "do": it.get("do", {}),
            "enabled": it.get("enabled", True),
        }
        yield f"automations.{it['id']}", plain


def _last_change() -> tuple[str, int]:
    """Who changed the practice last, by key where that is known, and when."""
    last = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT e.at, p.actor_kind, p.actor FROM event_thing t JOIN event e ON e.id = t.event_id"
                " LEFT JOIN past_actor p ON p.name = e.actor AND p.role = e.role AND e.actor_kind = ''"
                " WHERE t.kind = 'practice' ORDER BY e.id DESC LIMIT 1"
            )
        )
        .first()
    )
    if last is None:
        return "", 0
    key = f"{last.actor_kind}:{last.actor}" if last.actor else last.actor_kind or ""
    return key, last.at

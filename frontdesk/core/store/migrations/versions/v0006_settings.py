"""Settings key by key, with who and when: what stood in one value is taken apart.

What had its default was left out of it; it is written down as it held then, since nobody knows whether it was chosen.
Who chose a key, and when, is taken from the newest event that changed it; of what none changed nobody is named.

A migration is what happened once: it repeats what `rows.py` said then, and never changes.
"""

from __future__ import annotations

import json
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
        authors = _authors()
        for path, value in _taken_apart(json.loads(kept.value)).items():
            actor, at = authors.get(path, ("", 0))
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


def _taken_apart(practice: dict[str, Any] | None) -> dict[str, Any]:
    """Every key with what it said."""
    if practice is None:
        return {}
    practice = dict(practice)
    automations = practice.pop("automations", [])
    groups = {name: practice.pop(name, {}) for name in BEGAN if name != "practice"}
    keys = {
        f"{table}.{key}": value
        for table, given in {"practice": practice, **groups}.items()
        for key, value in {**BEGAN[table], **given}.items()
        if value is not None
    }
    for it in automations:
        keys[f"automations.{it['id']}"] = {
            "on": it["on"], "when": it.get("when", {}), "do": it.get("do", {}), "enabled": it.get("enabled", True),
        }  # fmt: skip
    address = keys.get("portal.address", "")
    if address and "://" not in address:
        keys["portal.address"] = f"https://{address}"
    return keys


def _authors() -> dict[str, tuple[str, int]]:
    """By key who changed it last, and when; a key that began as everything begins was chosen by nobody."""
    found: dict[str, tuple[str, int]] = {}
    begins = {f"{table}.{key}": value for table, keys in BEGAN.items() for key, value in keys.items()}
    told = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT e.at, d.detail, p.actor_kind, p.actor FROM event_thing t JOIN event e ON e.id = t.event_id"
                " JOIN event_detail d ON d.event_id = e.id"
                " LEFT JOIN past_actor p ON p.name = e.actor AND p.role = e.role"
                " WHERE t.kind = 'practice' ORDER BY e.id"
            )
        )
        .all()
    )
    for line in told:
        key = f"{line.actor_kind}:{line.actor}" if line.actor else line.actor_kind or ""
        for change in json.loads(line.detail)["changes"]:
            if change["kind"] == "practice":
                was = begins if change["before"] is None else _taken_apart(change["before"])
                now = _taken_apart(change["after"])
                found |= {path: (key, line.at) for path, value in now.items() if was.get(path) != value}
    return found

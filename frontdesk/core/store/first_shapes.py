"""The first shape of every kept value: without kind and version, and without the fields that had their default.

What was left out then meant the default of that time, which stands here and never changes.
"""

from __future__ import annotations

from typing import Any

Plain = Any

_LEFT_OUT: dict[str, dict[str, Plain]] = {
    "practice": {
        "locale": "en", "country": "", "currency": "EUR", "phone": "", "email": "", "labels": {}, "booking": {},
        "policy": {}, "portal": {}, "mail": {}, "desk": {}, "requests": {}, "automations": [],
    },
    "booking": {
        "initial_service": None, "approval": "staff", "start_interval": 15, "minimum_notice": 12, "horizon": 60,
        "buffer_before": 0, "buffer_after": 0, "request_expiry": 72, "answer_by": 24, "picker_hold": 5,
        "max_upcoming": 0, "max_pending": 3,
    },
    "policy": {
        "cancel": None, "reschedule": None, "notice": None, "reschedule_notice": None, "inside_notice": None,
        "inside_reschedule_notice": None, "late_fee": None, "late_reschedule_fee": None, "no_show_fee": None,
        "reschedule_needs_approval": None, "text": None,
    },
    "portal": {
        "enabled": False, "new_clients": False, "address": "", "link": "direct",
        "may": ["request", "reschedule", "cancel"], "change_service": False,
    },
    "mail": {
        "reminders": [72, 24], "grace": 60, "quiet_hours": None, "service_in_subject": False, "calendar_files": True,
        "templates": {},
    },
    "desk": {"receptionists_decide": True, "receptionists_override": True, "pins": True, "idle_lock": 15},
    "requests": {"ticket_url": ""},
    "automation": {"when": {}, "do": {}, "enabled": True},
    "location": {"kind": "address", "address": "", "link": "", "timezone": "", "life": "active"},
    "room": {"life": "active"},
    "service": {
        "price": None, "online": False, "locations": [], "rooms": [], "approval": None, "start_interval": None,
        "buffer_before": None, "buffer_after": None, "reminders": None, "policy": {}, "life": "active",
    },
    "staff": {
        "email": "", "roles": [], "services": [], "mail_my_changes": None, "weeks": [], "exceptions": [],
        "policy": {}, "life": "active",
    },
    "week": {"valid_from": None, "valid_until": None},
    "exception": {},
    "reason": {"needs_text": False, "rebook_link": False, "offered": True, "position": 0, "life": "active"},
    "closure": {"location": None, "life": "active"},
    "time_off": {"reason": "", "life": "active"},
    "client": {
        "kind": "person", "phone": "", "email": "", "born": None, "contacts": [], "locale": "", "note": "",
        "preferences": "", "source": "", "source_id": "", "extra": {}, "life": "active", "merged_into": None,
        "created_at": 0, "revision": 1,
    },
    "contact": {"phone": "", "email": ""},
    "appointment": {
        "room": None, "buffer_before": 0, "buffer_after": 0, "price": None, "terms": "", "missed_cancel": None,
        "missed_reschedule": None, "status": "booked", "cancellation": None, "override": "", "lane": 0,
        "room_lane": 0, "note": "", "internal_note": "", "reminders": None, "timed_at": 0, "ticket": "",
        "source": "", "source_id": "", "extra": {}, "revision": 1, "sequence": 0,
    },
    "cancellation": {"text": "", "rebook_link": False, "by": "practice", "at": 0},
    "request": {
        "description": "", "internal_note": "", "ticket": "", "appointment": None, "state": "pending", "ended": None,
        "hold_lost": False, "offers": [], "answer_by": None, "revision": 1,
    },
    "applicant": {"phone": "", "email": ""},
    "slot": {"room": None, "lost": False},
    "charge": {"state": "due", "reason": "", "revision": 1},
    "work": {"state": "open", "revision": 1},
    "term": {"level": "default"},
    "told": {"choices": [], "words": "", "since": 0},
}  # fmt: skip

_SECOND: dict[str, dict[str, Plain]] = {
    "service": {"waiting": {}},
    "staff": {"waiting": {}},
    "reason": {"waiting": {}},
    "applicant": {"id": None},
}
"""What the second shape has that the first one had not."""

_INSIDE: dict[str, dict[str, str]] = {
    "practice": {
        **{name: name for name in ("booking", "policy", "portal", "mail", "desk", "requests")},
        "automations": "automation",
    },
    "service": {"policy": "policy"},
    "staff": {"policy": "policy", "weeks": "week", "exceptions": "exception"},
    "client": {"contacts": "contact"},
    "appointment": {"cancellation": "cancellation"},
    "request": {"applicant": "applicant", "slot": "slot", "offers": "slot"},
    "terms": dict.fromkeys(
        (
            "cancel", "reschedule", "notice", "reschedule_notice", "inside_notice", "inside_reschedule_notice",
            "late_fee", "late_reschedule_fee", "no_show_fee", "reschedule_needs_approval", "text",
        ),
        "term",
    ),
    "contacts": {"": "contact"},
    "offers": {"": "slot"},
}  # fmt: skip
"""Which fields hold values, or lists of values, of which kind; for a list by itself, its items."""


KINDS = frozenset(
    {
        "practice", "location", "room", "service", "staff", "reason", "closure", "time_off", "client", "appointment",
        "request", "charge", "work", "terms", "told", "contacts", "offers", "columns", "reminders",
    }
)  # fmt: skip
"""What was ever kept so."""


def lift(kind: str, plain: Plain) -> Plain:
    """A value of the first shape as one of the second: nothing left out, contacts with ids."""
    if isinstance(plain, list):
        items = [lift(_INSIDE[kind][""], it) for it in plain] if kind in _INSIDE else plain
        return _numbered(items) if kind == "contacts" else items
    if kind not in _LEFT_OUT and kind not in _INSIDE:
        return plain
    whole = {**_SECOND.get(kind, {}), **_LEFT_OUT.get(kind, {}), **plain}
    for name, of in _INSIDE.get(kind, {}).items():
        inside = whole.get(name)
        if isinstance(inside, list):
            whole[name] = [lift(of, it) for it in inside]
        elif inside is not None:
            whole[name] = lift(of, inside)
    if kind == "client":
        whole["contacts"] = _numbered(whole["contacts"])
    return whole


def _numbered(contacts: list[Plain]) -> list[Plain]:
    """Contacts had no ids: what is known of them gives one, so that it is the same wherever they stand."""
    import hashlib  # who meets no old shape need not wait for it

    lifted: list[Plain] = []
    for it in contacts:
        known = "\0".join(str(it[name]) for name in ("name", "phone", "email"))
        doubles = sum({**other, "id": ""} == {**it, "id": ""} for other in lifted)
        digest = hashlib.sha256(f"{known}\0{doubles}".encode()).hexdigest()
        lifted.append({**it, "id": digest[:12]})
    return lifted


def settings_of(practice: Plain) -> dict[str, Plain]:
    """By key what a practice said that was kept in one piece; empty for none."""
    if practice is None:
        return {}
    whole = lift("practice", practice)
    listed = whole.pop("automations")
    automations = {f"automations.{it['id']}": {name: it[name] for name in it if name != "id"} for it in listed}
    groups = {name: whole.pop(name) for name in _INSIDE["practice"] if name in whole}
    keys = {
        f"{table}.{name}": value
        for table, given in {"practice": whole, **groups}.items()
        for name, value in given.items()
        if value is not None and (table, name, value) != ("practice", "country", "")
    }
    address = keys.get("portal.address", "")
    if address and "://" not in address:
        keys["portal.address"] = f"https://{address}"  # as it is read since
    return {**keys, **automations}

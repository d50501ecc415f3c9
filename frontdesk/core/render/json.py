"""The documented JSON shapes of the command line, version 1 (`docs/json.md`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any

from frontdesk.core.domain import objections as why
from frontdesk.core.domain.appointments import AppointmentId, appointment_ref, client_ref
from frontdesk.core.domain.charges import Charge
from frontdesk.core.domain.events.every import Event
from frontdesk.core.domain.events.history import HistoryLine
from frontdesk.core.domain.hours import TimeOff
from frontdesk.core.domain.kinds import ref_of
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.outbox import Call, Owed, trouble_of
from frontdesk.core.domain.people import Client
from frontdesk.core.domain.policies import Terms
from frontdesk.core.domain.practice import Automation, Setup, StaffMember
from frontdesk.core.domain.records import PastEvent
from frontdesk.core.domain.requests import Slot, request_ref
from frontdesk.core.domain.scenes import Offer, Verdict
from frontdesk.core.domain.services import Location, Service
from frontdesk.core.domain.times import Instant, Span
from frontdesk.core.domain.views import (
    BellLine,
    CallLine,
    ClientHit,
    Named,
    PlannedMove,
    Rehearsed,
    RequestLine,
    WorkLine,
)
from frontdesk.core.render.times import iso
from frontdesk.core.render.words.history import history_words
from frontdesk.core.render.words.notices import notice_words
from frontdesk.core.render.words.objections import objection_words
from frontdesk.core.render.words.voice import Voice

VERSION = 1

Json = dict[str, Any]


def items(found: Iterable[Json], more: bool = False) -> Json:
    return {"version": VERSION, "items": list(found), "more": more}


def item(one: Json) -> Json:
    return {"version": VERSION, "item": one}


def done(one: Json, event: Event | None, warnings: Iterable[str] = ()) -> Json:
    id_ = event.id if event is not None else None
    return {"version": VERSION, "item": one, "event": id_, "warnings": list(warnings)}


def error(code: str, message: str, reasons: Iterable[Json] = ()) -> Json:
    return {"version": VERSION, "error": {"code": code, "message": message, "reasons": list(reasons)}}


def offer(it: Offer, setup: Setup) -> Json:
    zone_name = setup.zone_of(it.location)
    return {
        "start": iso(it.start, zone_name),
        "end": iso(it.end, zone_name),
        "practitioner": it.practitioner,
        "location": it.location,
        "room": it.room,
    }


def verdict(it: Verdict, voice: Voice) -> Json:
    zone_name = voice.setup.zone_of(it.location)
    start = iso(it.start, zone_name) if isinstance(it.start, int) else it.start.isoformat(timespec="minutes")
    return {
        "practitioner": it.practitioner,
        "start": start,
        "ok": it.ok,
        "reasons": [reason(against, voice) for against in it.reasons],
        "warnings": [{"code": w.code, "message": objection_words(voice, w)} for w in it.warnings],
    }


def reason(against: why.Objection, voice: Voice) -> Json:
    culprit = getattr(against, "by", None)
    return {
        "code": against.code,
        "message": objection_words(voice, against),
        "culprit": _culprit(culprit, voice) if isinstance(culprit, why.Culprit) else None,
        "setting": against.setting,
        "overridable": against.overridable,
    }


def named(named: Named) -> Json:
    """An appointment with the names around it."""
    it = named.appointment
    return {
        "ref": it.ref,
        "client": client_ref(it.client),
        "client_name": named.client_name,
        "service": it.service,
        "practitioner": it.practitioner,
        "location": it.location,
        "room": it.room,
        "start": iso(it.start, it.zone),
        "end": iso(it.end, it.zone),
        "status": it.status.value,
        "lane": it.lane,
        "revision": it.revision,
        "sequence": it.sequence,
        "note": it.note or None,
        "internal_note": it.internal_note or None,
        "ticket": it.ticket or None,
        "cancel_deadline": _until(named.cancel_deadline, it.zone),
        "reschedule_deadline": _until(named.reschedule_deadline, it.zone),
        "source_id": it.source_id or None,
        "extra": it.extra,
        "series": None,
        "package": None,
    }


def request(line: RequestLine, voice: Voice) -> Json:
    it = line.request
    return {
        "ref": it.ref,
        "kind": it.kind.value,
        "status": it.state.value,
        "status_reason": it.ended.value if it.ended is not None else None,
        "client": client_ref(it.client) if it.client is not None else None,
        "client_name": line.client_name,
        "email": line.email or None,
        "phone": line.phone or None,
        "service": it.service,
        "practitioner": it.slot.practitioner,
        "location": it.slot.location,
        "room": it.slot.room,
        "start": iso(it.slot.start, it.zone),
        "end": iso(it.slot.end, it.zone),
        "duration": it.slot.span.minutes,
        "description": it.description or None,
        "internal_note": it.internal_note or None,
        "appointment": appointment_ref(it.appointment) if it.appointment is not None else None,
        "ticket": it.ticket or None,
        "revision": it.revision,
        "expires_at": iso(it.ends_at, it.zone),
        "hold_lost": it.hold_lost,
        "offers": [slot(held, voice.setup) | {"lost": held.lost} for held in it.offers],
    }


def slot(it: Slot, setup: Setup) -> Json:
    """A held time; an offer's shape."""
    return offer(Offer(it.start, it.end, it.practitioner, it.location, it.room), setup)


def charge(it: Charge) -> Json:
    return {
        "id": it.id,
        "client": client_ref(it.client),
        "appointment": appointment_ref(it.appointment),
        "kind": it.kind.value,
        "amount": {"amount": it.amount, "currency": it.currency},
        "state": it.state.value,
        "reason": it.reason or None,
    }


def policy(terms: Terms) -> list[Json]:
    """One item a field, with the level it comes from."""
    fields = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    return [
        {
            "field": name,
            "value": term.value.value if isinstance(term.value, Enum) else term.value,
            "from": term.level.value,
        }
        for name, term in fields.items()
    ]


def work(it: WorkLine, voice: Voice) -> Json:
    return named(it.named) | {"cause": it.work.cause, "since": iso(it.work.since, voice.zone)}


def planned(it: PlannedMove, setup: Setup) -> Json:
    return {"appointment": named(it.named), "to": slot(it.to, setup) if it.to is not None else None}


def time_off(it: TimeOff) -> Json:
    return {
        "id": it.id,
        "practitioner": it.staff,
        "start": it.start.isoformat(timespec="minutes"),
        "end": it.end.isoformat(timespec="minutes"),
        "reason": it.reason or None,
    }


def client(it: Client) -> Json:
    return {
        "id": client_ref(it.id),
        "ref": client_ref(it.id),
        "name": it.name,
        "kind": it.kind.value,
        "born": it.born.isoformat() if it.born else None,
        "email": it.email or None,
        "phone": it.phone or None,
        "contacts": [{"name": c.name, "phone": c.phone or None, "email": c.email or None} for c in it.contacts],
        "locale": it.locale or None,
        "note": it.note or None,
        "preferences": it.preferences or None,
        "source_id": it.source_id or None,
        "extra": it.extra,
        "created_at": iso(it.created_at, "UTC"),
    }


def client_hit(it: ClientHit, voice: Voice) -> Json:
    return {
        "id": client_ref(it.id),
        "ref": client_ref(it.id),
        "name": it.name,
        "phone": it.phone or None,
        "email": it.email or None,
        "born": it.born.isoformat() if it.born else None,
        "next": iso(it.next, voice.zone) if it.next is not None else None,
        "next_ref": appointment_ref(it.next_id) if it.next_id is not None else None,
    }


def service(it: Service, setup: Setup) -> Json:
    currency = setup.practice.currency
    return {
        "id": it.id,
        "name": it.name,
        "duration": it.duration,
        "price": None if it.price is None else {"amount": it.price, "currency": currency},
        "online": it.online,
        "approval": (it.approval or setup.practice.booking.approval).value,
        "practitioners": [person.id for person in setup.offering(it.id)],
        "locations": list(setup.locations_of(it)),
        "rooms": list(it.rooms),
        "active": it.life is Life.ACTIVE,
    }


def staff(it: StaffMember) -> Json:
    return {
        "id": it.id,
        "name": it.name,
        "email": it.email or None,
        "roles": [role.value for role in it.roles],
        "services": list(it.services),
        "active": it.life is Life.ACTIVE,
    }


def automation(it: Automation) -> Json:
    """Without what signs its webhooks."""
    do = {name: value for name, value in it.do.items() if name != "secret"}
    return {"id": it.id, "on": it.on, "when": it.when, "do": do, "enabled": it.enabled}


def rehearsed(it: Rehearsed, voice: Voice) -> Json:
    return {
        "automation": it.automation.id,
        "event": it.line.id,
        "at": iso(it.line.at, voice.zone),
        "on": it.on,
        "ref": it.reference,
    }


def mail(it: Owed, voice: Voice) -> Json:
    about, trouble = it.about.kind == "appointment", trouble_of(it)
    return {
        "id": it.id,
        "kind": it.kind.value,
        "carrier": it.carrier.value,
        "to": it.recipient,
        "subject": it.title,
        "state": it.state.value,
        "due_at": iso(it.due_at, voice.zone),
        "attempts": 0 if isinstance(it, Call) else it.delivery.attempts,
        "message_id": it.message_id,
        "appointment": appointment_ref(AppointmentId(int(it.about.id))) if about else None,
        "trouble": trouble.kind.value if trouble is not None else None,
        "error": trouble.detail if trouble is not None else None,
    }


def call(it: CallLine, voice: Voice) -> Json:
    return mail(it.owed, voice) | {"to": it.phone}


def notice(it: BellLine, voice: Voice) -> Json:
    about = it.notice
    return {
        "id": it.id,
        "at": iso(it.at, voice.zone),
        "event": it.event,
        "kind": about.kind.value,
        "about": {"kind": about.subject_kind, "id": ref_of(about.subject_kind, about.subject_id)},
        "read": it.is_read,
        "summary": notice_words(voice, it),
    }


def location(it: Location, setup: Setup) -> Json:
    return {
        "id": it.id,
        "name": it.name,
        "kind": it.kind.value,
        "timezone": setup.zone_of(it.id),
        "rooms": [room.id for room in setup.rooms.values() if room.location == it.id],
    }


def event(line: HistoryLine, voice: Voice) -> Json:
    return {
        "id": line.id,
        "at": iso(line.at, voice.zone),
        "actor": line.actor_name or None,
        "actor_kind": line.who.kind.value if line.who is not None else None,
        "actor_id": line.who.id if line.who is not None else None,
        "on_behalf_of": client_ref(line.on_behalf_of) if line.on_behalf_of is not None else None,
        "role": line.role,
        "operation": line.operation,
        "subject": {"kind": line.subject_kind, "id": ref_of(line.subject_kind, line.subject_id)},
        "batch": line.batch,
        "undoes": line.undoes,
        "consent": line.consent or None,
        "summary": history_words(voice, line),
    }


def past_event(line: HistoryLine, past: PastEvent, voice: Voice) -> Json:
    """An event with all that another database needs to take it over."""
    return event(line, voice) | {"kept": asdict(past)}


def _culprit(by: why.Culprit, voice: Voice) -> Json:
    return {
        "appointment": appointment_ref(by.appointment) if by.appointment is not None else None,
        "client_name": by.client_name or None,
        "start": _moment(by.span, voice)[0],
        "end": _moment(by.span, voice)[1],
        "held_until": _until(by.expires_at, voice.zone),
        "request": request_ref(by.request) if by.request is not None else None,
        "held_by": by.held_by or None,
    }


def _moment(span: Span, voice: Voice) -> tuple[str, str]:
    return iso(span.start, voice.zone), iso(span.end, voice.zone)


def _until(at: Instant | None, zone_name: str) -> str | None:
    return None if at is None else iso(at, zone_name)


def plain(value: Any) -> Any:
    """A value of the set-up as JSON has it."""
    match value:
        case Enum():
            return value.value
        case dict():
            return {str(key): plain(it) for key, it in value.items()}
        case tuple() | list():
            return [plain(it) for it in value]
        case date():
            return value.isoformat()
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {it.name: plain(getattr(value, it.name)) for it in fields(value)}
        case _:
            return value

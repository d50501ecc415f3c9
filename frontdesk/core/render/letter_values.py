"""What a letter may tell, in the words of its reader's language: the names that templates use."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

from typing import Any

from frontdesk.core.domain.appointments import Action, Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.money import written
from frontdesk.core.domain.outcomes import Countdown
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import LocationKind
from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.domain.told import Choice, MailKind, Reader, Told
from frontdesk.core.render.language import _
from frontdesk.core.render.marks import from_outside, greeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a letter may tell; nothing of anybody else, no internal note."""

    setup: Setup
    kind: MailKind
    reader: Reader
    language: str
    name: str = ""
    client_name: str = ""
    ref: str = ""
    """What the desk finds it by."""
    known: Told | None = None
    told: Told | None = None
    note: str = ""
    """The public note of the appointment."""
    price: int | None = None
    message: str = ""
    reason: str = ""
    """Why it was cancelled, for staff."""
    by: Side | None = None
    actor: str = ""
    ticket: str = ""
    countdowns: tuple[Countdown, ...] = ()
    terms: str = ""
    fee: int = 0
    """What the change costs the client, in minor units."""
    rebook_wanted: bool = False
    manage: str = ""
    rebook: str = ""
    """Links, with the place of their secret marked; empty where there is none."""
    code: str = ""
    """To sign in with, likewise."""
    link_until: Instant | None = None
    held_until: Instant | None = None
    answer_by: Instant | None = None
    overtaken: bool = False
    description: str = ""
    service: str = ""
    template: str = ""
    """An automation's own."""
    letter: str = ""
    """What somebody wrote instead of the template's words."""


def values_of(facts: Facts) -> dict[str, Any]:
    """The names a template may use, all of them texts, cleaned: no sign in them does anything."""
    practice = facts.setup.practice
    locale = _locale(facts.language)
    was, it = _visit(facts, facts.known, locale), _visit(facts, facts.told, locale)
    told = facts.told or facts.known
    zone_name = told.zone if told is not None else practice.timezone
    phone = from_outside(practice.phone)
    client = from_outside(facts.client_name)
    dated = {
        name: _moment(at, zone_name, locale) if at is not None else ""
        for name, at in (("until", facts.link_until), ("held", facts.held_until), ("answer_by", facts.answer_by))
    }
    money = _amount(facts.fee, practice.currency, locale)
    choices = told.choices if told is not None else ()
    zones = {_zone(it.start, facts.setup.zone_of(it.location), locale) for it in choices}
    return {
        "_": _,
        "language": facts.language.replace("_", "-"),
        "practice": {"name": from_outside(practice.name), "phone": phone, "email": practice.email},
        "name": from_outside(facts.name),
        "client": client,
        "greeting": greeting(_("Hello {name},").format(name=from_outside(facts.name)) if facts.name else _("Hello,")),
        "it": it,
        "was": was,
        "note": from_outside(facts.note),
        "message": from_outside(facts.message),
        "description": from_outside(facts.description),
        "ref": facts.ref,
        "service": from_outside(facts.service) or (it or was or {}).get("service", ""),
        "manage": facts.manage,
        "rebook": facts.rebook,
        "code": facts.code,
        "rebook_wanted": facts.rebook_wanted,
        "overtaken": facts.overtaken,
        "link_until": _("The link works once, until {when}.").format(when=dated["until"]) if dated["until"] else "",
        "held": _("We keep the time for you until {when}.").format(when=dated["held"]) if dated["held"] else "",
        "answer_by": dated["answer_by"],
        "offers": tuple(_offer(it, facts.setup, zones, locale) for it in choices),
        "offers_zone": min(zones) if len(zones) == 1 else "",
        "deadlines": " ".join(filter(None, (_deadline(facts, it, zone_name, locale) for it in facts.countdowns))),
        "terms": from_outside(facts.terms),
        "fee": _("It costs {amount}, as agreed.").format(amount=money) if facts.fee else "",
        "call_us": _("Call us if you have a question: {phone}.").format(phone=phone) if phone else "",
        "reason": _("Reason: {reason}").format(reason=from_outside(facts.reason)) if facts.reason else "",
        "gone": _("{client} has cancelled.").format(client=client)
        if facts.by is Side.CLIENT
        else _("The appointment of {client} is cancelled.").format(client=client),
        "by": _by(facts),
        "decide": _("Decide it in frontdesk: key 2, Requests."),
        "ticket": _("The ticket {ticket} names the old time.").format(ticket=from_outside(facts.ticket))
        if facts.ticket
        else "",
        "why": _why(facts),
        "subjects": {
            "practice": from_outside(practice.name),
            "client": client,
            "when": _short(facts, facts.told or facts.known, locale),
            "was": _short(facts, facts.known or facts.told, locale),
        },
    }


VISIT = ("when", "short", "zone", "duration", "service", "who", "where", "join", "price")
"""What `it` and `was` tell of an appointment."""


def _visit(facts: Facts, it: Told | None, locale: Locale) -> dict[str, str] | None:
    """An appointment in words."""
    if it is None:
        return None
    from babel.dates import format_date

    setup = facts.setup
    start = wall_time(it.start, it.zone)
    service, place = setup.services.get(it.service), setup.locations.get(it.location)
    person = setup.staff.get(it.practitioner)
    join = ""
    if place is not None and place.kind is LocationKind.VIDEO and place.link:
        join = _("Join here: {link}").format(link=from_outside(place.link))
    elif place is not None and place.kind is LocationKind.PHONE:
        join = _("We call you.")
    told = (
        f"{format_date(start, 'full', locale=locale)}, {_span(it, locale)}",
        _moment(it.start, it.zone, locale),
        _zone(it.start, it.zone, locale),
        _("{n} min").format(n=(it.end - it.start) // 60),
        from_outside(service.name) if service is not None else "",
        from_outside(person.name) if person is not None else "",
        place_of(place.name, place.address) if place is not None else "",
        join,
        _amount(facts.price, setup.practice.currency, locale) if facts.price else "",
    )
    return dict(zip(VISIT, told, strict=True))


def _zone(at: Instant, zone_name: str, locale: Locale) -> str:
    """The zone in words, as it is at that moment."""
    from babel.dates import get_timezone_name

    return str(get_timezone_name(wall_time(at, zone_name), width="long", locale=locale))


def _amount(units: int, currency: str, locale: Locale) -> str:
    """Money as the reader's language writes it."""
    from babel.numbers import format_currency

    return str(format_currency(Decimal(written(units, currency)), currency, locale=locale))


def _offer(it: Choice, setup: Setup, zones: set[str], locale: Locale) -> str:
    """A time to choose: when, with whom, where; in which zone where the offers differ in that."""
    zone_name = setup.zone_of(it.location)
    person, place = setup.staff.get(it.practitioner), setup.locations.get(it.location)
    parts = (
        _moment(it.start, zone_name, locale),
        _zone(it.start, zone_name, locale) if len(zones) > 1 else "",
        from_outside(person.name) if person is not None else "",
        place_of(place.name, place.address) if place is not None else "",
    )
    return " · ".join(filter(None, parts))


def place_of(name: str, address: str) -> str:
    """A place by name and address, said once where the one begins with the other."""
    name, address = from_outside(name), from_outside(address)
    return address if address.startswith(name) else ", ".join(filter(None, (name, address)))


def _span(it: Told, locale: Locale) -> str:
    """From when to when; the second pass of a repeated hour carries its zone's abbreviation."""
    start, end = wall_time(it.start, it.zone), wall_time(it.end, it.zone)
    text = f"{_clock(start, locale)}–{_clock(end, locale)}"
    return f"{text} {start.tzname()}" if start.fold else text


def _clock(at: datetime, locale: Locale) -> str:
    from babel.dates import format_time

    return format_time(at.replace(tzinfo=None), "short", locale=locale)


def _moment(at: Instant, zone_name: str, locale: Locale) -> str:
    from babel.dates import format_skeleton

    wall = wall_time(at, zone_name)
    text = f"{format_skeleton('MMMEd', wall.replace(tzinfo=None), locale=locale)} {_clock(wall, locale)}"
    return f"{text} {wall.tzname()}" if wall.fold else text


def _short(facts: Facts, it: Told | None, locale: Locale) -> str:
    if it is None:
        return ""
    text = _moment(it.start, it.zone, locale)
    service = facts.setup.services.get(it.service)
    if facts.setup.practice.mail.service_in_subject and service is not None:
        text = f"{text}, {from_outside(service.name)}"
    return text


def _deadline(facts: Facts, it: Countdown, zone_name: str, locale: Locale) -> str:
    """How long it is free to change, with its date, and what comes then."""
    cancelling, currency = it.action is Action.CANCEL, facts.setup.practice.currency
    if it.by_phone:
        return _("To cancel, please call.") if cancelling else _("To move it, please call.")
    when = _moment(it.until, zone_name, locale)
    cost = _amount(it.fee, currency, locale) if it.fee else ""
    if it.over:
        if it.refused and not facts.manage:
            return ""  # everything is by calling, and the letter says so
        if it.refused:
            text = _("To cancel it now, please call.") if cancelling else _("To move it now, please call.")
        elif cost:
            text = _("Cancelling it now costs {amount}.") if cancelling else _("Moving it now costs {amount}.")
        else:
            return ""
        return text.format(amount=cost)
    text = _("Free to cancel until {when}") if cancelling else _("Free to move until {when}")
    text = text.format(when=when)
    if it.refused:
        return _("{free}, then only by calling.").format(free=text) if facts.manage else f"{text}."
    if cost:
        return _("{free}, then it costs {amount}.").format(free=text, amount=cost)
    return _("{free}, then it counts as late.").format(free=text) if cancelling else f"{text}."


def _by(facts: Facts) -> str:
    if facts.by is Side.CLIENT:
        return _("By the client.")
    return _("By {who}.").format(who=from_outside(facts.actor)) if facts.actor else ""


def _why(facts: Facts) -> str:
    name = from_outside(facts.setup.practice.name)
    if facts.kind is MailKind.TEST:
        return _("You get this mail because somebody tries the mails of {practice}.").format(practice=name)
    if facts.kind is MailKind.ACCESS_CODE:
        return _("You get this mail because somebody wants to sign in at {practice} with this address.").format(
            practice=name
        )
    if facts.reader is Reader.CLIENT:
        return _("You get this mail because of your appointment at {practice}.").format(practice=name)
    return _("You get this mail because you work at {practice}.").format(practice=name)


@lru_cache(maxsize=32)
def _locale(name: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    for candidate in (name, name.split("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")

"""Mails as they are read: subject, text and HTML from templates, in the reader's language.

The templates lie in `templates/`; two files of parts write the same letter as text and as HTML. A practice may
replace any of them (`[mail.templates]`). They run in a sandbox; a name that does not exist is an error on saving.
"""

from __future__ import annotations

import difflib
import html
import logging
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frontdesk.core.domain.appointments import Action, Side
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.money import written
from frontdesk.core.domain.outbox import SECRET_CLOSE, SECRET_OPEN, Letter
from frontdesk.core.domain.outcomes import Countdown
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import LocationId, LocationKind, ServiceId
from frontdesk.core.domain.text import clean_line, clean_text, later
from frontdesk.core.domain.times import Instant, wall_time
from frontdesk.core.domain.told import Choice, MailKind, Reader, Told
from frontdesk.core.render.language import _, speaking
from frontdesk.core.render.own_templates import fill, require_known

if TYPE_CHECKING:
    from babel import Locale
    from jinja2 import Environment

log = logging.getLogger("frontdesk.letters")

TEMPLATES = Path(__file__).parent / "templates"
SUBJECT_LENGTH = 200
MASK = "••••••••"
"""What stands for a secret wherever a mail is looked at."""

SUBJECTS: dict[tuple[MailKind, Reader], str] = {
    (MailKind.BOOKED, Reader.CLIENT): later("Booked: {when} – {practice}"),
    (MailKind.MOVED, Reader.CLIENT): later("Moved: {when} – {practice}"),
    (MailKind.CANCELLED, Reader.CLIENT): later("Cancelled: {was} – {practice}"),
    (MailKind.REQUEST_RECEIVED, Reader.CLIENT): later("Request received: {when} – {practice}"),
    (MailKind.REQUEST_APPROVED, Reader.CLIENT): later("Booked: {when} – {practice}"),
    (MailKind.REQUEST_DECLINED, Reader.CLIENT): later("Not possible: {when} – {practice}"),
    (MailKind.REQUEST_EXPIRED, Reader.CLIENT): later("Request over: {when} – {practice}"),
    (MailKind.MOVE_ASKED, Reader.CLIENT): later("Wish received: {when} – {practice}"),
    (MailKind.MOVE_APPROVED, Reader.CLIENT): later("Moved: {when} – {practice}"),
    (MailKind.MOVE_DECLINED, Reader.CLIENT): later("Not possible: {when} – {practice}"),
    (MailKind.MOVE_EXPIRED, Reader.CLIENT): later("Wish to move is over: {when} – {practice}"),
    (MailKind.OFFERED, Reader.CLIENT): later("Other times for you – {practice}"),
    (MailKind.REMINDER, Reader.CLIENT): later("Reminder: {when} – {practice}"),
    (MailKind.MESSAGE, Reader.CLIENT): later("A message from {practice}"),
    (MailKind.BOOKING_LINK, Reader.CLIENT): later("Book your appointment – {practice}"),
    (MailKind.ACCESS_CODE, Reader.CLIENT): later("Your access code – {practice}"),
    (MailKind.BOOKED, Reader.STAFF): later("Booked: {when}, {client}"),
    (MailKind.MOVED, Reader.STAFF): later("Moved: {when}, {client}"),
    (MailKind.CANCELLED, Reader.STAFF): later("Cancelled: {was}, {client}"),
    (MailKind.REQUEST_TO_DECIDE, Reader.STAFF): later("To decide: {when}, {client}"),
    (MailKind.MOVE_TO_DECIDE, Reader.STAFF): later("Move to decide: {when}, {client}"),
    (MailKind.CLIENT_MESSAGE, Reader.STAFF): later("Message from {client}"),
    (MailKind.TEST, Reader.STAFF): later("A test from {practice}"),
    (MailKind.AUTOMATION, Reader.CLIENT): later("A message from {practice}"),
    (MailKind.AUTOMATION, Reader.STAFF): later("For you: {client}"),
}
"""What and when first; every kind of letter is here, and nothing else is one."""


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


def letter(facts: Facts) -> Letter:
    """The whole letter but its calendar file."""
    with speaking(facts.language, facts.setup.practice.labels):
        values = _values(facts)
        subject = clean_line(_(SUBJECTS[facts.kind, facts.reader]).format(**values["subjects"]), SUBJECT_LENGTH)
        values["subject"] = subject
        name = template_name(facts.kind, facts.reader)
        own = facts.template or facts.setup.practice.mail.templates.get(name, "")
        body = _uncovered(facts.letter, facts) if facts.letter else _own(name, own, values)
        if body:
            subject, body = _own_subject(body, subject)
            values["subject"] = subject
            below = "" if facts.letter else _below(values)  # who rewrote a letter rewrote its end too
            page = _framed(body, values, ends=not facts.letter)
            return Letter(subject=subject, text=_tidy(body + below), html=_inlined(page))
        plain, rich = _environments()
        return Letter(
            subject=subject,
            text=_tidy(_rendered(plain, name, values, "text")),
            html=_inlined(_rendered(rich, name, values, "html")),
        )


def _own(name: str, source: str, values: dict[str, Any]) -> str:
    """What a practice's own template says; nothing where it has none, or where it cannot be filled after all."""
    if not source:
        return ""
    try:
        return fill(f"mail.templates.{name}", source, values)
    except BadInput as wrong:  # nobody is kept from booking by a letter: the packaged one says it
        log.warning("template %s cannot be filled: %s", wrong.field, wrong.hint)
        return ""


def _below(values: dict[str, Any]) -> str:
    """Who writes, where they are reached, and why."""
    practice = values["practice"]
    phone = f"\n{_('Phone')}: {practice['phone']}" if practice["phone"] else ""
    return f"\n\n--\n{practice['name']}{phone}\n{values['why']}\n"


def template_name(kind: MailKind, reader: Reader) -> str:
    return f"{kind.value}_{reader.value}"


TEMPLATE_NAMES = tuple(sorted(template_name(kind, reader) for kind, reader in SUBJECTS))
"""What a practice may replace."""


def is_broken(text: str, template: str) -> bool:
    """Whether somebody who rewrote a letter left a part of a covered link: it would lead nowhere."""
    for link in _URL.findall(template):
        text = text.replace(link, "") if MASK in link else text
    return _PIECE.search(text) is not None


def masked(text: str) -> str:
    """A stored body as people may look at it: its secrets stay covered."""
    return _SECRET.sub(MASK, text)


def opened(text: str, secrets: dict[str, str]) -> str:
    """A stored body as it leaves, with its secrets in their places."""
    return _SECRET.sub(lambda found: secrets.get(found[1], MASK), text)


def secret(name: str) -> str:
    """The place of a secret in a body."""
    return f"{SECRET_OPEN}{name}{SECRET_CLOSE}"


def check_templates(setup: Setup) -> None:
    """Every text a practice wrote itself, filled with an example. Raises BadInput with the nearest name it means."""
    for name, source in setup.practice.mail.templates.items():
        _check(name, source, setup, f"mail.templates.{name}")
    for it in setup.practice.automations:
        if it.do.get("mail"):
            reader = Reader.CLIENT if it.do["mail"] == "client" else Reader.STAFF
            name = template_name(MailKind.AUTOMATION, reader)
            _check(name, it.do["text"], setup, f"automations.{it.id}.do.text")


def _check(name: str, source: str, setup: Setup, field: str) -> None:
    if name not in TEMPLATE_NAMES:
        near = difflib.get_close_matches(name, TEMPLATE_NAMES, n=1)
        raise BadInput(field, Problem.UNKNOWN, name, hint=near[0] if near else ", ".join(TEMPLATE_NAMES))
    kind, reader = next(it for it in SUBJECTS if template_name(*it) == name)
    for facts in examples(setup, kind, reader):
        with speaking(facts.language, facts.setup.practice.labels):
            values = {**_values(facts), "subject": ""}
            require_known(field, source, values, visit=VISIT)
            fill(field, source, values)


WITHOUT_NOW = frozenset({MailKind.CANCELLED, MailKind.BOOKING_LINK, MailKind.TEST, MailKind.ACCESS_CODE})
"""Letters that tell of nothing that stands."""
WITH_BEFORE = frozenset(
    {
        MailKind.MOVED,
        MailKind.CANCELLED,
        MailKind.MOVE_ASKED,
        MailKind.MOVE_APPROVED,
        MailKind.MOVE_DECLINED,
        MailKind.MOVE_EXPIRED,
        MailKind.MOVE_TO_DECIDE,
    }
)
"""Letters that tell of something before."""
WITH_OR_WITHOUT = frozenset({MailKind.MESSAGE, MailKind.CLIENT_MESSAGE})
"""Letters that may be about an appointment, or about none."""


def examples(setup: Setup, kind: MailKind, reader: Reader) -> tuple[Facts, ...]:
    """Letters about nobody, to try a template with: with all that this kind may lack."""
    service = next(iter(setup.services.values()), None)
    person = next(iter(setup.staff.values()), None)
    place = next(iter(setup.locations), LocationId(""))
    at = 1_800_000_000
    told = Told(
        stands="booked",
        start=at,
        end=at + 3600,
        zone=setup.practice.timezone,
        service=service.id if service is not None else ServiceId(""),
        practitioner=person.id if person is not None else StaffId(""),
        location=place,
    )
    full = Facts(
        setup=setup,
        kind=kind,
        reader=reader,
        language=setup.practice.locale,
        name="Client One",
        client_name="Client One",
        known=told if kind in WITH_BEFORE else None,
        told=None if kind in WITHOUT_NOW else told,
    )
    return (full, replace(full, told=None)) if kind in WITH_OR_WITHOUT else (full,)


_SECRET = re.compile(f"{SECRET_OPEN}([a-z_]+){SECRET_CLOSE}")
_PIECE = re.compile(f"{MASK[0]}{MASK[0]}|https?://\\S*{MASK[0]}")
"""What is left of a covered link; a bullet of somebody's list is none."""
_BLANK = re.compile(r"\n\s*\n\s*")
_URL = re.compile(rf"https?://[^\s<>\"{SECRET_CLOSE}]+{SECRET_CLOSE}?")


def _values(facts: Facts) -> dict[str, Any]:
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
        "greeting": _("Hello {name},").format(name=from_outside(facts.name)) if facts.name else _("Hello,"),
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


def from_outside(text: str) -> str:
    """Text from outside: cleaned once more, and never able to stand for a secret."""
    return clean_text(text.replace(SECRET_OPEN, "").replace(SECRET_CLOSE, ""))


@lru_cache(maxsize=32)
def _locale(name: str) -> Locale:
    from babel import Locale, UnknownLocaleError

    for candidate in (name, name.split("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


@lru_cache(maxsize=1)
def _environments() -> tuple[Environment, Environment]:
    """For the packaged templates, as text and as HTML: the same templates, other parts. They need no sandbox."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def made(escape: bool) -> Environment:
        return Environment(
            loader=FileSystemLoader(TEMPLATES),
            undefined=StrictUndefined,
            autoescape=escape,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    return made(escape=False), made(escape=True)


def _rendered(environment: Environment, name: str, values: dict[str, Any], form: str) -> str:
    template = environment.get_template(f"{name}.j2")
    return template.render(values, layout=f"layout.{form}.j2", parts=f"parts.{form}.j2")


def _own_subject(body: str, subject: str) -> tuple[str, str]:
    """A body may begin with a line `Subject: …`."""
    first, _newline, rest = body.lstrip().partition("\n")
    if not first.startswith("Subject:"):
        return subject, body
    return clean_line(first.removeprefix("Subject:"), SUBJECT_LENGTH) or subject, rest


def _framed(body: str, values: dict[str, Any], ends: bool) -> str:
    """Plain words as a page: paragraphs, with their addresses as links; `ends` with who writes, and why."""
    paragraphs = (_linked(part) for part in _BLANK.split(body.strip()))
    told = "\n".join(f"<p>{part}</p>" for part in paragraphs)
    template = _environments()[1].from_string("{% extends layout %}{% block body %}{{ told }}{% endblock %}")
    from markupsafe import Markup

    return template.render(values, layout="layout.html.j2", told=Markup(told), ends=ends)


def _linked(text: str) -> str:
    parts: list[str] = []
    end = 0
    for found in _URL.finditer(text):
        url = html.escape(found[0])
        parts += [html.escape(text[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join((*parts, html.escape(text[end:]))).replace("\n", "<br>\n")


def _uncovered(text: str, facts: Facts) -> str:
    """What somebody rewrote, with the covered links of their preview in their places again."""
    text = text.replace(SECRET_OPEN, "").replace(SECRET_CLOSE, "")
    for link in filter(None, (facts.manage, facts.rebook)):
        text = text.replace(masked(link), link)
    if _PIECE.search(text):
        raise BadInput("letter", Problem.NOT_READABLE, MASK, hint=_("leave a covered link whole, or take it out"))
    return text


def _tidy(text: str) -> str:
    """No trailing spaces, never two empty lines."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


def _inlined(page: str) -> str:
    """Styles on each element: mail programs drop the head."""
    import css_inline

    return css_inline.inline(page, keep_style_tags=False, load_remote_stylesheets=False)

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
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.outbox import Letter
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.services import LocationId, ServiceId
from frontdesk.core.domain.text import clean_line, later
from frontdesk.core.domain.told import MailKind, Reader, Told
from frontdesk.core.render.language import _, speaking
from frontdesk.core.render.letter_values import VISIT, Facts, values_of
from frontdesk.core.render.marks import URL, section, tidy, uncovered
from frontdesk.core.render.own_templates import fill, require_known

if TYPE_CHECKING:
    from jinja2 import Environment

log = logging.getLogger("frontdesk.letters")

TEMPLATES = Path(__file__).parent / "templates"
SUBJECT_LENGTH = 200

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


def letter(facts: Facts) -> Letter:
    """The whole letter but its calendar file."""
    with speaking(facts.language, facts.setup.practice.labels):
        values = values_of(facts)
        subject = clean_line(_(SUBJECTS[facts.kind, facts.reader]).format(**values["subjects"]), SUBJECT_LENGTH)
        values["subject"] = subject
        name = template_name(facts.kind, facts.reader)
        own = facts.template or facts.setup.practice.mail.templates.get(name, "")
        links = (facts.manage, facts.rebook)
        body = uncovered(facts.letter, links) if facts.letter else _own(name, own, values)
        if body:
            subject, body = _own_subject(body, subject)
            values["subject"] = subject
            below = "" if facts.letter else _below(values)  # who rewrote a letter rewrote its end too
            page = _framed(body, values, ends=not facts.letter)
            return Letter(subject=subject, text=tidy(section(body.strip()) + below), html=_inlined(page))
        plain, rich = _environments()
        return Letter(
            subject=subject,
            text=tidy(_rendered(plain, name, values, "text")),
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
            values = {**values_of(facts), "subject": ""}
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


_BLANK = re.compile(r"\n\s*\n\s*")


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
    for found in URL.finditer(text):
        url = html.escape(found[0])
        parts += [html.escape(text[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join((*parts, html.escape(text[end:]))).replace("\n", "<br>\n")


def _inlined(page: str) -> str:
    """Styles on each element: mail programs drop the head."""
    import css_inline

    return css_inline.inline(page, keep_style_tags=False, load_remote_stylesheets=False)

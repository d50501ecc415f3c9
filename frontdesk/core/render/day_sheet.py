"""The day sheet: one day of the practice as text, and as a page to print."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from frontdesk.core.domain.appointments import HOLDS_TIME
from frontdesk.core.domain.backups import Head
from frontdesk.core.domain.views import Named
from frontdesk.core.render import times
from frontdesk.core.render.language import _
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.voice import Voice

WIDTH = 78
"""Columns of the foot, in text."""


def day_sheet(voice: Voice, day: date, found: Sequence[Named], head: Head) -> str:
    """Plain text, a block a practitioner; at the foot the head of the record, for `verify --head`."""
    lines = [f"{voice.setup.practice.name} · {times.day(day, year=True)}", ""]
    for name, theirs in _by_person(found):
        lines.append(name)
        lines.extend(f"  {'  '.join(cell for cell in _cells(voice, it) if cell)}" for it in theirs)
        lines.append("")
    if len(lines) == 2:
        lines.append(_("no appointments"))
    return "\n".join(lines).rstrip() + f"\n\n{_foot(head)}\n"


def day_page(voice: Voice, day: date, found: Sequence[Named], head: Head) -> str:
    """The same as a page of HTML that prints on paper; every text is escaped."""
    title = html.escape(f"{voice.setup.practice.name} · {times.day(day, year=True)}")
    parts = []
    for name, theirs in _by_person(found):
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(voice, it)) + "</tr>" for it in theirs
        )
        parts.append(f"<h2>{html.escape(name)}</h2><table>{rows}</table>")
    style = (
        "body{font:11pt sans-serif;margin:2cm}h1{font-size:14pt}h2{font-size:12pt;margin:1em 0 .2em}"
        "table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ccc;padding:.25em .6em .25em 0}"
        "h2,table{break-inside:avoid}footer{margin-top:2em;font:8pt monospace;color:#555}"
    )
    body = "".join(parts) or f"<p>{html.escape(_('no appointments'))}</p>"
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>'
        f"<body><h1>{title}</h1>{body}<footer>{html.escape(_foot(head))}</footer></body></html>\n"
    )


def _foot(head: Head) -> str:
    """On two lines where it is long; typed on one, without a space, it is what `verify --head` takes."""
    told = _("record {head}").format(head=head)
    cut = told.rfind("/", 0, WIDTH) + 1 if len(told) > WIDTH else len(told)
    return "\n".join(filter(None, (told[:cut], told[cut:])))


def _by_person(found: Sequence[Named]) -> list[tuple[str, list[Named]]]:
    held = [it for it in found if it.appointment.status in HOLDS_TIME]
    ordered = sorted(held, key=lambda it: (it.practitioner_name, it.appointment.start))
    return [(name, list(theirs)) for name, theirs in groupby(ordered, key=lambda it: it.practitioner_name)]


def _cells(voice: Voice, it: Named) -> tuple[str, ...]:
    appointment = it.appointment
    span = f"{voice.time(appointment.start, appointment.zone)}–{voice.time(appointment.end, appointment.zone)}"
    return (span, it.client_name, it.service_name, it.room_name, it.client_phone, status(appointment.status))

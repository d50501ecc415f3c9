"""Calendar files as records: repeating events expanded, each title a client, time off, or ignored."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from frontdesk.core.domain.appointments import Status
from frontdesk.core.domain.errors import BadInput, Problem
from frontdesk.core.domain.records import AppointmentRecord, BadRow, Records, TimeOffRecord
from frontdesk.core.domain.text import clean_line, clean_text, folded
from frontdesk.core.domain.times import YEARS, is_zone, zone
from frontdesk.core.parse.csv import problem
from frontdesk.core.parse.csv_columns import ImportMapping
from frontdesk.core.parse.rules import problem as problem_of_rule

YEARS_AHEAD = 1
"""How far an event without an end is expanded."""

_AWAY = "off holiday holidays vacation leave away absent sick conference training urlaub krank ferien conge"
TIME_OFF_WORDS = frozenset(_AWAY.split())
IGNORED_WORDS = frozenset({"lunch", "break", "blocked", "busy", "free", "reminder", "birthday"})

_TIMES = frozenset({"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})

STATUS = {"CONFIRMED": Status.BOOKED, "TENTATIVE": Status.BOOKED, "CANCELLED": Status.CANCELLED}


def records(
    text: str, file: str, stem: str, zone_name: str, today: date, mapping: ImportMapping | None = None
) -> Records:
    """The records of one calendar, of the practitioner it is named after. Raises BadInput."""
    import icalendar
    import x_wr_timezone

    mapping = mapping or ImportMapping()
    with _read_by_library(file):
        calendar = icalendar.Calendar.from_ical(text)
        _flatten(calendar)
    own_zone = str(calendar.get("X-WR-TIMEZONE", ""))
    if own_zone and not is_zone(own_zone):
        raise BadInput(f"{file}: X-WR-TIMEZONE", Problem.NOT_A_ZONE, own_zone)
    zone_name = own_zone or zone_name
    practitioner = clean_line(str(calendar.get("X-WR-CALNAME", "")) or stem)
    good, off, ignored = [], [], 0
    bad = _take_out_unreadable(calendar, file, practitioner, zone_name)
    with _read_by_library(file):
        if own_zone:
            calendar = x_wr_timezone.to_standard(calendar)
        events = list(_expanded(calendar, today))
    for event in events:
        title = clean_line(str(event.get("SUMMARY", "")))
        try:
            read = _event(event, title, practitioner, zone_name, mapping)
        except BadInput as error:
            bad.append(_bad(event, file, practitioner, zone_name, problem(error)))
            continue
        if read is None:
            ignored += 1
        elif isinstance(read, TimeOffRecord):
            off.append(read)
        else:
            good.append(read)
    return Records(appointments=tuple(good), time_off=tuple(off), bad=tuple(bad), ignored=ignored)


@contextmanager
def _read_by_library(file: str) -> Iterator[None]:
    """What the library cannot read it tells in many ways, some of them its own faults. Raises BadInput."""
    try:
        yield
    except Exception as error:
        hint = clean_line(str(error), limit=120) or type(error).__name__
        raise BadInput(file, Problem.NOT_READABLE, "calendar file (ICS)", hint=hint) from None


def _flatten(calendar: Any) -> None:
    """Only zones and events are left, each by itself: some nest what does not nest."""
    zones, events = calendar.walk("VTIMEZONE"), calendar.walk("VEVENT")
    for it in events:
        it.subcomponents = []
    calendar.subcomponents = [*zones, *events]


def _take_out_unreadable(calendar: Any, file: str, practitioner: str, zone_name: str) -> list[BadRow]:
    """Events whose times or rules cannot be followed: they would vanish without a word when series are expanded."""
    import recurring_ical_events

    bad = []
    for event in list(calendar.walk("VEVENT")):
        told = _unreadable(event)
        if not told:
            try:
                day = event["DTSTART"].dt
                recurring_ical_events.of(_with_only(calendar, [event])).at(day)
            except Exception as error:  # whatever it is that the library trips over
                told = f"RRULE: {error or 'cannot be followed'}"
        if told:
            bad.append(_bad(event, file, practitioner, zone_name, told))
            calendar.subcomponents = [it for it in calendar.subcomponents if it is not event]
    return bad


def _unreadable(event: Any) -> str:
    """What is wrong with an event, told as for a row of a CSV; empty where nothing is."""
    for name, what in event.errors:
        if name in _TIMES:
            return f"{name}: {what}"
    try:
        days = [event["DTSTART"].dt, _end(event)]
    except (KeyError, AttributeError, TypeError, ValueError):
        return "DTSTART, DTEND: not a time"
    except OverflowError:
        return "DTSTART, DURATION: out of range"
    if any(day.year not in YEARS for day in days):
        return "DTSTART: out of range"
    rules = event.get("RRULE", [])
    found = (problem_of_rule(it, days[0]) for it in (rules if isinstance(rules, list) else [rules]))
    return next(filter(None, found), "")


def _bad(event: Any, file: str, practitioner: str, zone_name: str, told: str) -> BadRow:
    """An event in the columns of a CSV of appointments, so that it can be corrected and imported as one."""
    title = clean_line(str(event.get("SUMMARY", "")))
    row = dict.fromkeys(("id", "client", "client_name", "practitioner", "start", "minutes"), "")
    row |= {
        "id": clean_line(str(event.get("UID", "")), limit=200),
        "client_name": title,
        "practitioner": practitioner,
    }
    try:
        row["client"] = _client_id(event, title)
        start, end = _aware(event["DTSTART"].dt, zone_name), _aware(_end(event), zone_name)
        row |= {"start": start.isoformat(), "minutes": str(int((end - start).total_seconds() // 60))}
    except (KeyError, AttributeError, TypeError, ValueError, OverflowError):
        pass  # these are what has to be filled in
    return BadRow(file=file, line=0, problem=told, row=row)


def _event(
    event: Any, title: str, practitioner: str, zone_name: str, mapping: ImportMapping
) -> AppointmentRecord | TimeOffRecord | None:
    start, end = event["DTSTART"].dt, _end(event)
    what = folded(title)
    if not what or what in mapping.ignore or (what in IGNORED_WORDS and what not in mapping.time_off):
        return None
    whole_days = not isinstance(start, datetime)
    if whole_days or what in mapping.time_off or set(what.split()) & TIME_OFF_WORDS:
        return TimeOffRecord(
            practitioner=practitioner, start=_wall(start, zone_name), end=_wall(end, zone_name), reason=title
        )
    start, end = _aware(start, zone_name), _aware(end, zone_name)
    minutes = int((end - start).total_seconds() // 60)
    if not 1 <= minutes <= 960:
        raise BadInput("DTEND", Problem.OUT_OF_RANGE, str(minutes), hint="1–960 minutes")
    uid = clean_line(str(event.get("UID", "")), limit=200)
    recurrence = event.get("RECURRENCE-ID")
    part = f"/{_aware(recurrence.dt, zone_name):%Y%m%dT%H%M%S%z}" if recurrence is not None else ""
    return AppointmentRecord(
        source_id=f"{uid}{part}" if uid else f"{practitioner}/{start:%Y%m%dT%H%M}/{title}",
        client=_client_id(event, title),
        client_name=title,
        practitioner=practitioner,
        start=int(start.timestamp()) // 60 * 60,
        minutes=minutes,
        status=STATUS.get(str(event.get("STATUS", "CONFIRMED")), Status.BOOKED),
        note=clean_text(str(event.get("DESCRIPTION", ""))),
    )


def _client_id(event: Any, title: str) -> str:
    """Whoever is invited, else the title: a calendar has no other name for a client."""
    attendee = event.get("ATTENDEE")
    if isinstance(attendee, list):
        attendee = attendee[0] if attendee else None
    address = re.sub(r"(?i)^mailto:", "", str(attendee or ""))
    return clean_line(address.lower() if "@" in address else title)


def _end(event: Any) -> Any:
    if "DTEND" in event:
        return event["DTEND"].dt
    start = event["DTSTART"].dt
    if "DURATION" in event:
        return start + event["DURATION"].dt
    return start + timedelta(days=1) if not isinstance(start, datetime) else start


def _expanded(calendar: Any, today: date) -> Iterator[Any]:
    """Each time that something happens, as an event of its own.

    What repeats without an end does so for a year from today, or from its start where that is later; however far
    away something else lies. What belongs to one series stays together.
    """
    import recurring_ical_events

    events = list(calendar.walk("VEVENT"))
    first, last = min([today, *map(_day, events)]), max([today, *map(_day, events)])
    ends = {_series(it): _year_after(max(today, _day(it))) for it in events if _is_endless(it)}
    together: dict[date, list[Any]] = defaultdict(list)
    for it in events:
        together[ends.get(_series(it), _year_after(last))].append(it)
    for end, theirs in together.items():
        yield from recurring_ical_events.of(_with_only(calendar, theirs)).between(first, end)


def _with_only(calendar: Any, events: Iterable[Any]) -> Any:
    """The calendar with only these events, and its zones."""
    made = type(calendar)()
    for it in (*calendar.walk("VTIMEZONE"), *events):
        made.add_component(it)
    return made


def _series(event: Any) -> object:
    """What all of one series share; an event without a name is one by itself."""
    return str(event.get("UID", "")) or id(event)


def _is_endless(event: Any) -> bool:
    rules = event.get("RRULE", [])
    return any("COUNT" not in it and "UNTIL" not in it for it in (rules if isinstance(rules, list) else [rules]))


def _day(event: Any) -> date:
    start = event["DTSTART"].dt
    return start.date() if isinstance(start, datetime) else start


def _year_after(day: date) -> date:
    return date(day.year + YEARS_AHEAD, day.month, min(day.day, 28)) + timedelta(days=1)


def _aware(at: date, zone_name: str) -> datetime:
    moment = at if isinstance(at, datetime) else datetime.combine(at, time())
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone(zone_name))


def _wall(at: Any, zone_name: str) -> datetime:
    return _aware(at, zone_name).astimezone(zone(zone_name)).replace(tzinfo=None, second=0, microsecond=0)

"""How one practice says names, times and amounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.money import written
from frontdesk.core.domain.practice import Setup
from frontdesk.core.domain.requests import Slot
from frontdesk.core.domain.scenes import Offer
from frontdesk.core.domain.times import HOUR, Instant, Span, local_date, wall_time
from frontdesk.core.render import times
from frontdesk.core.render.language import _

PLAIN_DAYS = 300
"""Days from today within which a date without a year means only one."""


def countdown(seconds: int) -> str:
    """How long something still waits: `0:42`, `12:05`, `3 h`."""
    if seconds >= 2 * HOUR:
        return _("{n} h").format(n=seconds // HOUR)
    return f"{seconds // 60}:{seconds % 60:02}"


@dataclass(frozen=True, slots=True)
class Voice:
    """How one practice speaks: its names, its zone, its way of writing times and money."""

    setup: Setup
    today: date | None = None
    """Tells which dates need their year to be understood."""

    @property
    def zone(self) -> str:
        return self.setup.practice.timezone

    @property
    def twelve(self) -> bool:
        return times.has_twelve_hours(self.setup.practice.locale)

    def time(self, at: Instant, zone_name: str = "") -> str:
        return times.time_at(at, zone_name or self.zone, self.twelve)

    def moment(self, at: Instant, zone_name: str = "") -> str:
        """Date and time; at a location in another zone than the practice's with that zone."""
        zone_name = zone_name or self.zone
        told = f"{self.day(local_date(at, zone_name))} {self.time(at, zone_name)}"
        return told if zone_name == self.zone else f"{told} {wall_time(at, zone_name).tzname()}"

    def day(self, of: date) -> str:
        """A date, with its year where that is not the one people think of."""
        return times.day(of, year=self.today is not None and abs((of - self.today).days) > PLAIN_DAYS)

    def span(self, span: Span) -> str:
        return f"{self.time(span.start)}–{self.time(span.end)}"

    def practitioner(self, id_: Any) -> str:
        return self.setup.staff[id_].name if id_ in self.setup.staff else str(id_)

    def service(self, id_: Any) -> str:
        return self.setup.services[id_].name if id_ in self.setup.services else str(id_)

    def wall(self, offer: Offer) -> datetime:
        """When an offer begins at its location, as a naive wall time."""
        return wall_time(offer.start, self.setup.zone_of(offer.location)).replace(tzinfo=None)

    def offer(self, offer: Offer) -> str:
        zone_name = self.setup.zone_of(offer.location)
        return f"{self.moment(offer.start, zone_name)} {self.practitioner(offer.practitioner)}"

    def slot(self, slot: Slot) -> str:
        """A held or planned time: when, with whom."""
        return self.offer(Offer(slot.start, slot.end, slot.practitioner, slot.location, slot.room))

    def ticket(self, ticket: str) -> str:
        """A ticket in another system: its address where the practice says how it is made, else its id."""
        url = self.setup.practice.requests.ticket_url
        return url.replace("{id}", quote(ticket, safe="")) if url else ticket

    def money(self, units: int, currency: str = "") -> str:
        """An amount with its currency."""
        currency = currency or self.setup.practice.currency
        return f"{written(units, currency)} {currency}"

    def location(self, id_: Any) -> str:
        return self.setup.locations[id_].name if id_ in self.setup.locations else str(id_)

    def room(self, id_: Any) -> str:
        return self.setup.rooms[id_].name if id_ in self.setup.rooms else str(id_)

    def wall_clock(self, at: Any) -> str:
        return f"{times.day(at.date())} {times.clock(at, self.twelve)}"

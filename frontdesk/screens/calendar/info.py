"""What the line under the calendar says of what is under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from frontdesk.core.domain.gaps import gap_at
from frontdesk.core.domain.times import Instant
from frontdesk.core.domain.views import Block, Hold, MonthDay, Named
from frontdesk.core.render import times
from frontdesk.core.render.language import _, plural
from frontdesk.core.render.words.labels import status
from frontdesk.core.render.words.voice import Voice
from frontdesk.widgets.grid_cursor import Here


def about_here(voice: Voice, here: Here, picked: Sequence[Named], now: Instant) -> str:
    """Of what the cursor is on in the grid."""
    if here.block is not None:
        return about_block(voice, here.block, now)
    if here.hold is not None:
        return about_hold(voice, here.hold)
    return about_free(voice, here, picked)


def about_block(voice: Voice, block: Block, now: Instant) -> str:
    span = f"{voice.time(block.start)}–{voice.time(block.end)}"
    late = f" · {_('late')}" if block.is_late(now) else ""
    asks = _("asks for {when}").format(when=voice.moment(block.asks_for)) if block.asks_for is not None else ""
    told = f"{span} {block.client_name} · {block.service_name} · {status(block.status)}{late}"
    return f"{told} · {asks}" if asks else told


def about_hold(voice: Voice, hold: Hold) -> str:
    """Who asks for this time, or keeps it, and until when."""
    span = f"{voice.time(hold.start)}–{voice.time(hold.end)}"
    until = _("until {when}").format(when=voice.moment(hold.expires_at))
    if hold.request is None and not hold.service_name:
        return f"{span} {_('{who} is choosing').format(who=hold.name)} · {until}"
    what = _("was offered it") if hold.offered else _("asks to move here") if hold.moves else _("asks for it")
    keys = f" · {_('a approve  o offer  d decline')}" if hold.request is not None else ""
    return f"{span} {hold.name} {what} · {hold.service_name} · {until}{keys}"


def about_named(named: Named | None) -> str:
    """Of an appointment in the list."""
    if named is None:
        return _("no appointments from here on; f searches")
    it = named.appointment
    return " · ".join(filter(None, (it.ref, named.client_name, named.service_name, named.practitioner_name)))


def about_day(day: MonthDay | None) -> str:
    """The day under the cursor of the month."""
    if day is None:
        return ""
    booked = plural("{n} appointment", "{n} appointments", day.booked).format(n=day.booked)
    full = _("{n} % of the open time").format(n=day.load) if day.open_minutes else _("closed")
    return f"{times.day(day.day)} · {booked} · {full} · ⏎ {_('opens the day')}"


def about_free(voice: Voice, here: Here, picked: Sequence[Named]) -> str:
    """Of a time that nobody has: how much of it is free and for what, or why it is not."""
    minute = times.clock_at(here.minute, voice.twelve)
    if here.shut is not None:
        label = here.shut.label or _("outside hours")
        more = f" · c {_('removes it')}" if here.shut.time_off is not None else ""
        return f"{minute} {here.column.name} · {label}{more}"
    gap = gap_at(voice.setup, here.column, here.wall)
    text = f"{minute} {here.column.name} · {_('free {n} min').format(n=gap.minutes)}"
    if picked:
        return text + " · " + _("p puts {client} here").format(client=picked[0].client_name)
    if gap.fits:
        text += f" · {_('fits')} {', '.join(it.name for it in gap.fits[:3])}"
    not_it = [*(_("{service} for its buffer").format(service=it.name) for it in gap.too_close)]
    not_it += [it.name for it in gap.too_long]
    return f"{text}, {_('not')} {', '.join(not_it[:2])}" if not_it else text

"""What hands can do, once: each verb with its key or palette word, label, help and the asks it leads to.

Feeds bindings, footer, palette and help; no Textual here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from frontdesk.core.asks import appointments, clients, history, schedule
from frontdesk.core.asks.door import Ask
from frontdesk.core.render.language import later

ON_CALENDAR, ON_CLIENTS, ON_CARD = "calendar", "clients", "card"
EVERYWHERE = (ON_CALENDAR, ON_CLIENTS, ON_CARD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One verb: where it stands, how it is reached, what it says."""

    label: str
    help: str
    keys: str = ""
    """Keys as Textual names them, with commas; empty: only the palette."""
    sign: str = ""
    """The key as people read it, where its name is not it."""
    where: tuple[str, ...] = EVERYWHERE
    asks: tuple[type[Ask[Any]], ...] = ()
    footer: int = 0
    """Place in the footer; 0 keeps it out."""


class Verb(Enum):
    CALENDAR = Deed(keys="1", label=later("calendar"), help=later("the calendar"))
    CLIENTS = Deed(keys="3", label=later("clients"), help=later("the list of clients"))
    DAY = Deed(keys="D", label=later("day"), help=later("people side by side"), where=(ON_CALENDAR,))
    WEEK = Deed(keys="W", label=later("week"), help=later("a week of one person"), where=(ON_CALENDAR,))
    MONTH = Deed(keys="M", label=later("month"), help=later("how full each day is"), where=(ON_CALENDAR,))
    LIST = Deed(keys="L", label=later("list"), help=later("appointments as a list"), where=(ON_CALENDAR,))
    FILTER = Deed(keys="f", label=later("filter"), help=later("search the list by name"), where=(ON_CALENDAR,))
    EARLIER = Deed(
        keys="[,left_square_bracket", sign="[", label=later("earlier"), help=later("a day, week or month back"),
        where=(ON_CALENDAR,),
    )  # fmt: skip
    LATER = Deed(
        keys="],right_square_bracket", sign="]", label=later("later"), help=later("a day, week or month on"),
        where=(ON_CALENDAR,),
    )  # fmt: skip
    PEOPLE_BACK = Deed(
        keys="left_curly_bracket", sign="{", label=later("people back"), help=later("page the columns back"),
        where=(ON_CALENDAR,),
    )  # fmt: skip
    PEOPLE_ON = Deed(
        keys="right_curly_bracket", sign="}", label=later("people on"), help=later("page the columns on"),
        where=(ON_CALENDAR,),
    )  # fmt: skip
    NOW = Deed(keys="t", label=later("now"), help=later("today, at this time"), where=(ON_CALENDAR,))
    GO_TO = Deed(keys="g", label=later("go to"), help=later("go to a date"), where=(ON_CALENDAR,))
    FINER = Deed(
        keys="plus", sign="+", label=later("finer"), help=later("rows of fewer minutes"), where=(ON_CALENDAR,)
    )
    COARSER = Deed(
        keys="minus", sign="-", label=later("coarser"), help=later("rows of more minutes"), where=(ON_CALENDAR,)
    )
    NEXT = Deed(
        keys="tab",
        label=later("next"),
        help=later("the next appointment; after / of that client"),
        where=(ON_CALENDAR,),
    )
    NEW = Deed(
        keys="n", label=later("new"), help=later("a new appointment here; on Clients a new client"), footer=1,
        asks=(appointments.BookAppointment, clients.AddClient),
    )  # fmt: skip
    OPEN = Deed(keys="enter", sign="⏎", label=later("open"), help=later("open what is under the cursor"), footer=2)
    EDIT = Deed(
        keys="e", label=later("edit"), help=later("change the notes, or the client"), where=EVERYWHERE,
        asks=(appointments.EditAppointment, clients.EditClient),
    )  # fmt: skip
    MOVE = Deed(
        keys="r", label=later("move"), help=later("reschedule: another time, person or service"), footer=3,
        where=(ON_CALENDAR, ON_CARD), asks=(appointments.RescheduleAppointment,),
    )  # fmt: skip
    CANCEL = Deed(
        keys="c", label=later("cancel"), help=later("cancel with a reason; on time off: remove it"), footer=4,
        where=(ON_CALENDAR, ON_CARD), asks=(appointments.CancelAppointment, schedule.RemoveTimeOff),
    )  # fmt: skip
    STATUS = Deed(
        keys="s", label=later("status"), help=later("next: arrived, in session, done"), footer=5,
        where=(ON_CALENDAR, ON_CARD), asks=(appointments.SetStatus,),
    )  # fmt: skip
    NO_SHOW = Deed(
        keys="N", label=later("no-show"), help=later("the client did not come"), where=(ON_CALENDAR, ON_CARD),
        asks=(appointments.SetStatus,),
    )  # fmt: skip
    PICK_UP = Deed(
        keys="x", label=later("pick up"), help=later("lay it aside, to put it down elsewhere"), footer=6,
        where=(ON_CALENDAR, ON_CARD), asks=(appointments.PickUpAppointment,),
    )  # fmt: skip
    PUT_DOWN = Deed(
        keys="p", label=later("put down"), help=later("move what was picked up to the cursor"), where=(ON_CALENDAR,),
        asks=(appointments.RescheduleAppointment,),
    )  # fmt: skip
    FIND = Deed(keys="slash", sign="/", label=later("find"), help=later("find a client or a reference"), footer=7)
    UNDO = Deed(keys="u", label=later("undo"), help=later("take back your last act"), footer=8, asks=(history.Undo,))
    REDO = Deed(keys="ctrl+r", label=later("redo"), help=later("do again what was taken back"), asks=(history.Redo,))
    HISTORY = Deed(keys="H", label=later("history"), help=later("what happened here"))
    PRINT = Deed(keys="P", label=later("day sheet"), help=later("the day as a page to print"), where=(ON_CALENDAR,))
    PALETTE = Deed(
        keys="colon,ctrl+p", sign=":", label=later("palette"), help=later("everything by name, clients, dates")
    )
    HELP = Deed(keys="question_mark", sign="?", label=later("help"), help=later("what the keys do"), footer=9)
    BACK = Deed(keys="escape,q", sign="esc", label=later("back"), help=later("back to where you were"))
    QUIT = Deed(keys="ctrl+q", label=later("quit"), help=later("leave"))
    CONFIRM = Deed(
        label=later("confirm"), help=later("the client confirmed"), where=(ON_CALENDAR, ON_CARD),
        asks=(appointments.SetStatus,),
    )  # fmt: skip
    STEP_BACK = Deed(
        label=later("step back"), help=later("undo the last step of the visit: done, in session, arrived"),
        where=(ON_CALENDAR, ON_CARD), asks=(appointments.SetStatus,),
    )  # fmt: skip
    REINSTATE = Deed(
        label=later("reinstate"), help=later("book a cancelled appointment again"), where=(ON_CALENDAR, ON_CARD),
        asks=(appointments.ReinstateAppointment,),
    )  # fmt: skip
    LAY_BACK = Deed(
        label=later("lay back"), help=later("forget what was picked up last, unmoved"), where=(ON_CALENDAR,),
        asks=(appointments.LayBack,),
    )  # fmt: skip
    BLOCK = Deed(
        label=later("block this"), help=later("time off from the cursor on"), where=(ON_CALENDAR,),
        asks=(schedule.TakeTimeOff,),
    )  # fmt: skip
    MERGE = Deed(
        label=later("merge"), help=later("make one client of two"), where=(ON_CARD,), asks=(clients.MergeClients,)
    )
    REDRAW = Deed(label=later("redraw"), help=later("draw the whole screen anew"))
    THEME = Deed(label=later("theme"), help=later("dark, light, high contrast, colour-blind safe, ansi"))

    @property
    def id(self) -> str:
        """The binding's id, under which a key can be remapped."""
        return self.name.lower()


def verbs_of(screen: str) -> tuple[Verb, ...]:
    return tuple(verb for verb in Verb if screen in verb.value.where)


def sign_of(verb: Verb) -> str:
    """The key as people read it."""
    return verb.value.sign or verb.value.keys.split(",")[0]

"""What hands can do, once: each verb with its key or palette word, label, help and the asks it leads to.

Feeds bindings, footer, palette and help; no Textual here.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from frontdesk.core.asks import appointments, charges, clients, history, mails, notices, requests, schedule
from frontdesk.core.asks.door import Ask
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.text import later

ON_CALENDAR, ON_REQUESTS, ON_CLIENTS, ON_CARD = "calendar", "requests", "clients", "card"
ON_TODAY, ON_WORK, ON_OUTBOX = "today", "work", "outbox"
EVERYWHERE = (ON_CALENDAR, ON_REQUESTS, ON_CLIENTS, ON_CARD, ON_TODAY, ON_WORK, ON_OUTBOX)
WITH_APPOINTMENTS = (ON_CALENDAR, ON_CARD, ON_TODAY, ON_WORK)
"""Where an appointment is under the cursor."""
WITH_REQUESTS = (ON_CALENDAR, ON_REQUESTS, ON_CARD)
"""Where a request is, or may be."""


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
    footer_on: tuple[str, ...] = EVERYWHERE
    """Screens whose footer names it."""


class Verb(Enum):
    CALENDAR = Deed(keys="1", label=later("calendar"), help=later("the calendar"))
    REQUESTS = Deed(keys="2", label=later("requests"), help=later("what clients ask for"))
    CLIENTS = Deed(keys="3", label=later("clients"), help=later("the list of clients"))
    TODAY = Deed(keys="4", label=later("today"), help=later("who is due, late, here, done"))
    OUTBOX = Deed(keys="6", label=later("outbox"), help=later("mails: what waits, what left, what failed"))
    DAY = Deed(keys="D", label=later("day"), help=later("people side by side"), where=(ON_CALENDAR,))
    WEEK = Deed(keys="W", label=later("week"), help=later("a week of one person"), where=(ON_CALENDAR,))
    MONTH = Deed(keys="M", label=later("month"), help=later("how full each day is"), where=(ON_CALENDAR,))
    LIST = Deed(keys="L", label=later("list"), help=later("appointments as a list"), where=(ON_CALENDAR,))
    FILTER = Deed(
        keys="f", label=later("filter"), help=later("search the list by name"), where=(ON_CALENDAR, ON_REQUESTS)
    )
    SORT = Deed(
        keys="S", label=later("sort"), help=later("by start, by when it was asked, by client"), where=(ON_REQUESTS,)
    )
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
        where=(ON_CALENDAR, ON_CLIENTS, ON_CARD, ON_TODAY),
        asks=(appointments.BookAppointment, clients.AddClient),
    )  # fmt: skip
    OPEN = Deed(keys="enter", sign="⏎", label=later("open"), help=later("open what is under the cursor"), footer=2)
    EDIT = Deed(
        keys="e", label=later("edit"), help=later("change the notes, the client, what a client asks for"),
        asks=(appointments.EditAppointment, clients.EditClient, requests.EditRequest),
    )  # fmt: skip
    APPROVE = Deed(
        keys="a", label=later("approve"), help=later("approve a request, as asked or otherwise"), footer=3,
        footer_on=(ON_REQUESTS,), where=WITH_REQUESTS, asks=(requests.ApproveRequest,),
    )  # fmt: skip
    APPROVE_ALL = Deed(
        keys="A", label=later("all ok"), footer=4, footer_on=(ON_REQUESTS,),
        help=later("approve all that are clear, or the marked ones; in the outbox: yes to all that wait for it"),
        where=(ON_REQUESTS, ON_OUTBOX), asks=(requests.ApproveRequests, mails.ReleaseMails),
    )  # fmt: skip
    OFFER = Deed(
        keys="o", label=later("offer"), help=later("offer other times; write down the answer"), footer=5,
        footer_on=(ON_REQUESTS,), where=WITH_REQUESTS,
        asks=(requests.OfferTimes, requests.TakeOffer, requests.RefuseOffers),
    )  # fmt: skip
    DECLINE = Deed(
        keys="d", label=later("decline"), footer=6, footer_on=(ON_REQUESTS,),
        help=later("decline a request, or the marked ones; in the outbox: no to all that wait for a yes"),
        where=(*WITH_REQUESTS, ON_OUTBOX),
        asks=(requests.DeclineRequest, requests.DeclineRequests, mails.DropPaused),
    )  # fmt: skip
    MARK = Deed(
        keys="space", label=later("mark"), help=later("mark for approving or declining several"),
        where=(ON_REQUESTS,),
    )  # fmt: skip
    MOVE = Deed(
        keys="r", label=later("move"), help=later("reschedule: another time, person or service"), footer=3,
        where=WITH_APPOINTMENTS, asks=(appointments.RescheduleAppointment,),
    )  # fmt: skip
    REBOOK = Deed(
        keys="R", label=later("rebook"), help=later("the same again in two weeks, or at the nearest free time"),
        where=WITH_APPOINTMENTS, asks=(appointments.RebookAppointment,),
    )  # fmt: skip
    CANCEL = Deed(
        keys="c", label=later("cancel"), footer=4, footer_on=WITH_APPOINTMENTS,
        where=(*WITH_APPOINTMENTS, ON_REQUESTS, ON_OUTBOX),
        help=later("cancel with a reason; time off: remove it; a request: the client withdraws; a mail: drop it"),
        asks=(appointments.CancelAppointment, schedule.RemoveTimeOff, requests.WithdrawRequest, mails.DropMail),
    )  # fmt: skip
    STATUS = Deed(
        keys="s", label=later("status"), footer=5, footer_on=WITH_APPOINTMENTS,
        help=later("next: arrived, in session, done; a mail: send it now, or again; a call: it was made"),
        where=(*WITH_APPOINTMENTS, ON_OUTBOX),
        asks=(appointments.SetStatus, mails.SendNow, mails.RetryMail, mails.CallMade),
    )  # fmt: skip
    NO_SHOW = Deed(
        keys="N", label=later("no-show"), help=later("the client did not come"), where=WITH_APPOINTMENTS,
        asks=(appointments.SetStatus,),
    )  # fmt: skip
    KEEP = Deed(
        keys="K", label=later("keep"), footer=6,
        help=later("it stays as it is, or the client was called: off the work list"),
        where=(ON_WORK, ON_OUTBOX), footer_on=(ON_WORK,),
        asks=(schedule.KeepAppointment, mails.CallMade),
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
    BELL = Deed(keys="b", label=later("bell"), help=later("what happened; enter opens it"), asks=(notices.MarkRead,))
    WORK = Deed(keys="w", label=later("work list"), help=later("appointments that lost their time"))
    UNDO = Deed(
        keys="u",
        label=later("undo"),
        help=later("take back your last act; in the outbox: what was dropped, or noted as called"),
        footer=8,
        asks=(history.Undo, mails.TakeBackDecision),
    )
    REDO = Deed(keys="ctrl+r", label=later("redo"), help=later("do again what was taken back"), asks=(history.Redo,))
    HISTORY = Deed(keys="H", label=later("history"), help=later("what happened here"))
    MESSAGE = Deed(
        keys="m", label=later("message"), help=later("write to the client"),
        where=(*WITH_APPOINTMENTS, ON_CLIENTS), asks=(mails.WriteMessage,),
    )  # fmt: skip
    PRINT = Deed(
        keys="P", label=later("page"), help=later("the day as a page to print; a mail as the page it is"),
        where=(ON_CALENDAR, ON_OUTBOX), footer=6, footer_on=(),
    )  # fmt: skip
    PALETTE = Deed(
        keys="colon,ctrl+p", sign=":", label=later("palette"), help=later("everything by name, clients, dates")
    )
    HELP = Deed(keys="question_mark", sign="?", label=later("help"), help=later("what the keys do"), footer=9)
    BACK = Deed(keys="escape,q", sign="esc", label=later("back"), help=later("back to where you were"))
    QUIT = Deed(keys="ctrl+q", label=later("quit"), help=later("leave"))
    OFF = Deed(
        label=later("off"), help=later("a practitioner is away: a new time for each appointment"),
        asks=(schedule.ApplyTimeOff,),
    )  # fmt: skip
    SETTLE = Deed(
        label=later("settle"), help=later("the charge under the cursor was paid"), where=(ON_CARD,),
        asks=(charges.SettleCharge,),
    )  # fmt: skip
    WAIVE = Deed(
        label=later("waive"), help=later("the charge under the cursor need not be paid"), where=(ON_CARD,),
        asks=(charges.WaiveCharge,),
    )  # fmt: skip
    BOOKING_LINK = Deed(
        label=later("booking link"), help=later("mail or show this client a link with which they book"),
        where=(ON_CARD,), asks=(mails.GiveBookingLink,),
    )  # fmt: skip
    CONFIRM = Deed(
        label=later("confirm"), help=later("the client confirmed"), where=WITH_APPOINTMENTS,
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


def footer_of(screen: str) -> tuple[Verb, ...]:
    """The verbs people use most on a screen, in order."""
    named = (verb for verb in verbs_of(screen) if verb.value.footer and screen in verb.value.footer_on)
    return tuple(sorted(named, key=lambda verb: verb.value.footer))

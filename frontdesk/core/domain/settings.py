"""Every setting, once: one row a key of the practice file, read by its parser, its writer, history, forms and docs.

What a row says is all there is to know: how a value is written, its range and unit, what holds where nobody chose, who
may change it, and what it touches. Keys of a part that is not built yet stand here too; they are kept, and do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, TypeAlias

from frontdesk.core.domain.actors import ActorId
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.people import Role
from frontdesk.core.domain.permissions import Permission
from frontdesk.core.domain.policies import DEFAULTS, Approval, Channel, Inside, Policy
from frontdesk.core.domain.practice import Automation, Booking, DeskSettings, Mail, Portal, Practice, Requests
from frontdesk.core.domain.services import LocationKind
from frontdesk.core.domain.text import later
from frontdesk.core.domain.times import Instant

Plain: TypeAlias = Any
"""A value as the file has it, and as it is kept: text, number, true, false, a list or a table of them."""


class Form(Enum):
    """How a value is written."""

    ID = later("an id")
    NAME = later("one line")
    TEXT = later("text")
    FLAG = later("true or false")
    NUMBER = later("a whole number")
    INTERVAL = later("a divisor or multiple of 60")
    CHOICE = later("one of")
    SEVERAL = later("some of")
    NUMBERS = later("a list of numbers")
    IDS = later("a list of ids")
    EMAIL = later("an e-mail address")
    ADDRESS = later("a web address")
    ZONE = later("a time zone")
    LOCALE = later("a language, such as en or de_AT")
    COUNTRY = later("a country by its two letters")
    CURRENCY = later("a currency by its three letters")
    COLOUR = later("a colour, such as #2a6f6b")
    FEE = later("an amount or a percentage")
    PRICE = later("an amount")
    NIGHT = later("two times of day")
    WORDS = later("a table of texts")
    DATE = later("a date")
    MOMENT = later("wall time")
    HOURS = later("ranges of a day")
    WEEK = later("ranges by weekday")
    TABLE = later("a table of its own")


TEXTS = frozenset(
    {
        Form.ID,
        Form.NAME,
        Form.TEXT,
        Form.CHOICE,
        Form.EMAIL,
        Form.ADDRESS,
        Form.ZONE,
        Form.LOCALE,
        Form.COUNTRY,
        Form.CURRENCY,
        Form.COLOUR,
        Form.FEE,
        Form.PRICE,
    }
)
"""Whose values are one text, whatever it looks like."""


class Unit(Enum):
    SECONDS = later("seconds")
    MINUTES = later("minutes")
    HOURS = later("hours")
    DAYS = later("days")
    WEEKS = later("weeks")


class Touches(Enum):
    """What a change of the setting is felt by."""

    OFFERS = later("free times")
    BOOKED = later("booked appointments")
    TERMS = later("terms of new bookings")
    MAILS = later("mails")
    SCREENS = later("screens")
    PORTAL = later("the portal")
    POWERS = later("who may do what")
    MONEY = later("charges")


class Part(Enum):
    """What a key waits for that does nothing yet."""

    SIGN_IN = later("staff who sign in")
    PORTAL = later("the clients' portal")
    PACKAGES = later("packages")
    SERIES = later("series")
    RECALL = later("recalls")
    BLOCKS = later("blocks")
    DAY_SHEET = later("the day sheet")
    PARTIES = later("reasons with a party")
    LOOKS = later("people's colours")
    HOLIDAYS = later("public holidays")


CHANGE, STAFF, TIME = Permission.CHANGE_SETTINGS, Permission.MANAGE_STAFF, Permission.CHANGE_TIME_OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key."""

    path: str
    """Where it stands in the file: table and key; keys of entries name their list."""
    form: Form
    label: str
    help: str
    default: Plain = None
    """What holds where nobody chose; None: nothing."""
    required: bool = False
    low: int | None = None
    high: int | None = None
    unit: Unit | None = None
    choices: tuple[str, ...] = ()
    of: type[Enum] | None = None
    """The values those choices are."""
    who: Permission = CHANGE
    touches: tuple[Touches, ...] = ()
    part: Part | None = None
    """Set: it is kept, and does nothing until that is built."""
    archives: bool = False
    """Not a field of its own: puts the entry out of use."""

    @property
    def table(self) -> str:
        return self.path.rpartition(".")[0]

    @property
    def key(self) -> str:
        return self.path.rpartition(".")[2]

    def value(self, plain: Plain) -> Any:
        """A value as the house works with it."""
        if plain is None:
            return None
        if self.of is not None:
            return tuple(self.of(it) for it in plain) if self.form is Form.SEVERAL else self.of(plain)
        return tuple(plain) if isinstance(plain, list) else plain

    def fits(self, plain: Plain) -> bool:
        """Whether a kept value can be one of this key's."""
        match self.form:
            case _ if plain is None:
                return True
            case Form.FLAG:
                return isinstance(plain, bool)
            case Form.NUMBER:
                whole = isinstance(plain, int) and not isinstance(plain, bool)
                return whole and (self.low is None or plain >= self.low) and (self.high is None or plain <= self.high)
            case Form.CHOICE:
                return plain in self.choices
            case Form.SEVERAL:
                return isinstance(plain, list) and all(it in self.choices for it in plain)
            case _:
                return True

    def plain(self, value: Any) -> Plain:
        """The same as it is kept."""
        if isinstance(value, Enum):
            return value.value
        return [self.plain(it) for it in value] if isinstance(value, tuple) else value


def _row(path: str, form: Form, label: str, help: str, default: Plain = None, **more: Any) -> Setting:
    of: type[Enum] | None = more.get("of")
    if of is not None:
        more["choices"] = tuple(str(it.value) for it in of)
    return Setting(path=path, form=form, label=label, help=help, default=default, **more)


MAY = ("request", "reschedule", "cancel", "write", "confirm", "details")
"""What clients may be let do themselves."""

_OFFERS, _TERMS, _MAILS, _SCREENS = (Touches.OFFERS,), (Touches.TERMS,), (Touches.MAILS,), (Touches.SCREENS,)
_PORTAL, _POWERS, _MONEY = (Touches.PORTAL,), (Touches.POWERS,), (Touches.MONEY,)
_TIMES = (Touches.OFFERS, Touches.BOOKED)

PRACTICE = (
    _row("practice.name", Form.NAME, later("Name"), later("As clients know the practice."), required=True,
         touches=(Touches.MAILS, Touches.SCREENS)),
    _row("practice.timezone", Form.ZONE, later("Time zone"), later("Of all places that name none of their own."),
         required=True, touches=_TIMES),
    _row("practice.locale", Form.LOCALE, later("Language"), later("Of screens, and of mails to clients who have none."),
         "en", touches=(Touches.SCREENS, Touches.MAILS)),
    _row("practice.country", Form.COUNTRY, later("Country"), later("Of phone numbers without a country code."), "",
         touches=_SCREENS),
    _row("practice.currency", Form.CURRENCY, later("Currency"), later("Of prices and fees, by its three letters."), "EUR",
         touches=_MONEY),
    _row("practice.phone", Form.TEXT, later("Phone"), later("Where clients call; it stands in mails."), "",
         touches=_MAILS),
    _row("practice.email", Form.EMAIL, later("E-mail"), later("Where answers to mails go."), "", touches=_MAILS),
    _row("practice.labels", Form.WORDS, later("Words"),
         later("What a practitioner, a client and an appointment are called here."), {},
         touches=(Touches.SCREENS, Touches.MAILS)),
    _row("practice.region", Form.NAME, later("Region"), later("The part of the country whose public holidays count."),
         "", part=Part.HOLIDAYS),
)  # fmt: skip

BOOKING = (
    _row("booking.initial_service", Form.ID, later("First service"), later("What new clients may ask for."),
         touches=_OFFERS),
    _row("booking.approval", Form.CHOICE, later("Approval"),
         later("What a client's booking needs before it stands."), "staff", of=Approval, touches=_PORTAL),
    _row("booking.start_interval", Form.INTERVAL, later("Start interval"), later("How far apart offered times begin."),
         15, low=1, high=1440, unit=Unit.MINUTES, touches=_OFFERS),
    _row("booking.minimum_notice", Form.NUMBER, later("Minimum notice"), later("How far ahead clients have to book."),
         12, low=0, high=8760, unit=Unit.HOURS, touches=_OFFERS),
    _row("booking.horizon", Form.NUMBER, later("Booking horizon"), later("How far ahead clients can book."), 60,
         low=1, high=1500, unit=Unit.DAYS, touches=_OFFERS),
    _row("booking.buffer_before", Form.NUMBER, later("Buffer before"), later("Kept free before an appointment."), 0,
         low=0, high=240, unit=Unit.MINUTES, touches=_OFFERS),
    _row("booking.buffer_after", Form.NUMBER, later("Buffer after"), later("Kept free after an appointment."), 0,
         low=0, high=240, unit=Unit.MINUTES, touches=_OFFERS),
    _row("booking.request_expiry", Form.NUMBER, later("Requests wait"), later("How long a request keeps its time."),
         72, low=1, high=720, unit=Unit.HOURS, touches=_OFFERS),
    _row("booking.answer_by", Form.NUMBER, later("Offers wait"), later("How long offered times are kept."), 24,
         low=1, high=336, unit=Unit.HOURS, touches=_OFFERS),
    _row("booking.picker_hold", Form.NUMBER, later("Choices wait"),
         later("How long a time is kept while somebody chooses it."), 5, low=1, high=30, unit=Unit.MINUTES,
         touches=_OFFERS),
    _row("booking.max_upcoming", Form.NUMBER, later("Most appointments ahead"),
         later("How many a client can have booked online; 0 is any number."), 0, low=0, high=1000, touches=_PORTAL),
    _row("booking.max_pending", Form.NUMBER, later("Most open requests"),
         later("How many a client can have at once; 0 is any number."), 3, low=0, high=1000, touches=_PORTAL),
)  # fmt: skip


def _policy(table: str, begins: Policy) -> tuple[Setting, ...]:
    """The same keys for the practice, a service or a person; the first of service, person, practice that is set wins."""
    rows = (
        _row(f"{table}.cancel", Form.CHOICE, later("Cancel"), later("Where clients cancel: online, or only by phone."),
             of=Channel, touches=_TERMS),
        _row(f"{table}.reschedule", Form.CHOICE, later("Move"), later("Where clients move: online, or only by phone."),
             of=Channel, touches=_TERMS),
        _row(f"{table}.notice", Form.NUMBER, later("Notice to cancel"),
             later("Until when a cancel is in time, counted before the start."), low=0, high=720, unit=Unit.HOURS,
             touches=_TERMS),
        _row(f"{table}.reschedule_notice", Form.NUMBER, later("Notice to move"),
             later("Until when a move is in time; else as for a cancel."), low=0, high=720, unit=Unit.HOURS,
             touches=_TERMS),
        _row(f"{table}.inside_notice", Form.CHOICE, later("Late cancel"),
             later("Inside the notice: allowed and marked late, or refused."), of=Inside, touches=_TERMS),
        _row(f"{table}.inside_reschedule_notice", Form.CHOICE, later("Late move"),
             later("Inside the notice: allowed and marked late, or refused."), of=Inside, touches=_TERMS),
        _row(f"{table}.late_fee", Form.FEE, later("Fee for a late cancel"), later("An amount, or a part of the price."),
             touches=(Touches.TERMS, Touches.MONEY)),
        _row(f"{table}.late_reschedule_fee", Form.FEE, later("Fee for a late move"),
             later("An amount, or a part of the price."), touches=(Touches.TERMS, Touches.MONEY)),
        _row(f"{table}.no_show_fee", Form.FEE, later("Fee for a no-show"), later("An amount, or a part of the price."),
             touches=(Touches.TERMS, Touches.MONEY)),
        _row(f"{table}.reschedule_needs_approval", Form.FLAG, later("Moves need approval"),
             later("Whether staff decide when a client wants another time."), touches=_TERMS),
        _row(f"{table}.text", Form.TEXT, later("Policy in words"), later("What clients read beside the terms."),
             touches=_TERMS),
    )  # fmt: skip
    return tuple(replace(row, default=row.plain(getattr(begins, row.key))) for row in rows)


PORTAL = (
    _row("portal.enabled", Form.FLAG, later("Portal"), later("Whether clients have pages of their own."), False,
         touches=(Touches.PORTAL, Touches.MAILS)),
    _row("portal.new_clients", Form.FLAG, later("New clients"), later("Whether people without a record may ask."),
         False, touches=_PORTAL),
    _row("portal.address", Form.ADDRESS, later("Portal address"), later("Where its pages are; links in mails begin so."),
         "", touches=(Touches.PORTAL, Touches.MAILS)),
    _row("portal.link", Form.CHOICE, later("Links in mails"),
         later("Open the one appointment, or lead to signing in by code."), "direct", choices=("direct", "code"),
         touches=_MAILS),
    _row("portal.may", Form.SEVERAL, later("Clients may"), later("What clients do themselves; confirm and details wait for the portal."),
         list(MAY), choices=MAY, touches=_PORTAL),
    _row("portal.change_service", Form.FLAG, later("Another service"),
         later("Whether a client who moves may choose another service."), False, touches=_PORTAL),
    _row("portal.take_back", Form.NUMBER, later("Take back"),
         later("How long a client can take a cancel back; 0 is never."), 10, low=0, high=240, unit=Unit.MINUTES,
         part=Part.PORTAL),
    _row("portal.consent", Form.TEXT, later("Consent"), later("What clients who act for themselves agree to before they ask for a time."), "",
         touches=_PORTAL),
    _row("portal.colour", Form.COLOUR, later("Portal colour"), later("Of buttons and headings."), "",
         part=Part.PORTAL),
    _row("portal.logo", Form.TEXT, later("Logo"), later("An image file beside the practice file."), "",
         part=Part.PORTAL),
    _row("portal.texts", Form.WORDS, later("Portal texts"), later("Own words on its pages, such as welcome."), {},
         part=Part.PORTAL),
)  # fmt: skip

MAIL = (
    _row("mail.reminders", Form.NUMBERS, later("Reminders"), later("How long before the start clients are reminded."),
         [72, 24], low=0, high=8760, unit=Unit.HOURS, touches=_MAILS),
    _row("mail.grace", Form.NUMBER, later("Mails wait"), later("What is taken back in this time is told to nobody."),
         60, low=0, high=3600, unit=Unit.SECONDS, touches=_MAILS),
    _row("mail.quiet_hours", Form.NIGHT, later("Quiet hours"), later("When no reminder leaves."), touches=_MAILS),
    _row("mail.service_in_subject", Form.FLAG, later("Service in the subject"),
         later("Whether a mail's subject names the service."), False, touches=_MAILS),
    _row("mail.calendar_files", Form.FLAG, later("Calendar files"), later("Whether mails carry an invitation."), True,
         touches=_MAILS),
    _row("mail.templates", Form.WORDS, later("Own letters"), later("Texts in place of the packaged ones, by kind."), {},
         touches=_MAILS),
)  # fmt: skip

DESK = (
    _row("desk.receptionists_decide", Form.FLAG, later("Receptionists decide"), later("About requests."), True,
         touches=_POWERS),
    _row("desk.receptionists_override", Form.FLAG, later("Receptionists override"), later("Rules, with a reason."),
         True, touches=_POWERS),
    _row("desk.receptionists_charge", Form.FLAG, later("Receptionists settle charges"), later("And waive them."), True,
         part=Part.SIGN_IN),
    _row("desk.pins", Form.FLAG, later("PINs"), later("Whether people sign in at a shared terminal."), True,
         part=Part.SIGN_IN),
    _row("desk.idle_lock", Form.NUMBER, later("Lock when idle"), later("After how long; 0 is never."), 15, low=0,
         high=1440, unit=Unit.MINUTES, part=Part.SIGN_IN),
    _row("desk.day_sheet_names", Form.CHOICE, later("Names on the day sheet"), later("In full, or as initials."), "full",
         choices=("full", "initials"), part=Part.DAY_SHEET),
    _row("desk.day_sheet_phones", Form.FLAG, later("Phones on the day sheet"), later("Whether they stand there."), True,
         part=Part.DAY_SHEET),
)  # fmt: skip

REST = (
    _row("requests.ticket_url", Form.TEXT, later("Ticket address"),
         later("Of the system tickets are in, with {id} in it."), "", touches=_SCREENS),
    _row("packages.late", Form.CHOICE, later("A late cancel of a package"),
         later("Whether the session is used up, or returned."), "forfeit", choices=("forfeit", "return"),
         part=Part.PACKAGES),
    _row("packages.expiry_counts", Form.CHOICE, later("Packages end"),
         later("By the day of the session, or of its booking."), "session", choices=("session", "booking"),
         part=Part.PACKAGES),
    _row("packages.online", Form.CHOICE, later("Packages online"), later("How clients buy one."), "off",
         choices=("off", "request", "at_once"), part=Part.PACKAGES),
    _row("series.clients_may_move_following", Form.FLAG, later("Clients move series"),
         later("Whether they may move all that follow."), False, part=Part.SERIES),
)  # fmt: skip

LOCATIONS = (
    _row("locations.id", Form.ID, later("Id"), later("What it is named by, for good."), required=True),
    _row("locations.name", Form.NAME, later("Name"), later("As people know it."), required=True, touches=_MAILS),
    _row("locations.kind", Form.CHOICE, later("Kind"), later("A place, a phone or a video call."), "address",
         of=LocationKind, touches=_MAILS),
    _row("locations.address", Form.TEXT, later("Address"), later("As it stands in mails."), "", touches=_MAILS),
    _row("locations.link", Form.TEXT, later("Link"), later("Of a video call."), "", touches=_MAILS),
    _row("locations.timezone", Form.ZONE, later("Time zone"), later("If not the practice's."), "", touches=_TIMES),
    _row("locations.archived", Form.FLAG, later("Archived"), later("Out of use; what is booked stays."), False,
         archives=True, touches=_TIMES),
)  # fmt: skip

ROOMS = (
    _row("rooms.id", Form.ID, later("Id"), later("What it is named by, for good."), required=True),
    _row("rooms.name", Form.NAME, later("Name"), later("As people know it."), required=True, touches=_SCREENS),
    _row("rooms.location", Form.ID, later("Place"), later("Where the room is."), required=True, touches=_TIMES),
    _row("rooms.archived", Form.FLAG, later("Archived"), later("Out of use; what is booked stays."), False,
         archives=True, touches=_TIMES),
)  # fmt: skip

SERVICES = (
    _row("services.id", Form.ID, later("Id"), later("What it is named by, for good."), required=True),
    _row("services.name", Form.NAME, later("Name"), later("As people know it."), required=True, touches=_MAILS),
    _row("services.duration", Form.NUMBER, later("Duration"), later("How long it takes."), required=True, low=1,
         high=960, unit=Unit.MINUTES, touches=_OFFERS),
    _row("services.price", Form.PRICE, later("Price"), later("Fees in percent are of it."), touches=_MONEY),
    _row("services.online", Form.FLAG, later("Online"), later("Whether clients may ask for it themselves."), False,
         touches=_OFFERS),
    _row("services.locations", Form.IDS, later("Places"), later("Where it is given; none named is everywhere."), [],
         touches=_OFFERS),
    _row("services.rooms", Form.IDS, later("Rooms"), later("It needs one of these."), [], touches=_OFFERS),
    _row("services.approval", Form.CHOICE, later("Approval"), later("If other than the practice's."), of=Approval,
         touches=_PORTAL),
    _row("services.start_interval", Form.INTERVAL, later("Start interval"), later("If other than the practice's."),
         low=1, high=1440, unit=Unit.MINUTES, touches=_OFFERS),
    _row("services.buffer_before", Form.NUMBER, later("Buffer before"), later("If other than the practice's."), low=0,
         high=240, unit=Unit.MINUTES, touches=_OFFERS),
    _row("services.buffer_after", Form.NUMBER, later("Buffer after"), later("If other than the practice's."), low=0,
         high=240, unit=Unit.MINUTES, touches=_OFFERS),
    _row("services.reminders", Form.NUMBERS, later("Reminders"), later("If other than the practice's."), low=0,
         high=8760, unit=Unit.HOURS, touches=_MAILS),
    _row("services.recall_after", Form.NUMBER, later("Recall after"), later("When a client is asked to come again."),
         low=1, high=520, unit=Unit.WEEKS, part=Part.RECALL),
    _row("services.phone_required", Form.FLAG, later("Phone required"), later("Whether who asks has to give one."),
         False, part=Part.PORTAL),
    _row("services.questions", Form.TABLE, later("Questions"), later("What clients are asked when they ask for it."), [],
         part=Part.PORTAL),
    _row("services.archived", Form.FLAG, later("Archived"), later("Out of use; what is booked stays."), False,
         archives=True, touches=_OFFERS),
)  # fmt: skip

STAFF_ROWS = (
    _row("staff.id", Form.ID, later("Id"), later("What the person is named by, for good."), required=True, who=STAFF),
    _row("staff.name", Form.NAME, later("Name"), later("As people know them."), required=True, who=STAFF,
         touches=(Touches.SCREENS, Touches.MAILS)),
    _row("staff.email", Form.EMAIL, later("E-mail"), later("Where their mails go."), "", who=STAFF, touches=_MAILS),
    _row("staff.roles", Form.SEVERAL, later("Roles"), later("What they may do here."), [], of=Role, who=STAFF,
         touches=_POWERS),
    _row("staff.services", Form.IDS, later("Services"), later("What they offer."), [], touches=_OFFERS),
    _row("staff.mail_my_changes", Form.FLAG, later("Mails about own changes"),
         later("Whether they are mailed what they did themselves; practitioners are, if nothing is said."), who=STAFF,
         touches=_MAILS),
    _row("staff.hours", Form.WEEK, later("Weekly hours"), later("When they work, by place."), {}, touches=_TIMES),
    _row("staff.hours_periods", Form.TABLE, later("Other weeks"), later("Weekly hours for some time."), [],
         touches=_TIMES),
    _row("staff.exceptions", Form.TABLE, later("Other hours"), later("On single dates; none is a day off."), [],
         touches=_TIMES),
    _row("staff.time_off", Form.TABLE, later("Time off"), later("When they are away."), [], who=TIME, touches=_TIMES),
    _row("staff.initials", Form.NAME, later("Initials"), later("In narrow columns."), "", part=Part.LOOKS),
    _row("staff.colour", Form.NAME, later("Colour"), later("Of their column."), "", part=Part.LOOKS),
    _row("staff.blocks", Form.TABLE, later("Blocks"), later("Weekly times in which nothing is offered."), [],
         part=Part.BLOCKS),
    _row("staff.archived", Form.FLAG, later("Archived"), later("Not here any more; what is booked stays."), False,
         who=STAFF, archives=True, touches=(Touches.OFFERS, Touches.BOOKED, Touches.POWERS)),
)  # fmt: skip

CLOSURES = (
    _row("closures.start", Form.DATE, later("From"), later("The first day."), required=True, touches=_TIMES),
    _row("closures.end", Form.DATE, later("Until"), later("The first day that is open again."), required=True,
         touches=_TIMES),
    _row("closures.name", Form.NAME, later("Name"), later("Why it is closed."), "", touches=_SCREENS),
    _row("closures.location", Form.ID, later("Place"), later("If it is only one."), touches=_TIMES),
)  # fmt: skip

REASONS = (
    _row("reasons.id", Form.ID, later("Id"), later("What it is named by, for good."), required=True),
    _row("reasons.label", Form.NAME, later("Label"), later("As people choose it; a new reason needs one."),
         touches=(Touches.SCREENS, Touches.MAILS)),
    _row("reasons.needs_text", Form.FLAG, later("Needs words"), later("Whether it has to be explained."), False,
         touches=_SCREENS),
    _row("reasons.rebook_link", Form.FLAG, later("Link to book again"), later("Whether the client's mail has one."),
         False, touches=_MAILS),
    _row("reasons.party", Form.CHOICE, later("Whose wish"), later("Who may have wished it."), "either",
         choices=("client", "practice", "either"), part=Part.PARTIES),
    _row("reasons.archived", Form.FLAG, later("Archived"), later("Not offered any more."), False, archives=True,
         touches=_SCREENS),
)  # fmt: skip

AUTOMATIONS = (
    _row("automations.id", Form.ID, later("Id"), later("What it is named by."), required=True),
    _row("automations.on", Form.NAME, later("Event"), later("What it waits for."), required=True, touches=_MAILS),
    _row("automations.when", Form.WORDS, later("Conditions"), later("Each has to hold."), {}, touches=_MAILS),
    _row("automations.do", Form.WORDS, later("Deed"), later("A mail, a webhook, a note or a task."), required=True,
         touches=_MAILS),
    _row("automations.enabled", Form.FLAG, later("On"), later("Whether it runs."), True, touches=_MAILS),
)  # fmt: skip

PACKAGE_KINDS = (
    _row("packages.kinds.id", Form.ID, later("Id"), later("What it is named by, for good."), required=True,
         part=Part.PACKAGES),
    _row("packages.kinds.name", Form.NAME, later("Name"), later("As people know it."), required=True,
         part=Part.PACKAGES),
    _row("packages.kinds.services", Form.IDS, later("Services"), later("What its sessions are of."), [],
         part=Part.PACKAGES),
    _row("packages.kinds.sessions", Form.NUMBER, later("Sessions"), later("How many it has."), required=True, low=1,
         high=1000, part=Part.PACKAGES),
    _row("packages.kinds.price", Form.PRICE, later("Price"), later("Of the whole package."), part=Part.PACKAGES),
    _row("packages.kinds.valid", Form.NUMBER, later("Valid"), later("How long after it was bought."), low=1, high=3660,
         unit=Unit.DAYS, part=Part.PACKAGES),
    _row("packages.kinds.late", Form.CHOICE, later("A late cancel"), later("If other than the practice's."),
         choices=("forfeit", "return"), part=Part.PACKAGES),
    _row("packages.kinds.free_late_cancels", Form.NUMBER, later("Free late cancels"),
         later("How many return their session all the same."), 0, low=0, high=100, part=Part.PACKAGES),
    _row("packages.kinds.transferable", Form.FLAG, later("Transferable"), later("Whether another client may use it."),
         False, part=Part.PACKAGES),
)  # fmt: skip

POLICY = _policy("policy", DEFAULTS)

OWN_POLICY = (*_policy("services.policy", Policy()), *_policy("staff.policy", Policy()))
"""Terms of a service or a person: each key that is set comes before the practice's."""

CHOSEN_ONCE = (*PRACTICE, *BOOKING, *POLICY, *PORTAL, *MAIL, *DESK, *REST)
"""What the practice chooses as a whole: kept key by key."""

ENTRIES = (*OWN_POLICY, *LOCATIONS, *ROOMS, *SERVICES, *STAFF_ROWS, *CLOSURES, *REASONS, *AUTOMATIONS, *PACKAGE_KINDS)
"""The fields of what it has several of: kept entry by entry."""

SETTINGS: dict[str, Setting] = {row.path: row for row in (*CHOSEN_ONCE, *ENTRIES)}

AUTOMATION, PACKAGE = "automations.", "packages.kinds."
"""Entries that are kept like settings, each under its id."""

GROUPS = tuple(dict.fromkeys(row.table for row in CHOSEN_ONCE if row.table != "practice"))
"""The tables of the file beside `[practice]` that hold settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue:
    """One key as it was chosen; None: as the practice begins."""

    path: str
    value: Plain = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A key that somebody chose, who and when; `since` is the set-up's revision it came with."""

    value: Plain
    by: ActorId | None
    at: Instant
    since: int


def open_value(path: str, value: Plain) -> Plain:
    """A value as everybody may see it: of an automation without what its webhook is signed with."""
    if not path.startswith(AUTOMATION) or not isinstance(value, dict) or not isinstance(value.get("do"), dict):
        return value
    return {**value, "do": without_secret(value["do"])}


def without_secret(deed: Mapping[str, str]) -> dict[str, str]:
    return {name: word for name, word in deed.items() if name != "secret"}


def may_be_unset(path: str) -> bool:
    """Whether the practice can begin without it."""
    return path not in SETTINGS or not SETTINGS[path].required


def setting_of(path: str) -> Setting | None:
    """The row of a key; None for an entry that is kept like one, and for a key of a later version."""
    return SETTINGS.get(path)


_OF_ONE = frozenset(Automation.__dataclass_fields__)


def practice_of(chosen: Mapping[str, Plain]) -> Practice:
    """The settings in force. Every key that is required has to be there."""
    practice = _fields(Practice, "practice", chosen)
    if not practice["country"] and "_" in practice["locale"]:
        practice["country"] = practice["locale"].split("_")[-1][:2]
    return Practice(
        **practice,
        booking=Booking(**_fields(Booking, "booking", chosen)),
        policy=Policy(**_given("policy", chosen)),
        portal=Portal(**_fields(Portal, "portal", chosen)),
        mail=Mail(**_fields(Mail, "mail", chosen)),
        desk=DeskSettings(**_fields(DeskSettings, "desk", chosen)),
        requests=Requests(**_fields(Requests, "requests", chosen)),
        automations=tuple(
            Automation(id=path.removeprefix(AUTOMATION), **{name: plain[name] for name in plain if name in _OF_ONE})
            for path, plain in chosen.items()
            if path.startswith(AUTOMATION) and plain is not None
        ),
    )


def _fields(of: type[Any], table: str, chosen: Mapping[str, Plain]) -> dict[str, Any]:
    """By field of a class what was chosen, else how a practice begins."""
    rows = (SETTINGS[path] for name in of.__dataclass_fields__ if (path := f"{table}.{name}") in SETTINGS)
    return {row.key: row.value(row.default if chosen.get(row.path) is None else chosen[row.path]) for row in rows}


def _given(table: str, chosen: Mapping[str, Plain]) -> dict[str, Any]:
    """What was chosen alone: where nothing was, another level may decide."""
    rows = (row for row in CHOSEN_ONCE if row.table == table)
    return {row.key: row.value(chosen[row.path]) for row in rows if chosen.get(row.path) is not None}

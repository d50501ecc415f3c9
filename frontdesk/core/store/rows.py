"""The tables. One metadata for SQLite and PostgreSQL; what only one engine can say hangs on it as DDL events.

Instants are whole UTC seconds, wall times and dates ISO text, values inside values JSON text (`values.py`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)
from sqlalchemy import text as condition
from sqlmodel import Field, MetaData, SQLModel

LONG = BigInteger().with_variant(Integer, "sqlite")


class Row(SQLModel):
    metadata = MetaData()
    model_config = {"defer_build": True}  # nobody validates a row: pydantic need not be built at the start


def key() -> Any:
    """A 64-bit primary key that the database counts."""
    return Field(default=None, sa_column=Column("id", LONG, primary_key=True))


def long(index: bool = False, nullable: bool = False, references: str | None = None) -> Any:
    return Field(
        default=None if nullable else ...,
        sa_type=LONG,
        index=index,
        nullable=nullable,
        foreign_key=references,
    )


def text(default: str = "") -> Any:
    return Field(default=default, sa_type=Text, nullable=False)


class Resource(Row, table=True):
    """What can be taken: a practitioner or a room. Writers lock these rows, in id order."""

    __tablename__ = "resource"
    id: int = key()
    kind: str = text()
    name: str = text()


class Practice(Row, table=True):
    """One row. `revision` rises with every change of the set-up, so that readers may keep what they read."""

    __tablename__ = "practice"
    id: int = Field(default=1, primary_key=True)
    revision: int = Field(default=1, nullable=False)


class Setting(Row, table=True):
    """What somebody chose, key by key: by whom, when, and the revision of the set-up it came with."""

    __tablename__ = "setting"
    id: int = key()
    path: str = Field(sa_column=Column("path", Text, nullable=False, unique=True))
    value: str = text()
    actor: str = text()
    at: int = long()
    since: int = long()


class Location(Row, table=True):
    __tablename__ = "location"
    id: str = Field(primary_key=True)
    position: int
    life: str = text("active")
    value: str = text()


class Room(Row, table=True):
    __tablename__ = "room"
    id: str = Field(primary_key=True)
    position: int
    resource_id: int = long(references="resource.id")
    location_id: str = Field(foreign_key="location.id")
    life: str = text("active")
    value: str = text()


class Service(Row, table=True):
    __tablename__ = "service"
    id: str = Field(primary_key=True)
    position: int
    life: str = text("active")
    value: str = text()


class Staff(Row, table=True):
    """A staff member with weekly hours and exceptions."""

    __tablename__ = "staff"
    id: str = Field(primary_key=True)
    position: int
    resource_id: int = long(references="resource.id")
    life: str = text("active")
    value: str = text()


class TimeOff(Row, table=True):
    __tablename__ = "time_off"
    id: int = key()
    staff_id: str = Field(foreign_key="staff.id", index=True)
    life: str = text("active")
    value: str = text()


class Closure(Row, table=True):
    __tablename__ = "closure"
    id: int = key()
    life: str = text("active")
    value: str = text()


class Reason(Row, table=True):
    __tablename__ = "reason"
    id: str = Field(primary_key=True)
    position: int
    life: str = text("active")
    value: str = text()


class Client(Row, table=True):
    __tablename__ = "client"
    __table_args__ = (
        Index("client_source", "source", "source_id"),
        Index("client_email", "email"),
        Index("client_phone", "phone_digits"),
        Index("client_by_name", "life", "search_key", "id"),
        Index("client_born", "born"),
        Index("client_merged", "merged_into"),
    )
    id: int = key()
    name: str = text()
    kind: str = text("person")
    phone: str = text()
    phone_digits: str = text()
    email: str = text()
    born: str | None = Field(default=None, sa_type=Text)
    contacts: str = text("[]")
    locale: str = text()
    note: str = text()
    preferences: str = text()
    source: str = text()
    source_id: str = text()
    extra: str = text("{}")
    life: str = text("active")
    merged_into: int | None = long(nullable=True, references="client.id")
    created_at: int = long()
    revision: int = 1
    search_key: str = text()


class Appointment(Row, table=True):
    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint('"start" < "end"', name="appointment_span"),
        Index("appointment_practitioner", "practitioner_id", "start"),
        Index("appointment_client", "client_id", "start"),
        Index("appointment_start", "start"),
        Index("appointment_source", "source", "source_id"),
        Index("appointment_holder", "holder"),
    )
    id: int = key()
    holder: UUID = Field(sa_type=Uuid)
    client_id: int = long(references="client.id")
    service_id: str = Field(foreign_key="service.id")
    practitioner_id: str = Field(foreign_key="staff.id")
    location_id: str = Field(foreign_key="location.id")
    room_id: str | None = Field(default=None, foreign_key="room.id")
    start: int = long()
    end: int = long()
    zone: str = text()
    wall: str = text()
    buffer_before: int
    buffer_after: int
    price: int | None = long(nullable=True)
    status: str = text("booked")
    cancel_reason: str | None = Field(default=None, foreign_key="reason.id")
    cancel_text: str = text()
    cancel_link: bool = False
    override: str = text()
    lane: int
    room_lane: int
    note: str = text()
    internal_note: str = text()
    ticket: str = text()
    source: str = text()
    source_id: str = text()
    extra: str = text("{}")
    revision: int
    sequence: int
    terms: str | None = Field(default=None, foreign_key="terms.id")
    missed_cancel: int | None = long(nullable=True)
    missed_reschedule: int | None = long(nullable=True)
    cancel_by: str = text()
    cancelled_at: int | None = long(nullable=True)
    reminders: str | None = Field(default=None, sa_type=Text)
    timed_at: int = Field(default=0, sa_column=Column("timed_at", LONG, nullable=False, server_default="0"))


class Terms(Row, table=True):
    """The terms of appointments, once by content; the id is the digest of the value."""

    __tablename__ = "terms"
    id: str = Field(primary_key=True)
    value: str = text()


class Consent(Row, table=True):
    """Texts that clients agreed to, once by content; the id is the digest of the text."""

    __tablename__ = "consent"
    id: str = Field(primary_key=True)
    text: str = text()


class Request(Row, table=True):
    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint('"start" < "end"', name="request_span"),
        Index("request_state", "state", "start"),
        Index("request_start", "start"),
        Index("request_newest", "asked_at"),
        Index("request_asked", "state", "asked_at"),
        Index("request_client", "client_id"),
        Index("request_appointment", "appointment_id"),
        {"sqlite_autoincrement": True},
    )
    id: int = key()
    holder: UUID = Field(sa_type=Uuid)
    kind: str = text()
    client_id: int | None = long(nullable=True, references="client.id")
    name: str = text()
    phone: str = text()
    email: str = text()
    service_id: str = Field(foreign_key="service.id")
    asked_for: str | None = Field(default=None, foreign_key="staff.id")
    practitioner_id: str = Field(foreign_key="staff.id")
    location_id: str = Field(foreign_key="location.id")
    room_id: str | None = Field(default=None, foreign_key="room.id")
    start: int = long()
    end: int = long()
    zone: str = text()
    wall: str = text()
    buffer_before: int
    buffer_after: int
    asked_at: int = long()
    expires_at: int = long()
    description: str = text()
    internal_note: str = text()
    ticket: str = text()
    appointment_id: int | None = long(nullable=True, references="appointment.id")
    state: str = text("pending")
    ended: str = text()
    hold_lost: bool = False
    offers: str = text("[]")
    answer_by: int | None = long(nullable=True)
    revision: int
    applicant_id: str = Field(default="", sa_column=Column("applicant_id", Text, nullable=False, server_default=""))


class Charge(Row, table=True):
    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("amount > 0", name="charge_amount"),
        Index("charge_client", "client_id", "state"),
        Index("charge_appointment", "appointment_id"),
        {"sqlite_autoincrement": True},
    )
    id: int = key()
    client_id: int = long(references="client.id")
    appointment_id: int = long(references="appointment.id")
    kind: str = text()
    amount: int = long()
    currency: str = text()
    made_at: int = long()
    state: str = text("due")
    reason: str = text()
    revision: int


class Work(Row, table=True):
    """The work list: appointments that lost their time and wait to be seen to."""

    __tablename__ = "work"
    __table_args__ = (
        Index("work_state", "state", "start"),
        Index("work_appointment", "appointment_id"),
        Index("work_cause", "cause", "cause_id"),
        {"sqlite_autoincrement": True},
    )
    id: int = key()
    appointment_id: int = long(references="appointment.id")
    practitioner_id: str = Field(foreign_key="staff.id")
    start: int = long()
    cause: str = text()
    cause_id: str = text()
    since: int = long()
    state: str = text("open")
    revision: int


class Picker(Row, table=True):
    """An open slot picker: the time it keeps is a claim, which ends by itself."""

    __tablename__ = "picker"
    id: int = key()
    key: UUID = Field(sa_type=Uuid, unique=True)
    actor: str = text()
    terminal: str = text()
    expires_at: int = long()


class Notice(Row, table=True):
    """Who is to be told of an event: a client, a practitioner, or the desk; never changed."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_staff", "audience", "staff_id", "id"),
        Index("notice_client", "client_id", "id"),
        Index("notice_event", "event_id"),
    )
    id: int = key()
    event_id: int = long(references="event.id")
    audience: str = text()
    staff_id: str | None = Field(default=None, foreign_key="staff.id")
    client_id: int | None = long(nullable=True, references="client.id")
    kind: str = text()
    subject_kind: str = text()
    subject_id: str = text()


class NoticeRead(Row, table=True):
    """Which notices somebody has read."""

    __tablename__ = "notice_read"
    reader: str = Field(primary_key=True)
    notice_id: int = Field(sa_column=Column("notice_id", LONG, primary_key=True))
    at: int = long()


def _where(which: str) -> dict[str, Any]:
    """Of an index: only these rows are in it."""
    return {"sqlite_where": condition(which), "postgresql_where": condition(which)}


class Mail(Row, table=True):
    """The outbox: one row a letter and reader, or a webhook, written with the change it tells of."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint(
            "subject_kind",
            "subject_id",
            "sequence",
            "kind",
            "occasion",
            "reader",
            "recipient",
            name="mail_is_written_once",
        ),
        Index("mail_due", "state", "due_at", "id"),
        Index("mail_counted", "state", "carrier", "due_at", "perhaps"),
        Index("mail_over", "id", **_where("state NOT IN ('paused', 'queued', 'sending')")),
        Index("mail_tried", "state", "made_at", **_where("attempts > 0 OR trouble <> ''")),
        Index("mail_of_subject", "subject_kind", "subject_id", "recipient", "id"),
        Index("mail_of_client", "client_id", "id"),
        Index("mail_sent", "sent_at"),
        Index("mail_occasion", "occasion"),
        Index("mail_kind", "kind", "due_at"),
        Index("mail_act", "act"),
        Index("mail_goes_with", "goes_with"),
        {"sqlite_autoincrement": True},
    )
    id: int = key()
    carrier: str = text()
    reader: str = text()
    kind: str = text()
    subject_kind: str = text()
    subject_id: str = text()
    sequence: int
    occasion: str = text()
    recipient: str = text()
    name: str = text()
    client_id: int | None = long(nullable=True, references="client.id")
    staff_id: str | None = Field(default=None, foreign_key="staff.id")
    language: str = text()
    subject: str = text()
    body: str = text()
    html: str = text()
    calendar: str = text()
    method: str = text()
    message: str = text()
    sealed: str = text()
    message_id: str = text()
    thread: str = text()
    known: str | None = Field(default=None, sa_type=Text)
    tells: str | None = Field(default=None, sa_type=Text)
    unsure: bool
    state: str = text()
    made_at: int = long()
    due_at: int = long()
    until: int | None = long(nullable=True)
    attempts: int
    perhaps: bool
    lease: str = text()
    leased_until: int | None = long(nullable=True)
    sent_at: int | None = long(nullable=True)
    error: str = text()
    decided_by: str = text()
    put_aside: str = text()
    trouble: str = text()
    act: int | None = long(nullable=True)
    goes_with: int | None = long(nullable=True)
    salt: str = Field(default="", sa_column=Column("salt", Text, nullable=False, server_default=""))


class MailQueue(Row, table=True):
    """One row: whether the whole queue stands still, why, when it is tried again; which key seals its secrets."""

    __tablename__ = "mail_queue"
    id: int = Field(default=1, primary_key=True)
    fault: str = text()
    detail: str = text()
    since: int | None = long(nullable=True)
    retry_at: int | None = long(nullable=True)
    tries: int
    seal_print: str = text()


class Link(Row, table=True):
    """What a mailed link opens: only the digest of its secret is kept."""

    __tablename__ = "link"
    __table_args__ = (
        Index("link_appointment", "appointment_id"),
        Index("link_client", "client_id"),
        {"sqlite_autoincrement": True},
    )
    id: int = key()
    digest: str = Field(sa_column=Column("digest", Text, nullable=False, unique=True))
    kind: str = text()
    client_id: int = long(references="client.id")
    appointment_id: int | None = long(nullable=True, references="appointment.id")
    sequence: int | None = Field(default=None)
    service_id: str | None = Field(default=None, foreign_key="service.id")
    occasion: str = Field(default="", sa_type=Text, nullable=False, index=True)
    made_at: int = long()
    expires_at: int = long()
    closed_at: int | None = long(nullable=True)


class AccessCode(Row, table=True):
    """What a client signs in with: only the digest of a code is kept, for one address in one browser."""

    __tablename__ = "access_code"
    __table_args__ = (
        Index("access_code_address", "address", "browser", "made_at"),
        Index("access_code_expires", "expires_at"),
        {"sqlite_autoincrement": True},
    )
    id: int = key()
    address: str = text()
    browser: str = text()
    digest: str = text()
    made_at: int = long()
    expires_at: int = long()
    tries: int = Field(default=0, nullable=False)


class Claim(Row, table=True):
    """Who has the time of a resource: exists exactly while the time is held; moved by delete and insert."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint(
            'padded_start <= "start" AND "start" < "end" AND "end" <= padded_end'
            " AND padded_end - padded_start <= 86400",
            name="claim_span_in_order",
        ),
        # serves the trigger and every search: it covers what both read, whatever the lane
        Index(
            "claim_by_time",
            "resource_id",
            "padded_start",
            "padded_end",
            "start",
            "end",
            "lane",
            "expires_at",
            "holder",
        ),
        Index("claim_source", "source_kind", "source_id"),
        Index("claim_holder", "holder"),
    )
    id: int = key()
    resource_id: int = long(references="resource.id")
    lane: int
    holder: UUID = Field(sa_type=Uuid)
    source_kind: str = text()
    source_id: int = long()
    start: int = long()
    end: int = long()
    padded_start: int = long()
    padded_end: int = long()
    expires_at: int | None = long(nullable=True)


class Event(Row, table=True):
    """What happened: ids and digests, nothing personal; never changed, never deleted.

    `actor` is the id of who did it, of this kind; without a kind it is the name of who did it, as it was shown
    before actors had ids (`PastActor` says who that was).
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("event_batch", "batch"),
        Index("event_actor", "actor", "id"),
        Index("event_at", "at"),
    )
    id: int = key()
    at: int = long()
    actor: str = text()
    role: str = text()
    terminal: str = text()
    operation: str = text()
    subject_kind: str = text()
    subject_id: str = text()
    batch: int = long()
    undoes: int | None = long(nullable=True)
    detail_digest: str = text()
    previous: str = text()
    digest: str = text()
    actor_kind: str = Field(default="", sa_column=Column("actor_kind", Text, nullable=False, server_default=""))
    on_behalf_of: int | None = long(nullable=True)


class PastActor(Row, table=True):
    """Who it was that events without a kind of actor name: by name and roles, where they fit one alone."""

    __tablename__ = "past_actor"
    __table_args__ = (Index("past_actor_of", "actor_kind", "actor"),)
    name: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    actor_kind: str = text()
    actor: str = text()


class EventThing(Row, table=True):
    """Which things an event changed, or is about without changing them, by id."""

    __tablename__ = "event_thing"
    __table_args__ = (Index("event_thing_of", "kind", "thing_id", "event_id"),)
    event_id: int = Field(sa_column=Column("event_id", LONG, primary_key=True))
    kind: str = Field(primary_key=True)
    thing_id: str = Field(primary_key=True)
    is_about: bool = Field(sa_column=Column("is_about", Boolean, nullable=False, server_default=false()))


class EventDetail(Row, table=True):
    """Before, after, texts and the salt; deletable, so that a client can be forgotten."""

    __tablename__ = "event_detail"
    event_id: int = Field(sa_column=Column("event_id", LONG, primary_key=True))
    salt: str = text()
    detail: str = text()


class EventChain(Row, table=True):
    """One row: the digests of the newest event, opening and mail. Writers meet here last, before they commit."""

    __tablename__ = "event_chain"
    id: int = Field(default=1, primary_key=True)
    head: str = text()
    access_head: str = Field(default="", sa_column=Column("access_head", Text, nullable=False, server_default=""))
    mail_head: str = Field(default="", sa_column=Column("mail_head", Text, nullable=False, server_default=""))


class AccessLog(Row, table=True):
    """Who opened which client's record, each entry tied to the one before it; `actor` as in `Event`."""

    __tablename__ = "access_log"
    id: int = key()
    at: int = long()
    actor: str = text()
    terminal: str = text()
    client_id: int = long(index=True)
    actor_kind: str = Field(default="", sa_column=Column("actor_kind", Text, nullable=False, server_default=""))
    previous: str = Field(default="", sa_column=Column("previous", Text, nullable=False, server_default=""))
    digest: str = Field(default="", sa_column=Column("digest", Text, nullable=False, server_default=""))


class MailLog(Row, table=True):
    """Digests of what each mail said, whenever it was written, and by which act; each tied to the one before it."""

    __tablename__ = "mail_log"
    id: int = key()
    at: int = long()
    act: int = long()
    mail_id: int = long(index=True)
    content: str = text()
    goes_to: str = text()
    secrets: str = text()
    previous: str = text()
    digest: str = text()


class SearchSign(Row, table=True):
    """Every sign that ever stood in a client's search key."""

    __tablename__ = "search_sign"
    sign: str = Field(primary_key=True)


class Touched(Row, table=True):
    """When something of a kind, and of what stands in a calendar of a day, was changed last: SQLite's alone."""

    __tablename__ = "touched"
    __table_args__ = (Index("touched_turn", "turn"),)
    kind: str = Field(primary_key=True)
    day: int = Field(sa_column=Column("day", LONG, primary_key=True, autoincrement=False))
    turn: int = long()
    """The commit, as the file counts them."""


class PickedUp(Row, table=True):
    """Appointments somebody laid aside to put down elsewhere."""

    __tablename__ = "picked_up"
    actor: str = Field(primary_key=True)
    appointment_id: int = Field(sa_column=Column("appointment_id", LONG, primary_key=True))
    at: int = long()


class Database(Row, table=True):
    """One row: the number by which a database is known, and which one it was put in the place of.

    A drill was made under a clock that was not the machine's. `reads_from` is the oldest version that reads it.
    """

    __tablename__ = "database"
    id: int = Field(default=1, primary_key=True)
    number: int = long()
    replaces: int | None = long(nullable=True)
    is_drill: bool
    reads_from: str = text()


class Reply(Row, table=True):
    """The last answer of each attendee to an appointment."""

    __tablename__ = "reply"
    appointment_id: int = Field(
        sa_column=Column("appointment_id", LONG, ForeignKey("appointment.id"), primary_key=True)
    )
    attendee: str = Field(primary_key=True)
    sequence: int
    stamped_at: int | None = long(nullable=True)
    answer: str = text()


class Duty(Row, table=True):
    """What has to be done again and again: who does it, until when nobody else may, when it was done last."""

    __tablename__ = "duty"
    name: str = Field(primary_key=True)
    who: str = text()
    leased_until: int | None = long(nullable=True)
    seen_at: int | None = long(nullable=True)
    done_at: int | None = long(nullable=True)
    detail: str = text()

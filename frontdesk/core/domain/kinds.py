"""The kinds of things that are kept: one row each, read by history, undo, merge, export and what names a thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any, Generic, TypeAlias, TypeVar

from frontdesk.core.domain.appointments import Appointment, AppointmentId, Status, appointment_ref, client_ref
from frontdesk.core.domain.charges import Charge, ChargeState
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.hours import Closure, TimeOff
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.people import Client, ClientId
from frontdesk.core.domain.permissions import Owner, Permission
from frontdesk.core.domain.practice import Reason, StaffMember
from frontdesk.core.domain.requests import Applicant, Request, RequestId, RequestState, request_ref
from frontdesk.core.domain.services import Location, Room, Service
from frontdesk.core.domain.settings import SettingValue, may_be_unset
from frontdesk.core.domain.work import Work, WorkState

Thing: TypeAlias = (
    SettingValue
    | Location
    | Room
    | Service
    | StaffMember
    | Reason
    | Closure
    | TimeOff
    | Client
    | Appointment
    | Request
    | Charge
    | Work
)

Counted: TypeAlias = Client | Appointment | Request | Charge | Work
"""What is changed by who saw its revision."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """What there is to know about a kind of thing without looking at one."""

    name: str
    """Kept with every event: it survives a renamed class."""
    of: type[T]
    id: Callable[[T], str] = lambda thing: str(thing.id)  # type: ignore[attr-defined]
    ref: Callable[[str], str] = lambda id_: id_
    """What people call one, by its id."""
    owner: Callable[[T], Owner] = lambda _: Owner()
    """Whose it is: what "own" is measured by."""
    needs: Permission | None = None
    """Power over one, where it is no setting's."""
    internal: Mapping[str, Any] = field(default_factory=dict)
    """What of one is the team's alone, and what stands for it where others look."""
    personal: Callable[[T], Mapping[str, Any]] = lambda _: {}
    """What of one tells of a person, and what stands for it once they are forgotten."""
    undone: Callable[[T], T | None]
    """What becomes of one when what made it is taken back; None: that cannot be."""
    counters: frozenset[str] = frozenset()
    """Fields that only ever rise, also when a change is taken back."""
    is_setup: bool = False
    """Belongs to the set-up, which is locked as a whole; others are locked row by row."""

    def reference(self, thing: T) -> str:
        return self.ref(self.id(thing))

    def client(self, thing: T) -> ClientId | None:
        """Whose it is, where it is a client's."""
        return self.owner(thing).client

    def public(self, thing: T) -> T:
        """The thing as whose it is may see it."""
        return replace(thing, **self.internal) if self.internal else thing  # type: ignore[type-var]

    def plain(self, thing: T) -> T:
        """The thing without its counters: what two moments of it are compared by."""
        return replace(thing, **dict.fromkeys(self.counters, 0)) if self.counters else thing  # type: ignore[type-var]


def _ended(field: str, state: Any) -> Callable[[Any], Any]:
    return lambda thing: replace(thing, **{field: state})


def _setup(name: str, of: type[T]) -> Kind[T]:
    undone = _ended("life", Life.UNDONE)
    return Kind(name=name, of=of, undone=undone, is_setup=True)


def _personal_of_client(it: Client) -> Mapping[str, Any]:
    """Only their number is left."""
    texts = ("phone", "email", "locale", "note", "preferences", "source", "source_id")
    rest: dict[str, Any] = {"born": None, "contacts": (), "extra": {}, "life": Life.ERASED}
    return {**dict.fromkeys(texts, ""), **rest, "name": client_ref(it.id)}


def _personal_of_appointment(it: Appointment) -> Mapping[str, Any]:
    texts = ("note", "internal_note", "override", "ticket", "source", "source_id")
    cancelled = replace(it.cancellation, text="") if it.cancellation is not None else None
    return {**dict.fromkeys(texts, ""), "extra": {}, "cancellation": cancelled}


def _personal_of_request(it: Request) -> Mapping[str, Any]:
    asked = Applicant(name=it.ref) if it.client is None else None
    return {"applicant": asked, "description": "", "internal_note": "", "ticket": ""}


_REVISION = frozenset({"revision"})

ALL_KINDS: tuple[Kind[Any], ...] = (
    Kind(
        name="setting",
        of=SettingValue,
        id=lambda it: it.path,
        undone=lambda it: replace(it, value=None) if may_be_unset(it.path) else None,
        is_setup=True,
    ),
    _setup("location", Location),
    _setup("room", Room),
    _setup("service", Service),
    _setup("staff", StaffMember),
    _setup("reason", Reason),
    _setup("closure", Closure),
    _setup("time_off", TimeOff),
    Kind(
        name="client",
        of=Client,
        ref=lambda id_: client_ref(ClientId(int(id_))),
        owner=lambda it: Owner(client=it.id),
        needs=Permission.CHANGE_CLIENTS,
        internal={"note": "", "extra": {}, "source": "", "source_id": ""},
        personal=_personal_of_client,
        undone=_ended("life", Life.UNDONE),
        counters=_REVISION,
    ),
    Kind(
        name="appointment",
        of=Appointment,
        ref=lambda id_: appointment_ref(AppointmentId(int(id_))),
        owner=lambda it: Owner(practitioner=it.practitioner, client=it.client),
        needs=Permission.CHANGE_APPOINTMENTS,
        internal={"internal_note": "", "override": "", "ticket": "", "extra": {}, "source": "", "source_id": ""},
        personal=_personal_of_appointment,
        undone=_ended("status", Status.UNDONE),
        counters=_REVISION | {"sequence"},
    ),
    Kind(
        name="request",
        of=Request,
        ref=lambda id_: request_ref(RequestId(int(id_))),
        owner=lambda it: Owner(
            practitioner=it.slot.practitioner,
            client=it.client,
            applicant=it.applicant.id if it.applicant is not None else None,
        ),
        needs=Permission.CHANGE_APPOINTMENTS,
        internal={"internal_note": "", "ticket": ""},
        personal=_personal_of_request,
        undone=_ended("state", RequestState.UNDONE),
        counters=_REVISION,
    ),
    Kind(
        name="charge",
        of=Charge,
        owner=lambda it: Owner(client=it.client),
        needs=Permission.CHANGE_APPOINTMENTS,
        personal=lambda _: {"reason": ""},
        undone=_ended("state", ChargeState.VOID),
        counters=_REVISION,
    ),
    Kind(
        name="work",
        of=Work,
        owner=lambda it: Owner(practitioner=it.practitioner),
        needs=Permission.CHANGE_APPOINTMENTS,
        undone=_ended("state", WorkState.GONE),
        counters=_REVISION,
    ),
)
"""In the order in which they are written: what others point at comes first."""

KINDS: dict[str, Kind[Any]] = {kind.name: kind for kind in ALL_KINDS}
_OF: dict[type[Any], Kind[Any]] = {kind.of: kind for kind in ALL_KINDS}


def kind_of(thing: Thing) -> Kind[Any]:
    return _OF[type(thing)]


def is_thing(value: object) -> bool:
    return type(value) in _OF


def owner_of(thing: Thing) -> Owner:
    owner: Owner = kind_of(thing).owner(thing)
    return owner


def handed_over(thing: Any, to: ClientId) -> Thing:
    """What was one client's as another's."""
    after: Thing = replace(thing, client=to, revision=thing.revision + 1)
    return after


def forgotten(thing: Any) -> Thing:
    """What is left of a client's thing once they are forgotten."""
    after: Thing = replace(thing, **kind_of(thing).personal(thing), revision=thing.revision + 1)
    return after


def ref_of(kind: str, id_: str) -> str:
    """What people call a thing of a kind, by its id; of a kind that nobody knows any more, the id itself."""
    return KINDS[kind].ref(id_) if kind in KINDS else id_

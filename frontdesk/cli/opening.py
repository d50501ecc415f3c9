"""Opening the desk for a command: which database, who acts, and when it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from frontdesk.config import Config, read_config
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.domain.errors import BadInput, NotFound, Problem
from frontdesk.core.domain.life import Life
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.permissions import Actor
from frontdesk.core.domain.practice import ReasonId, Setup
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.text import folded
from frontdesk.core.domain.times import local_date, resolve
from frontdesk.core.parse import moments
from frontdesk.core.render.words import Words

if TYPE_CHECKING:
    from frontdesk.core.desk import Desk

T = TypeVar("T")


@dataclass
class Opening:
    """What the words before the command said; opens the desk when it is first needed."""

    database: str | None = None
    staff: str | None = None
    now: str | None = None
    config_file: Path | None = None
    create: bool = False
    clock: Callable[[], int] | None = None

    @cached_property
    def config(self) -> Config:
        return read_config(self.config_file)

    @property
    def url(self) -> str:
        return self.database or self.config.database

    @property
    def is_new(self) -> bool:
        """Whether there is no database file yet."""
        return "://" not in self.url and not Path(self.url).exists()

    @cached_property
    def desk(self) -> Desk:
        """Raises StoreUnusable, BadInput or NotFound."""
        from frontdesk.core.desk import open_desk

        desk = open_desk(self.url, create=self.create, clock=self.clock, machine=machine())
        if self.now is not None:
            desk = replace(desk, clock=_stopped(self._moment(desk)))
        return desk if self.staff is None else desk.acting(self._actor(desk, self.staff))

    @cached_property
    def setup(self) -> Setup:
        return self.desk.see(ShowSetup())

    @property
    def words(self) -> Words:
        return Words(self.setup)

    @property
    def today(self) -> date:
        return local_date(self.desk.now(), self.setup.practice.timezone)

    def do(self, ask: Ask[T]) -> T:
        return self.desk.do(ask)

    def see(self, question: Question[T]) -> T:
        return self.desk.see(question)

    def day(self, text: str, field: str = "date") -> date:
        return moments.day(text, self.today, field)

    def service(self, text: str) -> ServiceId:
        return ServiceId(_named("service", text, self.setup.services))

    def practitioner(self, text: str | None) -> StaffId | None:
        return None if text is None else StaffId(_named("staff", text, self.setup.staff))

    def location(self, text: str | None) -> LocationId | None:
        return None if text is None else LocationId(_named("location", text, self.setup.locations))

    def room(self, text: str | None) -> RoomId | None:
        return None if text is None else RoomId(_named("room", text, self.setup.rooms))

    def reason(self, text: str) -> ReasonId:
        found = _match(text, {id_: it.label for id_, it in self.setup.reasons.items() if it.offered})
        if len(found) == 1:
            return ReasonId(found[0])
        offered = ", ".join(str(id_) for id_, it in self.setup.reasons.items() if it.offered)
        raise BadInput("reason", Problem.UNKNOWN, text, hint=offered)

    def _moment(self, desk: Desk) -> int:
        at = moments.instant(self.now or "", "--now")
        if isinstance(at, int):
            return at
        moment = resolve(at, desk.see(ShowSetup()).practice.timezone)
        if moment is None:
            raise BadInput("--now", Problem.NOT_A_TIME, self.now or "")
        return moment

    def _actor(self, desk: Desk, name: str) -> Actor:
        setup = desk.see(ShowSetup())
        person = setup.staff[StaffId(_named("staff", name, setup.staff))]
        return Actor(name=person.name, roles=person.roles, staff=person.id)


def machine() -> Machine:
    """Names this run: the terminal it sits at, and the process."""
    try:
        terminal = os.ttyname(0)
    except OSError:
        terminal = "batch"
    return Machine(terminal=f"{terminal}:{os.getpid()}:{int(time.time())}")


def _stopped(at: int) -> Callable[[], int]:
    return lambda: at


def _named(kind: str, text: str, known: Any) -> str:
    """The id that an id or a name means. Raises NotFound, or BadInput for a name that could be several."""
    if text in known:
        return text
    names = {id_: it.name for id_, it in known.items() if it.life is Life.ACTIVE}
    found = _match(text, names)
    if not found:
        raise NotFound(kind, text)
    if len(found) > 1:
        raise BadInput(kind, Problem.AMBIGUOUS, text, hint=", ".join(found))
    return found[0]


def _match(text: str, names: dict[Any, str]) -> list[str]:
    wanted = folded(text)
    exact = [str(id_) for id_, name in names.items() if wanted in (folded(name), folded(str(id_)))]
    return exact or [str(id_) for id_, name in names.items() if wanted and wanted in folded(name)]

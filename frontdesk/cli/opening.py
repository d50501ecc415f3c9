"""Opening the desk for a command: which database, who acts, and when it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from frontdesk.config import Config, make_seal_key, read_config, read_seal_key
from frontdesk.core.asks.door import Ask, Question
from frontdesk.core.asks.mails import ListMails
from frontdesk.core.asks.settings import ShowSetup
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import NotFound, StoreProblem, StoreUnusable
from frontdesk.core.domain.machine import Machine
from frontdesk.core.domain.people import StaffId
from frontdesk.core.domain.practice import ReasonId, Setup
from frontdesk.core.domain.services import LocationId, RoomId, ServiceId
from frontdesk.core.domain.times import Instant, local_date
from frontdesk.core.parse import moments, naming
from frontdesk.core.render.language import language_for, speak
from frontdesk.core.render.words.voice import Voice

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
    keeps_mail: bool = False
    """Nothing leaves this machine, whatever its mail server."""

    @cached_property
    def config(self) -> Config:
        return read_config(self.config_file)

    @property
    def url(self) -> str:
        """A path or a PostgreSQL URL. Raises BadInput."""
        return naming.database(self.database or self.config.database)

    @property
    def has_practice(self) -> bool:
        """Whether there is a database with a practice in it. Raises StoreUnusable for one that cannot be used."""
        from frontdesk.core.desk import open_desk

        try:
            desk = open_desk(self.url)
        except StoreUnusable as error:
            if error.problem in (StoreProblem.MISSING, StoreProblem.NO_FOLDER, StoreProblem.EMPTY):
                return False
            raise
        try:
            desk.see(ShowSetup())
        except StoreUnusable as error:
            if error.problem is StoreProblem.EMPTY:
                return False
            raise
        finally:
            desk.close()
        return True

    def _is_sealed(self) -> bool:
        """Whether a database is here that another key, made now, would not open."""
        from frontdesk.core.desk import open_desk

        try:
            desk = open_desk(self.url)
        except StoreUnusable:  # nothing to seal yet; or it is said when it is opened
            return False
        try:
            return desk.see(ListMails(limit=0)).is_sealed
        except StoreUnusable:
            return False
        finally:
            desk.close()

    def close(self) -> None:
        """The last to leave writes everything into the one file."""
        if "desk" in self.__dict__:
            self.desk.close()

    @cached_property
    def machine(self) -> Machine:
        """This run on this machine; whoever makes a database makes its sealing key too. Raises BadInput."""
        path = Path(self.config.seal_key_file).expanduser()
        if self.create and not self._is_sealed():
            make_seal_key(path)
        return Machine(
            terminal=terminal(),
            smtp=None if self.keeps_mail else self.config.smtp,
            keeps_everything=self.keeps_mail,
            seal_key=read_seal_key(path),
            seal_key_file=str(path),
            limits=self.config.limits,
        )

    @cached_property
    def desk(self) -> Desk:
        """Raises StoreUnusable, BadInput or NotFound."""
        from frontdesk.core.desk import open_desk

        clock = self.clock
        if self.now is not None:
            at = naming.moment(self.now, "UTC", "--now")  # until the practice's zone is known
            clock = lambda: at  # noqa: E731  # a clock that stands
        desk = open_desk(self.url, create=self.create, clock=clock, machine=self.machine)
        if self.staff is None and self.now is None:
            return desk
        try:
            return self._as_told(desk)
        except BaseException:
            desk.close()
            raise

    def _as_told(self, desk: Desk) -> Desk:
        """Somebody's, at a fixed moment, where `--staff` and `--now` say so. Raises BadInput or NotFound."""
        try:
            setup: Setup | None = desk.see(ShowSetup())
        except StoreUnusable as error:
            if not self.create or error.problem is not StoreProblem.EMPTY:
                raise
            setup = None  # it is about to be made
        if self.now is not None:
            at = naming.moment(self.now, setup.practice.timezone if setup is not None else "UTC", "--now")
            desk = replace(desk, clock=lambda: at)
        if self.staff is None:
            return desk
        if setup is None:
            raise NotFound("staff", self.staff)
        return desk.acting(naming.actor(setup, self.staff))

    @cached_property
    def setup(self) -> Setup:
        setup = self.desk.see(ShowSetup())
        speak(language_for(self.config.language or setup.practice.locale), setup.practice.labels)
        return setup

    @property
    def voice(self) -> Voice:
        return Voice(self.setup, self.today)

    @property
    def today(self) -> date:
        return local_date(self.desk.now(), self.setup.practice.timezone)

    def do(self, ask: Ask[T]) -> T:
        return self.desk.do(ask)

    def see(self, question: Question[T]) -> T:
        return self.desk.see(question)

    def day(self, text: str, field: str = "date") -> date:
        return moments.day(text, self.today, field)

    def moment(self, text: str, field: str) -> Instant:
        """A moment; without an offset it is wall time in the practice's zone. Raises BadInput."""
        return naming.moment(text, self.setup.practice.timezone, field)

    def service(self, text: str) -> ServiceId:
        return ServiceId(naming.named("service", text, self.setup.services))

    def practitioner(self, text: str | None) -> StaffId | None:
        return None if text is None else StaffId(naming.named("staff", text, self.setup.staff))

    def location(self, text: str | None) -> LocationId | None:
        return None if text is None else LocationId(naming.named("location", text, self.setup.locations))

    def room(self, text: str | None) -> RoomId | None:
        return None if text is None else RoomId(naming.named("room", text, self.setup.rooms))

    def reason(self, text: str) -> ReasonId:
        return naming.reason(self.setup, text)


def terminal() -> str:
    """Names this run: the terminal it sits at, and the process."""
    try:
        name = os.ttyname(0)
    except OSError:
        name = "batch"
    return f"{name}:{os.getpid()}:{int(time.time())}"

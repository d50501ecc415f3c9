"""Copies by the hour, while anything runs: of all programs on a database, the one whose turn it is makes one."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from frontdesk.core.asks.upkeep import ReportDuty, TakeDuty
from frontdesk.core.desk import Desk
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.backups import Keep
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.errors import DeskError, StoreUnusable
from frontdesk.core.domain.times import HOUR, MINUTE
from frontdesk.core.store import backups
from frontdesk.core.upkeep import back_up

LOOK = 60.0
"""Seconds between two looks at whether it is time."""
LEASE = 15 * MINUTE
"""How long a copy may take before another program makes one."""

log = logging.getLogger("frontdesk.keeper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Where copies go, which of them stay, and for whose key they are."""

    folder: Path
    keep: Keep = Keep()
    recipient: str = ""
    signs: tuple[Duty, ...] = ()
    """What else is done by the program it runs in, which says so by the minute."""

    def run(self, desk: Desk, stop: threading.Event) -> None:
        """Until told to stop; a drill is not worth a copy. What fails is on record, and tried again in an hour."""
        if desk.store.is_of_a_drill or desk.machine.keeps_everything:
            return
        system = desk.acting(SYSTEM)
        while not stop.is_set():
            try:
                for duty in self.signs:
                    system.do(ReportDuty(duty=duty))
                if system.do(TakeDuty(duty=Duty.BACKUP, every=HOUR, lease=LEASE)):
                    self._make(system)
            except DeskError as error:
                log.warning("no copy: %s", type(error).__name__)
            except Exception:
                log.exception("fault while copying")
            stop.wait(LOOK)

    def _make(self, desk: Desk) -> None:
        try:
            made = back_up(desk, self.folder, self.recipient)
            backups.tidy(self.folder, made.manifest.number, self.keep, desk.now())
        except (StoreUnusable, OSError) as error:
            why = f"{error.problem.value}: {error.detail}" if isinstance(error, StoreUnusable) else str(error)
            desk.do(ReportDuty(duty=Duty.BACKUP, detail=why))
            log.warning("no copy: %s", why)

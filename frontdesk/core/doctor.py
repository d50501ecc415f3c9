"""A look at a database and the machine it is on, and a judgement: what is wrong, what has to be seen to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from frontdesk.core.asks.mails import ListMails
from frontdesk.core.asks.upkeep import ListDuties, Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.duties import LATE, Duty
from frontdesk.core.domain.errors import DeskError, StoreProblem, StoreUnusable
from frontdesk.core.domain.health import Ailment, Finding

_OF_DUTY = {
    Duty.DELIVER: Ailment.NOT_DELIVERED,
    Duty.SWEEP: Ailment.NOT_SWEPT,
    Duty.BACKUP: Ailment.NOT_COPIED,
    Duty.ELSEWHERE: Ailment.NOT_ELSEWHERE,
    Duty.REHEARSE: Ailment.NOT_REHEARSED,
}
_OF_KEY = {StoreProblem.NO_SEAL_KEY: Ailment.NO_KEY, StoreProblem.WRONG_SEAL_KEY: Ailment.OTHER_KEY}
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def examine(desk: Desk, backups: Path) -> tuple[Finding, ...]:
    """Everything that was found, what is bad first. Raises StoreUnusable where the database cannot even be read."""
    found = [*_writing(desk), *_files(desk, backups), *_key(desk), *_damage(desk), *_duties(desk)]
    return tuple(sorted(found, key=lambda it: not it.ailment.is_bad))


def _damage(desk: Desk) -> Iterator[Finding]:
    for it in desk.see(Verify()):
        yield Finding(Ailment.DAMAGED, str(it), damage=it)


def _writing(desk: Desk) -> Iterator[Finding]:
    try:
        desk.store.try_to_write()
    except StoreUnusable as error:
        if error.problem is StoreProblem.NEWER:
            yield Finding(Ailment.NEWER, desk.store.name)
        elif error.problem is not StoreProblem.NOT_A_DRILL:
            yield Finding(Ailment.NOT_WRITABLE, desk.store.name)
    except DeskError:
        yield Finding(Ailment.NOT_WRITABLE, desk.store.name)


def _files(desk: Desk, backups: Path) -> Iterator[Finding]:
    """Nobody else on this machine reads names, links or keys; systems without such rights are not judged."""
    if os.name == "nt":
        return
    path = desk.store.path
    files = [Path(f"{path}{end}") for end in ("", "-wal", "-shm")] if path is not None else []
    for it in (*files, Path(desk.machine.seal_key_file or os.devnull), backups):
        if (it.is_file() or it.is_dir()) and it.stat().st_mode & OTHERS and str(it) != os.devnull:
            yield Finding(Ailment.READ_BY_OTHERS, str(it))


def _key(desk: Desk) -> Iterator[Finding]:
    outbox = desk.see(ListMails(limit=0))
    if outbox.key_trouble is not None:
        yield Finding(_OF_KEY[outbox.key_trouble.problem], desk.machine.seal_key_file)
    elif desk.machine.seal_key is None:
        yield Finding(Ailment.NEVER_SEALED, desk.machine.seal_key_file)


def _duties(desk: Desk) -> Iterator[Finding]:
    if desk.store.is_of_a_drill:
        return
    for it in desk.see(ListDuties()):
        last = it.done_at if it.duty in (Duty.BACKUP, Duty.ELSEWHERE, Duty.REHEARSE) else it.seen_at
        if last is None or last + LATE[it.duty] < desk.now():
            yield Finding(_OF_DUTY[it.duty], it.detail, since=last)

"""Looking after the database itself: to another version, into a copy, and back from one."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from frontdesk.core.asks.clients import EraseClient
from frontdesk.core.asks.upkeep import ListErasures, ReportDuty, StartAgain
from frontdesk.core.desk import Desk, open_desk, system_clock
from frontdesk.core.domain.actors import SYSTEM
from frontdesk.core.domain.backups import Head, Manifest
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.duties import Duty
from frontdesk.core.domain.errors import DeskError, StoreUnusable
from frontdesk.core.domain.events.clients import ClientErased
from frontdesk.core.domain.events.upkeep import DatabaseRestored
from frontdesk.core.domain.people import ClientId
from frontdesk.core.files import make_folder
from frontdesk.core.store import backups, erasures, identity, postgres_tools
from frontdesk.core.store.backups import Backup
from frontdesk.core.store.connecting import place_of

if TYPE_CHECKING:
    from frontdesk.core.store.migrate import Upgraded

__all__ = ["Backup", "Restored", "Upgraded", "back_up", "erase", "newest", "rehearse", "restore", "upgrade"]

AHEAD = 10_000
"""Commits that nobody makes while a restore waits: who has the database open sees it only go on."""
PATIENCE = 30.0
"""Seconds that a restore waits for those who write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A copy that was put back, or that could be."""

    manifest: Manifest | None
    counts: dict[str, int]
    head: Head
    """As it was in the copy."""
    seconds: float
    doubtful: int = 0
    """Mails that may have been told."""
    erased: int = 0
    """Clients who were forgotten since it was made, and are again."""
    not_erased: tuple[ClientId, ...] = ()
    """Those who are not: in the copy they are part of somebody else's record."""
    knows_erased: bool = True
    """Whether a list of them was found: without one nobody can say who was."""
    aside: str = ""
    """Where what was there before lies."""

    @property
    def is_as_told(self) -> bool:
        """Whether it holds what its manifest says; there may be none."""
        told = self.manifest
        return told is None or (told.counts == self.counts and self.head.is_as_told(told.head))


def upgrade(url: str, folder: str = "") -> Upgraded:
    """Bring a database to this program's version: copied, migrated, checked, or left as it was.

    The copy lies beside a file, for PostgreSQL in the folder one is in, or in `folder`. Raises StoreUnusable.
    """
    from frontdesk.core.store import migrate  # with all of SQLAlchemy, for which no copy waits

    return migrate.upgrade(url, _moment("%Y%m%d-%H%M%S"), folder)


def _bring_up(url: str) -> None:
    from frontdesk.core.store import migrate

    migrate.bring_up(url)


def back_up(desk: Desk, folder: Path, recipient: str = "") -> Backup:
    """A new copy in a folder, and on record that there is one. Raises StoreUnusable."""
    made = backups.make(desk.store, folder, desk.now(), program=_program(), recipient=recipient)
    system, told = desk.acting(SYSTEM), str(made.path)
    with suppress(DeskError):  # the copy is there, whether that can be written down or not
        system.do(ReportDuty(duty=Duty.BACKUP, done=True, detail=told))
        if is_elsewhere(desk, folder):
            system.do(ReportDuty(duty=Duty.ELSEWHERE, done=True, detail=told))
    keep_erasures(desk, folder)
    return made


def keep_erasures(desk: Desk, folder: Path) -> None:
    """Beside the copies in a folder stands who was forgotten, for they know them still. Raises StoreUnusable."""
    erasures.keep(folder, desk.acting(SYSTEM).see(ListErasures()))


def erase(desk: Desk, client: ClientId, folder: Path | None) -> ClientErased:
    """Forget a client, here and, where there is a folder of copies, for whoever goes on from one of those.

    Raises what `EraseClient` does, or StoreUnusable where they are forgotten and the folder cannot be written.
    """
    event = desk.do(EraseClient(client=client))
    desk.store.empty_wal()
    if folder is not None:
        keep_erasures(desk, folder)
    return event


def newest(folder: Path) -> Path | None:
    """The newest copy in a folder."""
    found = backups.found_in(folder) if folder.is_dir() else ()
    return found[0].path if found else None


def is_elsewhere(desk: Desk, folder: Path) -> bool:
    """Whether a folder lies on another disk than the database; a server's is another one."""
    return desk.store.path is None or folder.stat().st_dev != desk.store.path.stat().st_dev


def rehearse(url: str, file: Path, key: Path | None = None) -> Restored:
    """Put a copy back beside the database, compare it with its manifest, and take it away again.

    Raises StoreUnusable.
    """
    began = time.monotonic()
    with _beside(url, file, key, "rehearsal") as (place, _, __):
        counts, head = backups.facts_of(place)
        done = Restored(
            manifest=backups.manifest_beside(file), counts=counts, head=head, seconds=time.monotonic() - began
        )
    with suppress(DeskError):
        desk = open_desk(url)
        desk.acting(SYSTEM).do(ReportDuty(duty=Duty.REHEARSE, done=done.is_as_told, detail=str(file)))
        desk.close()
    return done


def restore(url: str, file: Path, key: Path | None = None, *, folders: Iterable[Path] = ()) -> Restored:
    """Go on from a copy: the database is as it was then, with what may have happened since in doubt.

    Who was forgotten, as the lists beside the copy and in `folders` have it, is forgotten again. What was there is
    kept aside. A fault before the last moment leaves it as it is. Raises StoreUnusable.
    """
    began = time.monotonic()
    lists = [it for it in {file.parent, *folders} if erasures.is_in(it)]
    erased = frozenset(it for folder in lists for it in erasures.read(folder))
    manifest = backups.manifest_beside(file)
    with _beside(url, file, key, "restored") as (place, path, name):
        counts, head = backups.facts_of(place)
        made_at = manifest.made_at if manifest is not None else head.at
        again = _start_again(place, StartAgain(made_at=made_at, copy=str(file), erased=erased))
        aside = _put_in_place(path, place) if path is not None else _put_on_server(url, place, name)
    return Restored(
        manifest=manifest,
        counts=counts,
        head=head,
        seconds=time.monotonic() - began,
        doubtful=again.doubtful,
        erased=again.erased,
        not_erased=again.left,
        knows_erased=bool(lists),
        aside=aside,
    )


def _program() -> str:
    """This program's version; a checkout that was never installed has none."""
    try:
        return version("frontdesk")
    except PackageNotFoundError:
        return "checkout"


def _start_again(place: str, ask: StartAgain) -> DatabaseRestored:
    desk = open_desk(place)
    try:
        at = max(system_clock(), ask.made_at)
        return Desk(desk.store, actor=SYSTEM, clock=lambda: at).do(ask)
    finally:
        desk.close()


@contextmanager
def _beside(url: str, file: Path, key: Path | None, what: str) -> Iterator[tuple[str, Path | None, str]]:
    """A copy as a database of today's version, by its URL; gone when this ends. With the path that `url` is of."""
    url, path = place_of(url)
    name = f"frontdesk_{what}_{_moment('%Y%m%d_%H%M%S')}_{secrets.token_hex(2)}"
    folder = path.parent if path is not None else Path(gettempdir())
    make_folder(folder)
    with backups.opened(file, key, folder) as plain:
        if path is not None:
            backups.require_sqlite(plain, file)
            _bring_up(str(plain))
            backups.require_whole(plain, file)
            yield str(plain), path, name
            return
        postgres_tools.require_readable(plain)
        with postgres_tools.new_database(url, name) as place:
            postgres_tools.restore(plain, place)
            _bring_up(place)
            yield place, None, name


def _put_in_place(path: Path, place: str) -> str:
    """The file becomes the one at the path; answers where the one before lies."""
    before = backups.state_of(path)
    backups.number_file(Path(place), identity.new_number(), before.number, before.commits + AHEAD)
    named = f"{_moment('%Y%m%dT%H%M%SZ')}-{secrets.token_hex(2)}"
    aside = backups.set_aside(path, named, is_whole=before.is_whole)
    try:
        backups.take_the_place_of(Path(place), path, PATIENCE)
    except StoreUnusable:
        if aside is not None and not before.is_whole:
            backups.move_back(aside, path)
        raise
    return str(aside) if aside is not None else ""


def _put_on_server(url: str, place: str, name: str) -> str:
    aside = name.replace("restored", "before")
    backups.number_rows(place, identity.new_number(), backups.number_at(url))
    return aside if postgres_tools.take_the_place_of(place_of(url)[0], name, aside) else ""


def _moment(form: str) -> str:
    return f"{datetime.fromtimestamp(system_clock(), UTC):{form}}"

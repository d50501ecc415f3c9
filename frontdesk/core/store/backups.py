"""Copies of a database as files: made while others write, checked, named when they are whole, and put back.

SQLite is copied by its own backup, PostgreSQL by `pg_dump` from one snapshot. Beside each copy lies its manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from frontdesk.core.domain.backups import Head, Keep, Manifest, staying
from frontdesk.core.domain.dataclass import dataclass
from frontdesk.core.domain.errors import StoreProblem, StoreUnusable, saying
from frontdesk.core.domain.times import DAY, Instant
from frontdesk.core.files import PART_NAME, make_folder, private_file, written
from frontdesk.core.store import identity, postgres_tools
from frontdesk.core.store.connecting import choose_journal, driver
from frontdesk.core.store.copying import copy_file, is_whole
from frontdesk.core.store.engine import SCHEMA, Store
from frontdesk.core.store.file import MAGIC, require_own_wal
from frontdesk.core.store.file import head_of as head_of_file
from frontdesk.core.store.heads import counts_of, head_of

FILE, DUMP, ENCRYPTED, MANIFEST = ".db", ".dump", ".age", ".json"
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy, and what lies beside it."""

    path: Path
    manifest: Manifest


def make(store: Store, folder: Path, at: Instant, *, program: str, recipient: str = "") -> Backup:
    """A new copy, checked, on disk and named, with its manifest beside; nobody who writes waits for it.

    `recipient` is the public key that it is encrypted to (age, `age1…`). Raises StoreUnusable where there is no room,
    no program that can do it, or where the copy is damaged.
    """
    is_file = store.path is not None
    stem = f"frontdesk-{_number_of(store):08x}-{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"
    name = stem + (FILE if is_file else DUMP) + (ENCRYPTED if recipient else "")
    with _told(folder / name):
        make_folder(folder)
        _require_room(store, folder)
        with written(folder / name, folder / (stem + MANIFEST), anew=True) as (part, beside):
            with _plain(part, recipient) as plain:
                counts, head = _copy(store, plain) if is_file else _dump(store, plain)
                if recipient:
                    _encrypt(plain, part, recipient)
            manifest = Manifest(
                program=program,
                schema=SCHEMA,
                engine=SQLITE if is_file else POSTGRESQL,
                number=_number_of(store),
                made_at=at,
                counts=counts,
                head=head,
                size=part.stat().st_size,
                sha256=digest_of(part),
                encrypted=bool(recipient),
            )
            beside.write_text(json.dumps({"version": 1, **asdict(manifest)}, indent=1) + "\n", encoding="utf-8")
    return Backup(path=folder / name, manifest=manifest)


def found_in(folder: Path, number: int | None = None) -> tuple[Backup, ...]:
    """The copies in a folder, of one database or of all, the newest first; what is no manifest is passed over."""
    found = []
    for beside in folder.glob(f"frontdesk-*{MANIFEST}"):
        try:
            manifest = read_manifest(beside)
        except (OSError, ValueError, TypeError, KeyError):
            continue
        paths = [path for path in folder.glob(beside.stem + ".*") if path.suffix != MANIFEST]
        if paths and number in (None, manifest.number):
            found.append(Backup(path=paths[0], manifest=manifest))
    return tuple(sorted(found, key=lambda it: it.manifest.made_at, reverse=True))


def tidy(folder: Path, number: int, keep: Keep, now: Instant) -> tuple[Path, ...]:
    """Removes the copies that need not stay, and the oldest while they fill more than half of what room there is.

    The newest always stays. Raises OSError.
    """
    copies = list(found_in(folder, number))
    stay = staying((it.manifest.made_at for it in copies), keep)
    gone = [it for it in copies if it.manifest.made_at not in stay]
    kept = [it for it in copies if it.manifest.made_at in stay]
    used = sum(it.manifest.size for it in kept)
    room = shutil.disk_usage(folder).free + sum(it.manifest.size for it in copies)
    while len(kept) > 1 and used > room / 2:
        gone.append(kept.pop())
        used -= gone[-1].manifest.size
    for left in folder.glob(PART_NAME.format("*")):  # by a program that was killed
        if left.stat().st_mtime < now - DAY:
            left.unlink(missing_ok=True)
    for it in gone:
        _manifest_of(it.path).unlink(missing_ok=True)
        it.path.unlink(missing_ok=True)
    return tuple(it.path for it in gone)


def read_manifest(path: Path) -> Manifest:
    """Raises OSError, ValueError, TypeError or KeyError for what is none."""
    told = json.loads(path.read_text(encoding="utf-8"))
    told.pop("version")
    return Manifest(**{**told, "head": Head(**told["head"])})


def manifest_beside(path: Path) -> Manifest | None:
    """What lies beside a copy; None where nothing readable does."""
    try:
        return read_manifest(_manifest_of(path))
    except (OSError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def opened(path: Path, key: Path | None, folder: Path) -> Iterator[Path]:
    """A copy as a plain file of our own in a folder, which goes when this ends.

    Raises StoreUnusable for one that is not as its manifest says, and for one that the key does not open.
    """
    manifest = manifest_beside(path)
    with _told(folder), private_file(folder) as plain:
        with _read(path):
            if manifest is not None and digest_of(path) != manifest.sha256:
                told = saying("it is not as its manifest says; take another one")
                raise StoreUnusable(StoreProblem.BAD_BACKUP, str(path), told)
            if path.suffix == ENCRYPTED:
                _decrypt(path, plain, key)
            else:
                shutil.copyfile(path, plain)
        with _of_copy(path, plain):
            yield plain


@contextmanager
def _read(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = saying("it cannot be read ({said})", said=error.strerror or str(error))
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(path), told) from None


@contextmanager
def _of_copy(path: Path, plain: Path) -> Iterator[None]:
    """What is wrong with the file of our own is wrong with the copy it was made of."""
    try:
        yield
    except StoreUnusable as error:
        if error.where != str(plain):
            raise
        if error.problem in (StoreProblem.DAMAGED, StoreProblem.NOT_A_DATABASE, StoreProblem.EMPTY):
            raise _damaged(path, error.detail or error.problem.value) from None
        raise StoreUnusable(error.problem, str(path), error.detail) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What lies where a copy is to go."""

    is_whole: bool = False
    """A database that can be read: it may be open elsewhere."""
    number: int | None = None
    commits: int = 0


def state_of(path: Path) -> Before:
    if not path.exists():
        return Before()
    try:
        require_own_wal(path)
        connection = driver().connect(path)
        try:
            number = connection.execute("SELECT number FROM database").fetchone()[0]
            commits = connection.execute("PRAGMA user_version").fetchone()[0]
        finally:
            connection.close()
    except (driver().Error, StoreUnusable, OSError, TypeError):
        return Before()
    return Before(is_whole=True, number=number, commits=commits)


def set_aside(path: Path, moment: str, *, is_whole: bool) -> Path | None:
    """What is there is kept under another name: copied where it may be open, else moved with all beside it.

    Raises StoreUnusable.
    """
    aside = path.with_name(f"{path.name}.before-{moment}")
    with _told(aside):
        if not is_whole:
            return aside if _moved(path, aside) else None
        with written(aside, anew=True) as (part,):
            copy_file(path, part)
    return aside


def move_back(aside: Path, path: Path) -> None:
    """Raises StoreUnusable."""
    with _told(aside):
        _moved(aside, path)


def _moved(source: Path, to: Path) -> bool:
    """A file with all that SQLite keeps beside it; whether there was anything."""
    ends = [end for end in ("", "-wal", "-shm", "-journal") if Path(f"{source}{end}").exists()]
    for end in ends:
        Path(f"{source}{end}").rename(f"{to}{end}")
    return bool(ends)


def take_the_place_of(plain: Path, path: Path, patience: float) -> None:
    """A file becomes the database at a path, at one moment, for those too that have it open.

    Raises StoreUnusable where others write for longer than `patience` seconds, or the disk does not take it.
    """
    until = time.monotonic() + patience

    def give_up(*_: int) -> None:
        if time.monotonic() > until:
            raise TimeoutError

    if not path.exists():
        with _told(path), written(path, anew=True) as (part,):
            shutil.copyfile(plain, part)
        choose_journal(path)
        return
    source, target = driver().connect(plain), driver().connect(path, isolation_level=None)
    try:
        target.execute("PRAGMA wal_autocheckpoint=0").fetchall()
        # so what lies in the -wal begins with the number that the main file has, whenever this is cut off
        commits = target.execute("PRAGMA user_version").fetchone()[0]
        target.execute(f"PRAGMA user_version={commits + 1}").fetchall()
        source.backup(target, pages=-1, progress=give_up, sleep=0.05)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except TimeoutError:
        told = saying("others are writing; try again")
        raise StoreUnusable(StoreProblem.NOT_RESTORED, str(path), told) from None
    except driver().Error as error:
        raise StoreUnusable(StoreProblem.NOT_RESTORED, str(path), str(error)) from None
    finally:
        source.close()
        target.close()


def number_file(plain: Path, number: int, replaces: int | None, commits: int) -> None:
    """A file gets a number of its own, and counts on from where the one it takes the place of stood."""
    connection = driver().connect(plain, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE database SET number = ?, replaces = ?", (number, replaces))
        connection.execute(f"PRAGMA application_id={number}")
        connection.execute(f"PRAGMA user_version={commits}")
        connection.execute("COMMIT")
    finally:
        connection.close()


def require_sqlite(plain: Path, name: Path) -> None:
    """Raises StoreUnusable."""
    if not head_of_file(plain).startswith(MAGIC):
        told = saying("it is no copy of an SQLite database; for one of PostgreSQL name the server with --db")
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(name), told)


def number_rows(url: str, number: int, replaces: int | None) -> None:
    """As `number_file`, on a server."""
    store = Store(url)
    try:
        with store.writing() as connection:
            set_it = "UPDATE database SET number = :number, replaces = :replaces"
            connection.execute(set_it, {"number": number, "replaces": replaces})
    finally:
        store.close()


def number_at(url: str) -> int | None:
    """The number of what is there; None where no database of ours can be read."""
    try:
        store = Store(url)
    except StoreUnusable:
        return None
    try:
        return _number_of(store)
    finally:
        store.close()


def require_whole(plain: Path, name: Path) -> None:
    """SQLite's own checks of a copy. Raises StoreUnusable."""
    try:
        connection = driver().connect(plain)
        try:
            sound = is_whole(connection.execute)
        finally:
            connection.close()
    except driver().Error as error:
        raise _damaged(name, str(error)) from None
    if not sound:
        raise _damaged(name, "integrity_check")


def _damaged(name: Path, said: object) -> StoreUnusable:
    told = saying("it is damaged ({said}); take another one", said=said)
    return StoreUnusable(StoreProblem.BAD_BACKUP, str(name), told)


def digest_of(path: Path) -> str:
    """SHA-256, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy(store: Store, plain: Path) -> tuple[dict[str, int], Head]:
    assert store.path is not None
    store.require_file()
    copy_file(store.path, plain)
    require_whole(plain, store.path)
    return facts_of(str(plain))


def _dump(store: Store, plain: Path) -> tuple[dict[str, int], Head]:
    """From the snapshot that is counted."""
    with store.reading() as connection:
        counts, head = counts_of(connection), head_of(connection)
        snapshot = connection.execute("SELECT pg_export_snapshot()").scalar_one()
        postgres_tools.dump(store.url, plain, snapshot)
    postgres_tools.require_readable(plain)
    return counts, head


def facts_of(url: str) -> tuple[dict[str, int], Head]:
    """How much is kept in a database, and where its chains end. Raises StoreUnusable."""
    store = Store(url)
    try:
        with store.reading() as connection:
            return counts_of(connection), head_of(connection)
    finally:
        store.close()


def _number_of(store: Store) -> int:
    with store.reading() as connection:
        return identity.of(connection).number


def _require_room(store: Store, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if store.path is not None:
        size = store.path.stat().st_size
    else:
        with store.reading() as connection:
            size = connection.execute("SELECT pg_database_size(current_database())").scalar_one()
    if size > free / 2:
        told = saying(
            "{free} MB are free, and {size} MB would fill more than half of them",
            free=free // 1_000_000,
            size=size // 1_000_000,
        )
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(folder), told)


@contextmanager
def _plain(part: Path, recipient: str) -> Iterator[Path]:
    """Where the copy is written as it is: the file itself, or another one that is gone once it is encrypted."""
    if not recipient:
        yield part
        return
    with private_file(part.parent) as plain:
        yield plain


def _encrypt(plain: Path, part: Path, recipient: str) -> None:
    import pyrage

    part.unlink()
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as out, plain.open("rb") as source:
        pyrage.encrypt_io(source, out, [pyrage.x25519.Recipient.from_str(recipient)])


def _decrypt(path: Path, plain: Path, key: Path | None) -> None:
    """Raises StoreUnusable."""
    import pyrage

    if key is None:
        told = saying("it is encrypted: name its private key with --key FILE")
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(path), told)
    try:
        lines = [line.strip() for line in key.read_text(encoding="ascii").splitlines()]
    except (OSError, UnicodeError) as error:
        told = saying("its key {key} cannot be read ({said})", key=key, said=error)
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(path), told) from None
    try:
        identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
        with path.open("rb") as source, plain.open("wb") as out:
            pyrage.decrypt_io(source, out, identities)
    except (pyrage.DecryptError, pyrage.IdentityError, OSError) as error:  # what is cut off ends as one of the last
        told = saying("{key} is not its private key, or it is damaged ({said})", key=key, said=error)
        raise StoreUnusable(StoreProblem.BAD_BACKUP, str(path), told) from None


def _manifest_of(path: Path) -> Path:
    return path.with_name(path.name.partition(".")[0] + MANIFEST)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(path), error.strerror or str(error)) from None
    except driver().Error as error:
        raise StoreUnusable(StoreProblem.NOT_COPIED, str(path), str(error)) from None

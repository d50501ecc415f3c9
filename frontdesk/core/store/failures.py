"""The drivers' errors as the store's own; only the door meets them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store.values import Misshapen

CLAIM_NO_OVERLAP = "claim_no_overlap"
ONE_APPLICANT = "request_one_applicant"


class Overlap(Exception):
    """The database refused a claim that overlaps another one."""


class Contention(Exception):
    """Others held what this transaction wanted, or changed what it was judged by; the same again may succeed."""


class Disconnected(Exception):
    """The server closed the connection before anything was saved; the same again, on a new one, may succeed."""


@contextmanager
def translated(name: str) -> Iterator[None]:
    """The drivers' errors, those at commit too, as the store's own; `name` is the database's."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Disconnected from None
        if is_overlap(error):
            raise Overlap from None
        if is_contention(error) or _is_second_request(error):
            raise Contention from None
        problem = _problem(error)
        if problem is None:
            raise
        raise StoreUnusable(problem, name) from None
    except Misshapen as error:
        where = f"{'.'.join(error.at)}: {error.problem}"
        raise StoreUnusable(StoreProblem.MISSHAPEN, name, where) from None


def is_overlap(error: DBAPIError) -> bool:
    """The constraint's name is the same on both engines; SQLite has only the text to tell it by."""
    if not isinstance(error, IntegrityError):
        return False
    diagnosis = getattr(error.orig, "diag", None)
    name = diagnosis.constraint_name if diagnosis is not None else str(error.orig)
    return bool(name == CLAIM_NO_OVERLAP)


def _is_second_request(error: DBAPIError) -> bool:
    """Somebody without a record asked twice at once: what lost the race looks again, and is told so."""
    if not isinstance(error, IntegrityError):
        return False
    diagnosis = getattr(error.orig, "diag", None)
    name = diagnosis.constraint_name if diagnosis is not None else str(error.orig)
    return name in (ONE_APPLICANT, "UNIQUE constraint failed: request.applicant_id")


def is_contention(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in {"40001", "40P01", "55P03"} or _sqlite_name(error).startswith("SQLITE_BUSY")


def _problem(error: DBAPIError) -> StoreProblem | None:
    name = _sqlite_name(error)
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreProblem.READ_ONLY
    if name.startswith("SQLITE_FULL"):
        return StoreProblem.FULL
    if name.startswith("SQLITE_IOERR"):
        return StoreProblem.DISK_FAULT
    if name.startswith("SQLITE_CORRUPT"):
        return StoreProblem.DAMAGED
    if name.startswith("SQLITE_NOTADB"):
        return StoreProblem.NOT_A_DATABASE
    state = getattr(error.orig, "sqlstate", None)
    if state in {"25006", "42501"}:
        return StoreProblem.READ_ONLY
    if state == "42P01":  # a table of ours is gone
        return StoreProblem.REPLACED
    if state == "53100":
        return StoreProblem.FULL
    if isinstance(error, OperationalError) and not name:
        return StoreProblem.UNREACHABLE
    if isinstance(error, DatabaseError) and name == "" and "file is not a database" in str(error.orig):
        return StoreProblem.NOT_A_DATABASE
    return None


def _sqlite_name(error: DBAPIError) -> str:
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is None and "readonly" in str(error.orig):
        return "SQLITE_READONLY"
    return name or ""

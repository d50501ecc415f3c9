"""The drivers' errors as the store's own; only the door meets them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from frontdesk.core.domain.errors import StoreProblem, StoreUnusable
from frontdesk.core.store.values import Misshapen

CLAIM_NO_OVERLAP = "claim_no_overlap"
ONE_APPLICANT = "request_one_applicant"


class Failed(Exception):
    """What a driver raised; it says no values, which are other people's."""

    def __init__(self, cause: Exception, *, is_cut_off: bool = False) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.is_cut_off = is_cut_off
        """The server is not there any more."""

    def is_a(self, kind: str) -> bool:
        """Whether the driver calls it so, by the names of PEP 249."""
        return any(it.__name__ == kind for it in type(self.cause).__mro__)

    @property
    def state(self) -> str | None:
        """PostgreSQL's five letters."""
        return getattr(self.cause, "sqlstate", None)

    @property
    def sqlite_name(self) -> str:
        name: str | None = getattr(self.cause, "sqlite_errorname", None)
        if name is None and "readonly" in str(self.cause):
            return "SQLITE_READONLY"
        return name or ""

    @property
    def constraint(self) -> str:
        """The name is the same on both engines; SQLite has only the text to tell it by."""
        diagnosis: Any = getattr(self.cause, "diag", None)
        return str(diagnosis.constraint_name if diagnosis is not None else self.cause)


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
    except Failed as error:
        if error.is_cut_off:
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


def is_overlap(error: Failed) -> bool:
    return error.is_a("IntegrityError") and error.constraint == CLAIM_NO_OVERLAP


def _is_second_request(error: Failed) -> bool:
    """Somebody without a record asked twice at once: what lost the race looks again, and is told so."""
    names = (ONE_APPLICANT, "UNIQUE constraint failed: request.applicant_id")
    return error.is_a("IntegrityError") and error.constraint in names


def is_contention(error: Failed) -> bool:
    return error.state in {"40001", "40P01", "55P03"} or error.sqlite_name.startswith("SQLITE_BUSY")


def _problem(error: Failed) -> StoreProblem | None:
    name = error.sqlite_name
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
    if error.state in {"25006", "42501"}:
        return StoreProblem.READ_ONLY
    if error.state == "42P01":  # a table of ours is gone
        return StoreProblem.REPLACED
    if error.state == "53100":
        return StoreProblem.FULL
    if error.is_a("OperationalError") and not name:
        return StoreProblem.UNREACHABLE
    if error.is_a("DatabaseError") and name == "" and "file is not a database" in str(error):
        return StoreProblem.NOT_A_DATABASE
    return None

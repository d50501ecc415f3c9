"""The log of faults: a file of the user's own, never large, and nobody's name in it."""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from frontdesk.core.files import PRIVATE_FILE, make_folder

LARGEST, OLDER = 1_000_000, 3
"""Bytes of one file, and how many older ones are kept beside it."""

_LOG = logging.getLogger("frontdesk")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def log_to_file() -> Path:
    """Send what goes wrong to the log too; answers where that is. It is made when there is something to say."""
    from platformdirs import user_log_path

    path = user_log_path("frontdesk") / "frontdesk.log"
    _add(_file_handler(path))
    return path


def log_to_stderr() -> None:
    """Send what goes wrong to standard error too, for a program that has no screen: a service manager keeps it."""
    handler = _Stderr()
    handler.setFormatter(_Nameless())
    _add(handler)


def _add(handler: logging.Handler) -> None:
    """Unless there is one of its kind."""
    if not any(type(it) is type(handler) for it in _LOG.handlers):
        _LOG.addHandler(handler)
    _LOG.propagate = "PYTEST_CURRENT_TEST" in os.environ


def _file_handler(path: Path) -> logging.Handler:
    handler = _SharedFile(path, maxBytes=LARGEST, backupCount=OLDER, encoding="utf-8", delay=True)
    handler.setFormatter(_Nameless())
    return handler


class _Stderr(logging.Handler):
    """Whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):
            print(self.format(record), file=sys.stderr, flush=True)


class _SharedFile(RotatingFileHandler):
    """Several programs write to one log: whoever finds that another began a new file goes on there."""

    def _open(self) -> TextIOWrapper:
        make_folder(Path(self.baseFilename).parent)
        handle = os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, PRIVATE_FILE)
        with suppress(OSError):
            Path(self.baseFilename).chmod(PRIVATE_FILE)  # one that is older than this rule
        return os.fdopen(handle, "a", encoding=self.encoding)

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream is not None and not self._leads_to(self.stream):
            self.stream.close()
            self.stream = None  # it is opened again for the next line
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written disturbs nobody's screen."""

    def _leads_to(self, stream: TextIOWrapper) -> bool:
        try:
            return os.path.samestat(Path(self.baseFilename).stat(), os.fstat(stream.fileno()))
        except OSError:
            return False


class _Nameless(logging.Formatter):
    """Where something went wrong and of what kind it was; not what it said, for that may name people."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        said = [f"{at} {record.levelname} {record.process} {record.name}: {record.getMessage()}"]
        if record.exc_info and record.exc_info[1] is not None:
            for error in _chain(record.exc_info[1]):
                said += ["".join(traceback.format_tb(error.__traceback__)).rstrip(), _kind(error)]
        return _CONTROL.sub(lambda it: f"\\x{ord(it[0]):02x}", "\n".join(filter(None, said)))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """What led to it first, as a trace shows it."""
    chain: list[BaseException] = []
    it: BaseException | None = error
    while it is not None and it not in chain:
        chain.append(it)
        it = it.__cause__ or (None if it.__suppress_context__ else it.__context__)
    return reversed(chain)


def _kind(error: BaseException) -> str:
    """Its class, and what a database or the system calls it."""
    codes = (getattr(error, name, None) for name in ("sqlstate", "sqlite_errorname", "errno"))
    code = next((str(it) for it in codes if it is not None), "")
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
    return " ".join(filter(None, (f"{type(error).__module__}.{type(error).__qualname__}", code, constraint)))

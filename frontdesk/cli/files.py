"""Files people name on the command line."""

from __future__ import annotations

from pathlib import Path

from frontdesk.config import write_private
from frontdesk.core.domain.errors import BadInput, Problem


def read_text(file: Path) -> str:
    """Raises BadInput for a file that is not there, may not be read, or is not UTF-8 text."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("FILE", Problem.NOT_READABLE, str(file), hint="not UTF-8 text") from None
    except IsADirectoryError:
        raise BadInput("FILE", Problem.NOT_READABLE, str(file), hint="a folder; name the files in it") from None
    except PermissionError as error:
        raise BadInput("FILE", Problem.NOT_READABLE, str(file), hint=error.strerror or "") from None
    except OSError as error:
        raise BadInput("FILE", Problem.NOT_A_FILE, str(file), hint=error.strerror or "") from None


def write_text(file: Path, text: str, option: str) -> None:
    """For this user alone: it names people. Raises BadInput, naming the option, where it cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_private(file, text)
    except OSError as error:
        raise BadInput(option, Problem.NOT_WRITABLE, str(file), hint=error.strerror or "") from None

"""Files people name on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from frontdesk.core.domain.errors import BadInput, Problem, saying
from frontdesk.core.files import write_private

MOST_BYTES = 200_000_000
"""Of a file that is read whole: a year of the largest practice is a tenth of it."""


def read_text(file: Path) -> str:
    """Raises BadInput for a file that is not there, may not be read, is larger than any, or is not UTF-8 text."""
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            hint = saying("at most {n} MB; take it apart", n=MOST_BYTES // 1_000_000)
            raise BadInput("FILE", Problem.OUT_OF_RANGE, f"{file}: {size // 1_000_000} MB", hint=hint)
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("FILE", Problem.NOT_READABLE, str(file), hint="not UTF-8 text") from None
    except IsADirectoryError:
        raise BadInput("FILE", Problem.NOT_READABLE, str(file), hint="a folder; name the files in it") from None
    except PermissionError as error:
        raise BadInput("FILE", Problem.NOT_READABLE, str(file), hint=error.strerror or "") from None
    except OSError as error:
        raise BadInput("FILE", Problem.NOT_A_FILE, str(file), hint=error.strerror or "") from None


def write_texts(texts: Mapping[Path, str], option: str) -> None:
    """All of them or none, for this user alone: they name people. Raises BadInput, naming the option."""
    try:
        write_private(texts)
    except OSError as error:
        named = Path(error.filename or "")
        named = named if named in texts else next(iter(texts))
        raise BadInput(option, Problem.NOT_WRITABLE, str(named), hint=error.strerror or "") from None

"""Running a command as a shell would, in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from frontdesk.cli.main import run
from tests.builders import PRACTICE

NOW = "2026-11-23T08:00"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Said]


@pytest.fixture
def frontdesk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`frontdesk("book", "review", …)` on a database of its own, on Monday the 23rd at 8."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    def command(*words: str, db: str | Path = tmp_path / "practice.db", now: str = NOW) -> Said:
        monkeypatch.setattr(sys, "argv", ["frontdesk", "--db", str(db), "--now", now, *words])
        code: Any = 0
        try:
            run()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return command


@pytest.fixture
def practice(frontdesk: Command, tmp_path: Path) -> Command:
    """The same, with the practice of the builders applied."""
    (tmp_path / "practice.toml").write_text(PRACTICE)
    assert frontdesk("practice", "apply", "practice.toml").code == 0
    return frontdesk

"""Every benchmark runs: at its smallest its numbers say nothing, but none rots."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import frontdesk

FOLDER = Path(frontdesk.__file__).parent.parent / "benchmarks"
NO_SCRIPTS = {"peers", "timing"}
SCRIPTS = sorted(it for it in FOLDER.glob("*.py") if it.stem not in NO_SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda it: it.stem)
def test_a_benchmark_runs(script: Path, tmp_path: Path) -> None:
    small = {"FRONTDESK_BENCH_SMALLEST": "1", "FRONTDESK_BENCH_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, **small}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_is_named_in_the_list_of_them() -> None:
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [it.name for it in SCRIPTS if f"| `{it.name}` |" not in told] == []

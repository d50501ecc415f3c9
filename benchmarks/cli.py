"""One command: a day's appointments, against khal and against a bare script.

usage: cli.py [FOLDER]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from floors.workload import BASE, minute
from peers import khal_list
from practice import built, floor_built
from timing import alternating, compiled, folder, size, tell

APPOINTMENTS = size(1_000_000, 2_000)
GOAL = 0.8
BARE = Path(__file__).parent / "floors" / "cli_floor.py"
DAY = BASE.isoformat()


def measure(where: Path) -> None:
    path, floor = built(where, APPOINTMENTS), floor_built(where, APPOINTMENTS)
    bare = (sys.executable, str(BARE), str(floor), str(minute(BASE, 0)))
    ours = (sys.executable, "-m", "frontdesk", "--db", str(path), "day", DAY)
    with tempfile.TemporaryDirectory(prefix="frontdesk-peers-") as home:
        khal = khal_list(Path(home))
        if khal is None:
            print("khal: skipped, not on this machine")
            tell(
                "one day",
                "ms",
                alternating({"floor": runs(bare, compiled(where)), "frontdesk": runs(ours, compiled(where))}),
            )
            return
        theirs = runs(khal.command, khal.environment)
        taken = alternating(
            {"khal": theirs, "frontdesk": runs(ours, compiled(where)), "bare script": runs(bare, compiled(where))}
        )
    tell("one day", "ms", taken, {"frontdesk": GOAL})


def runs(command: tuple[str, ...], environment: dict[str, str] | None = None) -> Callable[[], object]:
    def run() -> None:
        subprocess.run(command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, check=True)

    return run


if __name__ == "__main__":
    measure(folder(sys.argv[1] if len(sys.argv) > 1 else None))

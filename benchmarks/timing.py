"""Taking turns: what is compared runs A B A B, and the ratio of medians is printed beside its goal."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SMALLEST = bool(os.environ.get("FRONTDESK_BENCH_SMALLEST"))
"""Whether it is only to be seen that a benchmark runs: its numbers say nothing then."""


def size(full: T, smallest: T) -> T:
    """How much of something there is, or how often."""
    return smallest if SMALLEST else full


ROUNDS = size(9, 1)


def alternating(
    cases: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, shortest: float = 0.005
) -> dict[str, float]:
    """Median milliseconds of one call of each, all of them once a round; quick ones repeat within a round."""
    repeats = {name: _repeats(call, shortest) for name, call in cases.items()}
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, call in cases.items():
            taken[name].append(_milliseconds(call, repeats[name]))
    return {name: statistics.median(values) for name, values in taken.items()}


def tell(what: str, unit: str, values: Mapping[str, float], goals: Mapping[str, float] | None = None) -> None:
    """One line: the first value is the floor, the others stand beside it with their ratio and goal."""
    floor = next(iter(values.values()))
    parts = []
    for place, (name, value) in enumerate(values.items()):
        part = f"{name} {number(value)} {unit}"
        if place:
            part += f" = {judged(value / floor, (goals or {}).get(name))}"
        parts.append(part)
    print(f"{what:<34} " + "; ".join(parts), flush=True)


def judged(ratio: float, goal: float | None, at_least: bool = False) -> str:
    if goal is None:
        return f"{ratio:.3g}x"
    met = ratio >= goal if at_least else ratio <= goal
    return f"{ratio:.3g}x (goal {'>=' if at_least else '<='} {goal:.3g}x: {'met' if met else 'MISSED'})"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def folder(named: str | None = None) -> Path:
    """Where built databases are kept: as named, else `FRONTDESK_BENCH_DIR`, else in the temporary folder."""
    chosen = named or os.environ.get("FRONTDESK_BENCH_DIR")
    path = Path(chosen) if chosen else Path(tempfile.gettempdir()) / "frontdesk-benchmarks"
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def compiled(where: Path) -> dict[str, str]:
    """An environment in which Python keeps what it compiled: a program is compiled once, then only started."""
    return {"PYTHONPYCACHEPREFIX": str(where / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}


def _repeats(call: Callable[[], object], shortest: float) -> int:
    """How often to call within one round so that it takes `shortest` seconds; warms up, too."""
    call()
    once = _milliseconds(call, 1) / 1e3
    return max(1, min(1000, round(shortest / max(once, 1e-6))))


def _milliseconds(call: Callable[[], object], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - begin) * 1e3 / times

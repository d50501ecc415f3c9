"""Several processes that do the same thing at the same moment."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Barrier, BrokenBarrierError
from typing import Any

CREW = 8
PATIENCE = 300.0
"""Seconds until a race that does not end is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a racer stands: its number, and the barrier at which a wave begins."""

    number: int
    barrier: Barrier

    def wait(self) -> None:
        self.barrier.wait(PATIENCE)


Job = Callable[..., list[str]]
"""What each racer does: a function of a module, called with its place and the race's arguments."""


class Crew:
    """Processes started once (spawn: nothing is inherited) that run one race after another."""

    def __init__(self, size: int = CREW) -> None:
        self.size = size
        self._processes: list[BaseProcess] = []
        self._lines: list[Connection] = []

    def race(self, job: Job, *arguments: Any) -> list[list[str]]:
        """What each racer answered. Raises AssertionError where one failed or did not come back."""
        if not self._processes:
            self._hire()
        for line in self._lines:
            line.send((job, arguments))
        answers: list[list[str]] = []
        errors: list[str] = []
        for line in self._lines:
            if not line.poll(PATIENCE):
                self.dismiss()
                raise AssertionError("a racer did not come back")
            try:
                answer, error = line.recv()
            except EOFError:
                self.dismiss()
                raise AssertionError("a racer died") from None
            answers.append(answer)
            errors.extend([error] if error else [])
        if errors:
            self.dismiss()
            raise AssertionError(max(errors, key=len))
        return answers

    def dismiss(self) -> None:
        for process in self._processes:
            process.kill()
            process.join()
        self._processes, self._lines = [], []

    def _hire(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._barrier = spawn.Barrier(self.size)
        for number in range(self.size):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(target=_work, args=(theirs, number, self._barrier), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
            self._lines.append(ours)


def _work(line: Connection, number: int, barrier: Barrier) -> None:
    place = Place(number=number, barrier=barrier)
    while True:
        job, arguments = line.recv()
        try:
            line.send((job(place, *arguments), ""))
        except BrokenBarrierError:
            line.send(([], "another racer failed"))
        except Exception:
            barrier.abort()
            line.send(([], traceback.format_exc()))

"""Imported where programs to be killed are forked from: what they do first was done once."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.store.evidence import open_practice
from tests.store.working import DEEDS, Worker

with TemporaryDirectory() as made:
    opened = open_practice(str(Path(made) / "practice.db"))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (0, 1):
        for one in DEEDS:
            one(Worker(opened, nowhere, Path(made) / str(number), number, number))
    os.close(nowhere)
    opened.close()

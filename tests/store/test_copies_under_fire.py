"""Copies while four desks write, and restores that are broken off or killed: each is whole, or was never there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from frontdesk.core import upkeep
from frontdesk.core.asks.clients import AddClient, NewClient
from frontdesk.core.asks.upkeep import ShowHead, Verify
from frontdesk.core.desk import Desk
from frontdesk.core.domain.backups import Head
from frontdesk.core.domain.errors import StoreUnusable
from frontdesk.core.store import backups
from frontdesk.core.store.engine import Store
from tests.sizes import size
from tests.store.cutting import CutOff, cut_after, spread
from tests.store.evidence import now, open_practice
from tests.store.racing import Crew, Place

COPIES = size(3, 60)
KILLS = size(3, 300)
BREAKS = size(6, 100_000)


def copy_or_write(place: Place, url: str, folder: str) -> list[str]:
    """The first makes copies, four write as long as it does, the others look on."""
    desk = Desk(Store(url), clock=now)
    done = Path(folder) / "done"
    place.wait()
    said = []
    if not place.number:
        for number in range(COPIES):
            desk = Desk(desk.store, clock=lambda n=number: now() + n)  # type: ignore[misc]
            said.append(str(upkeep.back_up(desk, Path(folder)).path))
        done.touch()
    while place.number in range(1, 5) and not done.exists():
        began = time.monotonic()
        desk.do(AddClient(client=NewClient(name=f"Client {place.number}-{len(said)}")))
        said.append(f"{time.monotonic() - began:.3f}")
    desk.close()
    return said


def test_copies_are_whole_while_four_desks_write(store_url: str, crew: Crew, tmp_path: Path) -> None:
    open_practice(store_url).close()
    folder = tmp_path / "copies"
    folder.mkdir()
    made, *others = crew.race(copy_or_write, store_url, str(folder))

    assert sum(map(len, others)) > 4
    heads = []
    for path in made:
        done = upkeep.rehearse(store_url, Path(path))
        assert done.is_as_told
        heads.append(done.head.events)
    assert heads == sorted(heads)
    delays = sorted(float(it) for written in others for it in written)
    print(f"{len(delays)} saves beside {len(made)} copies, slowest {delays[-1]:.3f} s")


def head_of(url: str) -> Head:
    desk = Desk(Store(url), clock=now)
    try:
        assert desk.see(Verify()) == ()
        return desk.see(ShowHead())
    finally:
        desk.close()


@pytest.fixture
def two_states(store_url: str, tmp_path: Path) -> tuple[Path, Head]:
    """A copy, and the head that the database has by now."""
    desk = open_practice(store_url)
    made = upkeep.back_up(desk, tmp_path / "copies")
    desk.do(AddClient(client=NewClient(name="Later than the copy")))
    desk.close()
    return made.path, head_of(store_url)


def test_a_restore_that_is_broken_off_leaves_the_database(store_url: str, two_states: tuple[Path, Head]) -> None:
    copy, head = two_states
    with cut_after(10**9) as done:
        upkeep.rehearse(store_url, copy)
    for number in spread(done[0] + 20, BREAKS):
        try:
            with cut_after(number):
                upkeep.restore(store_url, copy)
        except (CutOff, StoreUnusable):
            assert head_of(store_url) == head, number
        else:
            break  # it is whole before that many
    assert head_of(store_url).events >= 1


RESTORE = """
import sys
from pathlib import Path
from frontdesk.core import upkeep
print("ready", flush=True)
while True:
    upkeep.restore(sys.argv[1], Path(sys.argv[2]))
"""


def test_a_restore_that_is_killed_leaves_the_one_or_the_other(store_url: str, two_states: tuple[Path, Head]) -> None:
    copy, head = two_states
    manifest = backups.manifest_beside(copy)
    assert manifest is not None
    restored = manifest.head.events + 1  # with what says so
    dice = random.Random(1)
    command = [sys.executable, "-c", RESTORE, store_url, str(copy)]
    for _ in range(KILLS):
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(dice.uniform(0.01, 0.4))
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert head_of(store_url).events in (head.events, restored)

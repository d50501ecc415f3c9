"""Free times: one indexed read and a sweep in plain Python, against the engine with its read, and the whole door.

usage: slots.py [FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from floors.slots_limit import raw
from floors.workload import BASE
from practice import NOW, PRACTITIONERS, SERVICE, built, floor_built, open_desk, staff_id
from timing import alternating, folder, judged, number, size, tell

from frontdesk.core.asks.slots import FindSlots
from frontdesk.core.desk import Desk
from frontdesk.core.domain.scenes import Asking, Offer
from frontdesk.core.queries import slots
from frontdesk.core.store import practice
from frontdesk.core.store.connecting import driver
from frontdesk.core.store.look import Look

BEHIND = size(100_000, 2_000)
GROWTH = size((10_000, 1_000_000), (2_000, 4_000))
CASES = tuple((people, days) for people in (1, PRACTITIONERS) for days in size((7, 30, 365), (7,)))
GOALS = {(1, 30): 2.0, (PRACTITIONERS, 30): 3.0, (PRACTITIONERS, 365): 4.0}
"""Times the floor, of the engine with its read."""
SEE_GOAL = 8.0
GROWTH_GOAL = 1.5


def against_the_floor(where: Path, behind: int) -> None:
    desk = open_desk(built(where, behind))
    floor = driver().connect(str(floor_built(where, behind)))
    with desk.store.reading() as connection:
        look = Look(store=desk.store, connection=connection, actor=desk.actor, now=NOW)
        for people, days in CASES:
            goals = {"see": SEE_GOAL} | ({"engine": GOALS[people, days]} if (people, days) in GOALS else {})
            cases: dict[str, Callable[[], object]] = {
                "floor": lambda people=people, days=days: raw(floor, people, days, 30),
                "engine": lambda people=people, days=days: engine(look, people, days),
                "see": lambda people=people, days=days: desk.see(question(people, days)),
            }
            if people > 1:
                cases["see, one a start"] = lambda days=days: desk.see(
                    FindSlots(service=SERVICE, first=BASE, days=days)
                )
            require_same(raw(floor, people, days, 30), engine(look, people, days), desk, people, days)
            tell(f"{people:>2} x {days:>3} days, {behind:,} behind", "ms", alternating(cases), goals)
    desk.close()


def with_growth(where: Path) -> None:
    """The same full windows, with little and with much history behind them."""
    small, big = (open_desk(built(where, size)) for size in GROWTH)
    for people, days in ((1, 7), (1, 30), (PRACTITIONERS, 30)):
        taken = alternating(
            {
                "small": lambda people=people, days=days: small.see(question(people, days)),
                "big": lambda people=people, days=days: big.see(question(people, days)),
            }
        )
        ratio = taken["big"] / taken["small"]
        print(
            f"{people:>2} x {days:>3} days, growing{'':<11} {GROWTH[0]:,}: {number(taken['small'])} ms;"
            f" {GROWTH[1]:,}: {number(taken['big'])} ms = {judged(ratio, GROWTH_GOAL)}"
        )
    small.close()
    big.close()


def question(people: int, days: int) -> FindSlots:
    who = staff_id(1) if people == 1 else None
    return FindSlots(service=SERVICE, first=BASE, days=days, practitioner=who, each=True)


def anybody(days: int) -> FindSlots:
    """One offer a start, to whoever has the least that day: what people ask most."""
    return FindSlots(service=SERVICE, first=BASE, days=days)


def engine(look: Look, people: int, days: int) -> list[Offer]:
    setup = practice.load(look)
    service = setup.services[SERVICE]
    search = slots.search_for(look, setup, service, Asking.STAFF, None, None)
    places = slots.places_for(setup, service, staff_id(1) if people == 1 else None, None)
    return slots.free_slots(look, setup, search, places, BASE, days)


def require_same(expected: list[int], found: list[Offer], desk: Desk, people: int, days: int) -> None:
    """A comparison counts only where both sides find the same starts."""
    wanted = sorted(expected)
    assert wanted == [offer.start // 60 for offer in found]
    assert len(wanted) == len(desk.see(question(people, days)).offers)


if __name__ == "__main__":
    place = folder(sys.argv[1] if len(sys.argv) > 1 else None)
    against_the_floor(place, BEHIND)
    with_growth(place)

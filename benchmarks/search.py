"""Finding clients as somebody types, against a bare LIKE over three columns that finds nothing.

usage: search.py [FOLDER]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from floors import growth
from practice import built, open_desk
from timing import alternating, folder, size, tell

from frontdesk.core.asks.clients import FindClients
from frontdesk.core.store.connecting import driver

SIZES = size((20_000, 1_000_000), (2_000,))
GOALS = {1_000_000: 0.1}
LIKE = "SELECT id, name FROM client WHERE name LIKE ?1 OR phone LIKE ?1 OR email LIKE ?1 LIMIT 20"
TYPED = {
    "nothing typed": "",
    "one letter": "g",
    "two letters": "go",
    "three letters": "gol",
    "common": "stein",
    "rare": "goldzimkra",
    "two words": "anna goldz",
    "phone, middle": "712345",
    "phone, last digits": "0712",
    "e-mail": "anna.goldz",
    "misspelt": "goldzimkro",
    "misspelt, two words": "anan goldzim",
    "nobody": "qqqqq",
    "nobody, two letters": "qq",
}


def measure(where: Path, clients: int) -> None:
    desk = open_desk(built(where, size(10_000, 2_000), clients))
    floor = driver().connect(str(floor_table(where, clients)))
    print(f"{clients:,} clients")
    for what, typed in TYPED.items():
        taken = alternating(
            {
                "LIKE": lambda: floor.execute(LIKE, ("%qqq%",)).fetchall(),
                "find": lambda typed=typed: desk.see(FindClients(text=typed)),
            },
            rounds=size(7, 1),
        )
        goal = GOALS.get(clients)
        tell(f"  {what} ({typed})", "ms", taken, {"find": goal} if goal else None)
    desk.close()


def floor_table(where: Path, clients: int) -> Path:
    """As narrow a table as three columns allow."""
    path = where / f"floor_clients_{clients}.db"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    making.unlink(missing_ok=True)
    chance = random.Random(5)
    db = driver().connect(str(making))
    db.execute("CREATE TABLE client(id INTEGER PRIMARY KEY, name TEXT, phone TEXT, email TEXT)")
    db.executemany(
        "INSERT INTO client(name, phone, email) VALUES (?, ?, ?)", (row(chance, n) for n in range(clients))
    )
    db.commit()
    db.close()
    return making.rename(path)


def row(chance: random.Random, number: int) -> tuple[str, str, str]:
    name = growth.name(chance)
    email = f"{name.lower().replace(' ', '.')}{number}@example.org"
    return name, f"49{chance.randrange(10**9, 10**10)}", email


if __name__ == "__main__":
    place = folder(sys.argv[1] if len(sys.argv) > 1 else None)
    for many in SIZES:
        measure(place, many)

# ruff: noqa
"""Common synthetic workload for the performance anchors (no third-party code).

Practice: Europe/Berlin, Mon-Fri 09:00-12:00 and 13:00-17:00, services of 30 and
50 minutes, 15-minute start interval.  Times are UTC epoch minutes.
"""

import datetime as dt
import random
import sqlite3
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Europe/Berlin")
UTC = dt.timezone.utc
BASE = dt.date(2026, 11, 23)  # a Monday; every horizon starts here
HOURS = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
WEEKDAYS = frozenset(range(5))


def minute(d, m):
    """UTC epoch minute of local minute-of-day m on date d."""
    t = dt.datetime(d.year, d.month, d.day, m // 60, m % 60, tzinfo=TZ)
    return int(t.timestamp()) // 60


def appointments(n_pract, past_days, future_days, per_day, seed=7):
    """Yield (practitioner, start, end, service_minutes), never overlapping."""
    rnd = random.Random(seed)
    days, d = [], BASE - dt.timedelta(days=1)
    while len(days) < past_days:
        if d.weekday() < 5:
            days.append(d)
        d -= dt.timedelta(days=1)
    days.reverse()
    d, k = BASE, 0
    while k < future_days:
        if d.weekday() < 5:
            days.append(d)
            k += 1
        d += dt.timedelta(days=1)
    for d in days:
        off = minute(d, 9 * 60) - 9 * 60  # no DST change 09-17 in Berlin
        for p in range(1, n_pract + 1):
            got = []
            while len(got) < per_day:
                dur = rnd.choice((30, 50))
                lo, hi = HOURS[rnd.random() > 3 / 7]
                s = rnd.randrange(lo, hi - dur + 1, 15)
                if all(s + dur <= a or s >= b for a, b, _ in got):
                    got.append((s, s + dur, dur))
            got.sort()
            for a, b, dur in got:
                yield p, off + a, off + b, dur


# name -> (past workdays, future workdays, per practitioner and day); 20 practitioners
SETS = {"0": (0, 0, 0), "500": (0, 25, 1), "100k": (750, 250, 5)}

SCHEMA = """
create table client(id integer primary key, name text not null, phone text, email text);
create table appointment(
  id integer primary key, practitioner_id integer not null, client_id integer not null,
  service_id integer not null, start integer not null, end integer not null,
  status text not null default 'booked', note text, created integer,
  check (end > start and end - start <= 720));
create index ix_appt_pract on appointment(practitioner_id, start, end) where status <> 'cancelled';
create index ix_appt_start on appointment(start);
create index ix_appt_client on appointment(client_id, start);
"""


def build(path, name):
    past, fut, per = SETS[name]
    db = sqlite3.connect(path)
    db.executescript("pragma journal_mode=wal; pragma synchronous=off;" + SCHEMA)
    db.executemany(
        "insert into appointment(practitioner_id,client_id,service_id,start,end,note,created) values(?,?,?,?,?,?,?)",
        (
            (p, i % 5000 + 1, 1 + (d == 50), s, e, "note %d" % i, s - 10000)
            for i, (p, s, e, d) in enumerate(appointments(20, past, fut, per))
        ),
    )
    db.executemany(
        "insert into client(name,phone,email) values(?,?,?)",
        (("Client %d" % i, "+49 30 %07d" % i, "c%d@example.org" % i) for i in range(5000)),
    )
    db.commit()
    db.execute("analyze")
    db.close()


if __name__ == "__main__":
    import os, sys

    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    for n in SETS:
        p = os.path.join(out, f"appt_{n}.db")
        if os.path.exists(p):
            os.remove(p)
        build(p, n)
        print(n, os.path.getsize(p))

# ruff: noqa
"""E. Growth of the raw approach with database size (own prototype).

usage: growth.py build DIR N_PRACT WORKDAYS NAME | growth.py measure DIR NAME... | growth.py search DIR
10 appointments of 30 min per practitioner and workday, half of the days past.
"""

import datetime as dt
import os
import random
import sqlite3
import statistics
import sys
import time

from floors.slots_limit import MAXLEN, raw
from floors.workload import BASE, SCHEMA, minute

FIRST = (
    "Anna Ben Carla David Emil Frieda Greta Hans Ida Jonas Klara Lea Max Nora Otto Paula Rosa Sven Tina Uwe".split()
)
SYL = (
    "ber man stein feld bach hof mei schmi wag kra lor ven dor hart lin gold rei zim neu alt ost wes nor sued".split()
)


def name(r):
    return f"{r.choice(FIRST)} {''.join(r.choice(SYL) for _ in range(r.choice((2, 3)))).title()}"


def build(d, np_, workdays, label):
    path = os.path.join(d, f"g_{label}.db")
    for x in ("", "-wal", "-shm"):
        if os.path.exists(path + x):
            os.remove(path + x)
    db = sqlite3.connect(path)
    db.executescript(
        "pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-400000;"
        + SCHEMA.split("create index")[0]
    )
    r = random.Random(3)
    halves = [540 + 30 * i for i in range(6)] + [780 + 30 * i for i in range(8)]
    days, x = [], BASE - dt.timedelta(days=workdays // 2 * 7 // 5)
    while len(days) < workdays:
        if x.weekday() < 5:
            days.append(minute(x, 540) - 540)
        x += dt.timedelta(days=1)

    def rows():
        i = 0
        for off in days:
            for p in range(1, np_ + 1):
                for m in r.sample(halves, 10):
                    i += 1
                    yield p, 1 + i * 7919 % 100000, 1, off + m, off + m + 30, "note", off

    t = time.perf_counter()
    db.executemany(
        "insert into appointment(practitioner_id,client_id,service_id,start,end,note,created) values(?,?,?,?,?,?,?)",
        rows(),
    )
    for s in SCHEMA.split(";"):
        if "create index" in s:
            db.execute(s)
    db.commit()
    db.execute("analyze")
    db.close()
    print(
        label,
        np_ * workdays * 10,
        "rows",
        round(time.perf_counter() - t, 1),
        "s",
        round(os.path.getsize(path) / 2**20, 1),
        "MiB",
        flush=True,
    )


def med(f, reps=21):
    f()
    v = []
    for _ in range(reps):
        t = time.perf_counter()
        x = f()
        v.append((time.perf_counter() - t) * 1e3)
    return statistics.median(v), x


def measure(d, labels):
    for label in labels:
        path = os.path.join(d, f"g_{label}.db")
        db = sqlite3.connect(path)
        lo = minute(BASE, 0)
        wk = lo + 7 * 1440
        one = med(
            lambda: len(
                db.execute(
                    "select id,client_id,start,end,status,note from appointment where practitioner_id=3 and status<>'cancelled' and start>=? and start<? order by start",
                    (lo - MAXLEN, wk),
                ).fetchall()
            )
        )
        allp = med(
            lambda: len(
                db.execute(
                    "select id,practitioner_id,client_id,start,end,status from appointment where start>=? and start<? order by start",
                    (lo - MAXLEN, wk),
                ).fetchall()
            )
        )
        noidx = med(
            lambda: len(
                db.execute(
                    "select id from appointment where practitioner_id=3 and status<>'cancelled' and start<? and end>?",
                    (wk, lo),
                ).fetchall()
            ),
            5,
        )
        slots = med(lambda: len(raw(db, 1, 30, 30)))
        hist = med(
            lambda: len(
                db.execute(
                    "select id,start from appointment where client_id=? order by start desc limit 20", (4242,)
                ).fetchall()
            )
        )
        cold = sqlite3.connect(path)
        t = time.perf_counter()
        raw(cold, 1, 30, 30)
        first = (time.perf_counter() - t) * 1e3
        print(
            f"{label}: file {os.path.getsize(path) / 2**20:.1f} MiB; slots 1x30d {slots[0]:.3f} ms ({slots[1]}); first call on a new connection {first:.2f};"
            f" week one pract {one[0]:.3f} ({one[1]}); week all {allp[0]:.3f} ({allp[1]});"
            f" overlap without lower bound {noidx[0]:.3f}; client history {hist[0]:.3f}",
            flush=True,
        )


def search(d, n=1_000_000):
    path = os.path.join(d, "clients.db")
    if not os.path.exists(path):
        db = sqlite3.connect(path)
        db.executescript(
            "pragma journal_mode=off; pragma synchronous=off; pragma cache_size=-400000;"
            "create table client(id integer primary key, name text, family text, phone text, email text);"
        )
        r = random.Random(5)

        def rows():
            for i in range(n):
                nm = name(r)
                yield (
                    nm,
                    nm.split()[1].lower(),
                    "49%d" % r.randrange(10**9, 10**10),
                    nm.lower().replace(" ", ".") + "%d@example.org" % i,
                )

        t = time.perf_counter()
        db.executemany("insert into client(name,family,phone,email) values(?,?,?,?)", rows())
        print("insert", round(time.perf_counter() - t, 1))
        db.commit()
        base = os.path.getsize(path)
        for lab, sql in (
            (
                "btree family+phone nocase",
                "create index a on client(family); create index b on client(phone); create index c on client(name collate nocase)",
            ),
            (
                "fts5 trigram",
                "create virtual table ft using fts5(name, phone, email, content='client', content_rowid='id', tokenize='trigram'); insert into ft(ft) values('rebuild')",
            ),
            (
                "fts5 unicode61 prefix",
                "create virtual table fp using fts5(name, phone, content='client', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3'); insert into fp(fp) values('rebuild')",
            ),
        ):
            t = time.perf_counter()
            b = os.path.getsize(path)
            db.executescript(sql)
            db.commit()
            print(
                lab,
                round(time.perf_counter() - t, 1),
                "s",
                round((os.path.getsize(path) - b) / 2**20, 1),
                "MiB; table",
                round(base / 2**20, 1),
            )
        db.execute("analyze")
        db.close()
    db = sqlite3.connect(path)
    L = "limit 20"
    for lab, sql, arg in (
        ("LIKE '%x%' name, rare", f"select id,name from client where name like ? {L}", "%goldzimkra%"),
        ("LIKE '%x%' name, miss", f"select id,name from client where name like ? {L}", "%qqq%"),
        (
            "LIKE '%x%' 3 columns, miss",
            f"select id,name from client where name like ?1 or phone like ?1 or email like ?1 {L}",
            "%qqq%",
        ),
        (
            "btree prefix family",
            f"select id,name from client where family>=?1 and family<?1||'~' order by family {L}",
            "goldz",
        ),
        ("btree prefix phone", f"select id,name from client where phone>=?1 and phone<?1||'~' {L}", "4917123"),
        ("trigram substring, rare", f"select rowid,name from ft where ft match ? {L}", '"goldzimkra"'),
        ("trigram substring, common", f"select rowid,name from ft where ft match ? {L}", '"stein"'),
        ("trigram common, order by rank", f"select rowid,name from ft where ft match ? order by rank {L}", '"stein"'),
        ("trigram phone middle", f"select rowid,name from ft where ft match ? {L}", '"712345"'),
        ("trigram miss", f"select rowid,name from ft where ft match ? {L}", '"qqq"'),
        ("trigram two words", f"select rowid,name from ft where ft match ? {L}", '"anna" "goldz"'),
        ("fts prefix 3 letters", f"select rowid,name from fp where fp match ? {L}", "gol*"),
        ("fts prefix two words", f"select rowid,name from fp where fp match ? {L}", "anna goldz*"),
        ("fts prefix 1 letter", f"select rowid,name from fp where fp match ? {L}", "g*"),
        ("fts prefix 3, order by rank", f"select rowid,name from fp where fp match ? order by rank {L}", "gol*"),
    ):
        ms, k = med(lambda: len(db.execute(sql, (arg,)).fetchall()), 7)
        print(f"{lab:34s} {ms:9.3f} ms ({k})", flush=True)


if __name__ == "__main__":
    a = sys.argv
    if a[1] == "build":
        build(a[2], int(a[3]), int(a[4]), a[5])
    elif a[1] == "measure":
        measure(a[2], a[3:])
    else:
        search(a[2])

# ruff: noqa
"""The floor of booking: begin immediate; overlap check through the index; insert; commit."""

import sqlite3
import time

SECS = 1.0
FAR = 40_000_000  # minutes; beyond every existing booking
CHECK = "select 1 from appointment where practitioner_id=? and status<>'cancelled' and start>=?-720 and start<? and end>? limit 1"
INS = "insert into appointment(practitioner_id,client_id,service_id,start,end,note,created) values(?,?,?,?,?,?,?)"


def slot(k, i):
    return 1 + (k + i) % 20, FAR + (k * 2_000_000) + 30 * i


def sqlite_raw(path, k, bar, q, sync):
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    db.execute(f"pragma synchronous={sync}")
    bar.wait()
    lat, i, end = [], 0, time.perf_counter() + SECS
    while True:
        t = time.perf_counter()
        if t > end:
            break
        p, s = slot(k, i)
        db.execute("begin immediate")
        if db.execute(CHECK, (p, s, s + 30, s)).fetchone() is None:
            db.execute(INS, (p, 1, 1, s, s + 30, "n", 0))
        db.execute("commit")
        lat.append(time.perf_counter() - t)
        i += 1
    q.put(lat)

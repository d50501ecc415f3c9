# ruff: noqa
"""A. Slot search: physical limit and where the time goes (own prototype).

usage: slots_limit.py DIR   (DIR made by workload.py)
"""

import datetime as dt
import functools
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from bisect import bisect_right

from floors.workload import BASE, HOURS, TZ, UTC, WEEKDAYS, minute

STEP = 15
Q = (
    "select start,end from appointment where practitioner_id=? and status<>'cancelled'"
    " and start>=? and start<? and end>? order by start"
)
QALL = (
    "select practitioner_id,start,end from appointment where practitioner_id between ? and ?"
    " and status<>'cancelled' and start>=? and start<? and end>? order by practitioner_id,start"
)
MAXLEN = 720


@functools.lru_cache(maxsize=4096)
def windows(d):
    return tuple((minute(d, a), minute(d, b)) for a, b in HOURS) if d.weekday() in WEEKDAYS else ()


def all_windows(days):
    return [w for i in range(days) for w in windows(BASE + dt.timedelta(days=i))]


def sweep(wins, busy, dur, buf, out):
    """Free starts for one practitioner; busy sorted by start; both half-open minutes."""
    need = dur + buf
    i, n = 0, len(busy)
    for lo, hi in wins:
        at = lo  # grid anchor: opening time of the window
        while i < n and busy[i][1] + buf <= lo:
            i += 1
        j = i
        while j < n and busy[j][0] < hi:
            s, e = busy[j]
            if s - at >= need:
                out.extend(range(at, s - need + 1, STEP))
            e += buf
            if e > at:
                at = lo + -(-(e - lo) // STEP) * STEP
            j += 1
        i = j - 1 if j > i and busy[j - 1][1] > hi else j
        if hi - at >= dur:
            out.extend(range(at, hi - dur + 1, STEP))


def raw(db, np_, days, dur, buf=0):
    lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
    wins, out = all_windows(days), []
    for p in range(1, np_ + 1):
        sweep(wins, db.execute(Q, (p, lo - MAXLEN, hi, lo)).fetchall(), dur, buf, out)
    return out


def raw_one_query(db, np_, days, dur, buf=0):
    lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
    by = {}
    for p, s, e in db.execute(QALL, (1, np_, lo - MAXLEN, hi, lo)):
        by.setdefault(p, []).append((s, e))
    wins, out = all_windows(days), []
    for p in range(1, np_ + 1):
        sweep(wins, by.get(p, ()), dur, buf, out)
    return out


def first_k(db, np_, days, dur, k=5):
    """Front-desk question «next five free starts»: one week at a time, stop early."""
    got = []
    for w0 in range(0, days, 7):
        d0 = BASE + dt.timedelta(days=w0)
        lo, hi = minute(d0, 0), minute(d0 + dt.timedelta(days=7), 0)
        wins = [w for i in range(7) for w in windows(d0 + dt.timedelta(days=i))]
        for p in range(1, np_ + 1):
            sweep(wins, db.execute(Q, (p, lo - MAXLEN, hi, lo)).fetchall(), dur, 0, got)
        if len(got) >= k:
            break
    return sorted(got)[:k]


def bitmap(db, np_, days, dur):
    """One Python integer of 5-minute bits per practitioner for the whole horizon."""
    lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
    openm = gridm = 0
    for a, b in all_windows(days):
        x, y = (a - lo) // 5, (b - lo) // 5
        openm |= ((1 << (y - x)) - 1) << x
        for k in range(x, y, 3):
            gridm |= 1 << k
    out, need = [], -(-dur // 5)
    for p in range(1, np_ + 1):
        free = openm
        for s, e in db.execute(Q, (p, lo - MAXLEN, hi, lo)):
            x = (s - lo) // 5
            free &= ~(((1 << (-(-(e - lo) // 5) - x)) - 1) << x)
        run, have = free, 1
        while have < need:
            k = min(have, need - have)
            run &= run >> k
            have += k
        s = bin(run & gridm)[:1:-1]
        i = s.find("1")
        while i >= 0:
            out.append(lo + 5 * i)
            i = s.find("1", i + 1)
    return out


def with_numpy(db, np_, days, dur):
    import numpy as np

    lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
    cand = np.concatenate([np.arange(a, b - dur + 1, STEP) for a, b in all_windows(days)])
    n = 0
    for p in range(1, np_ + 1):
        rows = db.execute(Q, (p, lo - MAXLEN, hi, lo)).fetchall()
        if rows:
            a = np.array(rows)
            i = np.searchsorted(a[:, 1], cand, "right")  # first busy end > start
            s = np.append(a[:, 0], 1 << 40)
            n += int((s[i] >= cand + dur).sum())
        else:
            n += len(cand)
    return range(n)


def candidates_bisect(db, np_, days, dur):
    """Every candidate start, one bisect each."""
    lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
    wins, out = all_windows(days), []
    for p in range(1, np_ + 1):
        rows = db.execute(Q, (p, lo - MAXLEN, hi, lo)).fetchall()
        st, en = [r[0] for r in rows] + [1 << 40], [r[1] for r in rows]
        for a, b in wins:
            for t in range(a, b - dur + 1, STEP):
                if st[bisect_right(en, t)] >= t + dur:
                    out.append(t)
    return out


def naive_aware(db, np_, days, dur):
    """What a first draft does: aware datetimes, every candidate against every booking."""
    lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
    out = []
    for p in range(1, np_ + 1):
        busy = [
            (dt.datetime.fromtimestamp(s * 60, UTC), dt.datetime.fromtimestamp(e * 60, UTC))
            for s, e in db.execute(Q, (p, lo - MAXLEN, hi, lo))
        ]
        for i in range(days):
            d = BASE + dt.timedelta(days=i)
            if d.weekday() not in WEEKDAYS:
                continue
            for a, b in HOURS:
                t = dt.datetime(d.year, d.month, d.day, a // 60, tzinfo=TZ)
                end = dt.datetime(d.year, d.month, d.day, b // 60, tzinfo=TZ)
                while t + dt.timedelta(minutes=dur) <= end:
                    if not any(s < t + dt.timedelta(minutes=dur) and e > t for s, e in busy):
                        out.append(t)
                    t += dt.timedelta(minutes=STEP)
    return out


def timeit(f, *a, reps=7):
    f(*a)
    ts = []
    for _ in range(reps):
        t = time.perf_counter()
        r = f(*a)
        ts.append((time.perf_counter() - t) * 1e3)
    return statistics.median(ts), len(r)


CASES = ((1, 7, 30), (1, 30, 30), (1, 365, 30), (20, 7, 30), (20, 30, 30), (20, 365, 30), (1, 30, 50))


def main(d):
    for name in ("0", "500", "100k"):
        db = sqlite3.connect(os.path.join(d, f"appt_{name}.db"))
        print("== N", name)
        for case in CASES:
            row = []
            for f in (raw, raw_one_query, bitmap, with_numpy, candidates_bisect):
                ms, n = timeit(f, db, *case)
                row.append(f"{f.__name__} {ms:.3f} ({n})")
            if case[0] * case[1] <= 365:
                ms, n = timeit(naive_aware, db, *case, reps=1)
                row.append(f"naive {ms:.1f} ({n})")
            print(case, "; ".join(row), flush=True)
        print("first5 of 20 pract:", timeit(first_k, db, 20, 365, 30))
        print("buffer 10, (20,30,50):", timeit(raw, db, 20, 30, 50, 10))
    # split of the time at (1,365,30) and (20,30,30), 100k
    for np_, days in ((1, 365), (20, 30)):
        lo, hi = minute(BASE, 0), minute(BASE + dt.timedelta(days=days), 0)
        sql = timeit(
            lambda: [r for p in range(1, np_ + 1) for r in db.execute(Q, (p, lo - MAXLEN, hi, lo)).fetchall()]
        )
        windows.cache_clear()
        t = time.perf_counter()
        all_windows(days)
        cold = (time.perf_counter() - t) * 1e3
        warm = timeit(all_windows, days)
        rows = [db.execute(Q, (p, lo - MAXLEN, hi, lo)).fetchall() for p in range(1, np_ + 1)]
        wins = all_windows(days)
        sw = timeit(lambda: [sweep(wins, r, 30, 0, o := []) or o for r in rows])
        out = raw(db, np_, days, 30)
        tz = timeit(lambda: [dt.datetime.fromtimestamp(m * 60, TZ) for m in out])
        txt = timeit(lambda: ["%02d:%02d" % divmod(m % 1440, 60) for m in out])
        print(
            f"split np={np_} days={days}: sql {sql[0]:.3f} ({sql[1]} rows) windows cold {cold:.3f} warm {warm[0]:.3f}"
            f" sweep {sw[0]:.3f} | to aware local datetimes {tz[0]:.3f} for {len(out)} slots; text {txt[0]:.3f}"
        )


if __name__ == "__main__":
    main(sys.argv[1])

# ruff: noqa
"""Drive a terminal program in a pseudo-terminal; time start-up, keys and exit.

A reader thread only time-stamps chunks; pyte replays them afterwards, so the
emulator does not slow the program under test.

python ptyrun.py start  NAME 'MARKER' 'QUITKEYS' [-n N] -- CMD ...
python ptyrun.py keys   NAME 'MARKER' 'QUITKEYS' 'key,key,...' [-n N] -- CMD ...
Keys: literal text or \\x1b escapes; results as one JSON line.
"""

import fcntl
import json
import os
import pty
import re
import signal
import statistics
import struct
import sys
import termios
import threading
import time

import pyte

COLS, ROWS = int(os.environ.get("COLS_", 120)), int(os.environ.get("ROWS_", 40))
QUIET = float(os.environ.get("QUIET_", 0.15))


class Run:
    def __init__(self, cmd, env=None):
        self.chunks = []
        self.t0 = time.perf_counter()
        pid, fd = pty.fork()
        if pid == 0:
            e = dict(
                os.environ,
                TERM="xterm-256color",
                COLUMNS=str(COLS),
                LINES=str(ROWS),
                COLORTERM="truecolor",
                **(env or {}),
            )
            e.pop("COLUMNS"), e.pop("LINES")
            os.execvpe(cmd[0], cmd, e)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.pid, self.fd, self.eof = pid, fd, None
        self.th = threading.Thread(target=self._read, daemon=True)
        self.th.start()

    def _read(self):
        while True:
            try:
                b = os.read(self.fd, 1 << 18)
            except OSError:
                b = b""
            t = time.perf_counter()
            if not b:
                self.eof = t
                return
            self.chunks.append((t, b))
            if b"\x1b[6n" in b:  # cursor position report
                os.write(self.fd, b"\x1b[1;1R")
            if b"\x1b[c" in b or b"\x1b[0c" in b:
                os.write(self.fd, b"\x1b[?62;22c")

    def wait_quiet(self, since, quiet=QUIET, limit=20.0, need=True):
        end = time.perf_counter() + limit
        while time.perf_counter() < end and self.eof is None:
            last = self.chunks[-1][0] if self.chunks else 0
            now = time.perf_counter()
            if last > since and now - last > quiet:
                return
            if not need and now - since > quiet and last <= since:
                return
            time.sleep(0.005)

    def seen(self, marker):
        return marker.encode() in b"".join(b for _, b in self.chunks)

    def send(self, key):
        t = time.perf_counter()
        os.write(self.fd, key)
        return t

    def close(self, quitkeys):
        t = time.perf_counter()
        for k in quitkeys:
            try:
                os.write(self.fd, k)
            except OSError:
                break
            if len(quitkeys) > 1:
                time.sleep(0.03)
        for _ in range(1500):
            p, st, ru = os.wait4(self.pid, os.WNOHANG)
            if p:
                self.rss = ru.ru_maxrss
                self.cpu = ru.ru_utime + ru.ru_stime
                return (self.eof or time.perf_counter()) - t
            time.sleep(0.002)
        os.kill(self.pid, signal.SIGKILL)
        _, _, ru = os.wait4(self.pid, 0)
        self.rss, self.cpu = ru.ru_maxrss, ru.ru_utime + ru.ru_stime
        return None


ODD = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b[P_^].*?\x1b\\|\x1b\[[0-9;]*:[0-9:;]*m", re.S)


def painted(chunks, marker, since=0.0):
    """time of the first chunk, not before `since`, after which the emulated screen shows marker"""
    scr = pyte.Screen(COLS, ROWS)
    st = pyte.ByteStream(scr)
    for t, b in chunks:
        try:
            st.feed(ODD.sub(b"", b))
        except Exception:
            pass
        if t >= since and any(marker in line for line in scr.display):
            return t, scr
    return None, scr


def unesc(s):
    return s.encode().decode("unicode_escape").encode("latin1")


def q(v):
    v = sorted(v)
    return (
        {"med": round(statistics.median(v), 2), "min": round(v[0], 2), "max": round(v[-1], 2), "n": len(v)}
        if v
        else None
    )


def start(name, marker, quitk, cmd, n):
    first, frame, exit_, cpu, rss, nb = [], [], [], [], [], []
    for i in range(n + 1):
        r = Run(cmd)
        end = time.perf_counter() + 30
        while not r.seen(marker[:1]) and time.perf_counter() < end and r.eof is None:
            time.sleep(0.01)
        r.wait_quiet(r.t0, quiet=0.4)
        nchunks = list(r.chunks)
        x = r.close(quitk)
        t, scr = painted(nchunks, marker)
        if i == 0:
            if os.environ.get("SHOW"):
                print("\n".join(x.rstrip() for x in scr.display if x.strip()))
            continue
        if t is None:
            print("marker not seen", file=sys.stderr)
            print("\n".join(x.rstrip() for x in scr.display if x.strip())[:1500], file=sys.stderr)
            continue
        first.append((nchunks[0][0] - r.t0) * 1e3)
        frame.append((t - r.t0) * 1e3)
        if x:
            exit_.append(x * 1e3)
        cpu.append(r.cpu * 1e3)
        rss.append(r.rss / 1024)
        nb.append(sum(len(b) for _, b in nchunks))
    print(
        json.dumps(
            {
                "name": name,
                "first_byte_ms": q(first),
                "frame_ms": q(frame),
                "exit_ms": q(exit_),
                "cpu_ms": q(cpu),
                "rss_mib": q(rss),
                "bytes": q(nb),
            }
        ),
        flush=True,
    )


def keys(name, marker, quitk, ks, cmd, n):
    r = Run(cmd)
    end = time.perf_counter() + 60
    while time.perf_counter() < end and r.eof is None:
        r.wait_quiet(r.t0, quiet=0.5)
        if painted(list(r.chunks), marker)[0]:
            break
    out = {}
    per = {}
    for i in range(n):
        for k in ks:
            m = len(r.chunks)
            time.sleep(0.011 + (i % 7) * 0.0037)  # spread over the frame clock
            m = len(r.chunks)
            t = r.send(unesc(k))
            r.wait_quiet(t, limit=1.0, need=False)
            c = r.chunks[m:]
            if c and i:
                per.setdefault(k, []).append(
                    ((c[0][0] - t) * 1e3, (c[-1][0] - t) * 1e3, sum(len(b) for _, b in c), len(c))
                )
    for k, v in per.items():
        out[k] = {
            "first_ms": q([a for a, *_ in v]),
            "frame_ms": q([b for _, b, *_ in v]),
            "bytes": q([c for _, _, c, _ in v]),
        }
    if os.environ.get("SHOW"):
        _, scr = painted(r.chunks, "\0never")
        print("\n".join(x.rstrip() for x in scr.display if x.strip()))
    r.close(quitk)
    print(
        json.dumps({"name": name, "cpu_s": round(r.cpu, 2), "rss_mib": round(r.rss / 1024, 1), "keys": out}),
        flush=True,
    )


if __name__ == "__main__":
    a = sys.argv[1:]
    i = a.index("--")
    cmd, a = a[i + 1 :], a[:i]
    n = 9
    if "-n" in a:
        j = a.index("-n")
        n = int(a[j + 1])
        del a[j : j + 2]
    quitk = [unesc(x) for x in a[3].split(",")] if a[3] else []
    if a[0] == "start":
        start(a[1], a[2], quitk, cmd, n)
    else:
        keys(a[1], a[2], quitk, a[4].split(","), cmd, n)

#!/bin/sh
# psycopg takes a statement for prepared that the server skipped, and never asks again.
#
# Guess: in a pipeline a statement behind one that failed is not run, so it is not prepared either, and psycopg knows
# that: the documents say that the pipeline is aborted until the next sync, and that preparing is looked after.
# Seen with psycopg 3.3.9 (libpq 18) on PostgreSQL 15: a statement becomes prepared after it was run five times. Where
# its sixth run stands in a pipeline behind one that fails, it is noted as prepared all the same. From then on each run
# of it on that connection, in no pipeline and no transaction, raises
#       InvalidSqlStatementName: prepared statement "_pg3_0" does not exist
# With prepare_threshold=0, where it is prepared when it is met first, all is well: only what was counted before is not
# looked at when the answer comes. Closing the connection helps.
#
# Needs python3, PostgreSQL's initdb and postgres, and the network or a local index of packages. As root it runs the
# server as the user `postgres`. Exits 1 once psycopg does otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "psycopg[binary]==3.3.9"
"$folder/venv/bin/python" - "$folder" <<'PY'
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import psycopg

place = pathlib.Path(sys.argv[1]) / "server"
place.mkdir()
user = {}
if os.getuid() == 0:
    shutil.chown(place, "postgres", "postgres")
    user = {"user": "postgres", "group": "postgres", "cwd": place}
programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
bin_ = programs[-1].parent if programs else pathlib.Path(shutil.which("initdb")).parent
data = place / "data"
subprocess.run([bin_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust"], check=True, capture_output=True, **user)
server = subprocess.Popen(
    [bin_ / "postgres", "-D", data, "-h", "", "-k", place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user
)


def connected(**how):
    for _ in range(100):
        try:
            return psycopg.connect(f"host={place} user=postgres dbname=postgres", autocommit=True, **how)
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise SystemExit("no server")


def answer(connection):
    try:
        return connection.execute("SELECT 1 WHERE %s", (True,)).fetchall()
    except psycopg.Error as error:
        return f"{type(error).__name__}: {error}"


seen = {}
try:
    for threshold in (0, 5):
        connection = connected(prepare_threshold=threshold)
        before = [answer(connection) for _ in range(threshold)]
        try:
            with connection.pipeline():
                connection.execute("SELECT 1 / 0")
                connection.execute("SELECT 1 WHERE %s", (True,))
        except psycopg.errors.DivisionByZero:
            pass
        seen[threshold] = [answer(connection), answer(connection)]
        print(f"psycopg {psycopg.__version__}, threshold {threshold}:", before[-1:], "then", seen[threshold])
    print("a new connection:", answer(connected()))
finally:
    server.send_signal(signal.SIGINT)
    server.wait()
lost = 'InvalidSqlStatementName: prepared statement "_pg3_0" does not exist'
if seen != {0: [[(1,)], [(1,)]], 5: [lost, lost]}:
    raise SystemExit("psycopg does otherwise now")
PY

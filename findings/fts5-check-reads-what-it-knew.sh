#!/bin/sh
# SQLite's PRAGMA integrity_check calls a sound FTS5 index corrupt, in a connection that searched it before others wrote.
#
# Guess: the check reads the file as it is now, as every statement of a new transaction does.
# Seen with SQLite 3.53.4 (pysqlite3 0.6.1), WAL and rollback journal alike:
#   a connection searches the index; another one writes and merges it ('optimize', or enough inserts); the first one's
#   PRAGMA integrity_check then answers
#       fts5: corruption found reading blob 687194767361 from table "f"
#   again and again. A new connection, and the first one after its next search, answer: ok.
# A search, even a SELECT of one row, makes the connection look at the index anew; the check alone does not.
#
# Needs python3 and the network, or a local index of packages. Exits 1 once SQLite answers otherwise.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pysqlite3==0.6.1
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys

from pysqlite3 import dbapi2 as sqlite

seen = {}
for journal in ("WAL", "DELETE"):
    path = f"{sys.argv[1]}/{journal}.db"
    writer = sqlite.connect(path, isolation_level=None)
    writer.execute(f"PRAGMA journal_mode={journal}").fetchall()
    writer.execute("CREATE VIRTUAL TABLE f USING fts5(words)")

    def add(count):
        for number in range(count):
            writer.execute("INSERT INTO f(words) VALUES (?)", (f"some words {number}",))

    def check(connection):
        return connection.execute("PRAGMA integrity_check").fetchall()[0][0]

    add(5)
    looker = sqlite.connect(path, isolation_level=None)
    looker.execute("SELECT count(*) FROM f WHERE f MATCH 'words'").fetchall()
    before = check(looker)
    add(5)
    writer.execute("INSERT INTO f(f) VALUES ('optimize')")
    after, again = check(looker), check(looker)
    fresh = check(sqlite.connect(path))
    looker.execute("SELECT 1 FROM f LIMIT 1").fetchall()
    seen[journal] = (before, after, again, fresh, check(looker))
    print(f"SQLite {sqlite.sqlite_version}, {journal}:")
    for what, said in zip(
        ("before others write", "after", "and again", "a new connection", "after one SELECT"), seen[journal]
    ):
        print(f"  {what}: {said}")

for before, after, again, fresh, looked in seen.values():
    if (before, fresh, looked) != ("ok", "ok", "ok") or not after.startswith("fts5: corruption") or again != after:
        sys.exit("not as it was seen")
print("as it was seen")
PY

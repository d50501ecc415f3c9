# ruff: noqa
import sqlite3, sys, time

db = sqlite3.connect(sys.argv[1])
lo = int(sys.argv[2])
for s, e, n in db.execute(
    "select start,end,note from appointment where start>=? and start<? order by start", (lo, lo + 1440)
):
    print("%02d:%02d-%02d:%02d %s" % (*divmod(s % 1440, 60), *divmod(e % 1440, 60), n))

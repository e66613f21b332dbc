"""The lower bound for writing a package: prepared rows into SQLite, and that into a zip.

Usage: python floor.py PACKAGE OUT.apkg; the rows are read from PACKAGE beforehand. Prints the CPU
seconds of the writing alone.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
import zipfile
from pathlib import Path


def main() -> None:
    """Read a package, write its rows again, print the seconds of writing."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(sys.argv[1]) as package:
        package.extract("collection.anki2", folder)
        source = sqlite3.connect(Path(folder) / "collection.anki2")
        tables = [
            name
            for (name,) in source.execute("select name from sqlite_master where type = 'table'")
            if not name.startswith("sqlite_")
        ]
        made = [sql for (sql,) in source.execute("select sql from sqlite_master") if sql]
        rows = {name: source.execute(f"select * from {name}").fetchall() for name in tables}
    begun = time.process_time()
    target = sqlite3.connect(":memory:", isolation_level=None)
    target.execute("pragma journal_mode = off")
    target.execute("begin")
    for sql in made:
        if sql.lower().startswith("create table"):
            target.execute(sql)
    for name, records in rows.items():
        if records:
            marks = ",".join("?" * len(records[0]))
            target.executemany(f"insert into {name} values ({marks})", records)
    for sql in made:
        if not sql.lower().startswith("create table"):
            target.execute(sql)
    target.execute("commit")
    with zipfile.ZipFile(sys.argv[2], "w") as package:
        package.writestr("collection.anki2", target.serialize())
    sys.stdout.write(f"{time.process_time() - begun}\n")


if __name__ == "__main__":
    main()

"""Packages whose database brings along something to compute: SQL in its schema."""

from __future__ import annotations

from collections.abc import Callable

from hostile import DATABASE, NEWEST, changed, newest, package, with_sql

# Each takes a tenth of a second or more, and some of them minutes, for each row.
COSTLY = "hex(zeroblob(30000000 + length(flds)))"
LIKE = "hex(zeroblob(9000)) || tbl LIKE '" + "%0" * 40 + "%x'"
SEARCH = "instr(hex(zeroblob(9000)), hex(zeroblob(4000)) || tbl)"
# Computing it is an error, so a package that is read has not computed it.
TRAP = "abs(-9223372036854775807 - 1)"
_ROWS = (
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
    "INSERT INTO sqlite_stat1(tbl) SELECT i FROM n"
)


def rewritten(*schemas: tuple[str, str, str], image: bytes = DATABASE, also: str = "") -> bytes:
    """A database in whose schema a text is replaced, for each name, after other statements."""
    edits = [
        f"UPDATE sqlite_schema SET sql = replace(sql, {_quoted(old)}, {_quoted(new)}) "
        f"WHERE name = '{name}'"
        for name, old, new in schemas
    ]
    return changed(image, *filter(None, [also]), "PRAGMA writable_schema = ON", *edits)


def statistics(expression: str, rows: int) -> bytes:
    """A package with a table of statistics that is computed while SQLite reads the schema."""
    columns = f"tbl, idx AS ({expression}), stat AS (1)"
    image = changed(
        DATABASE,
        "ANALYZE",
        "DELETE FROM sqlite_stat1",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE sqlite_stat1(tbl, idx, stat)' "
        "WHERE name = 'sqlite_stat1'",
        _ROWS.format(rows),
        f"UPDATE sqlite_schema SET sql = {_quoted(f'CREATE TABLE sqlite_stat1({columns})')} "
        "WHERE name = 'sqlite_stat1'",
    )
    return package(c2=image)


def tables(count: int) -> bytes:
    """A package with this many more tables."""
    return with_sql(*(f"CREATE TABLE t{at}(a CHECK ({TRAP}))" for at in range(count)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _checks(*schemas: tuple[str, str, str]) -> Callable[[], bytes]:
    return lambda: package(c2=rewritten(*schemas))


_USN = "CREATE INDEX i ON notes ((usn))"

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "computed statistics": (
        lambda: statistics(COSTLY.replace("flds", "tbl"), 3_000),
        "its table sqlite_stat1 has computed columns",
    ),
    "statistics computed with LIKE": (
        lambda: statistics(LIKE, 3_000),
        "its table sqlite_stat1 has computed columns",
    ),
    "statistics that are searched for": (
        lambda: statistics(SEARCH, 300_000),
        "its collection takes more time than any of its size",
    ),
    "a computed key": (
        lambda: package(c2=rewritten(("i", "usn", COSTLY), also=_USN)),
        "its index i is computed",
    ),
    "a computed key of text": (
        lambda: with_sql("CREATE INDEX i ON notes (flds LIKE '%a%a%a%a%a%a%b')"),
        "its index i is computed",
    ),
    "an index with a condition": (
        lambda: with_sql("CREATE INDEX i ON notes (usn) WHERE length(flds) > 3"),
        "its index i is computed",
    ),
    "an index on a table that Anki lacks": (
        lambda: with_sql("CREATE TABLE t (a)", f"CREATE INDEX i ON t (({TRAP}))"),
        "its index i is computed",
    ),
    "a stored computed column": (
        lambda: package(
            c2=rewritten(("notes", "/* 10 */", f"/* 10 */, more AS ({COSTLY}) STORED"))
        ),
        "its table notes has computed columns",
    ),
    "a computed column of a table that Anki lacks": (
        lambda: with_sql(f"CREATE TABLE t (flds, b AS ({COSTLY}))"),
        "its table t has computed columns",
    ),
    "ids sorted by a collation": (
        lambda: with_sql(
            "CREATE TABLE n (id text COLLATE unicase, guid, mid, mod, usn, tags, flds, sfld, csum, "
            "flags, data)",
            "DROP TABLE notes",
            "ALTER TABLE n RENAME TO notes",
        ),
        "its table notes has another primary key than in Anki",
    ),
    "ids that are not numbers": (
        lambda: with_sql(
            "CREATE TABLE n (id text COLLATE unicase PRIMARY KEY, guid, mid, mod, tags, flds) "
            "WITHOUT ROWID",
            "DROP TABLE notes",
            "ALTER TABLE n RENAME TO notes",
        ),
        "its table notes has another primary key than in Anki",
    ),
    "fields sorted by a collation": (
        lambda: newest(
            changed(
                NEWEST,
                "CREATE TABLE f AS SELECT * FROM fields",
                "DROP TABLE fields",
                "ALTER TABLE f RENAME TO fields",
            )
        ),
        "its table fields has another primary key than in Anki",
    ),
    "many tables": (lambda: tables(600), "its collection has more than 500 tables and indexes"),
}

READ: dict[str, Callable[[], bytes]] = {
    "a check of a row": _checks(("notes", "/* 10 */", f"/* 10 */, CHECK ({TRAP} = 0)")),
    "a check of a column": _checks(("notes", "/* 10 */", f"CHECK (flds LIKE {TRAP})")),
    "checks of all tables": _checks(
        *((name, "primary key", f"primary key CHECK ({TRAP})") for name in ("col", "cards"))
    ),
    "a default": _checks(("cards", "/* 17 */", f"DEFAULT ({TRAP})")),
    "a key of another table": lambda: with_sql("CREATE TABLE t (a REFERENCES notes (guid))"),
    "a table with a check that Anki lacks": lambda: tables(3),
    "an index of its own": lambda: with_sql("CREATE INDEX i ON notes (tags COLLATE NOCASE)"),
    "Anki's index with a condition": lambda: with_sql(
        "CREATE INDEX idx_cards_odid ON cards (odid)\nWHERE odid != 0"
    ),
    "statistics of Anki": lambda: with_sql("ANALYZE"),
}

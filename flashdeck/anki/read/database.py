"""Reading of an untrusted SQLite database, opened in memory and read-only.

Follows https://www.sqlite.org/security.html, section "Untrusted SQLite database files".
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from flashdeck.anki.read.archive import MIB, Unreadable, cause, quoted

# The types of the values are checked in `rows`.
Row: TypeAlias = tuple[Any, ...]

DATABASE_LIMIT: Final = 192 * MIB
MEMORY_LIMIT: Final = 400 * MIB  # for a database and all that is read from it
"""These keep the total below 500 MB: while opening, there are two copies of a database."""

_HEADER: Final = b"SQLite format 3\x00"
_HEADER_SIZE: Final = 100
_VERSIONS: Final = slice(18, 20)  # 2 means a write-ahead log, a separate file
_ROLLBACK_JOURNAL: Final = b"\x01\x01"
_BATCH: Final = 2_000  # rows
_STEPS: Final = 100_000
_STEPS_PER_BYTE: Final = 20
_LEAST_STEPS: Final = 10_000_000
_SECONDS: Final = 10.0  # of CPU time, and for each `_BYTES_PER_SECOND` of a database one more
_BYTES_PER_SECOND: Final = 2 * MIB
_ROW: Final = 320  # bytes of the objects made from a row, without its texts
_READ: Final = frozenset(
    {"col", "notes", "cards", "notetypes", "fields", "templates", "decks", "deck_config", "revlog"}
)
_KEY: Final = ("id",)
_KEYS: Final = {"fields": ("ntid", "ord"), "templates": ("ntid", "ord")}
_TABLES: Final = 500
# The only index of Anki with a condition.
_INDEX: Final = "CREATE INDEX idx_cards_odid ON cards (odid) WHERE odid != 0"
_PLAIN: Final = frozenset({"table", "index"})
_LENGTH: Final = 64 * MIB  # of a text, and of a row
_LIMITS: Final = {
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 20,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 3,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 25_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 8,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1,
}
# While SQLite reads the schema, it also reads its tables of statistics, and computes their columns
# if they are computed ones. So values are short until then, and the clock is read often: a single
# step may compare two texts of that length at all positions.
_SCHEMA_LENGTH: Final = 20_000
_SCHEMA_STEPS: Final = 100
_SCHEMA_SECONDS: Final = 1.0


class Database:
    """A database that is not trusted."""

    def __init__(self, image: bytearray, *, memory: int | None = MEMORY_LIMIT) -> None:
        """Open the database, and clear `image`, since SQLite keeps a copy.

        The database and the values read from it may take `memory` bytes; None means no limit.
        Raises `Unreadable` for anything but a plain database, such as one with views or triggers.
        """
        if len(image) < _HEADER_SIZE or not image.startswith(_HEADER):
            msg = "its collection is not a database"
            raise Unreadable(msg)
        image[_VERSIONS] = _ROLLBACK_JOURNAL
        self._memory = memory - len(image) if memory is not None else sys.maxsize
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with _damage_as_unreadable():
                self._open(image)
        except Unreadable:
            self.close()
            raise

    def _open(self, image: bytearray) -> None:
        for limit, value in _LIMITS.items():
            self._connection.setlimit(limit, value)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _SCHEMA_LENGTH)
        self._connection.deserialize(image)
        size = len(image)
        image.clear()
        self._limit_work(size, _SCHEMA_STEPS, _SCHEMA_SECONDS)
        if sys.version_info >= (3, 12):
            for option, on in (
                (sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True),
                (sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False),
                (sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False),
            ):
                self._connection.setconfig(option, on)
        for setting in (
            "trusted_schema = OFF",
            "ignore_check_constraints = ON",
            "cell_size_check = ON",
            "query_only = ON",
            "mmap_size = 0",
        ):
            self._connection.execute(f"PRAGMA {setting}")
        # Newer tables of Anki refer to a collation of its own.
        self._connection.create_collation("unicase", _compare)
        self._require_plain_schema()
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LENGTH)
        self._limit_work(size, _STEPS, _SECONDS + size / _BYTES_PER_SECOND)
        for table in sorted(_READ & self._tables):
            self._require_sound(table)
        self._connection.set_authorizer(_authorize)

    def close(self) -> None:
        """Close the connection and free the memory."""
        self._connection.close()

    def has(self, table: str) -> bool:
        """Whether there is a table of this name."""
        return table in self._tables

    def count(self, table: str) -> int:
        """Count the rows of a table; 0 if there is none."""
        if not self.has(table):
            return 0
        with _damage_as_unreadable():
            query = f"SELECT count(*) FROM {table}"  # noqa: S608 - constants only
            return int(self._connection.execute(query).fetchone()[0])

    def rows(self, table: str, columns: tuple[str, ...], types: tuple[type, ...]) -> Iterator[Row]:
        """Read a table in order; the values must have the given types.

        Raises `Unreadable` at the first row with other types, or if the table does not exist.
        """
        if not self.has(table):
            msg = f"its collection has no table {table}"
            raise Unreadable(msg)
        sized = [index for index, type_ in enumerate(types) if type_ is not int]
        with _damage_as_unreadable():
            for row in self._select(table, columns):
                if tuple(map(type, row)) != types:
                    msg = f"its table {table} has a row with values of another type"
                    raise Unreadable(msg)
                self.spend(_ROW + sum([sys.getsizeof(row[index]) for index in sized]))
                yield row

    def holds(self, table: str, columns: tuple[str, ...], rows: Sequence[Row]) -> bool:
        """Whether a table has exactly these rows, in order of their ids."""
        with _damage_as_unreadable():
            cursor = self._select(table, columns)
            for start in range(0, len(rows), _BATCH):
                if cursor.fetchmany(_BATCH) != rows[start : start + _BATCH]:
                    return False
            return cursor.fetchone() is None

    def _select(self, table: str, columns: tuple[str, ...]) -> sqlite3.Cursor:
        order = ", ".join(_KEYS.get(table, _KEY))
        query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"  # noqa: S608 - constants only
        return self._connection.execute(query)

    def spend(self, size: int) -> None:
        """Count memory taken by values that were read. Raises `Unreadable` over the limit."""
        self._memory -= size
        if self._memory < 0:
            msg = f"reading its collection would take more than {MEMORY_LIMIT // MIB} MiB of memory"
            raise Unreadable(msg, "export its decks one by one")

    def _limit_work(self, size: int, steps: int, seconds: float) -> None:
        """Stop queries that take more steps, or more time, than reading every row of a valid file.

        The pages of a forged tree may form a cycle. Both are checked after each number of `steps`.
        """
        left = _LEAST_STEPS + size * _STEPS_PER_BYTE
        end = time.thread_time() + seconds

        def spend() -> bool:
            nonlocal left
            left -= steps
            return left < 0 or time.thread_time() > end

        self._connection.set_progress_handler(spend, steps)

    def _require_plain_schema(self) -> None:
        """Check that no table or index holds what SQLite would compute, and the primary keys."""
        self._tables = set()
        indexes = {}
        for kind, name, sql in self._connection.execute(
            f"SELECT type, name, sql FROM sqlite_schema LIMIT {_TABLES + 1}"  # noqa: S608 - a constant
        ):
            virtual = isinstance(sql, str) and sql.upper().split()[1:2] == ["VIRTUAL"]
            if kind not in _PLAIN or virtual:
                msg = f"its collection contains more than tables: {str(name)[:60]!r}"
                raise Unreadable(msg)
            if kind == "table":
                self._tables.add(str(name))
            else:
                indexes[name] = sql
        if len(self._tables) + len(indexes) > _TABLES:
            msg = f"its collection has more than {_TABLES} tables and indexes"
            raise Unreadable(msg)
        for table in sorted(self._tables):
            self._require_plain_table(table)
        for name, sql in indexes.items():
            if " ".join(str(sql).split()) != _INDEX and self._is_computed(name):
                msg = f"its index {quoted(str(name))} is computed"
                raise Unreadable(msg)

    def _require_plain_table(self, table: str) -> None:
        columns = self._connection.execute(
            "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)", (table,)
        ).fetchall()
        if any(hidden for *_, hidden in columns):
            msg = f"its table {quoted(table)} has computed columns"
            raise Unreadable(msg)
        # Rows are then read in the order in which they are stored, without comparing values.
        keys = sorted((pk, name, type_.upper()) for name, type_, pk, _ in columns if pk)
        key = _KEYS.get(table, _KEY)
        if table in _READ and keys != [(at, name, "INTEGER") for at, name in enumerate(key, 1)]:
            msg = f"its table {table} has another primary key than in Anki"
            raise Unreadable(msg)

    def _is_computed(self, index: str) -> bool:
        """Whether an index has an expression or a condition."""
        query = (
            "SELECT 1 FROM pragma_index_xinfo(?1) WHERE cid < -1 UNION ALL SELECT 1 FROM "
            "sqlite_schema AS s, pragma_index_list(s.tbl_name) AS l "
            "WHERE s.name = ?1 AND l.name = ?1 AND l.partial"
        )
        return self._connection.execute(query, (index,)).fetchone() is not None

    def _require_sound(self, table: str) -> None:
        """Check all pages of a table, since damage may otherwise only hide rows.

        Other tables are not checked: some are sorted by Anki's collation, which differs.
        """
        (result,) = self._connection.execute(f"PRAGMA quick_check({table})").fetchone()
        if result != "ok":
            msg = f"its collection is damaged ({quoted(result)})"
            raise Unreadable(msg)


def _authorize(action: int, *names: object) -> int:
    allowed = action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    harmless = action == sqlite3.SQLITE_FUNCTION and names[1] in {"count", "typeof"}
    return sqlite3.SQLITE_OK if allowed or harmless else sqlite3.SQLITE_DENY


def _compare(first: str, second: str) -> int:
    """Compare case-insensitively."""
    a, b = first.casefold(), second.casefold()
    return (a > b) - (a < b)


@contextmanager
def _damage_as_unreadable() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError) as error:
        stopped = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
        why = "takes more time than any of its size" if stopped else f"is damaged ({cause(error)})"
        msg = f"its collection {why}"
        raise Unreadable(msg) from error

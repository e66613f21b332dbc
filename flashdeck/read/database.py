"""A stranger's SQLite database: opened in memory, able to do nothing but give its rows.

Follows https://www.sqlite.org/security.html, section "Untrusted SQLite database files".
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from flashdeck.read.archive import Unreadable, cause

# Values are checked as they are read; what type each has is in the words of the one who asks.
Row: TypeAlias = tuple[Any, ...]

_HEADER: Final = b"SQLite format 3\x00"
_HEADER_SIZE: Final = 100
_VERSIONS: Final = slice(18, 20)  # 2 stands for a write-ahead log, which lies in another file
_ROLLBACK_JOURNAL: Final = b"\x01\x01"
_STEPS: Final = 100_000
_STEPS_PER_BYTE: Final = 20
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_PLAIN: Final = frozenset({"table", "index"})


class Database:
    """Rows of a database that is not trusted."""

    def __init__(self, image: bytearray) -> None:
        """Open it; `Unreadable` for what is no database, or one with views or triggers."""
        if len(image) < _HEADER_SIZE or not image.startswith(_HEADER):
            msg = "its collection is no database"
            raise Unreadable(msg)
        image[_VERSIONS] = _ROLLBACK_JOURNAL
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        try:
            with _damage_told():
                self._open(image)
        except Unreadable:
            self.close()
            raise

    def _open(self, image: bytearray) -> None:
        self._connection.deserialize(image)
        self._limit_work(len(image))
        for setting in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
            self._connection.execute(f"PRAGMA {setting}")
        self._require_plain_schema()
        self._connection.set_authorizer(_authorize)

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()

    def rows(self, table: str, columns: tuple[str, ...], types: tuple[type, ...]) -> Iterator[Row]:
        """Read a table in order of its ids, each value of the type that was asked for.

        Raises `Unreadable` at the first row that is not so.
        """
        with _damage_told():
            query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY id"  # noqa: S608 - our words
            for row in self._connection.execute(query):
                if tuple(map(type, row)) != types:
                    msg = f"its table {table} has a row with values of another kind"
                    raise Unreadable(msg)
                yield row

    def _limit_work(self, size: int) -> None:
        """Stop queries that take more steps than reading each row of an honest file does.

        Pages of a forged tree may lead to one another in circles.
        """
        budget = size * _STEPS_PER_BYTE // _STEPS + 100

        def spend() -> int:
            nonlocal budget
            budget -= 1
            return budget < 0

        self._connection.set_progress_handler(spend, _STEPS)

    def _require_plain_schema(self) -> None:
        for kind, name, sql in self._connection.execute(
            "SELECT type, name, sql FROM sqlite_schema"
        ):
            virtual = isinstance(sql, str) and sql.upper().split()[1:2] == ["VIRTUAL"]
            if kind not in _PLAIN or virtual:
                msg = f"its collection holds more than tables: {str(name)[:60]!r}"
                raise Unreadable(msg)
        for table in ("col", "notes", "cards"):
            columns = self._connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
            if not columns:
                msg = f"its collection has no table {table}"
                raise Unreadable(msg)
            if any(hidden for *_, hidden in columns):
                msg = f"its table {table} holds columns that are computed"
                raise Unreadable(msg)


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError) as error:
        msg = f"its collection is damaged ({cause(error)})"
        raise Unreadable(msg) from error

"""A minimal reader of Protocol Buffers for Anki's newer packages.

Follows https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NoReturn

from flashdeck.anki.read.archive import Unreadable

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIDTHS: Final = {_FIXED64: 8, _FIXED32: 4}
_LONGEST: Final = 10  # bytes of a varint
_SIGN: Final = 1 << 63
_WHOLE: Final = 1 << 64
_UNSIGNED: Final = 1 << 32
_VALUES: Final = 250_000  # per message: three times the members of a package


class Message:
    """An untrusted message, read by field number and type.

    `what` names it in messages. Missing fields have the defaults of protobuf: 0, false, ''. Raises
    `Unreadable` for malformed data.
    """

    __slots__ = ("_values", "_what")

    def __init__(self, data: bytes, what: str) -> None:
        self._what = what
        self._values: dict[tuple[int, int], list[int | bytes]] = defaultdict(list)
        at = count = 0
        while at < len(data):
            count += 1
            if count > _VALUES:
                self._wrong()
            key, at = self._varint(data, at)
            kind = key & 7
            if kind == _VARINT:
                value, at = self._varint(data, at)
                self._values[key >> 3, kind].append(value)
                continue
            if kind == _BYTES:
                width, at = self._varint(data, at)
            elif kind in _WIDTHS:
                width = _WIDTHS[kind]
            else:
                self._wrong()
            if width > len(data) - at:
                self._wrong()
            self._values[key >> 3, kind].append(data[at : at + width])
            at += width

    def number(self, field: int) -> int:
        """Return a uint32 or an enum value."""
        value = self._last(field, 0)
        if value >= _UNSIGNED:
            self._wrong()
        return value

    def optional(self, field: int) -> int | None:
        """Return an optional int64, None if missing."""
        if (field, _VARINT) not in self._values:
            return None
        value = self._last(field, 0)
        return value - _WHOLE if value >= _SIGN else value

    def flag(self, field: int) -> bool:
        """Return a bool."""
        return self._last(field, 0) != 0

    def text(self, field: int) -> str:
        """Return a string."""
        values = self.several(field)
        try:
            return values[-1].decode() if values else ""
        except UnicodeDecodeError:
            self._wrong()

    def several(self, field: int) -> list[bytes]:
        """Return all values of a repeated field of bytes, strings or messages."""
        values = self._values.get((field, _BYTES), [])
        return [value for value in values if isinstance(value, bytes)]

    def message(self, field: int) -> Message | None:
        """Return a nested message, None if missing."""
        values = self.several(field)
        return Message(values[-1], self._what) if values else None

    def _last(self, field: int, default: int) -> int:
        values = self._values.get((field, _VARINT))
        value = values[-1] if values else default
        return value if isinstance(value, int) else default

    def _varint(self, data: bytes, at: int) -> tuple[int, int]:
        """Read a varint; return it and the index after it."""
        value = 0
        for index, byte in enumerate(data[at : at + _LONGEST]):
            value |= (byte & 0x7F) << 7 * index
            if byte < 0x80:  # noqa: PLR2004 - the eighth bit says that more bytes follow
                return value & (_WHOLE - 1), at + index + 1
        return self._wrong()

    def _wrong(self) -> NoReturn:
        msg = f"its {self._what} can't be read (not a message as Anki writes it)"
        raise Unreadable(msg)

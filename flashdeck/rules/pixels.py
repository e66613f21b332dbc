"""How many pixels a picture has, read from its first bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

_HEAD = 32
# A JPEG's size may stand behind pictures within the picture; further than this nobody puts it.
_FURTHEST = 2**20
# Markers that begin a frame, but for those of tables (C4, C8, CC).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN = 0xDA
_FLAGS = 0x3FFF


def picture_size(stream: BinaryIO) -> tuple[int, int]:
    """Give width and height of a PNG, GIF, JPEG, WebP or BMP; (0, 0) of anything else."""
    head = stream.read(_HEAD)
    if len(head) < _HEAD:
        return 0, 0
    if head.startswith(b"\xff\xd8"):
        return _jpeg(stream)
    for start, size in _SIZES.items():
        if head.startswith(start):
            return size(head)
    return 0, 0


def _png(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _gif(head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _bmp(head: bytes) -> tuple[int, int]:
    width = int.from_bytes(head[18:22], "little", signed=True)
    return width, abs(int.from_bytes(head[22:26], "little", signed=True))


def _webp(head: bytes) -> tuple[int, int]:
    """https://developers.google.com/speed/webp/docs/riff_container: three kinds of chunks."""
    kind = head[12:16]
    if kind == b"VP8X":
        return (
            int.from_bytes(head[24:27], "little") + 1,
            int.from_bytes(head[27:30], "little") + 1,
        )
    if kind == b"VP8 ":
        width, height = (int.from_bytes(head[at : at + 2], "little") for at in (26, 28))
        return width & _FLAGS, height & _FLAGS
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & _FLAGS) + 1, (bits >> 14 & _FLAGS) + 1
    return 0, 0


def _jpeg(stream: BinaryIO) -> tuple[int, int]:
    """Go from segment to segment up to the one that begins the frame."""
    place = 2
    while place < _FURTHEST:
        stream.seek(place)
        segment = stream.read(9)
        if len(segment) < 9 or segment[0] != 0xFF or segment[1] == _START_OF_SCAN:  # noqa: PLR2004
            break
        if segment[1] in _FRAMES:
            height, width = (int.from_bytes(segment[at : at + 2], "big") for at in (5, 7))
            return width, height
        place += 2 + int.from_bytes(segment[2:4], "big")
    return 0, 0


_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"GIF8": _gif,
    b"BM": _bmp,
    b"RIFF": _webp,
}

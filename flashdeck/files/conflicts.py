"""Unresolved merge conflicts of git in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Span

_BOM = b"\xef\xbb\xbf"
_OPENING, _CLOSING = b"<<<<<<< ", b">>>>>>> "
_MARKER = re.compile(rb"^(?:<{7} |\|{7}(?=[ \r\n]|\Z)|={7}(?=[ \r\n]|\Z)|>{7} ).*", re.MULTILINE)
_MOST_LINES = 6


class _Marker(NamedTuple):
    line: int
    start: int
    text: bytes


def merge_conflict(path: str, data: bytes) -> Diagnostic | None:
    """Return a problem for the conflicts in a file, placed at the first marker, or None.

    A conflict needs both its opening and its closing marker: `=======` alone may be a heading.
    """
    markers = _markers(data)
    if not markers:
        return None
    count = sum(marker.text.startswith(_OPENING) for marker in markers)
    what = "an unresolved merge conflict" if count == 1 else f"{count} unresolved merge conflicts"
    lines = _format_lines([marker.line for marker in markers])
    line, width = markers[0].line, len(markers[0].text.rstrip().decode(errors="surrogateescape"))
    return Diagnostic(
        "merge-conflict",
        f"{what}: git's markers are on lines {lines}",
        Span(path, line, 1, line, 1 + width),
        hint="keep what is right of both sides, and delete the lines with the markers",
    )


def is_conflict(problems: Iterable[Diagnostic]) -> bool:
    """Whether a merge conflict is among the problems."""
    return any(problem.rule == "merge-conflict" for problem in problems)


def our_side(data: bytes) -> bytes:
    """Return a file with the first side of each conflict."""
    data = data.removeprefix(_BOM)
    pieces: list[bytes] = []
    done, ours = 0, True
    for marker in _markers(data):
        pieces += [data[done : marker.start]] if ours else []
        done = marker.start + len(marker.text)
        ours = marker.text.startswith((_OPENING, _CLOSING))
    return b"".join([*pieces, data[done:]])


def _markers(data: bytes) -> list[_Marker]:
    """Return the markers of all complete conflicts."""
    if _OPENING not in data or _CLOSING not in data:
        return []
    markers: list[_Marker] = []
    conflict: list[_Marker] = []
    line, done = 1, 0
    data = data.removeprefix(_BOM)
    for match in _MARKER.finditer(data):
        line += data.count(b"\n", done, match.start())
        done = match.start()
        if conflict or match.group().startswith(_OPENING):
            conflict.append(_Marker(line, match.start(), match.group()))
        if match.group().startswith(_CLOSING):
            markers += conflict
            conflict = []
    return markers


def _format_lines(lines: list[int]) -> str:
    """Format line numbers: "5, 8 and 11"."""
    more = len(lines) - _MOST_LINES
    *first, last = [str(line) for line in lines[:_MOST_LINES]]
    if more > 0:
        return f"{', '.join([*first, last])} and {more} more"
    return f"{', '.join(first)} and {last}"

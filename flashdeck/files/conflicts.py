"""Merge conflicts that git left in a file: such a file is neither of two texts yet."""

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
    """Report the conflicts in a file, at the first marker; None where there are none.

    Both ends of a conflict must be there, each at the start of a line: a line of `=======` alone
    may be a heading.
    """
    markers = _markers(data)
    if not markers:
        return None
    count = sum(one.text.startswith(_OPENING) for one in markers)
    what = "an unresolved merge conflict" if count == 1 else f"{count} unresolved merge conflicts"
    lines = _listed([one.line for one in markers])
    line, width = markers[0].line, len(markers[0].text.rstrip().decode(errors="surrogateescape"))
    return Diagnostic(
        "merge-conflict",
        f"{what}: git's markers are in lines {lines}",
        Span(path, line, 1, line, 1 + width),
        hint="keep what is right of both sides, and delete the lines with the markers",
    )


def is_conflict(problems: Iterable[Diagnostic]) -> bool:
    """Whether one of these reports a merge conflict."""
    return any(one.rule == "merge-conflict" for one in problems)


def our_side(data: bytes) -> bytes:
    """Give a file as it is on the first side of each conflict."""
    data = data.removeprefix(_BOM)
    kept: list[bytes] = []
    done, ours = 0, True
    for marker in _markers(data):
        kept += [data[done : marker.start]] if ours else []
        done = marker.start + len(marker.text)
        ours = marker.text.startswith((_OPENING, _CLOSING))
    return b"".join([*kept, data[done:]])


def _markers(data: bytes) -> list[_Marker]:
    """Find the markers of all conflicts that are opened and closed."""
    if _OPENING not in data or _CLOSING not in data:
        return []
    found: list[_Marker] = []
    opened: list[_Marker] = []
    line, done = 1, 0
    data = data.removeprefix(_BOM)
    for one in _MARKER.finditer(data):
        line += data.count(b"\n", done, one.start())
        done = one.start()
        if opened or one.group().startswith(_OPENING):
            opened.append(_Marker(line, one.start(), one.group()))
        if one.group().startswith(_CLOSING):
            found += opened
            opened = []
    return found


def _listed(lines: list[int]) -> str:
    """Write numbers of lines: "5, 8 and 11"."""
    more = len(lines) - _MOST_LINES
    *first, last = [str(line) for line in lines[:_MOST_LINES]]
    if more > 0:
        return f"{', '.join([*first, last])} and {more} more"
    return f"{', '.join(first)} and {last}"

"""What an edit touched of a deck: few notes, read in place of thousands.

A deck is one document that ends with its list of notes, nearly always. Between two notes of such a
list YAML's reader stands as it stood before the first: what a note says depends on the lines in
front of all notes and on its own, on nothing else. So these two, put together, are read as a file.
Where anything is less plain than that, nothing is taken out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flashdeck.compile.cache.kept import KeptFile, KeptNote, digest_of

_ITEM = re.compile(r" *(?=- )")
_MORE_DOCUMENTS = ("---", "...", "%")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The notes from `first` to before `last` are to be read from `text`, all others stay.

    There they stand `above` lines higher than in the file, and those behind them `below` lines
    lower than they did.
    """

    text: str
    first: int
    last: int
    above: int
    below: int


def excerpt(before: str, after: str, starts: Sequence[int]) -> Excerpt | None:
    """Take out what an edit touched; `starts` are the lines, from 1, where notes began before.

    None where that can't be told, or where the list is not the end of the only document.
    """
    places = _places(before, starts)
    if not places or not _is_plain(before, places[0]) or not _is_plain(after, places[0]):
        return None
    same = _same_start(before, after)
    until = len(before) - _same_end(before, after, same)
    # The note that begins where the edit does may have grown at its end.
    first, last = bisect_left(places, same) - 1, bisect_left(places, until)
    if first < 0:
        return None
    begin = places[first]
    end = places[last] if last < len(places) else len(before)
    head, middle = after[: places[0]], after[begin : end + len(after) - len(before)]
    lead = before[places[0] : before.index("-", places[0]) + 2]
    if not middle.startswith(lead) or not middle.endswith("\n"):
        return None  # what was edited runs into a neighbour
    above = before.count("\n", places[0], begin)
    below = after.count("\n") - before.count("\n")
    return Excerpt(head + middle, first, last, above, below)


def with_excerpt(file: KeptFile, part: KeptFile, taken: Excerpt, after: str) -> KeptFile:
    """Put what was read of an excerpt in the place of what stood there."""
    notes = (
        *file.notes[: taken.first],
        *(_moved(one, taken.above) for one in part.notes),
        *(_moved(one, taken.below) for one in file.notes[taken.last :]),
    )
    return KeptFile(digest_of(after.encode()), file.decks, notes)


def most_nodes(text: str) -> int:
    """Give a number that the nodes of a YAML file can't exceed, without reading it.

    A key has its colon and a value; what is in a list has its dash, or a comma or bracket before
    it; what has none of them is a document.
    """
    pairs = text.count(":") + text.count(",") + text.count("{") + text.count("?")
    return 1 + 2 * pairs + text.count("-") + text.count("[")


def starts_of(file: KeptFile) -> list[int]:
    """Give the lines in which the notes of a file begin."""
    return [one.note.source.line for one in file.notes if one.note.source is not None]


def _moved(one: KeptNote, lines: int) -> KeptNote:
    note = one.note
    if not lines or note.source is None:
        return one
    source = note.source
    span = source._replace(line=source.line + lines, end_line=source.end_line + lines)
    return replace(one, note=replace(note, source=span))


def _places(text: str, starts: Sequence[int]) -> list[int]:
    """Give the index of each of these lines, if they are items of one list; else nothing."""
    places: list[int] = []
    place, line, indent = 0, 1, -1
    for start in starts:
        while line < start:
            place, line = text.find("\n", place) + 1, line + 1
            if not place:
                return []
        found = _ITEM.match(text, place)
        if found is None or indent not in {-1, found.end() - place}:
            return []
        indent = found.end() - place
        places.append(place)
    return places


def _is_plain(text: str, first: int) -> bool:
    """Whether a list that begins at an index goes on to the end of the only document."""
    if "\r" in text or not text.endswith("\n") or text.startswith(_MORE_DOCUMENTS):
        return False
    found = _ITEM.match(text, first)
    if found is None or any(f"\n{mark}" in text for mark in _MORE_DOCUMENTS):
        return False
    indent = found.end() - first
    # A line that begins no note and stands no further right than they do ends their list.
    after = rf"\n(?! {{{indent}}}- ) {{0,{indent}}}[^\s#]"
    return re.compile(after).search(text, first) is None


def _same_start(one: str, other: str) -> int:
    """Give how many characters two texts have in common at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _same_end(one: str, other: str, start: int) -> int:
    """Give how many characters behind `start` two texts have in common at their end."""
    low, high = 0, min(len(one), len(other)) - start
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle :] == other[len(other) - middle :]:
            low = middle
        else:
            high = middle - 1
    return low

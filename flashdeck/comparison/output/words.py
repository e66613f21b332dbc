"""Word-level differences of two texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

# A short cloze is one word. Han and kana characters are words of their own, as are signs; anything
# else runs to the next blank. Letters are not asked for: combining marks and joiners must stay with
# what they belong to.
_HAN_KANA = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SIGNS = "!-/:-@\\[-`{-~"
_WORD = re.compile(
    r"\{\{c[0-9,]+::[^{}]{0,40}\}\}|\{\{c[0-9,]+::|\}\}|\s+"
    rf"|[{_HAN_KANA}{_SIGNS}]|[^\s{_HAN_KANA}{_SIGNS}]+"
)
# Below this share of common characters two texts have nothing to do with each other.
_LEAST_COMMON = 0.15
# Of longer texts only the common beginning and end are found: the time grows with the square.
_MOST_WORDS = 4_000


class Kind(StrEnum):
    """Where a piece of text stands: in both texts, in the old one, or in the new one."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """A run of text of one kind."""

    kind: Kind
    text: str


Run = tuple[Kind, str]


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Give the pieces of both texts: without the added ones the old text, and so on.

    Between two pieces of the kind `SAME` there is at most one removed and one added, in that order.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    runs = [
        (Kind.SAME, "".join(before[:start])),
        *_runs(before[start : len(before) - end], after[start : len(after) - end]),
        (Kind.SAME, "".join(before[len(before) - end :])),
    ]
    runs = [run for run in runs if run[1]]
    common = sum(len(text.strip()) for kind, text in runs if kind is Kind.SAME)
    if common < _LEAST_COMMON * min(len(old), len(new)):
        runs = [(Kind.REMOVED, old), (Kind.ADDED, new)]
    return tuple(_pieces(runs))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the words that both begin with."""
    pairs = zip(old, new, strict=False)
    return next(
        (at for at, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new))
    )


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    """Give what is the same and what is not, in order."""
    matches = [Match(len(old), len(new), 0)]
    if max(len(old), len(new)) <= _MOST_WORDS:
        matches = SequenceMatcher(str.isspace, old, new).get_matching_blocks()
    done_old = done_new = 0
    for at_old, at_new, length in matches:
        yield Kind.REMOVED, "".join(old[done_old:at_old])
        yield Kind.ADDED, "".join(new[done_new:at_new])
        done_old, done_new = at_old + length, at_new + length
        yield Kind.SAME, "".join(old[at_old:done_old])


def _pieces(runs: Sequence[Run]) -> Iterator[Piece]:
    """Join runs; a blank between two changes belongs to both of them."""
    changing = [kind is not Kind.SAME for kind, _ in runs]
    for index in range(1, len(runs) - 1):
        if changing[index - 1] and changing[index + 1] and runs[index][1].isspace():
            changing[index] = True
    for changes, group in groupby(zip(runs, changing, strict=True), key=lambda one: one[1]):
        joined = [run for run, _ in group]
        if not changes:
            yield Piece(Kind.SAME, "".join(text for _, text in joined))
            continue
        removed = "".join(text for kind, text in joined if kind is not Kind.ADDED)
        added = "".join(text for kind, text in joined if kind is not Kind.REMOVED)
        if removed:
            yield Piece(Kind.REMOVED, removed)
        if added:
            yield Piece(Kind.ADDED, added)

"""Word-level differences of two texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

# A short cloze deletion is a word, and so is each Han or kana character and each sign. Other words
# end at white space, as combining marks and joiners must stay with their letters.
_HAN_KANA = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SIGNS = "!-/:-@\\[-`{-~"
_WORD = re.compile(
    r"\{\{c[0-9,]+::[^{}]{0,40}\}\}|\{\{c[0-9,]+::|\}\}|\s+"
    rf"|[{_HAN_KANA}{_SIGNS}]|[^\s{_HAN_KANA}{_SIGNS}]+"
)
# Below this share of common characters, texts are unrelated.
_LEAST_COMMON = 0.15
# In longer texts only the common beginning and end are found, as the time is quadratic.
_MOST_WORDS = 4_000


class Kind(StrEnum):
    """The origin of a piece: both texts, the old text, or the new text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Piece(NamedTuple):
    """A run of text of one kind."""

    kind: Kind
    text: str


Run = tuple[Kind, str]


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces of both texts; those that are not added make up the old text.

    Between pieces of the kind `SAME` there is at most one removed and one added, in this order.
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
    """Count the common words at the beginning."""
    pairs = zip(old, new, strict=False)
    return next(
        (index for index, (before, after) in enumerate(pairs) if before != after),
        min(len(old), len(new)),
    )


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    """Return common and different runs, in order."""
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
    """Join runs; white space between two changes belongs to both."""
    changing = [kind is not Kind.SAME for kind, _ in runs]
    for index in range(1, len(runs) - 1):
        if changing[index - 1] and changing[index + 1] and runs[index][1].isspace():
            changing[index] = True
    for changes, group in groupby(zip(runs, changing, strict=True), key=lambda pair: pair[1]):
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

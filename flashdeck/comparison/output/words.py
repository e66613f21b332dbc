"""Word-level differences of two texts, in time that grows hardly faster than the texts.

Patience diff: words that stand once in both texts are anchors, and what lies between two anchors is
compared in turn. It reads better than the shortest edit, which clings to commas and articles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from flashdeck.comparison.order import longest_increasing

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
_DEEPEST = 50


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
    runs: list[Run] = []
    _compare(_WORD.findall(old), _WORD.findall(new), runs, 0)
    common = sum(len(text.strip()) for kind, text in runs if kind is Kind.SAME)
    if common < _LEAST_COMMON * min(len(old), len(new)):
        runs = [(Kind.REMOVED, old), (Kind.ADDED, new)]
    return tuple(_pieces(runs))


def _compare(old: Sequence[str], new: Sequence[str], runs: list[Run], depth: int) -> None:
    """Add what is the same and what is not, in order."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    _add(runs, Kind.SAME, old[:start])
    tail = old[len(old) - end :]
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    done_old = done_new = 0
    for at_old, at_new in _anchors(old, new) if depth < _DEEPEST else ():
        if at_old < done_old:  # the same words ran on to this anchor
            continue
        if at_old > done_old or at_new > done_new:
            _compare(old[done_old:at_old], new[done_new:at_new], runs, depth + 1)
        length = _length(old, new, at_old, at_new)
        _add(runs, Kind.SAME, old[at_old : at_old + length])
        done_old, done_new = at_old + length, at_new + length
    if done_old:
        _compare(old[done_old:], new[done_new:], runs, depth + 1)
    else:
        _add(runs, Kind.REMOVED, old)
        _add(runs, Kind.ADDED, new)
    _add(runs, Kind.SAME, tail)


def _add(runs: list[Run], kind: Kind, words: Sequence[str]) -> None:
    if words:
        runs.append((kind, "".join(words)))


def _length(old: Sequence[str], new: Sequence[str], at_old: int, at_new: int) -> int:
    """Count the words from two places on that are the same."""
    length = 1
    longest = min(len(old) - at_old, len(new) - at_new)
    while length < longest and old[at_old + length] == new[at_new + length]:
        length += 1
    return length


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the words that both begin with."""
    shorter = min(len(old), len(new))
    if old[:shorter] == new[:shorter]:
        return shorter
    return next(index for index in range(shorter) if old[index] != new[index])


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Find the words that stand once in both, and keep those that are in the same order."""
    if not old or not new:
        return []
    in_old, in_new = _places(old), _places(new)
    pairs = [
        (index, in_new[word])
        for word, index in in_old.items()
        if index >= 0 and in_new.get(word, -1) >= 0 and not word.isspace()
    ]
    return [pairs[index] for index in longest_increasing([place for _, place in pairs])]


def _places(words: Sequence[str]) -> dict[str, int]:
    """Give the place of each word, -1 for those that stand there more than once."""
    found: dict[str, int] = {}
    for index, word in enumerate(words):
        found[word] = -1 if word in found else index
    return found


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

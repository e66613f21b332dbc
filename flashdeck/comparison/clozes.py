"""Clozes in a text for people: the text with brackets, and clozes whose number changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from flashdeck.anki.clozes import hidden_texts, with_clozes_as
from flashdeck.comparison.changes import Renumbered

in_brackets = partial(with_clozes_as, lambda _cloze, inside: f"[{inside.strip()}]")
"""Gives a text with `{{c1::Werkzeug::a library}}` as `[Werkzeug]`."""


def renumbered(old: Iterable[str], new: Iterable[str]) -> tuple[Renumbered, ...]:
    """Find clozes that kept their text and got another number, given a note's readable fields."""
    before, after = _numbers(old), _numbers(new)
    found: list[Renumbered] = []
    for text, numbers in before.items():
        left = [number for number in numbers if number not in after.get(text, ())]
        came = [number for number in after.get(text, ()) if number not in numbers]
        found += [Renumbered(*pair, text) for pair in zip(left, came, strict=False)]
    return tuple(sorted(found, key=lambda one: one.old))


def _numbers(texts: Iterable[str]) -> Mapping[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for text in texts:
        for number, hidden in hidden_texts(text).items():
            if words := " … ".join(hidden).strip():
                numbers.setdefault(words, []).append(number)
    return numbers

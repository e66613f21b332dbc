"""Clozes in a text: what each number hides, and the text with its gaps in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flashdeck.comparison.changes import Renumbered

_MARK = re.compile(r"\{\{c([0-9,]+)::|\}\}")


@dataclass(slots=True)
class _Open:
    """A cloze that is being read: its mark, what it hides in plain and in brackets."""

    mark: str
    numbers: tuple[int, ...]
    plain: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


def hidden_texts(text: str) -> dict[int, str]:
    """Give what each cloze number of a text hides; several gaps of one number in a row."""
    return {number: " … ".join(texts) for number, texts in _scan(text)[1].items()}


def in_brackets(text: str) -> str:
    """Give the text for people: `{{c1::Werkzeug::a library}}` as `[Werkzeug]`."""
    return _scan(text)[0] if "{{c" in text else text


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
    found: dict[str, list[int]] = {}
    for text in texts:
        for number, hidden in hidden_texts(text).items():
            if hidden:
                found.setdefault(hidden, []).append(number)
    return found


def _scan(text: str) -> tuple[str, dict[int, list[str]]]:
    """Give the text in brackets, and what each number hides."""
    hidden: dict[int, list[str]] = {}
    stack = [_Open("", ())]
    done = 0
    for mark in _MARK.finditer(text):
        _add(stack[-1], text[done : mark.start()])
        done = mark.end()
        if mark[1] is not None:
            numbers = tuple(int(number[:9]) for number in mark[1].split(",") if number)
            stack.append(_Open(mark[0], numbers))
        elif len(stack) > 1:
            _close(stack, hidden)
        else:
            _add(stack[-1], mark[0])
    _add(stack[-1], text[done:])
    return "".join(one.mark + "".join(one.shown) for one in stack), hidden


def _add(cloze: _Open, text: str) -> None:
    cloze.plain.append(text)
    cloze.shown.append(text)


def _close(stack: list[_Open], hidden: dict[int, list[str]]) -> None:
    cloze = stack.pop()
    plain = "".join(cloze.plain).partition("::")[0].strip()
    stack[-1].plain.append(plain)
    stack[-1].shown.append("[" + "".join(cloze.shown).partition("::")[0].strip() + "]")
    for number in cloze.numbers:
        hidden.setdefault(number, []).append(plain)

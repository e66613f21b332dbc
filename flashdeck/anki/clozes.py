"""Clozes in a field: `{{c1::hidden::hint}}`, nested, and with several numbers (`{{c1,2::…}}`)."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from functools import lru_cache
from typing import TypeAlias

from flashdeck.records import dataclass

OPENING = r"\{\{c[0-9,]+::"
"""The opening tag of a cloze, as a regular expression."""

MARK = re.compile(r"\{\{c([0-9,]+)::|\}\}")
"""An opening tag, with its numbers, or a closing one."""

# A cloze with one number that holds no other.
_FLAT = re.compile(r"\{\{c([0-9]{1,4})::((?:[^{}]++|\{(?!\{c)|\}(?!\}))*+)\}\}")
_OCCLUSION = "image-occlusion:"
# Anki's limits: an opening tag below the tenth level is dropped; a number fits in 16 bits.
_DEEPEST = 10
_LARGEST = 2**16 - 1
_MOST_DIGITS = 5
_NO_HINT = "..."


@dataclass(slots=True)
class Cloze:
    """One cloze: its numbers (ascending, 0 possible), what it hides, and its hint."""

    numbers: tuple[int, ...]
    nodes: list[str | Cloze] = field(default_factory=list)
    hint: str = _NO_HINT

    @property
    def label(self) -> str:
        """The numbers as they appear in the HTML of a card."""
        return ",".join(map(str, self.numbers))

    @property
    def occlusion(self) -> str | None:
        """The shape of an image occlusion, or None for other clozes."""
        first = self.nodes[0] if self.nodes else None
        if isinstance(first, str) and first.startswith(_OCCLUSION):
            return first.removeprefix(_OCCLUSION)
        return None

    def text(self) -> str:
        """Return the hidden text, inner clozes revealed."""
        return join(self.nodes, lambda _cloze, inside: inside)

    def add_text(self, text: str) -> None:
        """Add a run of text; what follows its first `::` is the hint."""
        if not text.startswith(_OCCLUSION):
            text, colons, hint = text.partition("::")
            if colons:
                self.hint = hint
        self.nodes.append(text)


Form: TypeAlias = Callable[[Cloze, str], str]
"""Formats a cloze, given the cloze and its formatted content."""


def parse_clozes(text: str) -> tuple[list[str | Cloze], list[Cloze]]:
    """Return a field's text runs and outermost clozes, and the clozes that are never closed.

    Anki drops unclosed clozes with their content.
    """
    output: list[str | Cloze] = []
    open_clozes: list[Cloze] = []
    for token in _tokens(text):
        if isinstance(token, tuple):
            if len(open_clozes) < _DEEPEST:
                open_clozes.append(Cloze(token))
        elif token is not None and open_clozes:
            open_clozes[-1].add_text(token)
        elif token is not None:
            output.append(token)
        elif open_clozes:
            closed = open_clozes.pop()
            (open_clozes[-1].nodes if open_clozes else output).append(closed)
        else:
            output.append("}}")
    return output, open_clozes


def with_clozes_as(form: Form, text: str) -> str:
    """Format the clozes of a text; unclosed ones stay as they are."""
    if "{{c" not in text:
        return text
    nodes, unclosed = parse_clozes(text)
    for cloze in unclosed:
        nodes += [f"{{{{c{cloze.label}::", *cloze.nodes]
    return join(nodes, form)


def join(nodes: Iterable[str | Cloze], form: Form) -> str:
    """Join text runs and formatted clozes."""
    return "".join(
        [node if isinstance(node, str) else form(node, join(node.nodes, form)) for node in nodes]
    )


def all_clozes(text: str) -> list[Cloze]:
    """Return the clozes of a text in the order of their starts, also those inside of others."""
    clozes: list[Cloze] = []
    waiting = parse_clozes(text)[0][::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Cloze):
            clozes.append(node)
            waiting += node.nodes[::-1]
    return clozes


def hidden_texts(text: str) -> dict[int, list[str]]:
    """Return what each cloze number of a field hides, outer clozes before the inner ones."""
    if "{{c" not in text:
        return {}
    hidden = _flat_texts(text)
    if hidden is not None:
        return hidden
    hidden = {}
    waiting = deque(parse_clozes(text)[0])
    while waiting:
        cloze = waiting.popleft()
        if isinstance(cloze, Cloze):
            for number in cloze.numbers:
                hidden.setdefault(number, []).append(cloze.text())
            waiting += cloze.nodes
    return hidden


def _flat_texts(text: str) -> dict[int, list[str]] | None:
    """Return the hidden texts of clozes with one number each that do not nest; else None."""
    clozes = _FLAT.findall(text)
    if not len(clozes) == text.count("{{c") == text.count("}}") or _OCCLUSION in text:
        return None
    hidden: dict[int, list[str]] = {}
    for number, inside in clozes:
        hidden.setdefault(int(number), []).append(inside.partition("::")[0])
    return hidden


def cloze_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of the clozes in one field's text, ascending, each once, without 0."""
    return tuple(sorted({*hidden_texts(text)} - {0})) if "{{c" in text else ()


def _tokens(text: str) -> Iterator[str | tuple[int, ...] | None]:
    """Yield runs of text, the numbers of an opening tag, and None for `}}`."""
    end = 0
    for mark in MARK.finditer(text):
        numbers = None if mark[1] is None else _numbers(mark[1])
        if numbers == ():
            continue
        if end < mark.start():
            yield text[end : mark.start()]
        yield numbers
        end = mark.end()
    if end < len(text):
        yield text[end:]


@lru_cache(maxsize=1024)
def _numbers(text: str) -> tuple[int, ...]:
    numbers = set()
    for part in text.split(","):
        digits = part.lstrip("0") or part[:1]
        if digits and len(digits) <= _MOST_DIGITS and int(digits) <= _LARGEST:
            numbers.add(int(digits))
    return tuple(sorted(numbers))

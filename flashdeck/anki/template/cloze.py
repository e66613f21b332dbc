"""Clozes in a field: `{{c1::hidden::hint}}`, nested, and with several numbers (`{{c1,2::…}}`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from flashdeck.anki.html_text import encode_attribute, strip_markup
from flashdeck.anki.template.occlusion import MARK, shape_data

_TOKEN = re.compile(r"\{\{c([0-9,]+)::|\}\}")
_MATHS = re.compile(r"(\\[(\[])(.*?)(\\[)\]])", re.DOTALL)
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
        """The numbers as the markup of a card names them."""
        return ",".join(map(str, self.numbers))

    @property
    def occlusion(self) -> str | None:
        """What stands behind the mark of an image occlusion, None where this is none."""
        first = self.nodes[0] if self.nodes else None
        if isinstance(first, str) and first.startswith(MARK):
            return first.removeprefix(MARK)
        return None

    def text(self) -> str:
        """Return the hidden text, inner clozes revealed."""
        return "".join(node if isinstance(node, str) else node.text() for node in self.nodes)

    def add_text(self, text: str) -> None:
        """Add a run of text; all behind its first `::` is the hint."""
        if not text.startswith(MARK):
            text, colons, hint = text.partition("::")
            if colons:
                self.hint = hint
        self.nodes.append(text)


def parse_clozes(text: str) -> list[str | Cloze]:
    """Return a field's runs of text and outermost clozes; a cloze that is never closed is lost."""
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
    return output


def _tokens(text: str) -> Iterator[str | tuple[int, ...] | None]:
    """Yield runs of text, the numbers of an opening tag, and None for `}}`."""
    done = 0
    for found in _TOKEN.finditer(text):
        written = found[1]
        numbers = None if written is None else _numbers(written)
        if numbers == ():
            continue
        if done < found.start():
            yield text[done : found.start()]
        yield numbers
        done = found.end()
    if done < len(text):
        yield text[done:]


@lru_cache(maxsize=1024)
def _numbers(written: str) -> tuple[int, ...]:
    numbers = set()
    for part in written.split(","):
        digits = part.lstrip("0") or part[:1]
        if digits and len(digits) <= _MOST_DIGITS and int(digits) <= _LARGEST:
            numbers.add(int(digits))
    return tuple(sorted(numbers))


def cloze_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of the clozes in one field's text, ascending, each once, without 0."""
    if "{{c" not in text:
        return ()
    closed: tuple[int, ...] = ()
    open_clozes: list[tuple[int, ...]] = []
    for found in _TOKEN.finditer(text):
        written = found[1]
        if written is not None:
            numbers = _numbers(written)
            if numbers and len(open_clozes) < _DEEPEST:
                open_clozes.append(numbers)
        elif open_clozes:
            # What lies in a cloze that is never closed is lost with it.
            inner = open_clozes.pop()
            if open_clozes:
                open_clozes[-1] += inner
            else:
                closed += inner
    return tuple(sorted({*closed} - {0}))


def cloze_filter(text: str, number: int, *, question: bool) -> str:
    r"""Return the field as a card shows it, nothing if cloze `number` is not in it.

    HTML inside `\(…\)` and `\[…\]` is taken out, as MathJax needs plain text.
    """
    nodes = parse_clozes(text)
    if not _is_active(nodes, number):
        return ""
    shown = _reveal(nodes, number, question=question)
    return _MATHS.sub(lambda maths: maths[1] + strip_markup(maths[2]) + maths[3], shown)


def cloze_only_filter(text: str, number: int, *, question: bool) -> str:
    """Return only what cloze `number` hides (on the question: the hints), joined by commas."""
    return ", ".join(_hidden(parse_clozes(text), number, question=question))


def typed_cloze(text: str, number: int) -> str:
    """Return what a learner has to type for cloze `number`: what it hides, once if all is equal."""
    hidden = list(_hidden(parse_clozes(text), number, question=False))
    return ", ".join(hidden if len(set(hidden)) > 1 else hidden[:1])


def _is_active(nodes: list[str | Cloze], number: int) -> bool:
    """Return whether the cloze is shown; what lies inside an image occlusion never is."""
    return any(
        number in node.numbers or (node.occlusion is None and _is_active(node.nodes, number))
        for node in nodes
        if isinstance(node, Cloze)
    )


def _reveal(nodes: list[str | Cloze], number: int, *, question: bool) -> str:
    return "".join(
        node if isinstance(node, str) else _reveal_cloze(node, number, question=question)
        for node in nodes
    )


def _reveal_cloze(cloze: Cloze, number: int, *, question: bool) -> str:
    active = number in cloze.numbers
    if cloze.occlusion is not None:
        return _mask(cloze, cloze.occlusion, active=active, question=question)
    inside = _reveal(cloze.nodes, number, question=question)
    ordinal = f'data-ordinal="{cloze.label}"'
    if not active:
        return f'<span class="cloze-inactive" {ordinal}>{inside}</span>'
    if question:
        data = encode_attribute(inside)
        return f'<span class="cloze" data-cloze="{data}" {ordinal}>[{cloze.hint}]</span>'
    return f'<span class="cloze" {ordinal}>{inside}</span>'


def _mask(cloze: Cloze, shape: str, *, active: bool, question: bool) -> str:
    if (question and active) or 0 in cloze.numbers:
        css = "cloze"
    else:
        css = "cloze-highlight" if active else "cloze-inactive"
    return f'<div class="{css}" data-ordinal="{cloze.label}" {shape_data(shape)}></div>'


def _hidden(nodes: list[str | Cloze], number: int, *, question: bool) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Cloze):
            if number in node.numbers:
                yield node.hint if question else node.text()
            yield from _hidden(node.nodes, number, question=question)

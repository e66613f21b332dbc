"""The nodes of a YAML file, with the spans of their parts."""

from __future__ import annotations

import re
from dataclasses import field
from typing import NamedTuple, Protocol, TypeAlias

from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.records import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a source file; `docs/reference/limits.md` says what a file may cost.

    `size` is in bytes, `scalar` and `key` in code points. A deck of 100,000 notes in one file takes
    some 20 MiB and a million nodes.
    """

    size: int = 64 * 2**20
    nodes: int = 3_000_000
    depth: int = 8
    scalar: int = 65_536
    key: int = 128
    problems: int = 50


class Mark(Protocol):
    """A position as given by libyaml, counted from 0 in code points."""

    @property
    def index(self) -> int:
        """The index in the text."""

    @property
    def line(self) -> int:
        """The number of line ends before it."""

    @property
    def column(self) -> int:
        """The number of characters before it in its line."""


class Position(NamedTuple):
    """A mark that libyaml did not make."""

    index: int  # type: ignore[assignment] # hides a method of tuples
    line: int
    column: int


class ScalarNode(NamedTuple):
    """A scalar. `style` is '' for plain, else one of ' " | >."""

    value: str
    style: str
    start: Mark
    end: Mark


class SequenceNode(NamedTuple):
    """A list; `flow`: in brackets. `end` is after the text of the last item."""

    items: list[Node]
    flow: bool
    start: Mark
    end: Mark


class MappingNode(NamedTuple):
    """Pairs of keys and values in order; `flow`: in braces."""

    pairs: list[tuple[ScalarNode, Node]]
    flow: bool
    start: Mark
    end: Mark

    def get(self, key: str) -> Node | None:
        """Return the value of `key`, or None."""
        for name, value in self.pairs:
            if name.value == key:
                return value
        return None


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode

_NO_TEXT = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\n]*)?\r?\n?")


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file: its text (without BOM), documents and problems.

    `documents` has None for an empty document. `damaged` are the numbers (from 1) of lines with
    errors, whose content is masked. `lost` are those of them after which the structure is unknown
    up to the end of the document.
    """

    path: str
    text: str
    documents: tuple[Node | None, ...]
    problems: tuple[Diagnostic, ...]
    damaged: frozenset[int] = field(default_factory=frozenset)
    lost: frozenset[int] = field(default_factory=frozenset)

    def span(self, node: Node) -> Span:
        """Return the span of a node; for a collection, that of its first line."""
        start, end = node.start, node.end
        if isinstance(node, ScalarNode) and node.style not in ("|", ">"):
            return _span(self.path, start, end)
        line_end = self.text.find("\n", start.index)
        width = (len(self.text) if line_end < 0 else line_end) - start.index
        if end.line == start.line:
            width = min(width, end.index - start.index)
        line, column = start.line + 1, start.column + 1
        return Span(self.path, line, column, line, column + max(1, width))

    def text_of(self, node: ScalarNode) -> Text:
        """Return the text of a scalar with its span."""
        return Text(node.value, self.span(node))

    def span_within(self, node: ScalarNode, start: int, end: int) -> Span:
        """Return the span of `node.value[start:end]`, or of the node if that is unknown.

        It is known for text on one line without escapes, for block text (`|`), and for text that
        occurs once in the source of the node.
        """
        raw = self.text[node.start.index : node.end.index]
        if node.style == "|":
            offsets = _literal_offsets(raw, node.value, start, end)
            if offsets is not None:
                return self._span_at(node, offsets[0], offsets[1])
        inner = 1 if node.style in ("'", '"') else 0
        if raw[inner : inner + len(node.value)] == node.value:
            return self._span_at(node, inner + start, inner + end)
        piece = node.value[start:end]
        if piece and raw.count(piece) == 1:
            index = raw.index(piece)
            return self._span_at(node, index, index + len(piece))
        return self.span(node)

    def is_damaged(self, node: Node) -> bool:
        """Whether any line of the node is damaged."""
        if not self.damaged:
            return False
        last = max(node.start.line + 1, node.end.line + (1 if node.end.column else 0))
        return any(node.start.line < line <= last for line in self.damaged)

    def may_be_cut(self, node: Node) -> bool:
        """Whether lines of the node or right after it are damaged."""
        if not self.damaged:
            return False
        line, index = node.end.line, node.end.index
        if node.end.column or line == node.start.line:
            line, index = line + 1, self.text.find("\n", index) + 1 or len(self.text)
        between = _NO_TEXT.match(self.text, index)
        line += between.group().count("\n") if between else 0
        return line + 1 in self.damaged or self.is_damaged(node)

    def _span_at(self, node: ScalarNode, start: int, end: int) -> Span:
        """Return the span of a part of a node, given by offsets from its start."""
        first = node.start.index
        start, end = first + start, first + end
        line = node.start.line + self.text.count("\n", first, start) + 1
        column = start - (self.text.rfind("\n", 0, start) + 1) + 1
        end = max(end, start + 1)
        end_line = line + self.text.count("\n", start, end)
        end_column = end - (self.text.rfind("\n", 0, end) + 1) + 1
        return Span(self.path, line, column, end_line, end_column)


def _span(path: str, start: Mark, end: Mark) -> Span:
    line, column = start.line + 1, start.column + 1
    end_line, end_column = end.line + 1, end.column + 1
    if (end_line, end_column) <= (line, column):
        end_line, end_column = line, column + 1
    return Span(path, line, column, end_line, end_column)


def _literal_offsets(raw: str, value: str, start: int, end: int) -> tuple[int, int] | None:
    """Map offsets in a literal block scalar's value to offsets in its source text."""
    header = _BLOCK_HEADER.match(raw)
    if header is None:
        return None
    body = raw[header.end() :]
    first = next((line for line in body.splitlines() if line.strip(" ")), "")
    indent = len(first) - len(first.lstrip(" "))
    explicit = re.search(r"\d", header.group())
    if explicit is not None or not value[:1].strip(" "):
        return None  # the first line does not tell the indentation
    offsets: list[int] = []
    for offset in (start, end):
        line_number = value.count("\n", 0, offset)
        column = offset - (value.rfind("\n", 0, offset) + 1)
        lines = body.splitlines(keepends=True)
        if line_number >= len(lines):
            return None
        line_start = sum(len(line) for line in lines[:line_number])
        offsets.append(header.end() + line_start + indent + column)
    return offsets[0], offsets[1]

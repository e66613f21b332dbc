"""Edits of YAML text that leave all other characters unchanged."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from flashdeck.diagnostics import Place, Span, places_in
from flashdeck.records import dataclass
from flashdeck.yamlnode.nodes import MappingNode, Node, ScalarNode


@dataclass(frozen=True, slots=True)
class Edit:
    """Replacement text for the characters `start:end`; an insertion if both are equal."""

    start: int
    end: int
    text: str


def splice(text: str, edits: list[Edit]) -> str:
    """Apply all edits; they must not overlap."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += (text[done : edit.start], edit.text)
        done = edit.end
    pieces.append(text[done:])
    return "".join(pieces)


class MovedSpans:
    """The spans of a file's text, after edits of it; nothing is computed before it is asked."""

    def __init__(self, text: str, edits: list[Edit]) -> None:
        self._text = text
        self._edits = sorted(edits, key=lambda edit: (edit.start, edit.end))

    def __call__(self, span: Span) -> Span:
        """Return the span of the same characters in the new text."""
        start = self._lines[span.line - 1] + span.column - 1
        end = self._lines[span.end_line - 1] + span.end_column - 1
        return self._place(self.index(start), self.end(end))._replace(path=span.path)

    def index(self, index: int) -> int:
        """Return the index of the same character in the new text."""
        _, ends, shifts = self._moves
        return index + shifts[bisect_right(ends, index)]

    def end(self, index: int) -> int:
        """Return the end of the same characters; text that is inserted there is not among them."""
        starts, ends, shifts = self._moves
        return index + shifts[min(bisect_right(ends, index), bisect_left(starts, index))]

    @cached_property
    def _lines(self) -> list[int]:
        """The index of each line."""
        return [0, *(match.end() for match in re.finditer("\n", self._text))]

    @cached_property
    def _moves(self) -> tuple[list[int], list[int], list[int]]:
        """The starts and ends of the edits, and by how much a text after so many of them moves."""
        edits = self._edits
        shifts = itertools.accumulate(len(edit.text) - (edit.end - edit.start) for edit in edits)
        return [edit.start for edit in edits], [edit.end for edit in edits], [0, *shifts]

    @cached_property
    def _place(self) -> Place:
        return places_in("", splice(self._text, self._edits))


def insertion_into(text: str, mapping: MappingNode, pair: str, at: int = -1) -> Edit:
    """Return the edit that adds a pair, given as `key: value`, after a pair of a mapping.

    In block style it adds a line after that pair, the last one by default; in flow style the pair
    must be plain. The mapping must not be empty.
    """
    first_key = mapping.pairs[0][0]
    last_key, last_value = mapping.pairs[at]
    if mapping.flow:
        if isinstance(last_value, ScalarNode) and not last_value.value and not last_value.style:
            # `{q: x, extra: }`: after an empty value there is no safe place.
            return _insert(first_key.start.index, f"{pair}, ")
        return _insert(last_value.end.index, f", {pair}")
    newline = _line_end(text, first_key.start.index)
    indent = " " * first_key.start.column
    last = _last_leaf(last_value)
    end = last.end.index
    if isinstance(last, ScalarNode) and last.style in ("|", ">"):
        if end == len(text) and not text.endswith("\n"):
            # A line after the text would add the missing line end to it; insert the pair before
            # the last one instead.
            return _insert(last_key.start.index, f"{pair}{newline}{indent}")
        index = _behind_block(text, last, len(indent))
        return _insert(index, f"{indent}{pair}{newline}")
    line_end = text.find("\n", end)
    if line_end < 0:
        return _insert(len(text), f"{newline}{indent}{pair}")
    place = line_end + 1
    if not isinstance(last_value, ScalarNode) and not last_value.flow:
        place = _behind_comments(text, place, len(indent))
    return _insert(place, f"{indent}{pair}{newline}")


def block_in_mapping(text: str, node: ScalarNode, key: str, pair: str) -> list[Edit] | None:
    """Return the edits that make a block scalar, an item of a list, the `key` of a mapping.

    `pair` follows it on a line of its own. None where that could change the text: one with a given
    indentation, or without a line end.
    """
    header_end = text.find("\n", node.start.index) + 1
    header = text[node.start.index : header_end].partition("#")[0]
    if not header or any(map(str.isdigit, header)) or text[node.end.index - 1] != "\n":
        return None
    lines = list(re.finditer(r"(?m)^( *)[^ \r\n]", text[: node.end.index][header_end:]))
    column = node.start.column
    shift = " " * (column + 2 - len(lines[0][1])) if lines else ""
    newline = _line_end(text, node.start.index)
    return [
        _insert(node.start.index, f"{key}: "),
        *(_insert(header_end + line.start(), shift) for line in lines if shift),
        _insert(_behind_block(text, node, column), f"{' ' * column}{pair}{newline}"),
    ]


def removal_from(text: str, mapping: MappingNode, key: str) -> Edit | None:
    """Return the edit that removes a key from a mapping; None if it is the only one.

    In block style its lines are removed, with a comment at their end.
    """
    names = [name.value for name, _ in mapping.pairs]
    place = names.index(key)
    name, value = mapping.pairs[place]
    if len(names) == 1:
        return None
    if place == 0:
        return Edit(name.start.index, mapping.pairs[1][0].start.index, "")
    if mapping.flow:
        return Edit(mapping.pairs[place - 1][1].end.index, value.end.index, "")
    start = text.rfind("\n", 0, name.start.index) + 1
    last = _last_leaf(value)
    end = last.end.index
    if isinstance(last, ScalarNode) and last.style in ("|", ">"):
        return Edit(start, end, "")
    line_end = text.find("\n", end)
    if line_end < 0:
        before = start - 2 if text[start - 2 : start] == "\r\n" else start - 1
        return Edit(before, len(text), "")
    return Edit(start, line_end + 1, "")


def removal_of(text: str, item: MappingNode) -> Edit | None:
    """Return the edit that removes an item of a list in block style; None for other items.

    The comments above it and the empty lines below it go, too.
    """
    start = text.rfind("\n", 0, item.start.index) + 1
    if item.flow or text[start : item.start.index].strip(" ") != "-":
        return None
    last = _last_leaf(item.pairs[-1][1])
    end = last.end.index
    if not (isinstance(last, ScalarNode) and last.style in ("|", ">")):
        end = text.find("\n", end) + 1 or len(text)
    while end < len(text) and text[end] in "\r\n":
        end += 1
    indent = text[start : item.start.index].index("-")
    while (before := text.rfind("\n", 0, max(0, start - 1)) + 1) < start:
        line = text[before:start]
        if not line.lstrip(" ").startswith("#") or line.index("#") != indent:
            break
        start = before
    return Edit(start, end, "")


def _insert(index: int, text: str) -> Edit:
    return Edit(index, index, text)


def quoted(text: str) -> str:
    """Format text as a quoted YAML scalar on one line."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    return "'" + text.replace("'", "''") + "'"


def _line_end(text: str, index: int) -> str:
    """Return the line ending used near an index."""
    line_break = max(text.rfind("\n", 0, index), 0) or max(text.find("\n", index), 0)
    return "\r\n" if text[line_break - 1 : line_break + 1] == "\r\n" else "\n"


def _last_leaf(node: Node) -> Node:
    """Return the last scalar or flow collection in a value."""
    while not isinstance(node, ScalarNode) and not node.flow:
        node = node.pairs[-1][1] if isinstance(node, MappingNode) else node.items[-1]
    return node


def _behind_comments(text: str, index: int, indent: int) -> int:
    """Return the start of the line after comments with a deeper indentation."""
    comments = re.compile(rf"(?:(?:[ \t]*\r?\n)* {{{indent + 1},}}#[^\n]*\n)*").match(text, index)
    return comments.end() if comments is not None else index


def _behind_block(text: str, node: ScalarNode, indent: int) -> int:
    """Return the start of the line after a block scalar, before the empty lines below it.

    With "keep" chomping (`|+`) empty lines belong to the text, and so may lines with more spaces
    than the indentation of the parent.
    """
    end = node.end.index
    header_end = text.find("\n", node.start.index) + 1
    if header_end == 0 or "+" in text[node.start.index : header_end].partition("#")[0]:
        return end
    while end > header_end:
        line_start = text.rfind("\n", 0, end - 1) + 1
        line = text[line_start:end].rstrip("\r\n")
        if line.strip(" ") or len(line) > indent:
            break
        end = line_start
    return end

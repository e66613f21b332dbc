"""Edits of YAML text by splice: what is inserted is new, every other character stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flashdeck.yamlnode.nodes import MappingNode, Node, ScalarNode


@dataclass(frozen=True, slots=True)
class Edit:
    """Text to put in the place of the characters `start:end`; an insertion where both are equal."""

    start: int
    end: int
    text: str


def splice(text: str, edits: list[Edit]) -> str:
    """Make all the edits at once; they must not overlap."""
    pieces: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda one: one.start):
        pieces += (text[done : edit.start], edit.text)
        done = edit.end
    pieces.append(text[done:])
    return "".join(pieces)


def insertion_into(text: str, mapping: MappingNode, pair: str) -> Edit:
    """Say what to insert so that `mapping` also holds a pair, written as `key: value`, as its last.

    In block style that is a line behind the last pair; in flow style a pair behind the last one,
    which must be of plain words. The mapping must hold a pair already.
    """
    first_key = mapping.pairs[0][0]
    last_key, last_value = mapping.pairs[-1]
    if mapping.flow:
        if isinstance(last_value, ScalarNode) and not last_value.value and not last_value.style:
            # `{q: x, extra: }`: behind nothing at all there is no safe place.
            return _insert(first_key.start.index, f"{pair}, ")
        return _insert(last_value.end.index, f", {pair}")
    newline = _line_end(text, first_key.start.index)
    indent = " " * first_key.start.column
    last = _last_leaf(last_value)
    end = last.end.index
    if isinstance(last, ScalarNode) and last.style in ("|", ">"):
        if end == len(text) and not text.endswith("\n"):
            # A line behind the text would give its last line the end that it lacks, and so change
            # it; put the pair in front of the last one instead.
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


def removal_from(text: str, mapping: MappingNode, key: str) -> Edit | None:
    """Say what to take out so that `mapping` lacks `key`; None where it is all that it holds.

    Of a pair in block style its lines go, with a comment behind it.
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


def _insert(index: int, text: str) -> Edit:
    return Edit(index, index, text)


def quoted(text: str) -> str:
    """Write text as a YAML scalar in quotes, on one line, as a person would."""
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    if "'" not in text:
        return f"'{text}'"
    return "'" + text.replace("'", "''") + "'"


def _line_end(text: str, index: int) -> str:
    """The line end in use near an index."""
    near = max(text.rfind("\n", 0, index), 0) or max(text.find("\n", index), 0)
    return "\r\n" if text[near - 1 : near + 1] == "\r\n" else "\n"


def _last_leaf(node: Node) -> Node:
    """The last scalar or flow collection in a value."""
    while not isinstance(node, ScalarNode) and not node.flow:
        node = node.pairs[-1][1] if isinstance(node, MappingNode) else node.items[-1]
    return node


def _behind_comments(text: str, index: int, indent: int) -> int:
    """The start of the line behind comments that are indented deeper."""
    comments = re.compile(rf"(?:(?:[ \t]*\r?\n)* {{{indent + 1},}}#[^\n]*\n)*").match(text, index)
    return comments.end() if comments is not None else index


def _behind_block(text: str, node: ScalarNode, indent: int) -> int:
    """The start of the line behind a block scalar's text; the blank lines below stay below.

    With "keep" chomping (`|+`) the blank lines are text, and the place is behind them. Lines of
    more blanks than the parent's indentation may be text too.
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

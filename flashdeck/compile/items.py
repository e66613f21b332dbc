"""The text of a deck file in pieces: the head of each document, and its notes.

A document is a head that ends with the line `notes:`, and a list of items in block style. At the
start of an item YAML's reader is in the state in which it was at the start of the first one, so an
item says the same whichever other items stand before it. Where a file is less plain than that, it
is not split.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NOTES = re.compile(
    r"^notes:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*(?P<indent> *)(?=- )", re.MULTILINE
)
# Line ends of YAML's that are none of ours, and what changes how a file is read.
_ODD = re.compile("[\r\x85\u2028\u2029\ufeff]")
_SEPARATOR = "---\n"
_MARK = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)
# A comment that speaks to flashdeck speaks of what stands around it.
_COMMENT = re.compile(r"#[ \t]*flashdeck:")


class Item(NamedTuple):
    """An item of the list, with all lines up to the next one; `line` is its first one, from 1."""

    text: str
    line: int


class Part(NamedTuple):
    """A document: all up to its first item, and its items; `line` is its first line, from 1."""

    head: str
    line: int
    items: tuple[Item, ...]


def split(text: str) -> list[Part] | None:
    """Split a deck file into its documents and their items; None where it is less plain."""
    if not text.endswith("\n") or _ODD.search(text) or _COMMENT.search(text):
        return None
    parts: list[Part] = []
    line = 1
    for document in _documents(text):
        part = _part(document, line)
        if part is None:
            return None
        parts.append(part)
        line += document.count("\n") + 1  # the separator
    return parts


def most_nodes(text: str) -> int:
    """Give a number that the nodes of a YAML file can't exceed, without reading it.

    A key has its colon and a value; what is in a list has its dash, or a comma or bracket before
    it; what has none of them is a document.
    """
    pairs = text.count(":") + text.count(",") + text.count("{") + text.count("?")
    return 1 + 2 * pairs + text.count("-") + text.count("[")


def _documents(text: str) -> list[str]:
    """Give the texts between the lines `---`; a file may begin with one."""
    if text.startswith(_SEPARATOR):
        # Its line is a part of the first document, so that lines are counted right.
        first, *others = text[len(_SEPARATOR) :].split("\n---\n")
        documents = [_SEPARATOR + first, *others]
    else:
        documents = text.split("\n---\n")
    return [f"{one}\n" for one in documents[:-1]] + documents[-1:]


def _part(text: str, line: int) -> Part | None:
    notes = _NOTES.search(text)
    if notes is None:
        return None
    first, indent = notes.start("indent"), len(notes["indent"])
    # A line that begins no item and stands no further right than they do ends their list; so do
    # the marks of documents that are not alone on their line.
    if re.compile(rf"\n(?! {{{indent}}}- ) {{0,{indent}}}[^\s#]").search(text, first - 1):
        return None
    if _MARK.search(text.removeprefix(_SEPARATOR)):
        return None
    starts = [
        one.start() for one in re.compile(rf"^ {{{indent}}}- ", re.MULTILINE).finditer(text, first)
    ]
    items: list[Item] = []
    at = line + text.count("\n", 0, first)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        item = Item(text[start:end], at)
        items.append(item)
        at += item.text.count("\n")
    return Part(text[:first], line, tuple(items))

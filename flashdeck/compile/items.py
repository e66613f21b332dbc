"""Splits the text of a deck file into the heads of its documents and their items.

A document is a head that ends with the line `notes:`, and a list of items in block style. A YAML
parser is in the same state at the start of each item, so an item does not depend on the items
before it. A file in any other form is not split.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from flashdeck.compile.cache import KEY_BYTES

_NOTES = re.compile(
    r"^notes:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*(?P<indent> *)(?=- )", re.MULTILINE
)
# Other line breaks of YAML, and byte order marks.
_ODD = re.compile("[\r\x85\u2028\u2029\ufeff]")
_SEPARATOR = "---\n"
_MARK = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)
# Such a comment applies to its surroundings.
_COMMENT = re.compile(r"#[ \t]*flashdeck:")


class Item(NamedTuple):
    """An item of the list, up to the next one; `line` is its first line, from 1."""

    text: str
    line: int


class Part(NamedTuple):
    """A document: the text up to its first item, and its items; `line` is its first, from 1."""

    head: str
    line: int
    items: tuple[Item, ...]

    def keys(self, context: bytes, name: str) -> tuple[bytes, list[bytes]]:
        """Return the keys of the head and of the items, in a context and the file of a name."""
        head = hashlib.blake2b(context, digest_size=KEY_BYTES)
        head.update(f"{name}\0{self.head}\0".encode())
        keys: list[bytes] = []
        for item in self.items:
            key = head.copy()
            key.update(item.text.encode())
            keys.append(key.digest())
        return head.digest(), keys


def split(text: str) -> list[Part] | None:
    """Split a deck file into documents and items; None if it has another form."""
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
    """Return an upper bound for the number of nodes in a YAML file, without parsing it.

    A pair has a colon; an item has a dash, or a comma or bracket before it; any other node is a
    document.
    """
    pairs = text.count(":") + text.count(",") + text.count("{") + text.count("?")
    return 1 + 2 * pairs + text.count("-") + text.count("[")


def _documents(text: str) -> list[str]:
    """Return the texts between `---` lines; a file may begin with one."""
    if text.startswith(_SEPARATOR):
        # It is part of the first document, for the line numbers.
        first, *others = text[len(_SEPARATOR) :].split("\n---\n")
        documents = [_SEPARATOR + first, *others]
    else:
        documents = text.split("\n---\n")
    return [f"{document}\n" for document in documents[:-1]] + documents[-1:]


def _part(text: str, line: int) -> Part | None:
    notes = _NOTES.search(text)
    if notes is None:
        return None
    first, indent = notes.start("indent"), len(notes["indent"])
    # A line that begins no item and is not indented further ends the list; so do document markers
    # with content.
    if re.compile(rf"\n(?! {{{indent}}}- ) {{0,{indent}}}[^\s#]").search(text, first - 1):
        return None
    if _MARK.search(text.removeprefix(_SEPARATOR)):
        return None
    starts = [
        match.start()
        for match in re.compile(rf"^ {{{indent}}}- ", re.MULTILINE).finditer(text, first)
    ]
    items: list[Item] = []
    at = line + text.count("\n", 0, first)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        item = Item(text[start:end], at)
        items.append(item)
        at += item.text.count("\n")
    return Part(text[:first], line, tuple(items))

"""White space that YAML does not read as such: tabs in an indentation, and other spaces of Unicode.

An author can't see the difference, so a file is read as if all of them were corrected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Fix, places_in
from flashdeck.yamlnode.edit import Edit, MovedSpans, splice
from flashdeck.yamlnode.nodes import (
    MappingNode,
    Mark,
    Node,
    Position,
    ScalarNode,
    SequenceNode,
    YamlFile,
)

_ZERO_WIDTH = "\u180e\u200b\u200c\u200d\u2060\ufeff"
_WIDE = "\u3000"
_IRREGULAR = f"\xa0\u1680\u2000-\u200a\u202f\u205f{_WIDE}{_ZERO_WIDTH}"
BOM = "\ufeff"
_ANY = re.compile(f"[{_IRREGULAR}]")
_ANY_OR_TAB = re.compile(f"[\t{_IRREGULAR}]")
_SPACES = f" \\t{_IRREGULAR}"
_HEAD = re.compile(f"[{_SPACES}]*")
_LINE = re.compile(
    rf"(?P<indent>[{_SPACES}]*(?:-[{_SPACES}]+)*)"
    rf"(?:(?P<key>[^\W\d][\w.-]*|\"[^\"\n]*\"|'[^'\n]*')"
    rf"(?P<before>[{_SPACES}]*):(?P<behind>[{_SPACES}]+|\Z))?"
)
# A pair in braces, or a quoted text.
_PAIR = re.compile(
    r"\"(?:[^\"\\]|\\.?)*+(?:\"|\Z)|'[^']*'"
    rf"|(?<=[{{,])[{_SPACES}]*(?P<key>[^\W\d][\w.-]*)(?P<before>[{_SPACES}]*):"
    rf"(?P<behind>[{_SPACES}]+)"
)
_BLOCK = re.compile(r"(?:^|[ \t])[|>][-+]*+(?P<indent>[0-9]?)[-+]*+[ \t]*(?:[ \t]#.*)?$")
_CLOSED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL), "'": re.compile("'(?:[^']|'')*'")}
# A dash that only invisible characters separate from what follows.
_GLUED = re.compile(f"-[{_ZERO_WIDTH}]+(?=-|\\Z)")
_INDENTATION = "in the indentation"
_LONGEST_TAB = 8


class OddSpace(NamedTuple):
    """Characters of a text that YAML does not read as white space, and the spaces for them.

    `character` is the first of them, `line` counts from 1.
    """

    start: int
    end: int
    text: str
    where: str
    character: str
    line: int


def odd_spaces(text: str, tab: int = 0) -> list[OddSpace]:
    """Return the odd spaces in indentations and around the colons of keys.

    A tab is one only where `tab` is given, the distance of tab stops.
    """
    if not tab and (text.isascii() or not _ANY.search(text)):
        return []
    return _Scan(text, tab).found


def corrections(text: str, odd: Iterable[OddSpace]) -> list[Edit]:
    """Return the edits that correct odd spaces; they remove byte order marks everywhere."""
    edits = [Edit(space.start, space.end, space.text) for space in odd]
    covered = [*edits, Edit(len(text), len(text), "")]
    place, more = 0, []
    for match in re.finditer(BOM, text):
        while covered[place].end <= match.start() and place < len(edits):
            place += 1
        if match.start() < covered[place].start:
            more.append(Edit(match.start(), match.end(), ""))
    return sorted([*edits, *more], key=lambda edit: edit.start)


def odd_space_problems(
    path: str, text: str, odd: Sequence[OddSpace], most: int, *, clear_tabs: bool = True
) -> Iterator[Diagnostic]:
    """Return a problem for odd spaces in successive lines, at the first of them.

    Each has a fix, unless there are tabs and it is not clear how wide they are (`clear_tabs`).
    """
    place = places_in(path, text)
    for group in _groups(odd, most):
        first, last = group[0], group[-1]
        edits = [
            Edit(space.start - first.start, space.end - first.start, space.text) for space in group
        ]
        fixed = splice(text[first.start : last.end], edits)
        span = place(first.start, first.end)
        fix: Fix | None = Fix(place(first.start, last.end), fixed)
        is_plural = len(group) > 1 or text.count(first.character, first.start, first.end) > 1
        message = f"{_named(first.character, is_plural=is_plural)} {first.where}"
        if any("\t" in text[space.start : space.end] for space in group) and not clear_tabs:
            fix = None
        if first.character == "\t":
            yield Diagnostic("tab", message, span, hint=_hint(first), fix=fix)
        else:
            yield Diagnostic("irregular-whitespace", message, span, hint=_hint(first), fix=fix)


def moved_back(
    file: YamlFile, text: str, edits: Sequence[Edit], problems: Sequence[Diagnostic]
) -> YamlFile:
    """Return a file that was parsed after edits, with the places in the text before them.

    `problems` are added before those of the file.
    """
    move = _MoveBack(text, file.text, edits)
    moved = [move.problem(problem) for problem in file.problems]
    documents = tuple([move.document(document) for document in file.documents])
    return replace(file, text=text, documents=documents, problems=(*problems, *moved))


class _MoveBack:
    """Moves the places in a text after edits to those before."""

    def __init__(self, before: str, after: str, edits: Sequence[Edit]) -> None:
        inverse: list[Edit] = []
        shift = 0
        for edit in edits:
            start = edit.start + shift
            inverse.append(Edit(start, start + len(edit.text), before[edit.start : edit.end]))
            shift += len(edit.text) - (edit.end - edit.start)
        self._span = MovedSpans(after, inverse)
        self._lines = [0, *(match.end() for match in re.finditer("\n", before))]

    def problem(self, problem: Diagnostic) -> Diagnostic:
        span, fix = problem.span, problem.fix
        fix = fix._replace(span=self._span(fix.span)) if fix is not None else None
        return replace(problem, span=self._span(span) if span is not None else None, fix=fix)

    def document(self, document: Node | None) -> Node | None:
        """Move the nodes of a document; not recursive, since it may be deep."""
        root = self._node(document) if document is not None else None
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, SequenceNode):
                node.items[:] = map(self._node, node.items)
                waiting += node.items
            elif isinstance(node, MappingNode):
                node.pairs[:] = [(self._scalar(key), self._node(item)) for key, item in node.pairs]
                waiting += (item for _, item in node.pairs)
        return root

    def _node(self, node: Node) -> Node:
        return node._replace(start=self._start(node), end=self._end(node))

    def _scalar(self, node: ScalarNode) -> ScalarNode:
        return node._replace(start=self._start(node), end=self._end(node))

    def _start(self, node: Node) -> Mark:
        return self._mark(self._span.index(node.start.index), node.start.line)

    def _end(self, node: Node) -> Mark:
        if node.start.index == node.end.index:
            return self._start(node)
        return self._mark(self._span.end(node.end.index), node.end.line)

    def _mark(self, index: int, line: int) -> Mark:
        line = min(line, len(self._lines) - 1)  # libyaml may count one more at the end
        return Position(index, line, index - self._lines[line])


def _groups(odd: Iterable[OddSpace], most: int) -> list[list[OddSpace]]:
    """Group odd spaces in the indentation of successive lines; the last group has the rest."""
    groups: list[list[OddSpace]] = []
    for space in odd:
        last = groups[-1][-1] if groups else None
        is_next = (
            last is not None
            and last.line + 1 == space.line
            and last.where == space.where == _INDENTATION
            and last.character == space.character
        )
        if is_next or len(groups) == most:
            groups[-1].append(space)
        else:
            groups.append([space])
    return groups


def _named(character: str, *, is_plural: bool) -> str:
    name = unicodedata.name(character, "tab").lower()
    code = f" (U+{ord(character):04X})" if character != "\t" else ""
    article = "an" if name[0] in "aeiou" else "a"
    return f"{name}s{code}" if is_plural else f"{article} {name}{code}"


def _hint(space: OddSpace) -> str:
    if space.character in _ZERO_WIDTH or not space.text:
        return "remove it"
    return "indent with spaces" if space.where == _INDENTATION else "write a space"


class _Scan:
    """Looks through the lines of a file for odd spaces, except in its texts."""

    def __init__(self, text: str, tab: int) -> None:
        self.found: list[OddSpace] = []
        self._text = text
        self._tab = tab
        self._odd = _ANY_OR_TAB if tab else _ANY
        # The column of the key or dash of a block of text, and the column of the text if known.
        self._block: tuple[int, int] | None = None
        # The column of the key or dash whose text goes on in deeper lines, or -1.
        self._parent = -1
        self._quoted_until = 0
        self._number = 0
        start = 0
        for self._number, line in enumerate(text.split("\n"), 1):
            if start >= self._quoted_until:
                self._line(start, line.rstrip("\r"))
            start += len(line) + 1

    def _line(self, start: int, line: str) -> None:
        match = _HEAD.match(line)
        head = match.group() if match is not None else ""
        if len(head) == len(line):
            column = self._block[1] if self._block is not None else self._parent + 1
            if self._is_odd(head) and not 0 < column <= _spaces(head):
                self._add(start, start + len(head), "", _INDENTATION)
            return
        if self._block is not None and self._in_block(start, head, *self._block):
            return
        self._block = None
        column = self._columns(head)
        if 0 <= self._parent < column:
            if _spaces(head) <= self._parent:
                self._indentation(start, head)
            return
        self._structure(start, line)

    def _in_block(self, start: int, head: str, parent: int, indent: int) -> bool:
        """Whether a line is in a block of text; only its indentation can have odd spaces."""
        spaces, column = _spaces(head), self._columns(head)
        if column <= parent:
            return False
        indent = indent or (spaces if spaces > parent else column)
        self._block = parent, indent
        if spaces < indent:
            self._indentation(start, head, indent)
        return True

    def _structure(self, start: int, line: str) -> None:
        match = _LINE.match(line)
        assert match is not None
        indent, key, value = match["indent"], match["key"], line[match.end() :]
        self._indentation(start, indent)
        dash = indent.rfind("-")
        parent = self._columns(indent if key else indent[: max(dash, 0)])
        if key:
            self._colon(start, match, value)
        elif dash < 0:
            parent = self._columns(indent) - 1
        for pair in _PAIR.finditer(line, match.end()) if value.startswith("{") else ():
            if pair["key"]:
                self._colon(start, pair, line[pair.end() :].lstrip(",}"))
        self._parent = -1
        header = _BLOCK.search(value)
        if header is not None:
            self._block = parent, parent + int(header["indent"] or 0) if header["indent"] else 0
        elif value[:1] in _CLOSED:
            closed = _CLOSED[value[0]].match(self._text, start + match.end())
            self._quoted_until = closed.end() if closed is not None else 0
        elif value and not value.startswith("#") and value != "-":
            self._parent = parent

    def _colon(self, start: int, match: re.Match[str], value: str) -> None:
        """Check the white space before and after the colon of a key."""
        if self._is_odd(match["before"], tabs=False):
            where = f"before the colon of '{match['key']}'"
            self._add(start + match.start("before"), start + match.end("before"), "", where)
        behind = match["behind"]
        if self._is_odd(behind if not value else behind[:1], tabs=False):
            where, text = f"after the colon of '{match['key']}'", " " if value else ""
            self._add(start + match.start("behind"), start + match.end("behind"), text, where)

    def _indentation(self, start: int, head: str, limit: int = 0) -> None:
        """Check an indentation with its dashes, up to the column `limit` if it is given."""
        column, pieces = 0, []
        glued = {match.start() + 1 for match in _GLUED.finditer(head)}
        for place, character in enumerate(head):
            if limit and column >= limit:
                break
            width = 1 if place in glued else self._width(character, column)
            column += width
            pieces.append(" " * width if self._is_odd(character) else character)
        odd = [place for place in range(len(pieces)) if self._is_odd(head[place])]
        if odd:
            first, end = odd[0], odd[-1] + 1
            self._add(start + first, start + end, "".join(pieces[first:end]), _INDENTATION)

    def _add(self, start: int, end: int, text: str, where: str) -> None:
        character = next(one for one in self._text[start:end] if self._is_odd(one))
        self.found.append(OddSpace(start, end, text, where, character, self._number))

    def _is_odd(self, text: str, *, tabs: bool = True) -> bool:
        odd = self._odd if tabs else _ANY
        return odd.search(text) is not None

    def _columns(self, text: str) -> int:
        column = 0
        for character in text:
            column += self._width(character, column)
        return column

    def _width(self, character: str, column: int) -> int:
        if character == "\t":
            stop = self._tab or _LONGEST_TAB
            return stop - column % stop
        return 0 if character in _ZERO_WIDTH else 2 if character == _WIDE else 1


def _spaces(head: str) -> int:
    return len(head) - len(head.lstrip(" "))

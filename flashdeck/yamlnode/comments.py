"""Comments and document markers of a YAML file, which libyaml skips."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flashdeck.yamlnode.nodes import MappingNode, Node, ScalarNode, YamlFile

_COMMENT = re.compile(r"#[^\n]*")
# After plain text: two spaces or a tab, or a comment to flashdeck, are clearly a comment. A single
# space may be a part of the text.
_CLEAR = re.compile(r"(?<![ \t])(?:(?:[ \t]{2,}|\t)#+(?=[ \t\r\n]|\Z)|[ \t]+#[ \t]*flashdeck:)")
_UNCLEAR = re.compile(r"(?<![ \t]) #+(?=[ \t\r\n]|\Z)")
_IN_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\n]*)")
_MARKER = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_OPENING = ("[", "{")
_STRUCTURE = re.compile(r"(?:---)?[-?\s]*")


class Comment(NamedTuple):
    """A comment from its `#`, without trailing spaces.

    `start` is an index in the text of the file. `beside`: it follows a key or a text on its line,
    not just a dash or an opening bracket. `blank_above`, `blank_below`: the line next to it is
    empty.
    """

    text: str
    start: int
    column: int
    beside: bool
    blank_above: bool
    blank_below: bool


class Passed(NamedTuple):
    """Comments, and the indices of the markers `---` and `...`, in order."""

    comments: list[Comment]
    markers: list[int]


def before_comment(line: str) -> str | None:
    """Return plain text without the comment after it; None if it is unclear where one begins."""
    comment = _CLEAR.search(line)
    text = line[: comment.start()] if comment is not None else line
    return None if _UNCLEAR.search(text) else text.rstrip()


def is_unclear_comment(text: str, index: int) -> bool:
    """Whether the comment after the plain text that ends at an index may be a part of it."""
    return _UNCLEAR.match(text, index) is not None and _CLEAR.match(text, index) is None


def passed_over(file: YamlFile) -> Passed:
    """Return the comments and markers of a file without errors."""
    comments: list[Comment] = []
    markers: list[int] = []
    end = 0
    for scalar in _scalars(file):
        _collect(file.text, end, scalar.start.index, comments, markers)
        end = max(end, scalar.end.index)
        if scalar.style in ("|", ">"):
            match = _IN_HEADER.match(file.text, scalar.start.index)
            if match is not None:
                comments.append(_comment(file.text, match.start(1), match[1], beside=True))
    _collect(file.text, end, len(file.text), comments, markers)
    return Passed(comments, markers)


def _collect(text: str, start: int, end: int, comments: list[Comment], markers: list[int]) -> None:
    """Collect the comments and markers between two scalars."""
    between = text[start:end]
    for match in _COMMENT.finditer(text, start, end) if "#" in between else ():
        line = text.rfind("\n", 0, match.start()) + 1
        before = text[max(line, start) : match.start()].rstrip()
        is_first = _STRUCTURE.fullmatch(text[line : match.start()]) is not None
        beside = not is_first and before[-1:] not in _OPENING
        comments.append(_comment(text, match.start(), match.group(), beside=beside))
    if "---" in between or "..." in between:
        markers += (match.start() for match in _MARKER.finditer(text, start, end))


def _comment(text: str, index: int, comment: str, *, beside: bool) -> Comment:
    line = text.rfind("\n", 0, index) + 1
    above_line = text[text.rfind("\n", 0, line - 1) + 1 : line - 1] if line else "x"
    below_start = text.find("\n", index) + 1
    below_end = text.find("\n", below_start)
    below_line = (
        text[below_start : below_end if below_end >= 0 else len(text)] if below_start else "x"
    )
    return Comment(
        comment.rstrip(),
        index,
        index - line,
        beside,
        not above_line.strip(),
        not below_line.strip() and below_start < len(text),
    )


def _scalars(file: YamlFile) -> Iterator[ScalarNode]:
    """Yield the scalars, keys included, in order."""
    stack: list[Node] = [root for root in reversed(file.documents) if root is not None]
    while stack:
        node = stack.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, MappingNode):
            stack += (part for pair in reversed(node.pairs) for part in reversed(pair))
        else:
            stack += reversed(node.items)

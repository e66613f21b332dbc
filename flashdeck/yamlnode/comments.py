"""The comments of a YAML file, and the lines that part its documents: what libyaml passes over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from flashdeck.yamlnode.nodes import MappingNode, Node, ScalarNode, YamlFile

_COMMENT = re.compile(r"#[^\n]*")
_IN_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\n]*)")
_MARKER = re.compile(r"^(?:---|\.\.\.)(?=\s|\Z)", re.MULTILINE)
_OPENING = ("[", "{")
_STRUCTURE = re.compile(r"(?:---)?[-?\s]*")


class Comment(NamedTuple):
    """A comment, from its `#` to its line's last character that is no blank.

    `start` is an index of the file's text. `beside` says whether it stands behind a key or a text
    in its line, rather than behind nothing, a dash or an opening bracket. The blanks tell whether
    the lines around it are empty.
    """

    text: str
    start: int
    column: int
    beside: bool
    blank_above: bool
    blank_below: bool


class Passed(NamedTuple):
    """What was passed over: comments, and the indices of lines `---` or `...`, in their order."""

    comments: list[Comment]
    markers: list[int]


def passed_over(file: YamlFile) -> Passed:
    """Find every comment of a file that was read without an error."""
    comments: list[Comment] = []
    markers: list[int] = []
    done = 0
    for scalar in _scalars(file):
        _look(file.text, done, scalar.start.index, comments, markers)
        done = max(done, scalar.end.index)
        if scalar.style in ("|", ">"):
            found = _IN_HEADER.match(file.text, scalar.start.index)
            if found is not None:
                comments.append(_comment(file.text, found.start(1), found[1], beside=True))
    _look(file.text, done, len(file.text), comments, markers)
    return Passed(comments, markers)


def _look(text: str, start: int, end: int, comments: list[Comment], markers: list[int]) -> None:
    """Look through what lies between two scalars: structure, blanks and comments."""
    gap = text[start:end]
    for found in _COMMENT.finditer(text, start, end) if "#" in gap else ():
        line = text.rfind("\n", 0, found.start()) + 1
        between = text[max(line, start) : found.start()].rstrip()
        is_first = _STRUCTURE.fullmatch(text[line : found.start()]) is not None
        beside = not is_first and between[-1:] not in _OPENING
        comments.append(_comment(text, found.start(), found.group(), beside=beside))
    if "---" in gap or "..." in gap:
        markers += (found.start() for found in _MARKER.finditer(text, start, end))


def _comment(text: str, index: int, words: str, *, beside: bool) -> Comment:
    line = text.rfind("\n", 0, index) + 1
    above = text[text.rfind("\n", 0, line - 1) + 1 : line - 1] if line else "x"
    below = text.find("\n", index) + 1
    below_end = text.find("\n", below)
    under = text[below : below_end if below_end >= 0 else len(text)] if below else "x"
    return Comment(
        words.rstrip(),
        index,
        index - line,
        beside,
        not above.strip(),
        not under.strip() and below < len(text),
    )


def _scalars(file: YamlFile) -> Iterator[ScalarNode]:
    """Give the scalars, keys included, in the order in which they stand."""
    waiting: list[Node] = [one for one in reversed(file.documents) if one is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, MappingNode):
            waiting += (part for pair in reversed(node.pairs) for part in reversed(pair))
        else:
            waiting += reversed(node.items)

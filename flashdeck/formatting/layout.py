"""Lays a deck file out: keys in order, notes a line apart, long text wrapped, quotes where needed.

Every text keeps its characters: a long one is wrapped as folded text (`>-`), which reads back as
the one line that it was. Text of several lines is never wrapped: in Markdown a line end counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from flashdeck.formatting.attach import Attached, Container
from flashdeck.formatting.order import document_keys, in_order, keys_inside
from flashdeck.kinds.registry import Key, Shape
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile
from flashdeck.yamlnode.comments import passed_over
from flashdeck.yamlnode.written import block_text, is_plain, is_wordlike, one_line

WIDTH = 100
_STEP = 2
_BLOCK = ("|", ">")
# Mappings that stand in braces where they fit a line.
_IN_BRACES = frozenset({Shape.MASKS, Shape.FIELD_LIST, Shape.COLUMNS, Shape.CONSTANTS})
# A comment that plain text in front of it would seem to be cut off by.
_GLUED = re.compile(r"#[^\s#]")
# An escape that shows what would be invisible if it stood there itself.
_SHOWING_ESCAPE = re.compile(r"\\[xuU_]")


def formatted(file: YamlFile) -> str:
    """Write a file anew; it was read without an error, and its documents are mappings."""
    comments, markers = passed_over(file)
    documents = [one for one in file.documents if isinstance(one, MappingNode)]
    attached = [Attached(one) for one in documents]
    lines: list[str] = []
    starts = [one.start.index for one in documents]
    for comment in comments:
        if not documents:
            lines += [""] * comment.blank_above + [comment.text]
            continue
        # A comment behind a document is still its own, up to a line that ends it.
        begun = bisect_right(starts, comment.start)
        if 0 < begun < len(documents):
            ended = bisect_left(markers, documents[begun - 1].end.index)
            begun += ended < bisect_left(markers, comment.start)
        attached[max(begun, 1) - 1].add(comment)
    for number, (document, one) in enumerate(zip(documents, attached, strict=True)):
        if number:
            _gap(lines)
            lines.append("---")
        lines += _Layout(file, one).document(document)
    return "".join(f"{line}\n" for line in lines)


class _Layout:
    """Writes the collections of one document as lines, each with its indentation."""

    def __init__(self, file: YamlFile, attached: Attached) -> None:
        self._file = file
        self._attached = attached

    def document(self, root: MappingNode) -> list[str]:
        """Write a document; what stands above its first key is about all of it and stays there."""
        lines: list[str] = []
        if not root.pairs:
            _comments(lines, self._attached.below[id(root)], 0)
            return [*lines, "{}"]
        first = self._attached.slot(root, 0)
        _comments(lines, first.above, 0)
        first.above = []
        return lines + self._mapping(root, document_keys(root), 0)

    def _mapping(self, mapping: MappingNode, keys: Sequence[Key], indent: int) -> list[str]:
        lines: list[str] = []
        for place, shape in in_order(mapping, keys):
            key, value = mapping.pairs[place]
            slot = self._attached.slot(mapping, place)
            _comments(lines, slot.above, indent)
            head = " " * indent + self._key(key) + ":"
            written = self._value(value, shape, head, indent, slot.beside)
            lines += _beside(written, slot.beside)
        _comments(lines, self._attached.below[id(mapping)], indent)
        return lines

    def _sequence(self, sequence: SequenceNode, shape: Shape | None, indent: int) -> list[str]:
        lines: list[str] = []
        for place, item in enumerate(sequence.items):
            slot = self._attached.slot(sequence, place)
            if shape is Shape.NOTES and place:
                _gap(lines)
            above = list(slot.above)
            if not isinstance(item, MappingNode) or self._as_flow(item, shape) is not None:
                written = self._value(item, shape, " " * indent + "-", indent, slot.beside)
            else:
                block = self._mapping(item, keys_inside(shape, item), indent + _STEP)
                first = _first_pair(block)
                above += [line.strip() for line in block[:first]]
                written = block[first:]
                written[0] = " " * indent + "- " + written[0][indent + _STEP :]
            _comments(lines, above, indent)
            lines += _beside(written, slot.beside)
        _comments(lines, self._attached.below[id(sequence)], indent)
        return lines

    def _value(
        self, node: Node, shape: Shape | None, head: str, indent: int, beside: str
    ) -> list[str]:
        """Write what stands behind `head`, a key or a dash, and that itself.

        `beside` is the comment that will follow it.
        """
        if isinstance(node, ScalarNode):
            in_quotes = _GLUED.match(beside) is not None
            return self._scalar(node, shape, head, indent, in_quotes=in_quotes)
        line = self._as_flow(node, shape)
        if line is not None and (_is_empty(node) or len(head) + 1 + len(line) <= WIDTH):
            return [f"{head} {line}"]
        if isinstance(node, MappingNode):
            return [head, *self._mapping(node, keys_inside(shape, node), indent + _STEP)]
        return [head, *self._sequence(node, shape, indent + _STEP)]

    def _scalar(
        self, node: ScalarNode, shape: Shape | None, head: str, indent: int, *, in_quotes: bool
    ) -> list[str]:
        if not node.value and not node.style:
            return [head]
        line = self._line(node, flow=False, in_quotes=in_quotes)
        fits = len(head) + 1 + len(line) <= WIDTH
        if shape is Shape.ID or self._shows_escapes(node) or (fits and "\n" not in node.value):
            return [f"{head} {line}"]
        block = block_text(node.value, WIDTH - indent - _STEP, folded=node.style == ">")
        if block is None or (len(block.lines) == 1 and "\n" not in node.value):
            return [f"{head} {line}"]
        margin = " " * (indent + _STEP)
        return [f"{head} {block.header}", *(margin + one if one else "" for one in block.lines)]

    def _line(self, node: ScalarNode, *, flow: bool, in_quotes: bool = False) -> str:
        """Write a text on one line; a word like a number keeps the quotes that it has."""
        raw = self._file.text[node.start.index : node.end.index]
        if self._shows_escapes(node) and "\n" not in raw:
            return raw
        in_quotes = in_quotes or (node.style != "" and is_wordlike(node.value))
        return one_line(node.value, flow=flow, in_quotes=in_quotes)

    def _key(self, key: ScalarNode) -> str:
        return self._line(key, flow=False)

    def _shows_escapes(self, node: ScalarNode) -> bool:
        if node.style != '"' or node.value.replace("\t", "").replace("\n", "").isprintable():
            return False
        raw = self._file.text[node.start.index : node.end.index]
        return _SHOWING_ESCAPE.search(raw) is not None

    def _as_flow(self, node: Node, shape: Shape | None) -> str | None:
        """Write a collection in brackets, where it belongs there and its texts can stand there."""
        if isinstance(node, ScalarNode):
            return (
                None if "\n" in node.value or not _is_there(node) else self._line(node, flow=True)
            )
        if self._attached.holds_comments(node):
            return None
        if isinstance(node, SequenceNode):
            return self._flow_list(node)
        if node.pairs and shape not in _IN_BRACES:
            return None
        parts = []
        for place, inner in in_order(node, keys_inside(shape, node)):
            key, value = node.pairs[place]
            written = self._as_flow(value, inner)
            if written is None:
                return None
            parts.append(f"{self._line(key, flow=True)}: {written}")
        return "{" + ", ".join(parts) + "}"

    def _flow_list(self, node: SequenceNode) -> str | None:
        """Write a list of short texts; none of them may need quotes only for the brackets."""
        parts = []
        for item in node.items:
            if not isinstance(item, ScalarNode) or _only_plain_outside(item.value):
                return None
            written = self._as_flow(item, None)
            if written is None:
                return None
            parts.append(written)
        return "[" + ", ".join(parts) + "]"


def _only_plain_outside(value: str) -> bool:
    return is_plain(value, flow=False) and not is_plain(value, flow=True)


def _is_there(node: ScalarNode) -> bool:
    return bool(node.value or node.style)


def _is_empty(node: Container) -> bool:
    return not (node.pairs if isinstance(node, MappingNode) else node.items)


def _first_pair(lines: list[str]) -> int:
    """Find the line of the first key below comments."""
    return next(
        number for number, line in enumerate(lines) if line and not line.lstrip().startswith("#")
    )


def _beside(lines: list[str], comment: str) -> list[str]:
    return [f"{lines[0]}  {comment}", *lines[1:]] if comment else lines


def _comments(lines: list[str], comments: Sequence[str], indent: int) -> None:
    for comment in comments:
        if comment:
            lines.append(" " * indent + comment)
        else:
            _gap(lines)


def _gap(lines: list[str]) -> None:
    """Leave one line empty; none at the beginning, nor behind one that is empty already."""
    if lines and lines[-1]:
        lines.append("")

"""The layout of deck files: ordered keys, empty lines between notes, wrapped text, few quotes.

Values never change: long text is wrapped as folded text (`>-`), which parses as a single line. Text
of several lines is never wrapped, as line breaks matter in Markdown.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from flashdeck.formatting.attach import Attached, Container
from flashdeck.formatting.order import document_keys, in_order, keys_inside
from flashdeck.kinds.registry import Key, Shape
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile
from flashdeck.yamlnode.comments import is_unclear_comment, passed_over
from flashdeck.yamlnode.written import block_text, is_plain, is_wordlike, one_line

WIDTH = 100
_STEP = 2
_BLOCK = ("|", ">")
# Mappings that are written in braces where they fit on a line.
_IN_BRACES = frozenset(
    {
        Shape.MASKS,
        Shape.ITEMS,
        Shape.FIELD_LIST,
        Shape.COLUMNS,
        Shape.CONSTANTS,
        Shape.RESERVE,
        Shape.PRESET,
    }
)
# Shapes whose values are texts; fields, and unknown keys, have none.
_TEXTS = frozenset({Shape.TEXT, Shape.TEXTS, Shape.ITEMS, Shape.ANSWER, Shape.TYPED, None})
# A comment that looks like a part of the plain text before it.
_GLUED = re.compile(r"#[^\s#]")
# An escape of an invisible character.
_SHOWING_ESCAPE = re.compile(r"\\[xuU_]")
# What a build adds to a mask, an item and a field; it does not change the layout.
_MASK_NUMBER = re.compile(r", n: [0-9]+(?=\}\Z)")
_ITEM_NUMBER = re.compile(r", n: [0-9]+\}\Z")
_RESERVE = re.compile(r"\{name: ([^{},]*), anki: [^{},]*\}|, anki: [^{},]*")


def formatted(file: YamlFile) -> str:
    """Format a file without errors whose documents are mappings."""
    comments, markers = passed_over(file)
    documents = [root for root in file.documents if isinstance(root, MappingNode)]
    attached = [Attached(root) for root in documents]
    lines: list[str] = []
    starts = [root.start.index for root in documents]
    for comment in comments:
        if not documents:
            lines += [""] * comment.blank_above + [comment.text]
            continue
        # A comment after a document belongs to it, up to a line that ends it.
        begun = bisect_right(starts, comment.start)
        if 0 < begun < len(documents):
            ended = bisect_left(markers, documents[begun - 1].end.index)
            begun += ended < bisect_left(markers, comment.start)
        attached[max(begun, 1) - 1].add(comment)
    for number, (root, comments_of) in enumerate(zip(documents, attached, strict=True)):
        if number:
            _empty_line(lines)
            lines.append("---")
        lines += Layout(file.text, comments_of).document(root)
    return "".join(f"{line}\n" for line in lines)


class Layout:
    """The collections of one document as lines, each with its indentation.

    `source` is the text of the document; '' for data that was not parsed.
    """

    def __init__(self, source: str, attached: Attached) -> None:
        self._source = source
        self._attached = attached
        self._own_type = False

    def document(self, root: MappingNode) -> list[str]:
        """Write a document; comments above its first key stay at its top."""
        lines: list[str] = []
        if not root.pairs:
            _comments(lines, self._attached.below[id(root)], 0)
            return [*lines, "{}"]
        first = self._attached.slot(root, 0)
        _comments(lines, first.above, 0)
        first.above = []
        self._own_type = root.get("notetype") is not None
        return lines + self.mapping(root, document_keys(root), 0)

    def mapping(self, mapping: MappingNode, keys: Sequence[Key], indent: int) -> list[str]:
        """Write the pairs of a mapping, in the order of `keys`."""
        lines: list[str] = []
        for place, shape in in_order(mapping, keys):
            key, value = mapping.pairs[place]
            slot = self._attached.slot(mapping, place)
            _comments(lines, slot.above, indent)
            head = " " * indent + self._line(key, flow=False) + ":"
            written = self._value(value, shape, head, indent, slot.beside)
            lines += self._beside(written, slot.beside, value, shape)
        _comments(lines, self._attached.below[id(mapping)], indent)
        return lines

    def sequence(self, sequence: SequenceNode, shape: Shape | None, indent: int) -> list[str]:
        """Write the items of a list below a key of that shape."""
        lines: list[str] = []
        for place, item in enumerate(sequence.items):
            slot = self._attached.slot(sequence, place)
            if shape is Shape.NOTES and place:
                _empty_line(lines)
            above = list(slot.above)
            head = " " * indent + "-"
            written = self._value(item, shape, head, indent, slot.beside)
            if isinstance(item, MappingNode) and written[0] == head:
                first = _first_pair(written)
                above += [line.strip() for line in written[1:first]]
                written = [f"{head} {written[first].lstrip()}", *written[first + 1 :]]
            _comments(lines, above, indent)
            lines += self._beside(written, slot.beside, item, shape)
        _comments(lines, self._attached.below[id(sequence)], indent)
        return lines

    def _value(
        self, node: Node, shape: Shape | None, head: str, indent: int, beside: str
    ) -> list[str]:
        """Write a value after `head`, a key or a dash.

        `beside` is the comment that will follow it.
        """
        if isinstance(node, ScalarNode):
            in_quotes = _GLUED.match(beside) is not None
            return self._scalar(node, shape, head, indent, in_quotes=in_quotes)
        line = self._as_flow(node, shape)
        if line is not None and (_is_empty(node) or _fits(f"{head} {line}", shape)):
            return [f"{head} {line}"]
        if isinstance(node, MappingNode):
            return [head, *self.mapping(node, self._keys_inside(shape, node), indent + _STEP)]
        return [head, *self.sequence(node, shape, indent + _STEP)]

    def _beside(self, lines: list[str], comment: str, node: Node, shape: Shape | None) -> list[str]:
        """Write a comment after a value, after two spaces.

        The single space before a comment that may be a part of a text stays, so that it is reported
        as before.
        """
        if not comment:
            return lines
        is_plain_text = isinstance(node, ScalarNode) and not node.style and shape in _TEXTS
        is_unclear = is_plain_text and is_unclear_comment(self._source, node.end.index)
        return [f"{lines[0]}{' ' if is_unclear else '  '}{comment}", *lines[1:]]

    def _keys_inside(self, shape: Shape | None, node: MappingNode) -> Sequence[Key]:
        return keys_inside(shape, node, own_type=self._own_type)

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
        return [f"{head} {block.header}", *(margin + text if text else "" for text in block.lines)]

    def _line(self, node: ScalarNode, *, flow: bool, in_quotes: bool = False) -> str:
        """Write a text on one line; a number-like word keeps its quotes."""
        raw = self._source[node.start.index : node.end.index]
        if self._shows_escapes(node) and "\n" not in raw:
            return raw
        in_quotes = in_quotes or (node.style != "" and is_wordlike(node.value))
        return one_line(node.value, flow=flow, in_quotes=in_quotes)

    def _shows_escapes(self, node: ScalarNode) -> bool:
        if node.style != '"' or node.value.replace("\t", "").replace("\n", "").isprintable():
            return False
        raw = self._source[node.start.index : node.end.index]
        return _SHOWING_ESCAPE.search(raw) is not None

    def _as_flow(self, node: Node, shape: Shape | None) -> str | None:
        """Write a node in flow style; None where its shape or its texts do not allow that."""
        if isinstance(node, ScalarNode):
            fits = "\n" not in node.value and (node.value or node.style)
            return self._line(node, flow=True) if fits else None
        if self._attached.holds_comments(node):
            return None
        if isinstance(node, SequenceNode):
            return self._flow_list(node, shape)
        if node.pairs and shape not in _IN_BRACES:
            return None
        parts = []
        for place, inner in in_order(node, self._keys_inside(shape, node)):
            key, value = node.pairs[place]
            written = self._as_flow(value, inner)
            if written is None:
                return None
            parts.append(f"{self._line(key, flow=True)}: {written}")
        return "{" + ", ".join(parts) + "}"

    def _flow_list(self, node: SequenceNode, shape: Shape | None) -> str | None:
        """Write a list of texts in flow style; None where a text would need quotes for that.

        A field that took a reserve counts as its name.
        """
        if shape is Shape.ITEMS:
            return None  # each is a line, also where it has its number
        parts = []
        for item in node.items:
            text = _name_beside_reserve(item) if shape is Shape.FIELD_LIST else item
            if not isinstance(text, ScalarNode) or _only_plain_outside(text.value):
                return None
            written = self._as_flow(item, shape)
            if written is None:
                return None
            parts.append(written)
        return "[" + ", ".join(parts) + "]"


def _only_plain_outside(value: str) -> bool:
    return is_plain(value, flow=False) and not is_plain(value, flow=True)


def _name_beside_reserve(field: Node) -> Node:
    """Return the name of a field that has only a name and a reserve; any other field itself."""
    if isinstance(field, MappingNode) and [key.value for key, _ in field.pairs] == ["name", "anki"]:
        return field.pairs[0][1]
    return field


def _fits(line: str, shape: Shape | None) -> bool:
    if shape is Shape.MASKS:
        line = _MASK_NUMBER.sub("", line)
    elif shape is Shape.ITEMS:
        line = _without_number(line)
    elif shape is Shape.FIELD_LIST:
        line = _RESERVE.sub(r"\1", line)
    return len(line) <= WIDTH


def _without_number(item: str) -> str:
    """Return the text of an item that has its number beside it; any other item itself."""
    number = _ITEM_NUMBER.search(item)
    return item[: number.start()].replace("{text: ", "", 1) if number else item


def _is_empty(node: Container) -> bool:
    return not (node.pairs if isinstance(node, MappingNode) else node.items)


def _first_pair(lines: list[str]) -> int:
    """Find the line of the first key below a dash and comments."""
    return next(
        number
        for number, line in enumerate(lines)
        if number and line and not line.lstrip().startswith("#")
    )


def _comments(lines: list[str], comments: Sequence[str], indent: int) -> None:
    for comment in comments:
        if comment:
            lines.append(" " * indent + comment)
        else:
            _empty_line(lines)


def _empty_line(lines: list[str]) -> None:
    """Add an empty line, but not at the beginning, nor after another."""
    if lines and lines[-1]:
        lines.append("")

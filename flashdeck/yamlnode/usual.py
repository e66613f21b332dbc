"""Reading of YAML in its usual form, in a third of the time that libyaml's events take.

A mapping of texts, whose last key may have a list of such mappings. A text is plain, quoted or
a block, and begins on the line of its key; a list of words is in brackets. Any other text is left
to libyaml, errors included.
"""

from __future__ import annotations

import re

from flashdeck.yamlnode.nodes import Limits, MappingNode, Node, Position, ScalarNode, SequenceNode

# Control characters, other line breaks, and what libyaml refuses.
_CONTROL = r"\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
_ODD = rf"\n{_CONTROL}"
_WORD = r"\w[\w.-]*(?:::?\w[\w.-]*)*"
_LINE = re.compile(
    rf"( *)(- +)?([A-Za-z_][A-Za-z0-9_]{{0,60}}):(?: +(?:"
    rf"(?P<plain>[^\s{_ODD}\-?:,\[\]{{}}#&*!|>'\"%@`]"
    rf"(?:[^{_ODD}:#]+|:(?=\S)|(?<=\S)#)*+(?<! ))"
    rf'|"(?P<double>(?:[^"\\{_ODD}]+|\\["\\])*+)"'
    rf"|'(?P<single>[^'{_ODD}]*+)'"
    rf"|(?P<list>\[{_WORD}(?:, *{_WORD})*\])"
    r"|(?P<block>[|>])))?\n"
)
_SKIPPED = re.compile(rf"(?: *(?:#[^{_ODD}]*)?\n)+")
_WORDS = re.compile(r"[^\[\], ]+")
_ESCAPE = re.compile(r"\\(.)")
_TEXT = re.compile(r" *\S[^\n]*\n")
_SPACES = re.compile(r" *\n")
_REFUSED = re.compile(f"[{_CONTROL}]")
_STYLES = {"plain": "", "double": '"', "single": "'"}
_DEPTH, _KEY = 4, 64


Pairs = list[tuple[ScalarNode, Node]]


def usual_document(text: str, limits: Limits) -> MappingNode | None:
    """Read a text as libyaml would; None if it has another form, or may exceed the limits."""
    most = 4 * text.count("\n") + text.count(",")
    if not text.endswith("\n") or most > limits.nodes or limits.depth < _DEPTH or limits.key < _KEY:
        return None
    return _Document(text, limits.scalar).read()


class _Document:
    """The text of a document, and the start of the next line in it."""

    def __init__(self, text: str, longest: int) -> None:
        self._text = text
        self._longest = longest
        self._at = 0
        self._line = 0
        self._following: re.Match[str] | None = None

    def read(self) -> MappingNode | None:
        """Read the document; None if it has another form."""
        pairs = self._pairs(self._next(), 0)
        return _mapping(pairs) if pairs and self._at == len(self._text) else None

    def _next(self) -> re.Match[str] | None:
        """Match the next line that is neither empty nor a comment."""
        match = _LINE.match(self._text, self._at)
        if match is None and (skipped := _SKIPPED.match(self._text, self._at)):
            self._at, self._line = skipped.end(), self._line + skipped[0].count("\n")
            match = _LINE.match(self._text, self._at)
        self._following = match
        return match

    def _pairs(self, match: re.Match[str] | None, column: int) -> Pairs | None:
        """Read the pairs of a mapping from its first line on; its keys begin at `column`."""
        pairs: Pairs = []
        names: set[str] = set()
        while match is not None:
            begin, line, (start, end) = match.start(), self._line, match.span(3)
            if start - begin != column:
                return None
            key = ScalarNode(
                match[3], "", Position(start, line, column), Position(end, line, end - begin)
            )
            value = self._value(match, column)
            if value is None:
                return None
            names.add(match[3])
            pairs.append((key, value))
            match = self._next()
            if match is None or match[2] is not None or match.end(1) - match.start() < column:
                break
        return pairs if len(names) == len(pairs) else None

    def _value(self, match: re.Match[str], column: int) -> Node | None:
        """Read the value of a key, and go behind it."""
        kind, line, begin = match.lastgroup, self._line, match.start()
        self._at, self._line = match.end(), line + 1
        if kind is None:
            return self._items() if column == 0 else None
        start, end = match.span(kind)
        if kind == "block":
            return self._block(match[kind], Position(start, line, start - begin), column)
        if kind == "list":
            return self._words(start, end, line, begin)
        value, style = match[kind], _STYLES[kind]
        if style:
            start, end = start - 1, end + 1
            value = _ESCAPE.sub(r"\1", value) if "\\" in value and style == '"' else value
        if len(value) > self._longest:
            return None
        first, last = Position(start, line, start - begin), Position(end, line, end - begin)
        return ScalarNode(value, style, first, last)

    def _words(self, start: int, end: int, line: int, begin: int) -> SequenceNode:
        items: list[Node] = [
            ScalarNode(
                word[0],
                "",
                Position(word.start(), line, word.start() - begin),
                Position(word.end(), line, word.end() - begin),
            )
            for word in _WORDS.finditer(self._text, start, end)
        ]
        first, last = Position(start, line, start - begin), Position(end, line, end - begin)
        return SequenceNode(items, flow=True, start=first, end=last)

    def _items(self) -> SequenceNode | None:
        """Read a list of mappings."""
        items: list[Node] = []
        match = self._next()
        if match is None or match[2] is None:
            return None
        indent = match.end(1) - match.start()
        start = Position(match.end(1), self._line, indent)
        while match is not None and match[2] is not None:
            if match.end(1) - match.start() != indent:
                return None
            pairs = self._pairs(match, match.start(3) - match.start())
            if pairs is None:
                return None
            items.append(_mapping(pairs))
            match = self._following
        return SequenceNode(items, flow=False, start=start, end=items[-1].end)

    def _block(self, style: str, start: Position, column: int) -> ScalarNode | None:
        """Read a literal or folded text whose first and last lines are not empty."""
        text = self._text
        first = _TEXT.match(text, self._at)
        indent = first[0][: -len(first[0].lstrip(" "))] if first is not None else ""
        if len(indent) <= column:
            return None
        lines: list[str] = []
        while text.startswith((indent, "\n"), self._at):
            end = text.index("\n", self._at)
            lines.append(text[self._at + len(indent) : end])
            self._at, self._line = end + 1, self._line + 1
        if (
            not lines[-1].strip(" ")
            or _SPACES.match(text, self._at)
            or (style == ">" and any(not x or x[0] == " " for x in lines))
        ):
            return None
        value = (" " if style == ">" else "\n").join(lines) + "\n"
        if len(value) > self._longest or _REFUSED.search(value):
            return None
        return ScalarNode(value, style, start, Position(self._at, self._line, 0))


def _mapping(pairs: Pairs) -> MappingNode:
    return MappingNode(pairs, flow=False, start=pairs[0][0].start, end=pairs[-1][1].end)

"""Conversion of libyaml's events to nodes, without recursion."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.yamlnode.nodes import Limits, MappingNode, Mark, Node, ScalarNode, SequenceNode
from flashdeck.yamlnode.scalars import scalar_problem


class TrapError(Exception):
    """YAML that authors do not mean as such: an alias, a tag, `{{c1::x}}`."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark


class LimitReachedError(Exception):
    """The file exceeds a limit, and parsing stops."""

    def __init__(self, message: str, mark: Mark) -> None:
        super().__init__(message)
        self.mark = mark


class Builder:
    """Builds the documents of a text.

    `last` is the event before an error, `flow` whether the error is in a flow collection.
    """

    def __init__(self, path: str, text: str, limits: Limits, *, control: bool = False) -> None:
        self._path = path
        self._control = control
        self._text = text
        self._limits = limits
        self.documents: list[Node | None] = []
        self.problems: list[Diagnostic] = []
        self.last: Event | None = None
        self.flow = False

    def build(self) -> None:  # noqa: C901, PLR0912, PLR0915 - one loop, run for every event
        """Read all documents. Raises `YAMLError`, `TrapError` or `LimitReachedError`."""
        next_event: Callable[[], Any] = CParser(self._text).get_event
        stack: list[tuple[list[Any], ScalarNode | None, set[str] | None, bool, Mark | None]] = []
        # The open collection: its items or pairs, the key without a value so far, the keys seen
        # (None in a sequence), whether it is in flow style, and its start.
        items: list[Any] = []
        key: ScalarNode | None = None
        seen: set[str] | None = None
        flow = False
        start: Mark | None = None
        remaining = self._limits.nodes
        max_length = self._limits.scalar
        text = self._text
        while True:
            event = next_event()
            kind = type(event)
            node: Node
            if kind is ScalarEvent:
                if event.anchor is not None or event.tag is not None:
                    raise TrapError(event.start_mark)
                value, style, end = event.value, event.style, event.end_mark
                node = ScalarNode(value, style, event.start_mark, end)
                if len(value) > max_length:
                    message = f"this text has {len(value):,} characters; {max_length:,} are allowed"
                    raise LimitReachedError(message, event.start_mark)
                if style == '"':
                    # An escape is longer than its character.
                    if end.index - event.start_mark.index - 2 != len(value):
                        self._check(node)
                elif not style and text[end.index : end.index + 1] in " \t":
                    self._check(node)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.anchor is not None or event.tag is not None:
                    raise TrapError(event.start_mark)
                index = event.start_mark.index
                if event.flow_style and text.startswith("{{", index):
                    raise TrapError(event.start_mark)
                if seen is not None and key is None:
                    raise TrapError(event.start_mark)
                stack.append((items, key, seen, flow, start))
                if len(stack) > self._limits.depth:
                    message = f"this is nested deeper than {self._limits.depth} levels"
                    raise LimitReachedError(message, event.start_mark)
                items, key, flow, start = [], None, bool(event.flow_style), event.start_mark
                seen = set() if kind is MappingStartEvent else None
                self.last, self.flow = event, flow
                continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                assert start is not None
                end = event.end_mark if flow else _end_of(items, start)
                if seen is None:
                    node = SequenceNode(items, flow, start, end)
                else:
                    node = MappingNode(items, flow, start, end)
                items, key, seen, flow, start = stack.pop()
                self.flow = flow
            elif kind is AliasEvent:
                raise TrapError(event.start_mark)
            else:
                if kind is DocumentStartEvent:
                    self._open(event)
                    items, key, seen, start = [], None, None, None
                elif kind is DocumentEndEvent:
                    root = items[0] if items else None
                    self.documents.append(None if _is_empty(root) else root)
                elif kind is StreamEndEvent:
                    return
                continue
            self.last = event
            remaining -= 1
            if remaining < 0:
                message = f"the file has more than {self._limits.nodes:,} nodes"
                raise LimitReachedError(message, event.start_mark)
            if seen is None:
                items.append(node)
            elif key is None:
                if not isinstance(node, ScalarNode):
                    raise TrapError(node.start)
                key = self._key(node, seen, items)
            else:
                items.append((key, node))
                key = None

    def _key(
        self, node: ScalarNode, seen: set[str], pairs: list[tuple[ScalarNode, Node]]
    ) -> ScalarNode:
        name = node.value
        if name not in seen and len(name) <= self._limits.key and name.isascii() and name != "<<":
            seen.add(name)
            return node
        if name == "<<" and not node.style:
            self._report(
                "merge-key", "a deck needs no merge keys ('<<')", node, "write the keys out"
            )
            return node
        if len(name) > self._limits.key:
            self._report(
                "long-key", f"a key of {len(name)} characters", node, "is a colon missing?"
            )
        if not name.isascii():
            name = unicodedata.normalize("NFC", name)
        if name in seen:
            first = next(
                (k for k, _ in pairs if unicodedata.normalize("NFC", k.value) == name), None
            )
            where = f"; the first is on line {first.start.line + 1}" if first else ""
            self._report(
                "duplicate-key", f"the key '{name}' is given twice{where}", node, "keep one"
            )
        seen.add(name)
        return node

    def _check(self, node: ScalarNode) -> None:
        problem = scalar_problem(self._path, self._text, node, control=self._control)
        if problem is not None:
            self.problems.append(problem)

    def _open(self, event: DocumentStartEvent) -> None:
        if event.version or event.tags:
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            span = Span.point(self._path, line)
            message = "a deck needs no YAML directives (lines that begin with '%')"
            self.problems.append(Diagnostic("directive", message, span, hint="remove the line"))

    def _report(self, rule: str, message: str, node: ScalarNode, hint: str) -> None:
        line, column = node.start.line + 1, node.start.column + 1
        width = max(1, node.end.column - node.start.column) if node.end.line + 1 == line else 1
        span = Span(self._path, line, column, line, column + width)
        self.problems.append(Diagnostic(rule, message, span, hint=hint))


def _end_of(items: list[Any], start: Mark) -> Mark:
    """Return the end of a block collection; libyaml's mark is behind spaces and comments."""
    if not items:
        return start
    last = items[-1]
    node: Node = last[1] if type(last) is tuple else last
    return node.end


def _is_empty(node: Node | None) -> bool:
    return isinstance(node, ScalarNode) and not node.value and not node.style

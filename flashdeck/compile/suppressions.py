"""Applies severities in the settings and `# flashdeck: ignore` comments to diagnostics.

`# flashdeck: ignore rule-name` on or above a note suppresses a rule for that note; on or above the
keys of a document, for all of it. A note type is a document. A reason may follow in parentheses.
Errors can't be suppressed.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Severity, Text, places_in
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

_COMMENT = re.compile(r"#[ \t]*flashdeck:[ \t]*ignore\b[ \t:]*(?P<names>[^#(\r\n]*)")
_NAME = re.compile(r"[^\s,]+")


class Ignore(NamedTuple):
    """A rule in a comment, and the lines (from 1, inclusive) that it applies to."""

    rule: Text
    first: int
    last: int


class Suppressions:
    """Severities in the settings and comments in the sources; records which comments are used."""

    def __init__(
        self, severities: Mapping[str, Severity | None], files: Iterable[YamlFile]
    ) -> None:
        self._severities = severities
        self._ignores: dict[tuple[str, str], list[Ignore]] = {}
        self._used: set[Text] = set()
        for file in files:
            for ignore in ignores(file):
                key = file.path, ignore.rule.value
                self._ignores.setdefault(key, []).append(ignore)

    def applied(self, problems: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Return the diagnostics that are not suppressed, with their configured severities."""
        applied = (self._applied(problem) for problem in problems)
        return [problem for problem in applied if problem is not None]

    def comments(self) -> list[Diagnostic]:
        """Report comments that name no rule, or that suppressed nothing so far."""
        if not self._ignores:
            return []
        from flashdeck.rules.pages import pages  # slow to load

        known = pages()
        unused = (
            ignore.rule
            for ignored in self._ignores.values()
            for ignore in ignored
            if ignore.rule not in self._used and self._severities.get(ignore.rule.value, True)
        )
        return [_unused(rule) if rule.value in known else _unknown(rule) for rule in unused]

    def _applied(self, problem: Diagnostic) -> Diagnostic | None:
        if problem.severity is Severity.ERROR:
            return problem
        severity = self._severities.get(problem.rule, problem.severity)
        if severity is None or self._is_ignored(problem):
            return None
        return problem if severity is problem.severity else replace(problem, severity=severity)

    def _is_ignored(self, problem: Diagnostic) -> bool:
        span = problem.span
        if span is None:
            return False
        for ignore in self._ignores.get((span.path, problem.rule), ()):
            if ignore.first <= span.line <= ignore.last:
                self._used.add(ignore.rule)
                return True
        return False


def ignores(file: YamlFile) -> list[Ignore]:
    """Return the rules that the comments of a file suppress."""
    comments = list(_COMMENT.finditer(file.text))
    if not comments:
        return []
    scalars = sorted(
        (node.start.index, node.end.index) for root in file.documents for node in _scalars(root)
    )
    scopes = list(_scopes(file))
    ends = [until for until, _, _ in scopes]
    place = places_in(file.path, file.text)
    ignored: list[Ignore] = []
    for comment in comments:
        if _is_inside(scalars, comment.start()):
            continue
        line = place(*comment.span()).line
        at = bisect.bisect_left(ends, line)
        first, last = scopes[at][1:] if at < len(scopes) else (line, line)
        names = _NAME.finditer(file.text, comment.start("names"), comment.end("names"))
        ignored += (Ignore(Text(name[0], place(*name.span())), first, last) for name in names)
    return ignored


def _scopes(file: YamlFile) -> Iterator[tuple[int, int, int]]:
    """Return the last line for a comment on each document and note, and its own lines."""
    for document in file.documents:
        if not isinstance(document, MappingNode):
            continue
        key = next((key for key, _ in document.pairs if key.value == "notes"), None)
        notes = document.get("notes")
        first, last = _lines(document)
        yield (key.start.line + 1 if key is not None else last), first, last
        for item in notes.items if isinstance(notes, SequenceNode) else ():
            first, last = _lines(item)
            yield last, first, last


def _lines(node: Node) -> tuple[int, int]:
    return node.start.line + 1, node.end.line + (1 if node.end.column else 0)


def _scalars(root: Node | None) -> Iterator[ScalarNode]:
    stack: list[Node] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, SequenceNode):
            stack += node.items
        else:
            stack += (part for pair in node.pairs for part in pair)


def _is_inside(scalars: list[tuple[int, int]], index: int) -> bool:
    place = bisect.bisect_right(scalars, (index, index)) - 1
    return place >= 0 and scalars[place][0] <= index < scalars[place][1]


def _unknown(rule: Text) -> Diagnostic:
    from flashdeck.rules.pages import meant

    message = f"there is no rule '{rule.value}' to ignore"
    return Diagnostic("unknown-rule", message, rule.span, Severity.WARNING, meant(rule.value))


def _unused(rule: Text) -> Diagnostic:
    message = f"'{rule.value}' finds nothing here that could be ignored"
    return Diagnostic("unused-ignore", message, rule.span, Severity.INFO, "remove the comment")

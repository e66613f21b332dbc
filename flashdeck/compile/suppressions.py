"""How grave what was found is to its author: severities in the settings, ignores in the sources.

`# flashdeck: ignore rule-name` on or above a note silences a rule for that note; on or above the
keys of a document, for all of it; the reason may follow in parentheses. Neither silences errors:
with those there is no deck.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Severity, Text, places_in
from flashdeck.source.note import SourceFile
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

_COMMENT = re.compile(r"#[ \t]*flashdeck:[ \t]*ignore\b[ \t:]*(?P<names>[^#(\r\n]*)")
_NAME = re.compile(r"[^\s,]+")


class Ignore(NamedTuple):
    """One name in a comment, and the lines (from 1, both inclusive) that it speaks of."""

    rule: Text
    first: int
    last: int


class Suppressions:
    """Severities in the settings and comments in the sources; remembers which ones were used."""

    def __init__(
        self, severities: Mapping[str, Severity | None], sources: Iterable[SourceFile]
    ) -> None:
        self._severities = severities
        self._ignores: dict[tuple[str, str], list[Ignore]] = {}
        self._used: set[Text] = set()
        for source in sources:
            for one in ignores(source.yaml):
                self._ignores.setdefault((source.yaml.path, one.rule.value), []).append(one)

    def applied(self, problems: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Give the diagnostics that stay, each with the severity that its author wants."""
        applied = (self._applied(problem) for problem in problems)
        return [problem for problem in applied if problem is not None]

    def comments(self) -> list[Diagnostic]:
        """Say which comments name no rule, and which ignored nothing of what was judged so far."""
        if not self._ignores:
            return []
        from flashdeck.rules.pages import pages  # a build has no use for them

        known = pages()
        unused = (
            one.rule
            for found in self._ignores.values()
            for one in found
            if one.rule not in self._used and self._severities.get(one.rule.value, True)
        )
        return [_useless(rule) if rule.value in known else _unknown(rule) for rule in unused]

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
    """Find the comments of a file that silence rules."""
    comments = list(_COMMENT.finditer(file.text))
    if not comments:
        return []
    scalars = sorted(
        (node.start.index, node.end.index) for root in file.documents for node in _scalars(root)
    )
    stretches = list(_stretches(file))
    ends = [until for until, _, _ in stretches]
    place = places_in(file.path, file.text)
    found: list[Ignore] = []
    for comment in comments:
        if _is_inside(scalars, comment.start()):
            continue
        line = place(*comment.span()).line
        at = bisect.bisect_left(ends, line)
        first, last = stretches[at][1:] if at < len(stretches) else (line, line)
        names = _NAME.finditer(file.text, comment.start("names"), comment.end("names"))
        found += (Ignore(Text(name[0], place(*name.span())), first, last) for name in names)
    return found


def _stretches(file: YamlFile) -> Iterator[tuple[int, int, int]]:
    """Give the lines of documents and notes, each behind the last line of a comment on it."""
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
    waiting: list[Node] = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            yield node
        elif isinstance(node, SequenceNode):
            waiting += node.items
        else:
            waiting += (one for pair in node.pairs for one in pair)


def _is_inside(scalars: list[tuple[int, int]], index: int) -> bool:
    place = bisect.bisect_right(scalars, (index, index)) - 1
    return place >= 0 and scalars[place][0] <= index < scalars[place][1]


def _unknown(rule: Text) -> Diagnostic:
    from flashdeck.rules.pages import meant

    message = f"there is no rule '{rule.value}' to ignore"
    return Diagnostic("unknown-rule", message, rule.span, Severity.WARNING, meant(rule.value))


def _useless(rule: Text) -> Diagnostic:
    message = f"'{rule.value}' finds nothing here that could be ignored"
    return Diagnostic("unused-ignore", message, rule.span, Severity.NOTE, "remove the comment")

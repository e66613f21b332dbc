"""Diagnostics as text in frames, as JSON, or as GitHub annotations. Nothing here prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.files.files import RefusedFileError, read_regular
from flashdeck.text import BOLD, CYAN, DIM, RED, YELLOW, columns, counted, painted, visible

LineOf = Callable[[str, int], str | None]
"""Gives a line of a source file by its path and number, None where there is none."""

COLORS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.NOTE: CYAN}
_WIDEST = 100
_ELLIPSIS = "…"
_OF_LINES = (".yaml", ".yml", ".css", ".html", ".lock", ".csv", ".tsv", ".txt")
_LARGEST = 2**27  # bytes; what nobody could look through in a frame is not shown


def source_lines(root: Path) -> LineOf:
    """Give the lines of a project's files as they stand on disk.

    Of a file that may not be read (a pipe, a link that leads out of the project) nothing is shown,
    nor of a picture.
    """

    @cache
    def lines(path: str) -> list[str]:
        if not path.lower().endswith(_OF_LINES):
            return []
        try:
            data = read_regular(root / path, root, _LARGEST)
        except RefusedFileError:
            return []
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16", "replace")
        else:  # as the readers do: each byte that is not UTF-8 is one column
            text = re.sub("[\udc80-\udcff]", "\ufffd", data.decode("utf-8", "surrogateescape"))
        return [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]

    def line_of(path: str, number: int) -> str | None:
        found = lines(path)
        return found[number - 1] if number <= len(found) and any(found) else None

    return line_of


def in_order(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by place; what has no place comes last."""
    return sorted(problems, key=lambda one: (one.span is None, one.span or (), one.rule))


def framed(problems: Sequence[Diagnostic], line_of: LineOf, *, color: bool) -> str:
    """Write each diagnostic: a first line for machines, then a frame for people."""
    return "".join(_framed(problem, line_of, color=color) for problem in in_order(problems))


def summary(problems: Sequence[Diagnostic]) -> str:
    """Count the diagnostics: "2 errors, 1 warning"; '' where there are none."""
    counts = Counter(problem.severity for problem in problems)
    return ", ".join(
        counted(counts[severity], severity) for severity in Severity if counts[severity]
    )


def as_json(problems: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Give the diagnostics as plain data, places as numbers from 1, null where there is none."""
    return [_plain(problem) for problem in in_order(problems)]


def as_github(problems: Iterable[Diagnostic]) -> str:
    """Write workflow commands that GitHub shows beside the lines of a pull request."""
    kinds = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    lines = []
    for problem in in_order(problems):
        place = f"title={_property(problem.rule)}"
        if problem.span is not None:
            path, line, column, end_line, end_column = problem.span
            place = (
                f"file={_property(path)},line={line},endLine={end_line},"
                f"col={column},endColumn={end_column},{place}"
            )
        words = problem.message + (f" ({problem.hint})" if problem.hint else "")
        lines.append(f"::{kinds[problem.severity]} {place}::{_escape(words)}\n")
    return "".join(lines)


def _framed(problem: Diagnostic, line_of: LineOf, *, color: bool) -> str:
    paint = partial(painted, color=color)
    span = problem.span
    tone = COLORS[problem.severity]
    severity = paint(problem.severity, BOLD + tone)
    rule = paint(f"[{problem.rule}]", DIM)
    said = f"{severity}: {visible(problem.message)} {rule}\n"
    hint = f"      = {visible(problem.hint)}\n" if problem.hint else ""
    if span is None:
        return said + hint
    place = paint(f"{visible(span.path)}:{span.line}:{span.column}", BOLD)
    source = line_of(span.path, span.line)
    frame = ""
    if source is not None:
        text, offset, width = _cut(source, span)
        number = f"{span.line:>5} | "
        marks = " " * (len(number) - 2) + "| " + " " * offset + paint("^" * width, tone)
        frame = f"{paint(number, DIM)}{text}\n{marks}\n"
    return f"{place}: {said}{frame}{hint}"


def _cut(source: str, span: Span) -> tuple[str, int, int]:
    """Cut a long line round the place; give it with the marks' offset and width in columns."""
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(source)
    first = 0
    if len(source) > _WIDEST:
        first = max(0, min(start - _WIDEST // 3, len(source) - _WIDEST))
    text = source[first : first + _WIDEST]
    if first:
        text = _ELLIPSIS + text[1:]
    if first + _WIDEST < len(source):
        text = text[:-1] + _ELLIPSIS
    text = visible(text.expandtabs(1))
    before = columns(text[: start - first])
    width = max(1, columns(text[start - first : end - first]))
    return text, before, width


def _plain(problem: Diagnostic) -> dict[str, Any]:
    span = problem.span
    return {
        "rule": problem.rule,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "file": span.path if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")

"""Formats diagnostics as framed text, JSON, GitHub annotations or SARIF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.files.files import RefusedFileError, read_regular
from flashdeck.text import BOLD, CYAN, DIM, RED, YELLOW, columns, counted, painted, visible

if TYPE_CHECKING:
    from flashdeck.rules.pages import Page

LineOf = Callable[[str, int], str | None]
"""Returns a line of a source file by path and number, or None."""

_SARIF = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_WHOLE = "flashdeck.yaml"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
COLORS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: CYAN}
_WIDEST = 100
_ELLIPSIS = "…"
_OF_LINES = (".yaml", ".yml", ".css", ".html", ".lock", ".csv", ".tsv", ".txt")
_LARGEST = 2**27  # bytes; larger files get no frames


def source_lines(root: Path) -> LineOf:
    """Return the function for lines of the files on disk.

    It returns None for files that may not be read (a pipe, a link out of the project) and for
    images.
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
        else:  # as in the readers, an invalid byte is one column
            text = re.sub("[\udc80-\udcff]", "\ufffd", data.decode("utf-8", "surrogateescape"))
        return [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]

    def line_of(path: str, number: int) -> str | None:
        file_lines = lines(path)
        return file_lines[number - 1] if number <= len(file_lines) and any(file_lines) else None

    return line_of


def in_order(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by place; diagnostics without a place come last."""
    return sorted(problems, key=_order)


def _order(problem: Diagnostic) -> tuple[bool, tuple[object, ...], str]:
    span = problem.span
    return span is None, span.order if span is not None else (), problem.rule


def framed(problems: Sequence[Diagnostic], line_of: LineOf, *, color: bool) -> str:
    """Format each diagnostic: a line with place and message, then the source line."""
    return "".join(_framed(problem, line_of, color=color) for problem in in_order(problems))


def summary(problems: Sequence[Diagnostic]) -> str:
    """Count the diagnostics: "2 errors, 1 warning"; '' if there are none."""
    counts = Counter(problem.severity for problem in problems)
    return ", ".join(
        counted(counts[severity], severity) for severity in Severity if counts[severity]
    )


def as_json(problems: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Return the diagnostics as JSON data; lines and columns count from 1, or are null."""
    return [_plain(problem) for problem in in_order(problems)]


def as_github(problems: Iterable[Diagnostic]) -> str:
    """Format workflow commands, which GitHub shows as annotations in pull requests."""
    kinds = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
    lines = []
    for problem in in_order(problems):
        place = f"title={_property(problem.rule)}"
        if problem.span is not None:
            path, line, column, end_line, end_column = problem.span
            place = (
                f"file={_property(path)},line={line},endLine={end_line},"
                f"col={column},endColumn={end_column},{place}"
            )
        lines.append(f"::{kinds[problem.severity]} {place}::{_escape(_with_hint(problem))}\n")
    return "".join(lines)


def as_sarif(problems: Sequence[Diagnostic], version: str) -> dict[str, Any]:
    """Return the diagnostics as a SARIF log, by the `version` of flashdeck."""
    from flashdeck.rules.pages import pages  # slow to load

    rules = sorted({problem.rule for problem in problems})
    known = pages()
    driver = {
        "name": "flashdeck",
        "version": version,
        "rules": [_sarif_rule(name, known.get(name)) for name in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem, rules) for problem in in_order(problems)],
    }
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}


def _sarif_rule(name: str, page: Page | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name}
    if page is not None:
        rule["shortDescription"] = {"text": " ".join(page.what.split())}
        rule["help"] = {"text": f"How to fix it: {' '.join(page.fix.split())}"}
        rule["defaultConfiguration"] = {"level": _LEVELS[page.severity]}
    return rule


def _sarif_result(problem: Diagnostic, rules: list[str]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _WHOLE}}  # GitHub needs a file
    if problem.span is not None:
        path, line, column, end_line, end_column = problem.span
        place = {
            "artifactLocation": {"uri": quote(path)},
            "region": {
                "startLine": line,
                "startColumn": column,
                "endLine": end_line,
                "endColumn": end_column,
            },
        }
    return {
        "ruleId": problem.rule,
        "ruleIndex": rules.index(problem.rule),
        "level": _LEVELS[problem.severity],
        "message": {"text": _with_hint(problem)},
        "locations": [{"physicalLocation": place}],
    }


def _with_hint(problem: Diagnostic) -> str:
    return problem.message + (f" ({problem.hint})" if problem.hint else "")


def _framed(problem: Diagnostic, line_of: LineOf, *, color: bool) -> str:
    paint = partial(painted, color=color)
    span = problem.span
    style = COLORS[problem.severity]
    severity = paint(problem.severity, BOLD + style)
    rule = paint(f"[{problem.rule}]", DIM)
    headline = f"{severity}: {visible(problem.message)} {rule}\n"
    hint = f"      = {visible(problem.hint)}\n" if problem.hint else ""
    if span is None:
        return headline + hint
    place = paint(f"{visible(span.path)}:{span.line}:{span.column}", BOLD)
    source = line_of(span.path, span.line)
    frame = ""
    if source is not None:
        text, offset, width = _cut(source, span)
        number = f"{span.line:>5} | "
        marks = " " * (len(number) - 2) + "| " + " " * offset + paint("^" * width, style)
        frame = f"{paint(number, DIM)}{text}\n{marks}\n"
    return f"{place}: {headline}{frame}{hint}"


def _cut(source: str, span: Span) -> tuple[str, int, int]:
    """Shorten a long line around the span; return it with the offset and width of the marks."""
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
    path, line, column, end_line, end_column = problem.span or (None,) * 5
    return {
        "rule": problem.rule,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "file": path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _escape(text: str) -> str:
    """Escape the text of a workflow command; control characters are made visible."""
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")

"""A diagnostic as plain data, with the lines round its place."""

from __future__ import annotations

from typing import Any

from flashdeck.diagnostics import Diagnostic
from flashdeck.preview.serve.snapshot import LineOf

_AROUND = 2
_WIDEST = 400


def framed(problem: Diagnostic, line_of: LineOf) -> dict[str, Any]:
    """Give a diagnostic as a page shows it: `lines` are pairs of a number and a text.

    `from` and `to` are the columns that it is about, from 0, on line `line`.
    """
    span = problem.span
    plain: dict[str, Any] = {
        "rule": problem.rule,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "file": span.path if span else "",
        "line": span.line if span else 0,
        "column": span.column if span else 0,
        "lines": [],
        "from": 0,
        "to": 0,
    }
    if span is None:
        return plain
    numbers = range(max(1, span.line - _AROUND), span.line + _AROUND + 1)
    lines = [(number, line_of(span.path, number)) for number in numbers]
    plain["lines"] = [[number, text[:_WIDEST]] for number, text in lines if text is not None]
    here = next((text for number, text in lines if number == span.line and text is not None), "")
    plain["from"] = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(here)
    plain["to"] = max(end, span.column)
    return plain

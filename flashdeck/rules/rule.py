"""What a rule is: a function that finds, a name, a severity. Its docstring is its documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flashdeck.diagnostics import Fix, Severity, Span
from flashdeck.rules.context import LintContext


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found: where, what, the way out, and the edit that mends it."""

    span: Span | None
    message: str
    hint: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `severity` is what it is worth unless `flashdeck.yaml` says otherwise.

    `find` is the rule itself: its docstring says what is wrong, why, how to mend it, and shows a
    note that fails and one that passes (`page` reads it). `fixable`: `check --fix` mends it.
    """

    name: str
    find: Callable[[LintContext], Iterable[Finding]]
    severity: Severity = Severity.WARNING
    fixable: bool = False

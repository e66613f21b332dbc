"""Rules, whose docstrings are their documentation, and their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flashdeck.diagnostics import Fix, Severity, Span
from flashdeck.rules.context import LintContext


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that a rule found, how to fix it, and the edit that fixes it."""

    span: Span | None
    message: str
    hint: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `severity` is its default, which `flashdeck.yaml` can change.

    `find` is the check itself. Its docstring is the rule's page: the problem, why it matters, how
    to fix it, a note that fails and one that passes. `fixable`: `check --fix` fixes it.
    """

    name: str
    find: Callable[[LintContext], Iterable[Finding]]
    severity: Severity = Severity.WARNING
    fixable: bool = False

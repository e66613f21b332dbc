"""Rules for good cards: each a function that looks at a `LintContext` and gives what it finds.

Beside them stand the names of everything else that flashdeck says of sources, so that each can be
explained, and given another severity where it is no error.
"""

from __future__ import annotations

from collections.abc import Mapping

from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.rules import (
    answers,
    contrast,
    duplicates,
    fronts,
    gaps,
    pictures,
    tags,
    wording,
)
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.rule import Finding, Rule

__all__ = ["RULES", "Entry", "FieldText", "Finding", "LintContext", "Rule", "lint"]

RULES: tuple[Rule, ...] = (
    Rule("answer-in-question", answers.answer_in_question),
    Rule("cloze-everything", gaps.cloze_everything),
    Rule("different-answers", duplicates.different_answers),
    Rule("duplicate-question", duplicates.duplicate_question),
    Rule("enumeration", answers.enumeration),
    Rule("gap-given-away", gaps.gap_given_away),
    Rule("invisible-front", fronts.invisible_front),
    Rule("large-picture", pictures.large_picture),
    Rule("long-answer", answers.long_answer),
    Rule("low-contrast", contrast.low_contrast),
    Rule("missing-alt", pictures.missing_alt, Severity.NOTE),
    Rule("near-duplicate", duplicates.near_duplicate),
    Rule("no-referent", wording.no_referent),
    Rule("tag-plural", tags.tag_plural),
    Rule("tag-spelling", tags.tag_spelling, fixable=True),
    Rule("yes-no", wording.yes_no),
)
"""The rules that look at whole projects; what readers report is documented in `told/`."""

# Nobody reads more of one kind; in a deck that was made by a script there could be a million.
_MOST = 1_000


def lint(context: LintContext, wanted: Mapping[str, Severity | None]) -> list[Diagnostic]:
    """Give what the rules find, each with the severity that its rule has by default.

    `wanted` are severities by rule names; a rule that is turned off there (None) does not run.
    """
    found: list[Diagnostic] = []
    for rule in RULES:
        if wanted.get(rule.name, rule.severity) is None:
            continue
        for count, one in enumerate(rule.find(context)):
            if count == _MOST:
                message = f"more notes have what '{rule.name}' finds; {_MOST:,} are shown"
                found.append(Diagnostic("more-problems", message, None, Severity.NOTE))
                break
            found.append(
                Diagnostic(rule.name, one.message, one.span, rule.severity, one.hint, one.fix)
            )
    return found

"""The rules for good cards: functions from a `LintContext` to findings."""

from __future__ import annotations

from collections.abc import Mapping

from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.rules import (
    answers,
    cloze_notes,
    contrast,
    duplicates,
    fronts,
    pictures,
    tags,
    wording,
)
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.rule import Finding, Rule
from flashdeck.rules.text import clozes, dialects, layout, math, tex, typed

__all__ = ["RULES", "Entry", "FieldText", "Finding", "LintContext", "Rule", "lint"]

RULES: tuple[Rule, ...] = (
    Rule("answer-in-question", answers.answer_in_question),
    Rule("choices-reverse", answers.choices_reverse),
    Rule("cloze-everything", cloze_notes.cloze_everything),
    Rule("cloze-given-away", cloze_notes.cloze_given_away),
    Rule("cloze-in-question", clozes.cloze_in_question),
    Rule("different-answers", duplicates.different_answers),
    Rule("duplicate-question", duplicates.duplicate_question),
    Rule("emphasis-left", layout.emphasis_left),
    Rule("enumeration", answers.enumeration, fixable=True),
    Rule("foreign-markup", dialects.foreign_markup, fixable=True),
    Rule("hard-wrapped", layout.hard_wrapped, Severity.INFO),
    Rule("invisible-front", fronts.invisible_front),
    Rule("large-picture", pictures.large_picture),
    Rule("list-nesting", layout.list_nesting, fixable=True),
    Rule("list-sound", cloze_notes.list_sound),
    Rule("local-link", dialects.local_link),
    Rule("long-answer", answers.long_answer),
    Rule("low-contrast", contrast.low_contrast),
    Rule("math-brace", math.math_brace),
    Rule("math-unclosed", math.math_unclosed),
    Rule("missing-alt", pictures.missing_alt, Severity.INFO),
    Rule("near-duplicate", duplicates.near_duplicate),
    Rule("no-referent", wording.no_referent),
    Rule("tag-plural", tags.tag_plural),
    Rule("tag-spelling", tags.tag_spelling, fixable=True),
    Rule("tex-outside-math", math.tex_outside_math),
    Rule("unknown-tex-command", tex.unknown_tex_command),
    Rule("untypable", typed.untypable, fixable=True),
    Rule("yes-no", wording.yes_no),
)
"""The rules for whole projects; `rule_pages/` documents the problems that readers report."""

# The most findings of a rule; a generated deck can have a million.
_MOST = 1_000


def lint(context: LintContext, wanted: Mapping[str, Severity | None]) -> list[Diagnostic]:
    """Return the findings of all rules, with each rule's default severity.

    `wanted` are severities by rule name; rules that are off (None) do not run.
    """
    diagnostics: list[Diagnostic] = []
    for rule in RULES:
        if wanted.get(rule.name, rule.severity) is None:
            continue
        # Those of a pattern's own text are found in each note that was made of it.
        findings = dict.fromkeys(rule.find(context))
        for count, finding in enumerate(findings):
            if count == _MOST:
                message = f"more notes have what '{rule.name}' finds; {_MOST:,} are shown"
                diagnostics.append(Diagnostic("more-problems", message, None, Severity.INFO))
                break
            span, message, hint, fix = finding.span, finding.message, finding.hint, finding.fix
            diagnostics.append(Diagnostic(rule.name, message, span, rule.severity, hint, fix))
    return diagnostics

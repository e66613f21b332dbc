"""Rule pages as text for a terminal, and as the reference in Markdown. Nothing here prints."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from flashdeck.diagnostics import Severity
from flashdeck.report import COLORS
from flashdeck.rules.pages import Page
from flashdeck.text import BOLD, DIM, painted

_WIDTH = 80
_CODE = re.compile(r"(`+)(?: ?)(.+?)(?: ?)\1")

_INTRODUCTION = """\
# Rules

<!-- Generated from the rules by `make reference`; edit those. -->

Everything that `flashdeck check` can say, by its name in brackets. `flashdeck explain RULE` shows
the same in the terminal. Errors are of the format: with them nothing is built. Warnings
and infos are advice, and yours to follow. `flashdeck.yaml` sets the severity of each, or turns it
off:

```yml
rules:
  yes-no: off          # off, info, warning or error
  enumeration: error
```

A comment on a note or above it silences them for that note, with the reason in parentheses if you
like; a comment on or above the keys of a document applies to all notes in it:

```yml
notes:
  # flashdeck: ignore yes-no (the law asks just that)
  - q: Must a learner driver be accompanied?
    a: "Yes"
```

The reasons for the rules about good cards:
[What makes a good card](../explanation/good-cards.md).

`check --fix` fixes the rules marked *fixed by `--fix`*, where only one fix is possible.

Each example is the file `cards/deck.yaml`; a line `== PATH` begins another file.
"""


def page(rule: Page, *, color: bool) -> str:
    """Format the page of a rule for a terminal."""
    severity = painted(rule.severity, BOLD + COLORS[rule.severity], color=color)
    fix = ", fixed by check --fix" if rule.fixable else ""
    pieces = [f"{painted(rule.name, BOLD, color=color)} ({severity}{fix})", _wrapped(rule.what)]
    pieces += [_wrapped(paragraph) for paragraph in rule.why.split("\n\n") if paragraph]
    pieces.append(_wrapped(f"How to fix it: {rule.fix}"))
    for title, example in _examples(rule):
        lines = textwrap.indent(example.rstrip("\n"), "    ")
        pieces.append(f"{painted(f'{title}:', DIM, color=color)}\n\n{lines}")
    if rule.severity is not Severity.ERROR:
        pieces.append(
            _wrapped(
                f"To silence it for a note, write '# flashdeck: ignore {rule.name}' above the "
                f"note; for the project, 'rules: {{{rule.name}: off}}' in flashdeck.yaml."
            )
        )
    return "\n\n".join(pieces) + "\n"


def listed(pages: Iterable[Page], *, color: bool) -> str:
    """List rules, one per line, errors first."""
    lines: list[str] = []
    rules = list(pages)
    width = max(len(rule.name) for rule in rules)
    for severity in Severity:
        title = {"error": "Errors", "warning": "Warnings", "info": "Infos"}[severity]
        lines.append(painted(title, BOLD + COLORS[severity], color=color))
        for rule in rules:
            if rule.severity is severity:
                name = painted(rule.name.ljust(width), BOLD, color=color)
                lines.append(f"  {name}  {_plain(' '.join(rule.what.split()))}")
        lines.append("")
    lines.append("'flashdeck explain RULE' says more.")
    return "\n".join(lines) + "\n"


def reference(pages: Iterable[Page]) -> str:
    """Format the reference of all rules as Markdown."""
    rules = list(pages)
    pieces = [_INTRODUCTION.rstrip("\n")]
    errors = [rule for rule in rules if rule.severity is Severity.ERROR]
    advice = [rule for rule in rules if rule.severity is not Severity.ERROR]
    for title, section in (("Warnings and infos", advice), ("Errors", errors)):
        pieces += [f"## {title}", " · ".join(f"[{rule.name}](#{rule.name})" for rule in section)]
        pieces += [piece for rule in section for piece in _section(rule)]
    return "\n\n".join(pieces) + "\n"


def _section(rule: Page) -> Iterator[str]:
    fix = "; fixed by `--fix`" if rule.fixable else ""
    yield f"### {rule.name}"
    yield f"*{rule.severity}{fix}.* {rule.what}"
    if rule.why:
        yield rule.why
    yield f"How to fix it: {rule.fix}"
    for title, example in _examples(rule):
        fence = "~~~" if "```" in example else "```"
        yield f"{title}:\n\n{fence}yml\n{example}{fence}"


def _examples(rule: Page) -> Iterator[tuple[str, str]]:
    if rule.before:
        yield "Once built", rule.before
    yield "Fails", rule.fails
    yield "Passes", rule.passes


def _wrapped(words: str) -> str:
    return textwrap.fill(_plain(" ".join(words.split())), _WIDTH, break_on_hyphens=False)


def _plain(words: str) -> str:
    """Remove the backticks of code and the asterisks of emphasis."""
    return re.sub(r"\*(\S[^*]*)\*", r"\1", _CODE.sub(r"\2", words))

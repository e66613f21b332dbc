"""Pages of rules as text for a terminal, and as the reference in Markdown. Nothing here prints."""

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

<!-- Made from the rules themselves by `make reference`; change those. -->

Everything that `flashdeck check` can say, by its name in brackets. `flashdeck explain RULE` shows
the same in the terminal. Errors are of the format: with them nothing is built. Warnings and notes
are advice, and yours to follow. In `flashdeck.yaml` each can be made graver or turned off:

```yml
rules:
  yes-no: off          # off, note, warning or error
  enumeration: error
```

and for a single note a comment on it or above it silences them, with the reason in parentheses if
you like; on or above the keys of a document it speaks of all notes in it:

```yml
notes:
  # flashdeck: ignore yes-no (the law asks just that)
  - q: Must a learner driver be accompanied?
    a: "Yes"
```

What stands behind the rules about good cards:
[What makes a good card](../explanation/good-cards.md).

`check --fix` mends what is marked *mended by `--fix`*, where only one thing can have been meant.

An example is the file `cards/deck.yaml`; a line `== PATH` begins another file.
"""


def page(one: Page, *, color: bool) -> str:
    """Write the page of one rule for a terminal."""
    severity = painted(one.severity, BOLD + COLORS[one.severity], color=color)
    fix = ", mended by check --fix" if one.fixable else ""
    pieces = [f"{painted(one.name, BOLD, color=color)} ({severity}{fix})", _filled(one.what)]
    pieces += [_filled(paragraph) for paragraph in one.why.split("\n\n") if paragraph]
    pieces.append(_filled(f"How to mend it: {one.mend}"))
    for title, example in _examples(one):
        lines = textwrap.indent(example.rstrip("\n"), "    ")
        pieces.append(f"{painted(f'{title}:', DIM, color=color)}\n\n{lines}")
    if one.severity is not Severity.ERROR:
        pieces.append(
            _filled(
                f"To silence it for a note, write '# flashdeck: ignore {one.name}' above the note; "
                f"for the project, 'rules: {{{one.name}: off}}' into flashdeck.yaml."
            )
        )
    return "\n\n".join(pieces) + "\n"


def listed(pages: Iterable[Page], *, color: bool) -> str:
    """List rules, one a line, the gravest first."""
    lines: list[str] = []
    found = list(pages)
    width = max(len(one.name) for one in found)
    for severity in Severity:
        title = {"error": "Errors", "warning": "Warnings", "note": "Notes"}[severity]
        lines.append(painted(title, BOLD + COLORS[severity], color=color))
        for one in found:
            if one.severity is severity:
                name = painted(one.name.ljust(width), BOLD, color=color)
                lines.append(f"  {name}  {_plain(' '.join(one.what.split()))}")
        lines.append("")
    lines.append("'flashdeck explain RULE' says more.")
    return "\n".join(lines) + "\n"


def reference(pages: Iterable[Page]) -> str:
    """Write the reference of all rules as Markdown."""
    found = list(pages)
    pieces = [_INTRODUCTION.rstrip("\n")]
    errors = [one for one in found if one.severity is Severity.ERROR]
    advice = [one for one in found if one.severity is not Severity.ERROR]
    for title, own in (("Warnings and notes", advice), ("Errors", errors)):
        pieces += [f"## {title}", " · ".join(f"[{one.name}](#{one.name})" for one in own)]
        pieces += [piece for one in own for piece in _section(one)]
    return "\n\n".join(pieces) + "\n"


def _section(one: Page) -> Iterator[str]:
    fix = "; mended by `--fix`" if one.fixable else ""
    yield f"### {one.name}"
    yield f"*{one.severity}{fix}.* {one.what}"
    if one.why:
        yield one.why
    yield f"How to mend it: {one.mend}"
    for title, example in _examples(one):
        fence = "~~~" if "```" in example else "```"
        yield f"{title}:\n\n{fence}yml\n{example}{fence}"


def _examples(one: Page) -> Iterator[tuple[str, str]]:
    if one.before:
        yield "Once built", one.before
    yield "Fails", one.fails
    yield "Passes", one.passes


def _filled(words: str) -> str:
    return textwrap.fill(_plain(" ".join(words.split())), _WIDTH, break_on_hyphens=False)


def _plain(words: str) -> str:
    """Take the backticks off code and the stars off emphasis, as a terminal shows none."""
    return re.sub(r"\*(\S[^*]*)\*", r"\1", _CODE.sub(r"\2", words))

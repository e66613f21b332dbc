"""The documentation of every rule, one page each, read from docstrings and from `rule_pages/`.

A page starts with a sentence about the problem, then explains why it matters, and how to fix it
("Fix: …"). Two examples follow, indented below `Fails::` and `Passes::`, which the tests run. An
example is the text of `cards/deck.yaml`; a line `== PATH` starts another file. An example below
`Before::` is built first, for rules about changes since the last build.

`rule_pages/` has the pages of problems that readers and renderers report.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flashdeck.diagnostics import Severity
from flashdeck.rules.registry import RULES
from flashdeck.text import did_you_mean, nearest

_HEAD = re.compile(
    r"^=== (?P<name>[a-z-]+) (?P<severity>error|warning|info)(?P<fixable> fixable)?$"
)
_EXAMPLE = re.compile(r"^(Before|Fails|Passes)::\n\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """The documentation of a rule.

    `what` is a sentence, `why` paragraphs of Markdown (maybe none), `fix` how to fix the problem.
    `before`, `fails` and `passes` are examples; `before` is '' where no build comes first.
    """

    name: str
    severity: Severity
    fixable: bool
    what: str
    why: str
    fix: str
    before: str
    fails: str
    passes: str


@cache
def pages() -> dict[str, Page]:
    """Return all pages, by rule name in alphabetical order."""
    by_name = {page.name: page for page in (*_rules(), *_built_in())}
    return dict(sorted(by_name.items()))


def meant(name: str) -> str:
    """Suggest a rule for an unknown name."""
    near = nearest(name.replace("_", "-"), pages())
    return did_you_mean(near, "'flashdeck explain' lists all rules")


def read_page(name: str, severity: Severity, text: str, *, fixable: bool) -> Page:
    """Read one page from its text."""
    examples = {
        match[1]: textwrap.dedent(match[2]).strip("\n") + "\n" for match in _EXAMPLE.finditer(text)
    }
    paragraphs = _EXAMPLE.split(text)[0].strip().split("\n\n")
    fixes = [text.removeprefix("Fix: ") for text in paragraphs if text.startswith("Fix: ")]
    why = [text for text in paragraphs[1:] if not text.startswith("Fix: ")]
    return Page(
        name=name,
        severity=severity,
        fixable=fixable,
        what=paragraphs[0],
        why="\n\n".join(why),
        fix="".join(fixes),
        before=examples.get("Before", ""),
        fails=examples.get("Fails", ""),
        passes=examples.get("Passes", ""),
    )


def _rules() -> Iterator[Page]:
    for rule in RULES:
        text = (inspect.getdoc(rule.find) or "") + "\n"
        yield read_page(rule.name, rule.severity, text, fixable=rule.fixable)


def _built_in() -> Iterator[Page]:
    for file in files("flashdeck.rules").joinpath("rule_pages").iterdir():
        for page in re.split(r"(?m)^(?==== )", file.read_text("utf-8"))[1:]:
            head, _, text = page.partition("\n")
            match = _HEAD.fullmatch(head)
            assert match is not None, head
            severity = Severity(match["severity"])
            yield read_page(match["name"], severity, text, fixable=match["fixable"] is not None)

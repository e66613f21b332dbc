"""The documentation of every rule: a page each, read from docstrings and from `rule_pages/`.

A page begins with a sentence that says what is wrong, then says why it matters, and how to mend it
("Mend: …"). Two examples follow, indented below `Fails::` and `Passes::`, which the tests run. An
example is the text of `cards/deck.yaml`; a line `== PATH` begins another file. What stands below
`Before::` is built first, for rules about what changed since.

`rule_pages/` holds the pages of what readers and renderers report, which have no function each.
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

_HEAD = re.compile(r"^=== (?P<name>[a-z-]+) (?P<severity>error|warning|note)(?P<fix> fixable)?$")
_EXAMPLE = re.compile(r"^(Before|Fails|Passes)::\n\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """What is to be known of one rule.

    `what` is a sentence, `why` paragraphs of Markdown (maybe none), `mend` the way out. `before`,
    `fails` and `passes` are examples; `before` is '' where nothing has to be built first.
    """

    name: str
    severity: Severity
    fixable: bool
    what: str
    why: str
    mend: str
    before: str
    fails: str
    passes: str


@cache
def pages() -> dict[str, Page]:
    """Give all pages by the rules' names, in the order of these."""
    found = {page.name: page for page in (*_rules(), *_told())}
    return dict(sorted(found.items()))


def meant(name: str) -> str:
    """Say which rule was probably meant by a name that is none."""
    near = nearest(name.replace("_", "-"), pages())
    return did_you_mean(near, "'flashdeck explain' lists all rules")


def read_page(name: str, severity: Severity, text: str, *, fixable: bool) -> Page:
    """Read one page from its text."""
    examples = {
        found[1]: textwrap.dedent(found[2]).strip("\n") + "\n" for found in _EXAMPLE.finditer(text)
    }
    paragraphs = _EXAMPLE.split(text)[0].strip().split("\n\n")
    mend = [one.removeprefix("Mend: ") for one in paragraphs if one.startswith("Mend: ")]
    why = [one for one in paragraphs[1:] if not one.startswith("Mend: ")]
    return Page(
        name=name,
        severity=severity,
        fixable=fixable,
        what=paragraphs[0],
        why="\n\n".join(why),
        mend="".join(mend),
        before=examples.get("Before", ""),
        fails=examples.get("Fails", ""),
        passes=examples.get("Passes", ""),
    )


def _rules() -> Iterator[Page]:
    for rule in RULES:
        text = (inspect.getdoc(rule.find) or "") + "\n"
        yield read_page(rule.name, rule.severity, text, fixable=rule.fixable)


def _told() -> Iterator[Page]:
    for file in files("flashdeck.rules").joinpath("rule_pages").iterdir():
        for piece in re.split(r"(?m)^(?==== )", file.read_text("utf-8"))[1:]:
            head, _, text = piece.partition("\n")
            found = _HEAD.fullmatch(head)
            assert found is not None, head
            severity = Severity(found["severity"])
            yield read_page(found["name"], severity, text, fixable=found["fix"] is not None)

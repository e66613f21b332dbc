"""Texts with their HTML: another version of the parser that renders one differently is noticed.

Every note that renders differently is an edit for learners.
"""

from __future__ import annotations

import re
import tomllib

import pytest
from conftest import ROOT

from flashdeck.markup import render


def pinned() -> dict[str, tuple[str, str]]:
    """Read `pinned.txt`: `=== name`, the text, `--->`, its HTML."""
    found = {}
    text = (ROOT / "tests" / "markup" / "pinned.txt").read_text(encoding="utf-8")
    for case in text.removeprefix("=== ").split("\n=== "):
        name, _, rest = case.partition("\n")
        source, _, html = rest.partition("\n--->\n")
        found[name] = source, html.rstrip("\n")
    return found


PINNED = pinned()


@pytest.mark.parametrize("name", PINNED)
def test_a_pinned_text_renders_as_ever(name: str) -> None:
    text, html = PINNED[name]
    assert render(text).html == html


def test_a_hundred_texts_are_pinned_and_so_is_the_parser() -> None:
    assert len(PINNED) >= 100
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (parser,) = [name for name in project["dependencies"] if name.startswith("pyromark")]
    assert re.fullmatch(r"pyromark==[0-9.]+", parser)

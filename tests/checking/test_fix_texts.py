"""`check --fix` of texts: edits inside of values, also of block text."""

from __future__ import annotations

import pytest

from flashdeck.checking.fix import fixed_sources, write_fixed


@pytest.fixture
def fixed(project):
    """A function that returns a deck's text after its fixes."""

    def fixed(text):
        project.write("cards/deck.yaml", text)
        write_fixed(project.root, fixed_sources(project.root))
        return project.read("cards/deck.yaml")

    return fixed


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            r"{cloze: 'a {{c1::$\mathbb{F}_{p^{n}} \supset \mathbb{F}_{p}$}} b'}",
            r"{cloze: 'a {{c1::$\mathbb{F}_{p^{n} } \supset \mathbb{F}_{p}$}} b'}",
        ),
        (r"{cloze: 'a {{c1::$\frac{a}{b}}}$ b'}", r"{cloze: 'a {{c1::$\frac{a}{b} }}$ b'}"),
    ],
)
def test_texts_are_fixed(fixed, wrong, right):
    assert fixed(f"notes:\n  - {wrong}\n") == f"notes:\n  - {right}\n"


@pytest.mark.parametrize(
    "note",
    [
        r"{cloze: 'it is {{c3::$\frac{a}{b}}$ end'}",  # nothing closes the cloze then
        "{cloze: 'a {{c1::{b{c}} d}} e'}",  # a space would be seen
    ],
)
def test_what_has_no_single_fix_stays(fixed, note):
    text = f"notes:\n  - {note}\n"
    assert fixed(text) == text

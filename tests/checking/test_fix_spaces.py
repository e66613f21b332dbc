"""`check --fix` of tabs and of spaces of Unicode: what is corrected, and what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.checking.fix import fixed_sources, write_fixed

TABS = [
    ("\t- q: Q\n\t  a: A\n", "  - q: Q\n    a: A\n"),
    ("\t- q: Q\n\t\ta: A\n", "  - q: Q\n    a: A\n"),
    ("  - q: Q\n\ta: A\n", "  - q: Q\n    a: A\n"),
    ("  - q: Q\n  \ta: A\n", "  - q: Q\n    a: A\n"),
    ("\t-\tq: Q\n\t\ta: A\n", "  - q: Q\n    a: A\n"),
    ("- q: Q\n  a: |\n\tA\n\t\tB\n", "- q: Q\n  a: |\n    A\n    \tB\n"),
    ("\t- q: Q\n\t\ta: |\n\t\t\tA\n\n\t\t\t\tB\n", "  - q: Q\n    a: |\n      A\n\n      \tB\n"),
    ("  - q: Q\r\n\ta: A\r\n\t\r\n", "  - q: Q\r\n    a: A\r\n\r\n"),
    ("  - q: Q\n\ta: *A*\n\thint: >-\n\t  a", '  - q: Q\n    a: "*A*"\n    hint: >-\n      a'),
    ("  - q: Q\n    a: A\n\t# c", "  - q: Q\n    a: A\n  # c"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "right"), TABS)
def test_tabs_in_the_indentation_become_spaces(fixed, project, wrong, right):
    assert fixed("notes:\n" + wrong) == "notes:\n" + right
    assert project.check() == []


@pytest.mark.parametrize(
    "text",
    [
        "  - q: Q\n    a: |\n      \tA\n",  # is the tab a part of the text?
        "  - q: Q\n    a: |\n      A\n\textra: E\n",  # or this line?
        "  - q: Q\n    a: A\n\t extra: E\n",  # it lines up nowhere
    ],
)
def test_tabs_of_unknown_width_are_left_alone(fixed, project, text):
    assert fixed("notes:\n" + text) == "notes:\n" + text
    assert "tab" in [problem.rule for problem in project.check()]


@pytest.mark.parametrize("character", "\xa0\u2003\u202f")
@pytest.mark.parametrize(
    "text",
    [
        "notes:\n~~- q: Q\n    a: A\n",
        "notes:\n  - q: Q\n~~~~a: A\n~~~~extra: |\n~~~~~~E\n~\n    ~~F\n",
        "notes:\n  -~q: Q\n  ~~a: A\n",
        "notes:~\n  - q~:~Q\n    a :~A\n    tags~: [a]\n~\n",
        "notes:\n  - {q~: Q, a:~A}\n  - {q: R, a:~ B}\n",
        "deck:~X\nnotes:\r\n~~- q: Q\r\n    a: A\r\n",
    ],
)
def test_spaces_of_unicode_in_the_structure_become_spaces(fixed, project, character, text):
    text = fixed(text.replace("~", character))
    assert character not in text
    assert project.check() == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("  - \u200bq: Q\n    \u2060a\u200b:\u200bA\n", "  - q: Q\n    a: A\n"),
        ("  -\u200b\u200bq: Q\n    a: A\n", "  - q: Q\n    a: A\n"),
        ("  -\ufeff q: Q\n    a: A\n", "  - q: Q\n    a: A\n"),
        ("\ufeff  - q\ufeff: Q\n    a:\ufeffA\ufeffB\n\ufeff", "  - q: Q\n    a: AB\n"),
        ("\u3000- q: Q\n\u3000\u3000a:\u3000A\n", "  - q: Q\n    a: A\n"),
        ("\xa0\xa0- q: A\xa0B\n\t  a: |\n      \xa0A\n", "  - q: A\xa0B\n    a: |\n      \xa0A\n"),
    ],
)
def test_spaces_of_other_widths_are_corrected_as_editors_show_them(fixed, project, wrong, right):
    assert fixed("notes:\n" + wrong) == "notes:\n" + right
    assert project.check() == []


ODD = st.sampled_from([*" \t\xa0\u200b\ufeff\u3000", "  ", "    ", ""])
LINES = [
    "notes:",
    "- q: Q",
    "q:~Q",
    "a~: A",
    "a: |",
    "text~ ~text",
    "- x",
    "# c",
    "hint: 'a",
    "b'",
    "",
]


@given(st.lists(st.tuples(ODD, ODD, st.sampled_from(LINES), ODD), max_size=8))
def test_a_fix_of_spaces_changes_nothing_but_spaces(tmp_path_factory, lines):
    root = tmp_path_factory.mktemp("fix")
    (root / "cards").mkdir()
    around = ["notes:", "  - q: x", "    a: y"]
    rows = [first + second + words.replace("~", odd) for first, second, words, odd in lines]
    text = "\n".join([*around, *rows])
    (root / "cards/deck.yaml").write_bytes(text.encode())
    sources = fixed_sources(root)
    write_fixed(root, sources)
    for source in sources:
        assert _words(source.after) == _words(text)
    assert fixed_sources(root) == []


def _words(text):
    """The characters of a text that are neither spaces nor quotes."""
    return "".join(one for one in text if not one.isspace() and one not in "\"'\u200b\ufeff")

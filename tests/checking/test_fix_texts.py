"""`check --fix` of texts: edits inside of values, also of block text."""

from __future__ import annotations

import pytest

LIST = """\
notes:
  - q: How is tea made?
    a: |
      1. Boil water
        - in a kettle
        - or a pot

          ```
          code
          ```
      2. Pour it
        - slowly
  - {q: a, a: b}
"""


def test_nested_items_are_indented_with_all_that_is_in_them(fixed, project):
    text = fixed(LIST)
    assert text == (
        LIST.replace("        - in", "         - in")
        .replace("        - or", "         - or")
        .replace("          ```", "           ```")
        .replace("          code", "           code")
        .replace("        - slowly", "         - slowly")
    )
    assert "list-nesting" not in {problem.rule for problem in project.check()}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (r'{q: a, a: "1. b\n  - c\n2. d"}', r'{q: a, a: "1. b\n   - c\n2. d"}'),
        (
            r"{cloze: 'a {{c1::$\mathbb{F}_{p^{n}} \supset \mathbb{F}_{p}$}} b'}",
            r"{cloze: 'a {{c1::$\mathbb{F}_{p^{n} } \supset \mathbb{F}_{p}$}} b'}",
        ),
        (r"{cloze: 'a {{c1::$\frac{a}{b}}}$ b'}", r"{cloze: 'a {{c1::$\frac{a}{b} }}$ b'}"),
        ("{q: a, a: 5\u00a0km, typed: true}", "{q: a, a: 5 km, typed: true}"),
        ("{q: a, a: 5\u202fk\u00adm, typed: true}", "{q: a, a: 5 km, typed: true}"),
        ("{q: a, a: b, typed: 'c\u200bd'}", "{q: a, a: b, typed: 'cd'}"),
        ("{q: a, a: 'お茶[ちゃ]と水[みず]'}", "{q: a, a: 'お{茶|ちゃ}と{水|みず}'}"),
        ("q: a\n    a: |\n      の字[じ]\n", "q: a\n    a: |\n      の{字|じ}\n"),
    ],
)
def test_texts_are_fixed(fixed, wrong, right):
    assert fixed(f"notes:\n  - {wrong}\n") == f"notes:\n  - {right}\n"


@pytest.mark.parametrize(
    "note",
    [
        r'{q: a, a: "5\u00a0km", typed: true}',  # an escape
        r'{q: a, a: "1. b\n  - c\n  - c\n2. d"}',  # two equal items, whose places are not known
        r"{cloze: 'it is {{c3::$\frac{a}{b}}$ end'}",  # nothing closes the cloze then
        "{cloze: 'a {{c1::{b{c}} d}} e'}",  # a space would be seen
        "{q: 漢字, a: abc\u200e, typed: true}",  # directions of text
        "{q: a, a: 漢字[かんじ]}",  # flow text ends at the bracket
        "q: a\n    a: 漢字[かんじ]",  # a brace at the start is YAML
    ],
)
def test_what_has_no_single_fix_stays(fixed, note):
    text = f"notes:\n  - {note}\n"
    assert fixed(text) == text


def test_a_fix_in_a_table_is_left_to_the_author(fixed, project):
    (project.root / "cards/t.csv").write_text("q,a,typed\na,5\u00a0km,true\n", "utf-8")
    text = "table: t.csv\n"
    assert fixed(text) == text
    assert "untypable" in {problem.rule for problem in project.check()}

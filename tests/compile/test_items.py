"""Deck files are split into their documents and items, where the text alone tells them apart."""

from __future__ import annotations

import pytest

from flashdeck.compile.items import split

HEAD = "deck: Flask\nnotes:\n"
ONE = "  - q: one\n    a: |\n      - a list\n\n      # a heading\n"
TWO = "  - {q: two, a: b}\n  # a comment\n"


def test_a_file_is_its_heads_and_items_with_their_lines():
    text = HEAD + ONE + TWO + "---\n" + HEAD + TWO
    first, second = split(text)
    assert (first.head, first.line, second.head, second.line) == (HEAD, 1, HEAD, 11)
    assert [item.text for item in first.items] == [ONE, TWO]
    assert [item.line for item in (*first.items, *second.items)] == [3, 8, 13]
    lines = text.split("\n")
    assert all(lines[item.line - 1] in item.text for item in (*first.items, *second.items))


@pytest.mark.parametrize("head", ["notes: # mine\n\n# more\n", "---\ndeck: X\nnotes:\n"])
@pytest.mark.parametrize("indent", ["", "  ", "      "])
def test_lists_may_have_any_indentation(head, indent):
    text = head + "".join(f"{indent}{line}\n" for line in ("- q: a", "  a: b", "- {q: c, a: d}"))
    (part,) = split(text)
    assert (part.head, len(part.items)) == (head, 2)
    assert part.head + "".join(item.text for item in part.items) == text


@pytest.mark.parametrize(
    "text",
    [
        HEAD + ONE + "tags: [late]\n",
        HEAD + ONE + " - q: further left\n   a: b\n",
        HEAD + "  -\n    q: below\n    a: b\n",
        HEAD + '  - q: "text\nthat goes on"\n    a: b\n',
        "deck: Flask\nnotes: [{q: a, a: b}]\n",
        "deck: Flask\n",
        HEAD + ONE + "--- # more\n" + HEAD + TWO,
        HEAD + ONE + "...\n" + HEAD + TWO,
        "%YAML 1.1\n---\n" + HEAD + ONE,
        (HEAD + ONE).replace("\n", "\r\n"),
        HEAD + "  - q: a\u2028b\n    a: b\n",
        "\ufeff" + HEAD + ONE,
        (HEAD + ONE).rstrip("\n"),
        HEAD + "  # flashdeck: ignore yes-no\n" + ONE,
    ],
)
def test_other_forms_are_not_split(text):
    assert split(text) is None

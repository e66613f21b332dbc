"""The reader for the usual form of deck files reads it as libyaml does, or leaves it to libyaml."""

from __future__ import annotations

import pytest
from bench.decks import write_project
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml import YAMLError

from flashdeck.yamlnode import Limits, ScalarNode
from flashdeck.yamlnode.nodes import MappingNode, Node
from flashdeck.yamlnode.parse import Builder, LimitReachedError, TrapError
from flashdeck.yamlnode.usual import usual_document

USUAL = r"""
one / two words / "two" / "t \" \\ o" / 'two' / '' / "" / x:y / x#y / x, / 😀 / ~ / x}} / (x) / no
[a, b::c, d-e] / [a,b] / [é, 漢] / 1:30 / = / .. / |+text+more / |+text+ x / |+text++y
>+text+more
"""
ODD = r"""
'''' / x: y / x #y / x # y / "x" # y / - b / -b / &b / *b / [a: b] / [a , b] / []
[x]y / [x y] / [x:, y]
{b: c} / "x\ty" / >- / {{c1::x}} / "x / 'x / x: / # x / %x / @x / `x` / >+text+ x / >+text++y / |2+x
|++x / |+x+ / |+x+   / |+ x+y / x+y / x+ y / x+- y
"""
LINES = """
# c /       # c / --- / ... / %a /   - x / b: x /    b: x /     ? a /     - x /       - q: x
  -   q: x /      a: x /   - /    - q: x / deck: [x] /     more /  - q: x /    /
"""


def parts(table: str) -> list[str]:
    """The values of a table; `+` begins a line of a block."""
    values = [value for line in table.strip("\n").split("\n") for value in line.split(" / ")]
    return [value.replace("+", "\n      ") for value in values]


STRANGE = ["\t", "x\ty", "x\xa0y", "x\xa0#y", "x:\xa0y", "\u3000x", "x\u2028y", "x\x85y", "x ", ""]
KEYS = st.sampled_from(["q: ", "a: ", "cloze: ", "tags: ", "hint:  "] * 30 + ["q:", "q : ", "<<: "])
PAIRS = st.tuples(KEYS, st.sampled_from(parts(USUAL) * 30 + parts(ODD) + STRANGE))
NOTES = st.lists(PAIRS, min_size=1, max_size=3, unique_by=lambda pair: pair[0]).map(
    lambda pairs: "  - " + "\n    ".join(map("".join, pairs))
)
ITEMS = st.lists(st.one_of([NOTES] * 20 + [st.sampled_from(parts(LINES))]), min_size=1, max_size=4)
HEADS = st.sampled_from(["notes:", "# c\ndeck: A::B\n\n# c\ntags: [a]\nnotes:", "notes:\n"])
TEXTS = st.builds(lambda head, items: "\n".join([head, *items, ""]), HEADS, ITEMS)


def plain(node: Node | None) -> object:
    """A node with its marks, as comparable data."""
    if node is None:
        return None
    marks = [(mark.index, mark.line, mark.column) for mark in (node.start, node.end)]
    if isinstance(node, ScalarNode):
        return node.value, node.style, marks
    if isinstance(node, MappingNode):
        return [(plain(key), plain(value)) for key, value in node.pairs], node.flow, marks
    return [plain(item) for item in node.items], node.flow, marks


def by_libyaml(text: str) -> object:
    """What libyaml reads, or a problem."""
    builder = Builder("x.yaml", text, Limits())
    try:
        builder.build()
    except (YAMLError, TrapError, LimitReachedError) as error:
        return repr(error)
    return builder.problems or [plain(document) for document in builder.documents]


def check(text: str) -> bool:
    """Compare both readers; returns whether the usual one read the text."""
    read = usual_document(text, Limits())
    assert read is None or [plain(read)] == by_libyaml(text)
    return read is not None


@settings(max_examples=2_000)
@given(TEXTS)
@example("notes:\n- q: x\n  a: x\n- q: y\n")
@example("notes:\n  - q: x\n    a: x\ndeck: y\n")
@example("notes:\n  - q: x\n    q: y\n")
@example("notes:\n  - q: |\n      x\n     \n  - q: y\n")
@example("notes:\n  - q: x\n    a:\n      - q: x\n")
def test_a_text_is_read_as_by_libyaml(text: str) -> None:
    check(text)


@settings(max_examples=1_000)
@given(st.text(st.characters(), max_size=8), st.sampled_from(["{}", '"{}"', "'{}'", "|\n     {}"]))
def test_a_value_is_read_as_by_libyaml(text: str, form: str) -> None:
    check(f"deck: A\nnotes:\n  - q: {form.format(text)}\n    a: x\n")


def test_generated_decks_have_the_usual_form(tmp_path) -> None:
    write_project(tmp_path, 600)
    assert all(check(path.read_text("utf-8")) for path in tmp_path.glob("cards/*.yaml"))


@pytest.mark.parametrize(
    "limits", [Limits(scalar=3), Limits(nodes=5), Limits(depth=3), Limits(key=3)]
)
def test_a_text_that_may_exceed_a_limit_is_left_to_libyaml(limits: Limits) -> None:
    assert usual_document("deck: A\nnotes:\n  - q: long\n    a: x\n", limits) is None

"""The examples of the CommonMark specification, and where flashdeck decides otherwise."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from markup_html import structure

from flashdeck.markup import render

SPEC = json.loads((ROOT / "tests/markup/commonmark/spec.json").read_text(encoding="utf-8"))
EXAMPLES = {example["example"]: example for example in SPEC}

DEVIATIONS: dict[str, tuple[int, ...]] = {
    "`\\[` and `\\]` enclose a formula": (12,),
    "a `*` between digits is text": (356,),
    "white space around a value is no part of it": (118,),
    "a tag that is not harmless is text": (
        *(21, 31, 151, 153, 154, 156, 157, 158, 163, 165, 169, 170, 171, 172, 173, 176, 178, 180),
        *(181, 182, 524, 536, 613, 614, 615, 616, 617, 623, 627, 628, 629),
    ),
    "a tag that is left open is closed": (
        *(150, 155, 174, 175, 184, 187, 344, 476, 477, 630, 631, 642, 643),
    ),
    "`<pre>` ends at its closing tag": (148,),
    "a tag over two lines is a tag before a line can be a heading's underline": (91,),
    "only a tag that makes a block begins a block of HTML": (162, 164, 166, 167),
    "a comment is not shown": (177, 179, 183, 308, 309, 625, 626),
    "a definition that no link uses, or a second one, is text": (
        *(204, 207, 208, 210, 317, 544, 563, 592),
    ),
    "a label is in one line, and its escapes are not read": (541, 545),
    "an address without `://` is a tag or text": (597, 598, 601),
    "the text of an address is inert": (603,),
    "a destination is read before the parser": (201, 491, 493, 494),
}
DECIDED = {number: why for why, numbers in DEVIATIONS.items() for number in numbers}


def test_the_specification_is_whole_and_each_deviation_is_listed_once() -> None:
    assert list(EXAMPLES) == list(range(1, 653))
    assert len(DECIDED) == sum(map(len, DEVIATIONS.values()))


@pytest.mark.parametrize("number", EXAMPLES)
def test_an_example_renders_as_specified_or_deviates_for_a_reason(number: int) -> None:
    example = EXAMPLES[number]
    # Behind a paragraph each example is a block: a value of one line would be a paragraph.
    text, html = f"begin\n\n{example['markdown']}", f"<p>begin</p>\n{example['html']}"
    shown, specified = structure(render(text, join_lines=True).html), structure(html)
    if number in DECIDED:
        assert shown != specified, f"is as specified now: delete it from '{DECIDED[number]}'"
    else:
        assert shown == specified


SEVERAL_LINES = [
    number
    for number, example in EXAMPLES.items()
    if number not in DECIDED
    and "\n" in example["markdown"].strip()
    and not example["markdown"][0].isspace()
]


@pytest.mark.parametrize("number", SEVERAL_LINES)
def test_an_example_of_several_lines_is_the_same_as_a_whole_value(number: int) -> None:
    example = EXAMPLES[number]
    assert structure(render(example["markdown"], join_lines=True).html) == structure(
        example["html"]
    )

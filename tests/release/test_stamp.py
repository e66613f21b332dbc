"""Stamping: ids are put in, and every byte outside of them stays."""

from __future__ import annotations

import re

import pytest
from conftest import NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flashdeck.diagnostics import Severity
from flashdeck.release.build import build
from flashdeck.release.result import Options

ID = "[0-9a-z]{12}"
# Every form that an insertion may take: a line, a line behind a file without a final line end, a
# pair in a flow mapping, a line in front of the last pair.
FORMS = [
    rf"(?m:^) *id: {ID}\r?\n",
    rf"\r?\n *id: {ID}\Z",
    rf", id: {ID}",
    rf"id: {ID}, ",
    rf"id: {ID}\r?\n *",
]


def stamped(project, text):
    """Build a deck of this text; give the text as the build left it."""
    project.root.joinpath("cards/deck.yaml").write_bytes(text.encode())
    for name in ("flashdeck.yaml", "flashdeck.lock"):
        project.root.joinpath(name).unlink(missing_ok=True)
    built = build(project.root, Options(now=NOW))
    errors = [problem for problem in built.diagnostics if problem.severity is Severity.ERROR]
    assert errors == [], errors
    return project.read("cards/deck.yaml")


def without_ids(text, original):
    """Take out the insertions one by one, each in the form that fits the original."""
    while len(text) > len(original):
        for insertion in (match for form in FORMS for match in re.finditer(form, text)):
            rest = text[: insertion.start()] + text[insertion.end() :]
            upto = insertion.start() + 12
            if rest[:upto] == original[:upto]:
                text = rest
                break
        else:
            pytest.fail(f"an insertion in none of the forms: {text!r}")
    return text


# ruff: noqa: E501 - a source on one line is easier to compare
CASES = {
    "block style": "notes:\n  - q: one\n    a: two\n",
    "no final line end": "notes:\n  - q: one\n    a: two",
    "a comment behind the last value": "notes:\n  - q: one\n    a: two   # why\n# end\n",
    "comments between": "notes:\n  # first\n  - q: one\n    # then\n    a: two\n\n  # second\n  - q: x\n    a: y\n",
    "quotes": "notes:\n- q: 'one'\n  a: \"two\"\n- \"q\": three\n  'a': four\n",
    "block text last": "notes:\n  - q: one\n    a: |\n      two\n      three\n\n  - q: x\n    a: >-\n      y\n",
    "block text that keeps its blanks": "notes:\n  - q: one\n    a: |+\n      two\n\n\n  - q: x\n    a: y\n",
    "block text at the end without a line end": "notes:\n  - q: one\n    a: |\n      two",
    "one key, block text, no line end": "notes:\n  - cloze: |\n      {{c1::x}}",
    "block text with blank lines that are text": "notes:\n  - q: one\n    a: |\n      two\n          \n  - q: x\n    a: y\n",
    "flow style": "notes:\n  - {q: one, a: two}\n  - { q: three, a: four, }\n",
    "flow style with nothing last": "notes:\n  - {q: one, a: two, extra: }\n",
    "flow over lines": "notes: [{q: one,\n  a: two}, {q: x, a: y}]\n",
    "a list last": "notes:\n  - q: one\n    a: two\n    tags: [x, y] # z\n  - q: x\n    a: y\n    tags:\n      - k\n      - l\n",
    "an empty value last": "notes:\n  - q: one\n    a: two\n    extra:\n  - q: x\n    a: y\n",
    "CRLF": "notes:\r\n  - q: one\r\n    a: two\r\n  - q: x\r\n    a: |\r\n      y\r\n\r\n",
    "CRLF without an end": "notes:\r\n  - q: one\r\n    a: two",
    "a byte order mark": "\ufeffnotes:\n  - q: one\n    a: two\n",
    "several documents": "deck: A\nnotes:\n  - q: one\n    a: two\n---\ndeck: B\nnotes:\n  - q: x\n    a: y\n...\n",
    "text of several lines": "notes:\n  - q: one\n      and more\n    a: 'two\n\n      three'\n",
    "emoji and other scripts": "notes:\n  - q: 😀 漢字\n    a: عربي # 😀\n  - {q: 😀, a: é}\n",
    "some have ids": "notes:\n  - q: one\n    a: two\n    id: abcdefghijkl\n  - q: x\n    a: y\n",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_every_byte_outside_the_ids_stays(project, text):
    after = stamped(project, text)
    assert without_ids(after, text) == text
    assert len(re.findall(rf"\bid: {ID}", after)) == text.count('q": ') + len(
        re.findall(r"(?:\bq|cloze): ", text)
    )


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_a_second_build_changes_nothing(project, text):
    after = stamped(project, text)
    packages = packages_of(project)
    build(project.root, Options(now=NOW + 1000))
    assert project.read("cards/deck.yaml") == after
    assert packages_of(project) == packages


def packages_of(project):
    return {path.name: path.read_bytes() for path in project.root.glob("build/*.apkg")}


words = st.text("abc äß漢😀'\"\\#:-{}[]&*!|>%@`,. \n", min_size=1, max_size=12).filter(str.strip)


@st.composite
def scalars(draw, indent):
    """A text as an author may write it: quoted either way, or as block text."""
    text = draw(words).strip()
    match draw(st.sampled_from(["single", "double", "literal", "folded", "keep"])):
        case "single":
            return "'" + text.replace("'", "''").replace("\n", "\n\n" + indent) + "'"
        case "double":
            inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return f'"{inner}"'
        case style:
            sign = {"literal": "|", "folded": ">-", "keep": "|+"}[style]
            lines = "\n".join(f"{indent}  {line.strip() or 'x'}" for line in text.split("\n"))
            return f"{sign}\n{lines}"


@st.composite
def decks(draw):
    pieces = ["notes:\n"]
    for number in range(draw(st.integers(1, 4))):
        if draw(st.booleans()):
            answer = draw(words).strip().replace("'", "''").replace("\n", " ")
            pieces.append(f"  - {{q: question {number}, a: '{answer}'}}")
        else:
            pieces.append(f"  - q: question {number}\n    a: {draw(scalars('    '))}")
        pieces.append(draw(st.sampled_from(["\n", "\n\n", "\n# a comment\n", "\n\n\n"])))
    text = "".join(pieces)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=decks())
def test_whatever_the_style_only_ids_are_added(project, text):
    after = stamped(project, text)
    assert without_ids(after, text) == text
    assert stamped_again(project) == after


def stamped_again(project):
    build(project.root, Options(now=NOW + 5000))
    return project.read("cards/deck.yaml")


# What stands between the small angles is what the build puts in.
AT = "at: [1%, 2%, 3%, 4%]"
MASKS = {
    "flow masks": """notes:
  - image: map.png
    occlude:
      - {label: one, AT‹, n: 1›}   # why
      - {label: two, AT‹, n: 2›}
‹    id: ID
›""",
    "block masks, the last thing in the file": """notes:
  - image: map.png
    occlude:
      - label: one
        AT
‹        n: 1
›      - label: two
        at:
          - 1%
          - 2%
          - 3%
          - 4%‹
        n: 2
    id: ID›""",
    "block text last, without a line end": """notes:
  - image: map.png
    ‹id: ID
    ›occlude:
      - AT
        ‹n: 1
        ›label: |
          one""",
    "block text last, blank lines behind": """notes:
  - image: map.png
    occlude:
      - AT
        label: |
          one
‹        n: 1
›      \n‹    id: ID
›
""",
    "all in flow style": """notes: [{image: map.png, occlude: [{AT‹, n: 1›}, {AT‹, n: 2›}]‹, id: ID›}]
""",
    "CRLF": """notes:\r
  - image: map.png\r
    occlude:\r
    - label: one\r
      AT\r
‹      n: 1\r
›‹    id: ID\r
›""",
    "some have numbers": """notes:
  - image: map.png
    occlude:
      - {label: one, AT‹, n: 8›}
      - {label: two, AT, n: 7}
      - {label: three, AT‹, n: 9›}
    id: abcdefghijkl
""",
    "groups": """notes:
  - image: map.png
    occlude:
      - {label: one, AT, group: g‹, n: 6›}
      - {label: two, AT‹, n: 7›}
      - {label: three, AT, group: g‹, n: 6›}
      - {label: four, AT, group: h, n: 5}
      - {label: five, AT, group: h‹, n: 5›}
‹    id: ID
›""",
}


@pytest.mark.parametrize("marked", MASKS.values(), ids=MASKS)
def test_every_mask_gets_its_number_and_every_other_byte_stays(project, marked):
    marked = marked.replace("AT", AT)
    (project.root / "cards/map.png").write_bytes(b"map")
    after = stamped(project, re.sub("‹.*?›", "", marked, flags=re.DOTALL))
    fresh = re.sub(rf"\bid: {ID}", "id: ID", after) if "id: ID" in marked else after
    assert fresh == re.sub("[‹›]", "", marked)
    assert stamped_again(project) == after

"""`check --fix`: what is mended, what is left, and that nothing else is touched."""

from __future__ import annotations

import json
import subprocess

import pytest
from conftest import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_examples import png

from flashdeck import fixing
from flashdeck.cli import run
from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.fixing import mend, write_mended


@pytest.fixture
def fixed(project):
    """A deck's text after it was mended."""

    def fixed(text):
        project.write("cards/deck.yaml", text)
        write_mended(project.root, mend(project.root))
        return project.read("cards/deck.yaml")

    return fixed


TRAPS = [
    ("q: Flask: what is it?", 'q: "Flask: what is it?"'),
    ("q: `abort(404)` sends what?", 'q: "`abort(404)` sends what?"'),
    ("q: *one* of two", 'q: "*one* of two"'),
    ('q: *"one"* of two', "q: '*\"one\"* of two'"),
    ("q: [a](b) is a link", 'q: "[a](b) is a link"'),
    ("q: &nbsp; is what?", 'q: "&nbsp; is what?"'),
    ("q: > 5 apples", 'q: "> 5 apples"'),
    ("q: @home", 'q: "@home"'),
    ("q: see #5", 'q: "see #5"'),
    ("q: #hash", 'q: "#hash"'),
    ('q: "404" Not Found', "q: '\"404\" Not Found'"),
    ("q: 'It's what?'", 'q: "It\'s what?"'),
    ("cloze: {{c1::Paris}} is nice", 'cloze: "{{c1::Paris}} is nice"'),
]


@pytest.mark.parametrize(("wrong", "right"), TRAPS, ids=[wrong for wrong, _ in TRAPS])
def test_traps_of_yaml_get_their_quotes(fixed, project, wrong, right):
    around = "# a comment\nnotes:   # another\n  - {}\n    extra: ok   # kept\n  - {{q: a, a: b}}\n"
    if wrong.startswith("q"):
        around = around.replace("{}\n", "{}\n    a: 'x' \n", 1)
    assert fixed(around.format(wrong)) == around.format(right)
    assert not [one for one in project.check() if one.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        "notes:\n  - {q: Flask: what?, a: x}\n",  # where does the text end?
        "notes:\n  - q: Flask: what?  # a comment\n    a: x\n",  # is it one?
        "notes:\n  - q: # a comment\n    a: x\n",
        "notes:\n  - q: [a, b]\n    a: x\n",
        "tags: [a, b\nnotes:\n  - {q: x, a: y}\n",
        "notes:\n  - q: Flask: what\n      is it?\n    a: x\n",  # it goes on
        "notes:\n  - q: 'one\n    a: x\n",
        "notes:\n  - q: !!str x\n    a: x\n",
        "notes:\n  - {q: see #5, a: b}\n",
        "tags: [leech]\nnotes:\n  - {q: a, a: b}\n",
    ],
)
def test_nothing_is_split_or_joined_by_guess(fixed, text):
    assert fixed(text) == text


def test_tags_are_written_one_way(fixed, project):
    text = fixed("tags: web, python\nnotes:\n  - {q: a, a: b, tags: [Web::x, 'two  words']}\n")
    assert text == "tags: [web, python]\nnotes:\n  - {q: a, a: b, tags: [web::x, two_words]}\n"
    assert project.check() == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("  - q: c\n    id: ID # mine\n    a: d\n", "  - q: c\n    a: d\n"),
        ("  - q: c\n    a: d\n    id: ID", "  - q: c\n    a: d"),
        ("  - id: ID\n    q: c\n    a: d\n", "  - q: c\n    a: d\n"),
        ("  - {q: c, id: ID, a: d}\n", "  - {q: c, a: d}\n"),
        ("  - {id: ID, q: c, a: d}\n", "  - {q: c, a: d}\n"),
        ("  - {q: c, a: d, id: ID}\r\n", "  - {q: c, a: d}\r\n"),
        ("  - q: c\r\n    a: d\r\n    id: ID\r\n", "  - q: c\r\n    a: d\r\n"),
    ],
)  # fmt: skip
def test_a_copied_id_is_taken_out(fixed, project, text, right):
    first = "notes:\n  - {q: a, a: b, id: zyx000000001}\n"
    assert fixed(first + text.replace("ID", "zyx000000001")) == first + right
    assert project.check() == []


def test_the_note_that_an_id_was_made_of_keeps_it(project):
    project.write("cards/deck.yaml", "notes:\n  - {q: old, a: b}\n")
    project.built()
    line = project.read("cards/deck.yaml").splitlines()[1]
    project.write("cards/deck.yaml", f"notes:\n{line.replace('old', 'new')}\n{line}\n")
    write_mended(project.root, mend(project.root))
    assert project.read("cards/deck.yaml") == f"notes:\n  - {{q: new, a: b}}\n{line}\n"


def test_names_of_media_are_written_as_on_disk(fixed, project):
    (project.root / "cards/Img").mkdir()
    (project.root / "cards/Img/map.png").write_bytes(png(10, 10))
    (project.root / "x.png").write_bytes(png(10, 10))
    text = 'notes:\n  - {{q: "![a map]({}) Where?", a: "![](../X.PNG)"}}\n'
    assert fixed(text.format("img/MAP.png")) == text.format("Img/map.png")


def test_what_a_mended_line_shows_next_is_mended_as_well(fixed, project):
    text = "notes:\n  - q: `a`: what?\n    a: b\n    tags: a b\n    id: zyx000000001\n"
    text = fixed(text + "  - {q: c, a: d, id: zyx000000001}\n")
    assert '  - q: "`a`: what?"\n' in text
    assert "tags: [a, b]" in text
    assert text.endswith("  - {q: c, a: d}\n")
    assert project.check() == []


def test_an_edit_that_would_change_more_is_not_made(project, monkeypatch):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b, tags: [two words]}\n")
    edits = fixing._apart
    monkeypatch.setattr(
        fixing, "_apart", lambda found: [fixing.Edit(0, 6, "Notes:"), *edits(found)]
    )
    ((one),) = mend(project.root)
    assert one.after == "notes:\n  - {q: a, a: b, tags: [two_words]}\n"


def test_what_was_edited_meanwhile_is_not_overwritten(project):
    project.write("cards/deck.yaml", "tags: a b\nnotes:\n  - {q: a, a: b}\n")
    mended = mend(project.root)
    project.write("cards/deck.yaml", "notes:\n  - {q: new, a: b}\n")
    with pytest.raises(FlashdeckError, match="changed"):
        write_mended(project.root, mended)
    assert project.read("cards/deck.yaml") == "notes:\n  - {q: new, a: b}\n"


@given(
    st.lists(st.sampled_from([*":#`*[]{}&!|>@%\"'\\- ,a", "{{c1::", "}}", "é", "\t"]), max_size=12)
)
@settings(max_examples=60)
def test_whatever_is_written_a_fix_leaves_all_else_alone(tmp_path_factory, pieces):
    root = tmp_path_factory.mktemp("fix")
    (root / "cards").mkdir()
    value = "".join(pieces)
    around = (
        "notes:\n  - q: before\n    a: one\n  - q: {}\n    a: two\n  - q: behind\n    a: three\n"
    )
    (root / "cards/deck.yaml").write_bytes(around.format(value).encode())
    for one in mend(root):
        start, _, end = around.partition("{}")
        assert one.after.startswith(start)
        assert one.after.endswith(end)


# The command


@pytest.fixture
def call(project, monkeypatch, capsys):
    project.write("cards/deck.yaml", "notes:\n  - q: Flask: what?\n    a: b")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))

    def called(*arguments):
        code = run(["check", *arguments])
        return code, *capsys.readouterr()

    return called


def test_the_diff_is_shown_first_and_can_be_applied(call, project):
    before = project.read("cards/deck.yaml")
    code, out, err = call("--fix", "--diff")
    assert (code, err) == (1, "1 file would be mended\n")
    assert '-  - q: Flask: what?\n+  - q: "Flask: what?"\n' in out
    assert project.read("cards/deck.yaml") == before
    subprocess.run(["git", "apply"], input=out, text=True, cwd=project.root, check=True)
    applied = project.read("cards/deck.yaml")
    assert call("--fix", "--diff") == (0, "", "nothing to mend\n")
    project.write("cards/deck.yaml", before)
    assert call("--fix") == (0, "", "1 file mended: cards/deck.yaml\nno problems\n")
    assert project.read("cards/deck.yaml") == applied


def test_what_is_left_is_said_in_the_form_that_was_asked_for(call, project):
    project.write("cards/deck.yaml", "tags: a b\nnotes:\n  - {q: a}\n")
    code, out, _ = call("--fix", "--format", "json")
    assert code == 1
    assert [one["rule"] for one in json.loads(out)] == ["missing-key"]


def test_diff_alone_is_a_slip(call):
    assert call("--diff")[0] == 2

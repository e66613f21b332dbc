"""`check --fix`: what is fixed, what is left, and that nothing else changes."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess

import pytest
from conftest import NOW
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_examples import png

from flashdeck.checking import fix
from flashdeck.checking.fix import fixed_sources, write_fixed
from flashdeck.cli.run import run
from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.yamlnode import quoted

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
    ("q: Flask: what is it?  # c", 'q: "Flask: what is it?"  # c'),
    ("q: Flask: what is it? \t#", 'q: "Flask: what is it?" \t#'),
    ("q: *one* of two   # c: #5", 'q: "*one* of two"   # c: #5'),
    ("q: [a](b) is a link  ## c", 'q: "[a](b) is a link"  ## c'),
    ("q: see #5  # c", 'q: "see #5"  # c'),
    ("q: #hash  # c", 'q: "#hash"  # c'),
    ("q: Flask: see #5", 'q: "Flask: see #5"'),
    ("q: Flask: what? # flashdeck: ignore yes-no", 'q: "Flask: what?" # flashdeck: ignore yes-no'),
    ("cloze: {{c1::Paris}} is nice", 'cloze: "{{c1::Paris}} is nice"'),
]


@pytest.mark.parametrize(("wrong", "right"), TRAPS, ids=[wrong for wrong, _ in TRAPS])
def test_traps_of_yaml_get_their_quotes(fixed, project, wrong, right):
    around = "# a comment\nnotes:   # another\n  - {}\n    extra: ok   # kept\n  - {{q: a, a: b}}\n"
    if wrong.startswith("q"):
        around = around.replace("{}\n", "{}\n    a: 'x' \n", 1)
    assert fixed(around.format(wrong)) == around.format(right)
    assert not [problem for problem in project.check() if problem.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "text",
    [
        "notes:\n  - {q: Flask: what?, a: x}\n",  # where does the text end?
        "notes:\n  - q: Flask: what? # a comment\n    a: x\n",  # is it one?
        "notes:\n  - q: *one* # a comment\n    a: x\n",
        "notes:\n  - q: see #5 # a comment\n    a: x\n",
        "notes:\n  - q: one # a comment\n    a: x\n",
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


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        *[(word, "true") for word in ("yes", "YES", "on", "y", "1", '"yes"', "'On'")],
        *[(word, "false") for word in ("no", "off", "N", "0")],
        ("yes  # c", "true  # c"),
    ],
)
def test_words_for_true_and_false_are_written_as_such(fixed, project, wrong, right):
    text = "notes:\n  - q: Q\n    a: A\n    reverse: {}\n"
    assert fixed(text.format(wrong)) == text.format(right)
    assert project.check() == []


def test_note_types_and_settings_are_fixed_as_well(project):
    paths = {
        "cards/notetypes/word.yaml": "notetype: Word\nfields: [{{name: A, rtl: {}}}]\n"
        'templates:\n\xa0 - {{name: T, front: "{{{{A}}}}", back: "{{{{A}}}}"}}\n',
    }
    project.write("cards/a.yaml", "notetype: Word\nnotes:\n  - fields: {A: x}\n")
    project.write("cards/notetypes/word.yaml", paths["cards/notetypes/word.yaml"].format("yes"))
    project.write("flashdeck.yaml", "id: abcdefgh\nname:\xa0Spanish: one\n")
    write_fixed(project.root, fixed_sources(project.root))
    right = paths["cards/notetypes/word.yaml"].format("true").replace("\xa0", " ")
    assert project.read("cards/notetypes/word.yaml") == right
    assert project.read("flashdeck.yaml") == 'id: abcdefgh\nname: "Spanish: one"\n'
    assert project.check() == []


def test_the_level_of_a_deck_is_not_quoted(fixed, project):
    text = "deck: Test: Sub\nnotes:\n  - q: Q\n    a: A\n    deck: A : B:: C\n"
    assert fixed(text) == text
    hints = [problem.hint for problem in project.check()]
    assert hints == [
        'did you mean deck: Test::Sub? else write "Test: Sub"',
        'did you mean deck: A::B::C? else write "A : B:: C"',
    ]


def test_a_doubled_key_does_not_keep_others_from_being_fixed(fixed):
    text = "notes:\n  - q: a\n    a: b\n    q: c\n    q: d\n  - q: {}\n    a: b\n"
    assert fixed(text.format("Flask: what?")) == text.format('"Flask: what?"')


# A quote that opens a value is YAML's, or it was meant as text: nobody can tell.
IN_QUOTES = [
    ('- q: "He said "hi" to me"', """write q: 'He said "hi" to me'"""),
    ("- q: 'It's what?'", '''write q: "It's what?"'''),
    ('- q: "Say "hi": to whom?"', """write q: 'Say "hi": to whom?'"""),
    ('- q: "He said "hi: x" to me"', """write q: 'He said "hi: x" to me'"""),
    ('- q: "She said "*x* y" to me"', """write q: 'She said "*x* y" to me'"""),
    ('- q: "He said "hi" to me"   # a comment', """write q: 'He said "hi" to me'"""),
    ('- q: "He said "hi #5" to me"', """write q: 'He said "hi #5" to me'"""),
    ('- q: "A 5" pipe"', """write q: 'A 5" pipe'"""),
    (r'- q: "A \"b\" and "c""', """write q: 'A "b" and "c"'"""),
    (r'- q: "A \\ and "c""', r'write q: "A \\ and \"c\""'),
    ("- q: 'a ''b'' it's'", '''write q: "a 'b' it's"'''),
    ('- q: "404" Not Found', """write q: '"404" Not Found'"""),
    ('- q: "a" or "b"', """write q: '"a" or "b"'"""),
    ('- q: "He said "hi"\n      to me"', r"write \" for each quote inside the text"),
    ("- q: 'It's\n      me'", "write '' for each quote inside the text"),
    ('- q:\n      "He said "hi" to me"', """write 'He said "hi" to me'"""),
    ('- "q": "He said "hi" to me"', """write "q": 'He said "hi" to me'"""),
    ('- {q: "He said "hi" to me"}', """write q: 'He said "hi" to me'"""),
    ('- {extra: x, q: "He said "hi", ok"}', """write q: 'He said "hi", ok'"""),
    ("- {extra: x, q: 'It's me', hint: y}", '''write q: "It's me"'''),
    ('- {q: "404" Not Found, hint: y}', """write q: '"404" Not Found'"""),
    ('- {q: x, choices: ["a "b" c", d]}', """write 'a "b" c'"""),
    ('- q: x\n    choices:\n      - "a "b" c"\n      - d', """write 'a "b" c'"""),
    ('- q: x\n    choices: [\n      "a "b" c",\n      d]', """write 'a "b" c'"""),
]


@pytest.mark.parametrize(("note", "hint"), IN_QUOTES, ids=[note for note, _ in IN_QUOTES])
def test_what_was_meant_by_quotes_inside_of_quotes_is_left_to_the_author(
    fixed, project, note, hint
):
    text = f"notes:\n  {note}\n  - q: behind\n    a: y\n"
    assert fixed(text) == text
    hints = [problem.hint for problem in project.check() if problem.rule == "text-after-quote"]
    assert hints == [hint]
    errors = {problem.rule for problem in project.check() if problem.severity is Severity.ERROR}
    assert errors <= {"text-after-quote", "missing-key"}


@given(
    st.lists(st.sampled_from([*"QQ:#*&!|>,]}- x", ": ", " #", "\\Q"]), max_size=9),
    st.sampled_from("'\""),
    st.sampled_from(["q: V", "q: V # c", "q:\n      V", "{q: V}", "{q: V, a: b}", "[x, V]", "- V"]),
)
def test_quotes_around_a_text_are_never_written_onto_the_card(
    tmp_path_factory, pieces, quote, where
):
    root = tmp_path_factory.mktemp("fix")
    (root / "cards").mkdir()
    value = quote + "".join(pieces).replace("Q", quote) + quote
    text = f"notes:\n  - {where.replace('V', value)}\n  - q: behind\n    a: y\n"
    (root / "cards/deck.yaml").write_bytes(text.encode())
    for source in fixed_sources(root):
        assert quoted(value) not in source.after


def test_what_is_clear_beside_quotes_inside_of_quotes_is_still_fixed(fixed):
    text = 'notes:\n  - q: "He said "hi" to me"\n    a: {}\n  - {{q: "a "b" c", a: d}}\n'
    text += "  - q: {}\n    a: z\n"
    assert fixed(text.format("*x*", "Flask: what?")) == text.format('"*x*"', '"Flask: what?"')


# Behind each of these nobody can tell what is a text, a key or a block of text.
LOST = {
    "no 'notes:'": "deck: X\n- q: a\n  a: b\nextra: c\n",
    "no 'notes:', the list further in": "deck: X\n  - q: a\n    a: b\n",
    "a list that does not line up": "notes:\n  - q: a\n    a: b\n- q: c\n  a: d\n",
    "a key that does not line up": "notes:\n  - q: a\n     a: b\n",
    "a line without a key": "notes:\n  - q: a\n    a: b\n    more\n",
    "a special character in the place of a key": "notes:\n  - q: a\n    a: |\n    *b*\n",
    "no space behind a colon": "notes:\n  - q:a\n    a: b\n",
    "a tab of any width": "notes:\n  - q: a\n    a: |\n      b\n\tc: d\n",
    "a bracket without its end": "notes:\n  - q: a\n    a: b\n    tags: [c, d\n",
    "a quote without its end": "notes:\n  - q: 'a\n    a: b\n",
}
LATER = """\
  - q: "c"
    a: |
      *d* is: *what*
      e: see #5
  - q: Flask: what?
    a: see #5
    id: zyx000000001
    tags: a b
  - {q: c, a: d, id: zyx000000001}
"""


@pytest.mark.parametrize("start", LOST.values(), ids=LOST)
def test_nothing_is_written_behind_an_error_of_structure(fixed, project, start):
    assert fixed(start + LATER) == start + LATER
    assert [problem for problem in project.check() if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("start", LOST.values(), ids=LOST)
def test_what_is_before_an_error_of_structure_or_in_another_document_is_fixed(fixed, start):
    before = start.replace("notes:\n", "notes:\nNOTE")
    text = before + LATER + "---\nnotes:\nNOTE"
    note, right = "  - q: `x` y\n    a: z\n", '  - q: "`x` y"\n    a: z\n'
    assert fixed(text.replace("NOTE", note)) == text.replace("NOTE", right)


# Each stands behind `a: `, in a note whose text is in column 7.
BLOCKS = [
    "|", ">", "|-", ">+", "|2", ">-2", "|  # a comment",  # as YAML has them
    "|x", "> x", "&b |", "!!str >-", "!t |+", "*c |", "|0", "|-+",  # as it has not
]  # fmt: skip
AROUND = {
    "in a deck": "notes:\n  - q: a\n    a: {}      *b* is: *what*\n      c: see #5\n\n"
    "      # d\n      - `e`\n  - q: c\n    a: b\n",
    "without 'notes:'": "deck: X\n  x\n  # c\n- q: a\n  a: {}      *b* is: *what*\n"
    "      c: see #5\n      - `e`\n- q: c\n  a: b\n",
    "in a list": "notes:\n  - q: a\n    a: b\n    choices:\n      - {}        *b* is: *what*\n"
    "        c: see #5\n        - `e`\n      - b\n",
    "in a list that does not line up": "notes:\n  - q: a\n    a: b\n   - q: c\n     a: {}"
    "       *b* is: *what*\n       c: see #5\n       - `e`\n",
}


@pytest.mark.parametrize("header", BLOCKS)
@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
def test_nothing_is_written_into_block_text(fixed, header, around):
    text = around.format(header + "\n")
    assert fixed(text) == text


SLIPS = [
    *("", "x", "  x", "- q: a", "  - q: a", "     a: b", '  - q: "He', "  # c", "\ta: b", "{", "]"),
    *("    a: &x |", "    tags: [a", "---", "  - q: Flask: what?", "    a: see #5", "    `x`"),
    *("notes:", "    choices:", "      - `x` y", "  - {q: a, a: *x*}", "    a: >-", "    - >"),
]
BLOCK = ["      *d* is: *what* #5", "", "      - `e`: f", "        # g: h: i", "      see #5"]


@pytest.mark.slow
@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([[one] for one in SLIPS]),
            st.sampled_from("| > |- >+ |2".split()).map(lambda one: [f"    a: {one}", *BLOCK]),
            st.sampled_from("| > |- >+".split()).map(lambda one: [f"  - q: {one}", *BLOCK]),
            st.sampled_from("| > |- >+ |2".split()).map(lambda one: [f"    - {one}", *BLOCK]),
        ),
        max_size=8,
    )
)
def test_block_text_stays_as_it_is_wherever_it_is(tmp_path_factory, groups):
    root = tmp_path_factory.mktemp("fix")
    (root / "cards").mkdir()
    text = "\n".join(["notes:", "  - q: b", *(line for group in groups for line in group)])
    (root / "cards/deck.yaml").write_bytes(text.encode())
    block = "\n".join(BLOCK)
    for source in fixed_sources(root):
        assert source.after.count(block) == text.count(block)


def test_a_name_of_media_in_block_text_is_left_alone(fixed, project):
    (project.root / "cards/map.png").write_bytes(png(10, 10))
    text = 'notes:\n  - q: "![a map]({}) Where?"\n    a: |\n      ![a map](MAP.png)\n'
    assert fixed(text.format("MAP.png")) == text.format("map.png")


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
    write_fixed(project.root, fixed_sources(project.root))
    assert project.read("cards/deck.yaml") == f"notes:\n  - {{q: new, a: b}}\n{line}\n"


def test_names_of_media_are_written_as_on_disk(fixed, project):
    (project.root / "cards/Img").mkdir()
    (project.root / "cards/Img/map.png").write_bytes(png(10, 10))
    (project.root / "x.png").write_bytes(png(10, 10))
    text = 'notes:\n  - {{q: "![a map]({}) Where?", a: "![](../X.PNG)"}}\n'
    assert fixed(text.format("img/MAP.png")) == text.format("Img/map.png")


PICTURE = png(2, 2)
ADDRESS = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
NAME = f"media-{hashlib.sha256(PICTURE).hexdigest()[:12]}.png"


@pytest.mark.parametrize(
    "text",
    [
        "q: 'Where? <img src=\"{}\">'",
        "q: \"Where? <img src='{}'>\"",
        "q: Where? <img src={}>",
        "q: |-\n      Where?\n      <img src='{}'> one\n\n      <img src='{}'> two",
        "q: >-\n      Where?\n      <img alt=x src='{}'>\n      or here",
    ],
)
def test_a_picture_inside_an_imported_text_becomes_a_file(project, text):
    project.write("flashdeck.yaml", "markup: html\nmedia: verbatim\n")
    deck = f"deck: D\nnotes:\n  - {text}\n    a: x\n"
    project.write("cards/sub/deck.yaml", deck.replace("{}", ADDRESS))
    project.write("cards/sub/more.yaml", deck.replace("{}", ADDRESS).replace("Where", "When"))
    write_fixed(project.root, fixed_sources(project.root))
    assert project.read("cards/sub/deck.yaml") == deck.replace("{}", NAME)
    assert (project.root / "cards/sub" / NAME).read_bytes() == PICTURE
    assert "inline-media" not in {problem.rule for problem in project.check()}
    project.built()


def test_a_picture_inside_a_table_is_left_alone(project):
    project.write("flashdeck.yaml", "markup: html\nmedia: verbatim\n")
    project.write("cards/deck.yaml", "table: words.csv\n")
    project.write("cards/words.csv", f'q,a\nWhere?,"<img src={ADDRESS}>"\n')
    assert "inline-media" in {problem.rule for problem in project.check()}
    assert fixed_sources(project.root) == []


def test_a_problem_that_a_fix_reveals_is_fixed_as_well(fixed, project):
    text = "notes:\n  - q: `a`: what?\n    a: b\n    tags: a b\n    id: zyx000000001\n"
    text = fixed(text + "  - {q: c, a: d, id: zyx000000001}\n")
    assert '  - q: "`a`: what?"\n' in text
    assert "tags: [a, b]" in text
    assert text.endswith("  - {q: c, a: d}\n")
    assert project.check() == []


def test_an_edit_that_would_change_more_is_not_made(project, monkeypatch):
    project.write("cards/deck.yaml", "notes:\n  - {q: a, a: b, tags: [two words]}\n")
    edits = fix._without_overlaps
    monkeypatch.setattr(
        fix, "_without_overlaps", lambda own: [fix.Edit(0, 6, "Notes:"), *edits(own)]
    )
    (source,) = fixed_sources(project.root)
    assert source.after == "notes:\n  - {q: a, a: b, tags: [two_words]}\n"


def test_what_was_edited_meanwhile_is_not_overwritten(project):
    project.write("cards/deck.yaml", "tags: a b\nnotes:\n  - {q: a, a: b}\n")
    sources = fixed_sources(project.root)
    project.write("cards/deck.yaml", "notes:\n  - {q: new, a: b}\n")
    with pytest.raises(FlashdeckError, match="changed"):
        write_fixed(project.root, sources)
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
    for source in fixed_sources(root):
        start, _, end = around.partition("{}")
        assert source.after.startswith(start)
        assert source.after.endswith(end)


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
    assert (code, err) == (1, "1 file would be fixed\n")
    assert '-  - q: Flask: what?\n+  - q: "Flask: what?"\n' in out
    assert project.read("cards/deck.yaml") == before
    subprocess.run(["git", "apply"], input=out, text=True, cwd=project.root, check=True)
    applied = project.read("cards/deck.yaml")
    assert call("--fix", "--diff") == (0, "", "nothing to fix\n")
    project.write("cards/deck.yaml", before)
    assert call("--fix") == (0, "", "1 file fixed: cards/deck.yaml\nno problems\n")
    assert project.read("cards/deck.yaml") == applied


def test_remaining_problems_are_reported_in_the_chosen_format(call, project):
    project.write("cards/deck.yaml", "tags: a b\nnotes:\n  - {q: a}\n")
    code, out, _ = call("--fix", "--format", "json")
    assert code == 1
    assert [one["rule"] for one in json.loads(out)] == ["missing-key"]


def test_diff_alone_is_a_slip(call):
    assert call("--diff")[0] == 2


def test_an_answer_that_is_a_list_becomes_one(fixed):
    text = """\
notes:
  - q: What does Flask do with a request?
    a: |
      1. Push "the" context
      2. Match: the URL
      3. `view()`
      10. It's done

    extra: more  # a comment
  - q: Which libraries does Flask need?
    a: |-
      - Jinja
      - Click
      - Werkzeug
      - MarkupSafe
"""
    assert (
        fixed(text)
        == """\
notes:
  - q: What does Flask do with a request?
    list:
      - Push "the" context
      - 'Match: the URL'
      - '`view()`'
      - It's done

    extra: more  # a comment
  - q: Which libraries does Flask need?
    set:
      - Jinja
      - Click
      - Werkzeug
      - MarkupSafe
"""
    )


LIST = """\
notes:
  - q: Which libraries does Flask need?
    a: |
      - Jinja
      - Click
      - Werkzeug
      - MarkupSafe
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- Click", "  - Click"),  # a list in it
        ("- Jinja", "Four:\n\n      - Jinja"),  # more than a list
        ("- Click", "1. Click"),  # two lists
        ("a: |", "a: |  # why"),  # a comment has no other place
        ("a: |", "reverse: true\n    a: |"),
        ("a: |", "typed: x\n    a: |"),
        ("a: |", "id: abcdefgh1234\n    a: |"),  # it was released
        ("a: |", "markup: html\n    a: |"),
        ("- Click", "- Click\n        a library"),
    ],
)
def test_other_answers_stay(fixed, old, new):
    text = LIST.replace(old, new)
    assert text != LIST
    assert fixed(text) == text


def test_an_item_with_a_colon_gets_its_quotes(fixed, project):
    text = "notes:\n  - list:\n      - First: push\n      - Then\n"
    assert fixed(text) == text.replace("First: push", '"First: push"')
    assert project.check() == []

"""`flashdeck fmt`: the layout of decks, and unchanged contents."""

from __future__ import annotations

import io
import re
from textwrap import dedent
from types import SimpleNamespace

import pytest
from conftest import NOW, ROOT

from flashdeck.cli.run import run
from flashdeck.formatting import formatted, formatter
from flashdeck.formatting.formatter import format_files
from flashdeck.project.project import load_project
from flashdeck.yamlnode import read_yaml

LONG = "Which of the parts of Flask, that small framework, turns a web address into a call?"


def fmt(text):
    """Format the text of a file; it may be indented as a whole."""
    file = read_yaml("cards/x.yaml", dedent(text).encode())
    assert file.problems == ()
    return formatted(file)


def notes(text):
    """What the notes of a deck look like when they are formatted."""
    return fmt(f"notes:\n{dedent(text)}").removeprefix("notes:\n")


def kept(text):
    """Whether a deck stays as it is."""
    return fmt(text) == dedent(text)


# What it looks like


def test_a_careless_deck_is_formatted():
    before = """\
        # My first deck
        notes:
        -   id:  note0001
            a: "Armin Ronacher"   # an Austrian
            q:   'Who created Flask?'
            tags: [ web,
                    people ]
        - cloze: "Flask relies on {{c1::Werkzeug}}."
          # ask for Jinja, too
          id: note0002


        # the rest is harder
        - {q: What is it?, a: A framework, reverse: true}
        tags:
        - flask
        deck:   Flask
        """
    after = """\
        # My first deck
        deck: Flask
        tags: [flask]
        notes:
          - q: Who created Flask?
            a: Armin Ronacher  # an Austrian
            tags: [web, people]
            id: note0001

          - cloze: Flask relies on {{c1::Werkzeug}}.
            # ask for Jinja, too
            id: note0002

          # the rest is harder
          - q: What is it?
            a: A framework
            reverse: true
        """
    assert fmt(before) == dedent(after)


@pytest.mark.parametrize("name", ["flask.yaml", "tour.yaml"])
def test_the_decks_that_ship_are_formatted(name):
    text = (ROOT / "cards" / name).read_bytes()
    assert formatted(read_yaml(name, text)).encode() == text


def test_keys_stand_in_the_order_of_the_reference_and_unknown_ones_last():
    text = "- {id: note0001, odd: x, hint: H, a: A, choices: [A, B], q: Q}\n"
    result = [line.split(":")[0].strip(" -") for line in notes(text).splitlines()]
    assert result == ["q", "choices", "a", "hint", "id", "odd"]


def test_a_picture_and_its_masks_stay_lists_on_lines():
    assert kept(
        """\
        deck: X
        notes:
          - image: map.png
            mode: hide-one
            occlude:
              - {label: "a, b", at: [1%, 2%, 3%, 4%], n: 1}
              - {at: [1%, 2%, 3%, 5%], shape: ellipse, n: 2}
            id: note0001
        """
    )


def test_the_fields_of_a_note_keep_their_order():
    assert kept("deck: X\nnotes:\n  - notetype: Z\n    fields:\n      Z: 1\n      A: 2\n")


def test_a_note_type_is_formatted_too():
    text = """\
        templates:
        - {front: "{{A}}", back: "{{B}}", name: Card}
        fields:
          - A
          - {was: C, name: B}
        notetype: Mine
        """
    assert fmt(text) == dedent(
        """\
        notetype: Mine
        fields:
          - A
          - {name: B, was: C}
        templates:
          - name: Card
            front: "{{A}}"
            back: "{{B}}"
        """
    )


def test_what_is_too_wide_for_braces_follows_its_dash():
    wide = f"font: {'y' * 40}\n    description: {'x' * 60}\n"
    text = f"notetype: Mine\nfields:\n  - name: A\n    {wide}templates:\n  - name: Card\n"
    assert kept(text)


def test_the_number_that_a_build_gives_a_mask_changes_no_layout():
    mask = f"label: {'x' * 45}, at: [10.25%, 10.25%, 20.25%, 20.25%]"
    assert len(mask) == 90
    for pairs in (mask, f"{mask}, n: 499"):
        assert kept(f"notes:\n  - image: x.png\n    occlude:\n      - {{{pairs}}}\n")


def test_the_example_in_the_documents_is_so():
    page = (ROOT / "docs/how-to/format.md").read_text("utf-8")
    before, after = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert fmt(before) == after


# Texts


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"plain enough"', "plain enough"),
        ("'It''s so'", "It's so"),
        ('"a: b"', '"a: b"'),
        ("'`code`'", '"`code`"'),
        ("'say \"so: x\"'", "'say \"so: x\"'"),
        ('"404"', '"404"'),  # other tools would read a number
        ("404", "404"),
        ("no", "no"),
        ("'no'", '"no"'),
        ('"see #5"', "'see #5'".replace("'", '"')),
        ('"a#b"', "a#b"),
        ('" padded "', '" padded "'),
        ('"thin\\u2009space"', '"thin\\u2009space"'),  # else nobody would see it
        ("می\u200cخواهم", "می\u200cخواهم"),
        (">-\n      one\n      line", "one line"),
        ("one\n      line", "one line"),
        ('"two\\nlines"', "|-\n      two\n      lines"),
        ("|\n          deep\n            deeper", "|\n      deep\n        deeper"),
        ("|2+\n        indented\n\n", "|2+\n        indented\n"),
    ],
)
def test_quotes_stand_only_where_they_are_needed(written, expected):
    assert notes(f"  - q: Q\n    a: {written}\n    x: y\n") == (
        f"  - q: Q\n    a: {expected}\n"
        + ("\n" if expected.startswith("|2+") else "")
        + "    x: y\n"
    )


def test_a_long_line_is_wrapped_and_reads_back_as_one_line():
    result = notes(f"  - q: {LONG} {LONG}\n    a: A\n")
    assert result.splitlines()[0] == "  - q: >-"
    assert max(map(len, result.splitlines())) <= 100
    again = read_yaml("x", f"notes:\n{result}".encode()).documents[0]
    assert again.get("notes").items[0].get("q").value == f"{LONG} {LONG}"


def test_a_long_line_of_html_is_never_wrapped_inside_a_tag():
    tag = '<img src="a picture.png" alt="a picture">'
    result = notes(f"  - q: {tag} or {tag} or {tag} or none\n    a: A\n")
    assert result == f"  - q: >-\n      {tag} or {tag} or\n      {tag} or none\n    a: A\n"


def test_text_of_several_lines_is_never_wrapped():
    assert kept(f"deck: X\nnotes:\n  - q: |\n      {LONG} {LONG}\n      second  \n    a: A\n")


def test_a_list_whose_texts_would_need_quotes_for_brackets_stays_on_lines():
    assert kept("deck: X\nnotes:\n  - q: Q\n    choices:\n      - a, b\n      - c\n    a: c\n")


# Comments


def test_comments_stay_beside_above_and_below_what_they_belong_to():
    assert kept(
        """\
        # yaml-language-server: $schema=x.json
        # A deck.

        # And more of it.
        deck: X  # its name
        notes:  # all of them
          # ---- first part ----

          # flashdeck: ignore yes-no
          - q: Q  # flashdeck: ignore x
            choices:
              # the first
              - A  # is right
              - B
              # no more
            # why
            a: |  # as lines
              A
            id: note0001
            # the note ends here

          - q: Q
            a: A
          # nothing more
        # the end

        ---
        # another
        deck: Y
        notes:
          - q: Q
            a: A
        """
    )


def test_comments_inside_of_brackets_turn_these_into_lines():
    text = "  - q: Q\n    tags: [ # all\n      a, # first\n      b\n      # last\n    ] # end\n"
    assert notes(text) == (
        "  - q: Q\n    tags:  # end\n      # all\n      - a  # first\n      - b\n      # last\n"
    )


def test_text_keeps_its_quotes_where_a_comment_would_seem_to_cut_it_off():
    assert kept('deck: X\nnotes:\n  - q: "see issue"  #5\n    a: A\n')
    assert notes("  - q: #5\n      see\n    a: A\n") == '  - q: "see"  #5\n    a: A\n'


def test_comments_in_empty_brackets_are_kept():
    assert notes("  - q: Q\n    tags: [ # none\n    ]\n") == "  - q: Q\n    # none\n    tags: []\n"
    assert fmt("{ # nothing\n}\n") == "# nothing\n{}\n"


def test_a_comment_beside_text_that_ends_like_a_bracket_stays_beside_it():
    assert kept("deck: X\nnotes:\n  - q: open {  # the brace\n    a: A\n")


def test_a_comment_that_may_be_a_part_of_a_text_stays_right_behind_it():
    text = (
        "  - q: What is C # used for?\n    choices:\n      - a # b\n      - c  # d\n    a: c  # e\n"
    )
    assert notes(text) == text
    assert notes("  - q: Q\n    a: A\n    reverse: true # x\n").endswith("true  # x\n")


def test_a_comment_goes_along_with_its_key():
    text = "  - # of the note\n    a: A  # of a\n    # of q\n    q: Q\n"
    assert notes(text) == "  # of the note\n  # of q\n  - q: Q\n    a: A  # of a\n"


def test_a_file_of_comments_stays_one():
    assert kept("# nothing\n\n# here\n")


# Line ends and documents


def test_line_ends_are_line_feeds_and_a_byte_order_mark_goes():
    assert fmt("\ufeffdeck: X\r\nnotes:\r\n  - q: |\r\n      a\r\n      b\r\n    a: A") == (
        "deck: X\nnotes:\n  - q: |\n      a\n      b\n    a: A\n"
    )


def test_documents_are_separated_one_way():
    text = "---\ndeck: A\n...\n---\n# of B\ndeck: B\n---\n"
    assert fmt(text) == "deck: A\n\n---\n# of B\ndeck: B\n"


# The project


def test_short_keys_of_fields_stand_before_what_all_notes_have(project):
    project.write(
        "cards/notetypes/word.yaml",
        """\
        notetype: Word
        fields: [Word, Meaning]
        keys: {word: Word, meaning: Meaning}
        templates:
          - {name: One, front: "{{Word}}", back: "{{Meaning}}"}
        """,
    )
    project.write(
        "cards/words.yaml",
        """\
        deck: Words
        notetype: Word
        notes:
          - {tags: [x], word: casa, meaning: house}
          - {hint: h, notetype: Word, word: perro}
        ---
        deck: Words::More
        notes:
          - {tags: [x], a: A, q: Q}
          - {id: note0001, meaning: cat, word: gato, notetype: Word}
        """,
    )
    assert run(["fmt", "-C", str(project.root)]) == 0
    assert project.read("cards/words.yaml") == dedent(
        """\
        deck: Words
        notetype: Word
        notes:
          - word: casa
            meaning: house
            tags: [x]

          - notetype: Word
            hint: h
            word: perro

        ---
        deck: Words::More
        notes:
          - q: Q
            a: A
            tags: [x]

          - notetype: Word
            meaning: cat
            word: gato
            id: note0001
        """
    )
    project.replace("cards/words.yaml", "    hint: h\n", "")
    project.built()
    assert run(["fmt", "--check", "-C", str(project.root)]) == 0


def test_what_holds_errors_is_refused_and_the_rest_is_written(project, monkeypatch, capsys):
    project.write("cards/good.yaml", "notes: [{a: A, q: Q}]\n")
    project.write("cards/bad.yaml", "notes: [{a: A, q: &x Q}]\n")
    monkeypatch.chdir(project.root)
    assert run(["fmt"]) == 1
    out, err = capsys.readouterr()
    assert out == "cards/good.yaml\n"
    assert "cards/bad.yaml was not formatted: it has errors" in err
    assert project.read("cards/good.yaml") == "notes:\n  - q: Q\n    a: A\n"
    assert project.read("cards/bad.yaml") == "notes: [{a: A, q: &x Q}]\n"


def test_what_would_compile_to_something_else_is_refused(project, monkeypatch):
    """Suppose that laying out dropped a note."""
    project.write("cards/one.yaml", "notes: [{a: A, q: Q}, {a: B, q: R}]\n")
    project.write("cards/two.yaml", "notes: [{a: A, q: S}]\n")
    real = formatter.formatted
    monkeypatch.setattr(
        formatter, "formatted", lambda file: real(file).split("\n\n")[0].rstrip("\n") + "\n"
    )
    monkeypatch.setattr(formatter, "difference", lambda *_: "")
    loaded, _ = load_project(project.root)
    result, problems = format_files(loaded, loaded.decks)
    assert [one.path for one in result] == ["cards/two.yaml"]
    assert (
        "cards/one.yaml was not formatted: it would not compile to the same" in problems[0].message
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("A", "B"),
        lambda text: text.replace("# c", "# d"),
        lambda text: text.replace("true", '"true"'),
        lambda text: text + "extra: x\n",
    ],
)
def test_the_proof_sees_every_change(project, monkeypatch, change):
    project.write("cards/one.yaml", "notes: [{a: A, q: Q, typed: true}]\n# c\n")
    real = formatter.formatted
    monkeypatch.setattr(formatter, "formatted", lambda file: change(real(file)))
    loaded, _ = load_project(project.root)
    result, problems = format_files(loaded, loaded.decks)
    assert (result, [problem.rule for problem in problems]) == ([], ["not-formatted"])


def test_a_formatted_project_builds_the_same_package(two_notes):
    before = two_notes.built().packages[0].sha256
    text = two_notes.read("cards/flask.yaml").replace("    a: Armin", "    a:   Armin")
    two_notes.write("cards/flask.yaml", text)
    run(["fmt", "-C", str(two_notes.root)])
    assert "    a: Armin" in two_notes.read("cards/flask.yaml")
    assert two_notes.built(frozen=True).packages[0].sha256 == before


def test_a_file_that_is_edited_meanwhile_is_left_alone(two_notes):
    path = two_notes.write("cards/flask.yaml", "notes: [{a: A, q: Q}]\n")
    loaded, _ = load_project(two_notes.root)
    result, _ = format_files(loaded, loaded.decks)
    path.write_bytes(b"notes: []\n")
    with pytest.raises(formatter.FlashdeckError, match="was changed while it was being formatted"):
        formatter.write_formatted(loaded, result)
    assert path.read_bytes() == b"notes: []\n"


# The command line


@pytest.fixture
def call(project, monkeypatch, capsys):
    """Run a command in a project with a deck that is not formatted; give code, stdout, stderr."""
    project.write("cards/one.yaml", "notes: [{a: A, q: Q}]\n")
    project.write("cards/deep/two.yaml", "notes:\n  - q: Q\n    a: A\n")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))

    def called(*arguments, stdin=""):
        stream = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        monkeypatch.setattr("sys.stdin", stream)
        code = run(arguments)
        return SimpleNamespace(
            code=code, **dict(zip(("out", "err"), capsys.readouterr(), strict=True))
        )

    return called


def test_fmt_names_the_files_that_it_wrote(call):
    first, second = call("fmt"), call("fmt")
    assert (first.code, first.out) == (0, "cards/one.yaml\n")
    assert first.err == "1 file formatted, 1 file already formatted\n"
    assert (second.code, second.out, second.err) == (0, "", "2 files already formatted\n")


def test_check_writes_nothing_and_fails(call, project):
    result = call("fmt", "--check")
    assert (result.code, result.out) == (1, "cards/one.yaml\n")
    assert project.read("cards/one.yaml") == "notes: [{a: A, q: Q}]\n"
    assert call("fmt", "--check", "cards/deep").code == 0


def test_diff_shows_what_would_change(call, project):
    result = call("fmt", "--diff")
    assert (result.code, result.err) == (0, "1 file would be formatted, 1 file already formatted\n")
    assert "--- cards/one.yaml\n" in result.out
    assert "-notes: [{a: A, q: Q}]\n+notes:\n+  - q: Q\n" in result.out
    assert project.read("cards/one.yaml") == "notes: [{a: A, q: Q}]\n"
    assert call("fmt", "--diff", "--check").code == 1


def test_an_editor_pipes_its_text_through(call, project):
    result = call("fmt", "-", stdin="notes: [{a: New, q: Q}]\n")
    assert (result.code, result.out, result.err) == (0, "notes:\n  - q: Q\n    a: New\n", "")
    named = call(
        "fmt", "-", "--stdin-filename", str(project.root / "cards/one.yaml"), stdin="notes: [\n"
    )
    assert (named.code, named.out) == (1, "")
    assert named.err.startswith("cards/one.yaml:1:")
    assert project.read("cards/one.yaml") == "notes: [{a: A, q: Q}]\n"


def test_what_is_no_source_is_not_formatted(call, project):
    project.write("flashdeck.yaml", "name: X\n")
    for arguments in (["flashdeck.yaml"], ["cards/none.yaml"], ["-", "cards/one.yaml"]):
        result = call("fmt", *arguments)
        assert (result.code, result.out) == (1, "")
        assert "error: " in result.err
    assert call("fmt", "-", "--stdin-filename", "x.yaml", stdin="notes: []\n").code == 1


def test_the_keys_of_a_pattern_are_in_order_after_its_name():
    pattern = """{a: "{{b}}", tags: [x], q: '{{a}}', when: [a,  b], name: one}"""
    assert fmt(f"deck: A\ntable:\n  make:\n  - {pattern}\n  file: a.csv\n") == (
        "deck: A\ntable:\n  file: a.csv\n  make:\n    - name: one\n      when: [a, b]\n"
        '      q: "{{a}}"\n      a: "{{b}}"\n      tags: [x]\n'
    )

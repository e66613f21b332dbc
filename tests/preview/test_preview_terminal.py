"""`preview --terminal`: cards as text."""

from __future__ import annotations

import pytest
from rich.console import Console

from flashdeck.cli.run import run
from flashdeck.model import Card, Field, Note, NoteType, Template
from flashdeck.preview.terminal import draw

DECK = r"""
deck: Tour::One
tags: [web]
notes:
  - q: |
      Which **two** is it?

      1. Routing
      2. $x^2$ and 10<sup>3</sup>

      ![a map](map.svg)
    a: |
      | name | takes |
      |:--|--:|
      | `int` | numbers |

      > quoted
    hint: It starts with R.
    extra: More of it.
    id: note00000001
  - cloze: |
      ```python
      def {{c1::view}}():
          return 1
      ```
    id: note00000002
  - q: Which status?
    a: Not found
    typed: "404"
    id: note00000003
  - q: Which one?
    choices: [Jinja, Café]
    a: Café
    id: note00000004
  - q: "{漢字|かんじ} ![](beep.wav)"
    a: b
    id: note00000005
"""


@pytest.fixture
def drawn(project, monkeypatch, capsys):
    """Run the command; returns exit code, lines without the border, and stderr."""
    project.write("flashdeck.yaml", "id: terminaltest1\nname: T\n")
    project.write("cards/a.yaml", DECK)
    project.write("cards/map.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    project.write("cards/beep.wav", "RIFF")
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("COLUMNS", "90")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def draw(*arguments):
        code = run(["preview", "--terminal", *arguments])
        out, err = capsys.readouterr()
        return code, [line.strip("│").strip() for line in out.splitlines()], err

    return draw


def test_a_card_is_drawn_with_all_its_text(drawn):
    code, lines, err = drawn("note00000001")
    assert (code, err) == (0, "")
    assert lines[0].startswith("╭─ Tour › One  #web ─")
    assert lines[-1].endswith("T Question › Question → Answer  note00000001  cards/a.yaml:5 ─╯")
    picture = next(line for line in lines if line.startswith("[picture: map.svg"))
    assert picture.endswith(".svg (a map)]")
    rule = "─" * 84
    assert [line for line in lines[1:-1] if line and line != picture] == [
        "Which two is it?",
        "1. Routing",
        "2. \\(x^2\\) and 10³",
        "▸ Hint",
        "It starts with R.",
        rule,
        "name     takes",
        "──────────────",
        "int    numbers",
        "quoted",
        "More of it.",
    ]


def test_text_is_styled_by_element(drawn):
    text = "\n".join(drawn("--color", "always")[1])
    assert "\x1b[1mtwo\x1b[0m" in text
    assert "\x1b[36mint\x1b[0m" in text
    assert "\x1b[35m\\(x^2\\)\x1b[0m" in text
    assert "\x1b[35mdef\x1b[0m" in text
    assert "\x1b[1;94m[...]\x1b[0m" in text
    assert "\x1b[1;94mview\x1b[0m" in text


def test_nothing_is_colored_outside_a_terminal(drawn):
    assert "\x1b" not in "\n".join(drawn()[1])


def test_boxes_sounds_and_readings_become_text(drawn):
    lines = drawn()[1]
    asked = lines.index("Which status?")
    assert lines[asked + 1] == "[type the answer]"
    assert [line for line in lines[asked + 2 : asked + 8] if line][1:] == ["404", "Not found"]
    assert lines[lines.index("Which one?") + 1 :][:2] == ["○ Jinja", "○ Café"]
    assert any(line.startswith("漢字(かんじ) ▶ beep.wav") for line in lines)


@pytest.mark.parametrize(
    ("what", "ids"),
    [
        (["note00000003"], ["note00000003"]),
        (["CAFE"], ["note00000004"]),
        (["which", "one"], ["note00000001", "note00000003", "note00000004"]),
        (["web", "tour::one", "jinja"], ["note00000004"]),
    ],
)
def test_an_id_or_words_choose_the_cards(drawn, what, ids):
    lines = drawn(*what)[1]
    assert [id_ for id_ in ids if any(id_ in line for line in lines)] == ids
    assert sum(line.startswith("╭") for line in lines) == len(ids)


def test_a_search_without_matches_is_an_error(drawn):
    code, lines, err = drawn("kanji!")
    assert (code, lines) == (1, [])
    assert err.startswith("error: no card has 'kanji!'")


def test_a_package_is_drawn(drawn, project):
    project.built(output=project.root / "some.apkg")
    lines = drawn("some.apkg", "404")[1]
    assert "Which status?" in lines
    assert sum(line.startswith("╭") for line in lines) == 1


@pytest.mark.parametrize("text", ["a<![b<", "a<!--b", "a<b title='"])
def test_unclosed_markup_of_a_package_is_left_out_as_in_browsers(capsys, text):
    card = Card(0, "A")
    notetype = NoteType(1, "A", (Field("Front"),), (Template("Card", "{{Front}}", ""),))
    Console(width=60).print(draw(Note("a", 1, (text,), (), (card,)), card, notetype))
    assert "a   " in capsys.readouterr().out


def test_a_long_side_is_cut_with_a_mark(capsys):
    card = Card(0, "A")
    kind = NoteType(1, "A", (Field("F"),), (Template("T", "{{F}}", "b"),))
    Console(width=60).print(draw(Note("a", 1, ("a<b>" * 30_000,), (), (card,)), card, kind))
    assert "… 20,000 more characters" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["a < b", "a<3", "a<<<"])
def test_a_sign_that_begins_no_tag_is_text(capsys, text):
    card = Card(0, "A")
    kind = NoteType(1, "A", (Field("F"),), (Template("T", "{{F}}", "b"),))
    Console(width=60).print(draw(Note("a", 1, (text,), (), (card,)), card, kind))
    assert text in capsys.readouterr().out


def test_control_characters_are_made_visible(capsys):
    text = (
        "<p>a\x1b[2J<b>b\u202e</p><script>c</script><p style='display: none'>d</p>" + "<i>" * 9000
    )
    kind = NoteType(1, "K\x07", (Field("F"),), (Template("T", "{{F}}", "{{F}}"),))
    note = Note("g\x1b", 1, (text,), ("t\x9b",), ())
    Console(width=60).print(draw(note, Card(0, "D\r"), kind))
    out = capsys.readouterr().out
    assert "a[2Jb�" in out  # as in Anki, which drops the first
    assert all(char == "\n" or char.isprintable() for char in out)
    assert "c" not in out
    assert "d" not in out


def test_options_that_exclude_each_other_are_wrong_usage(drawn, capsys):
    assert drawn("--html", "x.html")[0] == 2
    assert run(["preview", "a.apkg", "word"]) == 2
    assert "only --terminal takes words" in capsys.readouterr().err


def test_a_card_of_a_list_shows_no_more_items_than_elsewhere(project, drawn):
    project.write(
        "cards/a.yaml",
        """\
        deck: Tour
        notes:
          - list: [one, two, three, four]
            context: 1
            whole: true
            id: note00000001
          - set: [five, six]
            id: note00000002
        """,
    )
    _, lines, _ = drawn()
    first, second, third, fourth, whole, *_, last = cards_of(lines)
    assert first == [["1. [...]"], ["1. one"]]
    assert second == [["1. one", "2. [...]"], ["1. one", "2. two"]]
    assert third == [["2. two", "3. [...]"], ["1. one", "2. two", "3. three"]]
    assert fourth[0] == ["3. three", "4. [...]"]
    assert whole == [["[...]"], ["1. one", "2. two", "3. three", "4. four"]]
    assert last == [["• five", "• [...]"], ["• five", "• six"]]


def cards_of(lines):
    """The lines of both sides of each card."""
    cards: list[list[list[str]]] = []
    for line in lines:
        if line.startswith("╭"):
            cards.append([[]])
        elif "────" in line and not line.startswith("╰"):
            cards[-1].append([])
        elif line.strip() and not line.startswith("╰"):
            cards[-1][-1].append(line.strip())
    return cards

"""`flashdeck cards`: cards as lines, as text and as JSON."""

from __future__ import annotations

import json

import pytest
from conftest import NOW

from flashdeck.anki.html_text import readable_lines
from flashdeck.cli.run import run

DECK = """\
deck: Flask
notes:
  - q: |
      Who created **Flask**,
      and when?
    a: "Armin *Ronacher*: &lt;2010>"
    extra: "As `app = Flask()` and $x^2$."
    reverse: true
    id: aaaaaaaaaa1x
  - cloze: Flask relies on {{c1::Werkzeug}} and {{c2::Jinja2::what?}}.
    id: aaaaaaaaaa2x
  - q: Which of these?
    choices: [Jinja2, Werkzeug]
    a: Jinja2
    id: aaaaaaaaaa3x
  - q: "![](word.mp3)"
    a: "{漢字|かんじ}"
    typed: true
    id: aaaaaaaaaa4x
"""


@pytest.fixture
def call(project, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    project.write("cards/flask.yaml", DECK)
    (project.root / "cards/word.mp3").write_bytes(b"ID3")

    def run_command(*arguments):
        code = run(arguments)
        return code, *capsys.readouterr()

    return run_command


def test_a_line_shows_the_first_line_of_the_front_and_counts_from_1(call):
    code, out, _ = call("cards")
    assert code == 0
    assert out == (
        "cards/flask.yaml:3   aaaaaaaaaa1x  1  Flask  Who created Flask,\n"
        "cards/flask.yaml:3   aaaaaaaaaa1x  2  Flask  Armin Ronacher: <2010>\n"
        "cards/flask.yaml:10  aaaaaaaaaa2x  1  Flask  Flask relies on [...] and Jinja2.\n"
        "cards/flask.yaml:10  aaaaaaaaaa2x  2  Flask  Flask relies on Werkzeug and [what?].\n"
        "cards/flask.yaml:12  aaaaaaaaaa3x  1  Flask  Which of these?\n"
        "cards/flask.yaml:16  aaaaaaaaaa4x  1  Flask  [word.mp3]\n"
    )


def test_lines_are_cut_at_the_width_of_a_terminal(call, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "66")
    monkeypatch.setenv("NO_COLOR", "1")
    assert max(map(len, call("cards")[1].splitlines())) <= 66


def test_the_text_of_both_sides_is_printed_alone(call):
    code, out, _ = call("cards", "--text")
    assert code == 0
    assert out.startswith(
        "Who created Flask,\nand when?\n"
        "    Armin Ronacher: <2010>\n    As app = Flask() and \\(x^2\\).\n\n"
        "Armin Ronacher: <2010>\n    Who created Flask,\n    and when?\n"
    )
    assert "\n\nWhich of these?\nJinja2\nWerkzeug\n    Jinja2\n" in out
    assert out.endswith("\n\n[word.mp3]\n    漢字(かんじ)\n")


def test_json_has_html_and_text_and_counts_ordinals_from_0(call):
    first, *_ = cards = json.loads(call("cards", "--json")[1])
    assert [card["ordinal"] for card in cards] == [0, 1, 0, 1, 0, 0]
    assert "<strong>Flask</strong>" in first["question"]
    assert first["front_text"] == "Who created Flask,\nand when?"
    assert first["back_text"] == "Armin Ronacher: <2010>\nAs app = Flask() and \\(x^2\\)."
    texts = json.loads(call("cards", "--json", "--text")[1])
    assert texts == [
        {"front_text": card["front_text"], "back_text": card["back_text"]} for card in cards
    ]


def test_control_characters_of_a_package_are_made_visible(call, project):
    project.write("cards/flask.yaml", 'notes: [{q: "a\\ab", a: "c\\x1b[31m"}]\n')
    for arguments in (["cards"], ["cards", "--text"]):
        assert "\x1b" not in call(*arguments)[1]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>a</div>\n\n<div>b <b>c</b><br>d</div>", "a\nb c\nd"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("x<pre><code>if a:\n    <span>b</span>\n\nc\n</code></pre>y", "x\nif a:\n    b\n\nc\ny"),
        ("<script>a<b</script>a &amp; &lt;b><!-- c -->", "a & <b>"),
        ("<pre>never closed\n  x", "never closed\n  x"),
        ("", ""),
    ],
)
def test_html_becomes_lines_of_text(html, text):
    assert readable_lines(html) == text

"""The output and exit codes of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from conftest import NOW
from rule_examples import png

from flashdeck import __version__
from flashdeck.cli.run import run


@pytest.fixture
def call(two_notes, monkeypatch, capsys):
    """Run a command in the project; returns exit code, stdout and stderr."""
    monkeypatch.chdir(two_notes.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run_command(*arguments):
        code = run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run_command


def test_build_prints_the_paths_of_packages(call):
    code, out, err = call("build")
    assert (code, out) == (0, f"build{os.sep}flask.apkg\n")
    assert "2 notes, 3 cards (2 new)" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("build",), "1 note, 1 card (1 new)"),
        (("export", "out", "--to", "csv"), "1 note, 0 media files"),
        (("stats",), "1 note, 1 card, 3 words, 0 media files"),
        (("fmt", "--check"), "1 file already formatted"),
        (("import", "build/flask.apkg", "-o", "new"), "1 deck, 1 note type, 0 media files"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_count_of_one_is_singular(call, two_notes, arguments, words):
    two_notes.write("cards/flask.yaml", "deck: Flask\nnotes:\n  - q: One?\n    a: this note\n")
    call("build")
    (two_notes.root / "flashdeck.lock").unlink()
    (two_notes.root / "build/.state").unlink()
    if arguments == ("build",):
        two_notes.write("cards/flask.yaml", "deck: Flask\nnotes:\n  - q: One?\n    a: this\n")
        (two_notes.root / "build/flask.apkg").unlink()
        (two_notes.root / "build/.published").unlink()
    _, out, err = call(*arguments)
    assert words in out + err


def test_quiet_prints_only_the_paths(call):
    assert call("build", "-q") == (0, f"build{os.sep}flask.apkg\n", "")


def test_the_json_report_counts_changes(call, two_notes):
    call("build")
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    code, out, err = call("build", "--json")
    (package,) = json.loads(out)["packages"]
    assert (code, err) == (0, "")
    assert len(package.pop("sha256")) == 64
    assert package == {
        "path": "build/flask.apkg",
        "decks": ["Flask"],
        "notes": 2,
        "cards": 3,
        "media": 0,
        "new": 0,
        "changed": 1,
        "removed": 0,
        "moved": 0,
        "sent_again": 0,
        "unchanged": 1,
        "tombstones": 0,
    }


def test_problems_are_printed_with_their_lines_and_exit_with_1(call, two_notes):
    two_notes.replace("cards/flask.yaml", "q: Who", "q: 'Who")
    code, out, err = call("build")
    assert (code, out) == (1, "")
    assert err == (
        "cards/flask.yaml:4:8: error: this ' is never closed [unclosed-quote]\n"
        "    4 |   - q: 'Who created Flask?\n"
        "      |        ^\n"
        "      = add ' where the text ends\n"
        "1 error\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        *[(name,) for name in ("build", "check", "cards", "stats", "diff")],
        ("export", "out", "--to", "csv"),
        ("preview", "--html", "x.html"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_command_says_once_how_many_problems_can_be_fixed(call, two_notes, arguments):
    text = two_notes.read("cards/flask.yaml")
    call("build")
    two_notes.write(
        "cards/flask.yaml", f"{text}  - q: Flask: what?\n    a: `x`\n    reverse: yes\n"
    )
    _, out, err = call(*arguments)
    assert (out + err).count("3 problems can be fixed with flashdeck check --fix\n") == 1
    two_notes.write("cards/flask.yaml", f'{text}  - q: Flask: what?\n    a: "a" b\n')
    _, out, err = call(*arguments)
    assert (out + err).count("\n1 problem can be fixed with flashdeck check --fix\n") == 1


@pytest.mark.parametrize(
    "note",
    [
        '  - {q: "a" b, a: c}\n',  # what was meant?
        "  - q: a\n    a: |\n      ![](A.PNG)\n",  # in block text
        "  - q: a\n     a: b\n  - q: Flask: what?\n    a: b\n",  # behind an error of structure
        "<<<<<<< HEAD\n  - q: Flask: what?\n=======\n>>>>>>> x\n",
    ],
)
def test_what_is_not_fixed_is_not_counted(call, two_notes, note):
    (two_notes.root / "cards/a.png").write_bytes(b"")
    two_notes.write("cards/flask.yaml", two_notes.read("cards/flask.yaml") + note)
    code, _, err = call("check")
    assert code == 1
    assert "can be fixed" not in err
    assert "nothing to fix" in call("check", "--fix")[2]


def test_copied_ids_and_names_of_media_are_counted(call, two_notes):
    (two_notes.root / "cards/a.png").write_bytes(png(10, 10))
    notes = "  - {q: a, a: '![x](A.png)', id: abcdefghijk1}\n  - {q: b, a: c, id: abcdefghijk1}\n"
    two_notes.write("cards/flask.yaml", two_notes.read("cards/flask.yaml") + notes)
    assert "\n2 problems can be fixed with flashdeck check --fix\n" in call("check")[2]
    call("check", "--fix")
    assert "can be fixed" not in call("check")[2]


def test_a_fix_of_several_edits_is_counted_once(call, two_notes):
    note = '  - {q: "read 漢字[かんじ] and 東京[とうきょう]", a: b, id: abcdefghijk1}\n'
    two_notes.write("cards/flask.yaml", two_notes.read("cards/flask.yaml") + note)
    assert "\n1 problem can be fixed with flashdeck check --fix\n" in call("check")[2]
    call("check", "--fix")
    assert "{漢字|かんじ} and {東京|とうきょう}" in two_notes.read("cards/flask.yaml")


def test_check_as_json_has_paths_relative_to_the_project(call, two_notes):
    two_notes.replace("cards/flask.yaml", "a: Armin", "answer: Armin")
    code, out, _ = call("check", "--format", "json")
    assert code == 1
    assert json.loads(out) == [
        {
            "rule": "unknown-key",
            "severity": "error",
            "message": "a question note has no key 'answer'",
            "hint": "did you mean 'a'?",
            "file": "cards/flask.yaml",
            "line": 5,
            "column": 5,
            "end_line": 5,
            "end_column": 11,
        }
    ]


def test_check_for_github_writes_workflow_commands(call, two_notes):
    two_notes.replace("cards/flask.yaml", "a: Armin", "answer: Armin")
    _, out, _ = call("check", "--format", "github")
    assert out == (
        "::error file=cards/flask.yaml,line=5,endLine=5,col=5,endColumn=11,title=unknown-key"
        "::a question note has no key 'answer' (did you mean 'a'?)\n"
    )


def test_strict_makes_warnings_fail(call, two_notes):
    two_notes.replace("cards/flask.yaml", "a: Armin Ronacher", "a: Armin\n    id: short")
    assert call("check")[0] == 0
    assert call("check", "--strict")[0] == 1


def test_check_reports_that_there_are_no_problems(call):
    assert call("check") == (0, "", "no problems\n")


def test_explain_shows_a_rules_page(call):
    code, out, _ = call("explain", "[yes-no]")
    assert code == 0
    assert out.startswith("yes-no (warning)\n\nThe answer of a question is")
    assert '- {q: Does Flask include an ORM?, a: "No"}' in out
    assert "# flashdeck: ignore yes-no" in out
    assert "\x1b[31m" in call("explain", "missing-media", "--color", "always")[1]


def test_explain_lists_all_rules_and_suggests_a_similar_one(call):
    from flashdeck.rules.pages import pages

    code, out, _ = call("explain")
    assert code == 0
    assert [name for name in pages() if f"\n  {name} " not in out] == []
    code, out, err = call("explain", "yesno")
    assert (code, out) == (1, "")
    assert "did you mean 'yes-no'?" in err


def test_cards_as_json_shows_both_sides(call):
    code, out, _ = call("cards", "--json")
    first, second, third = json.loads(out)
    assert code == 0
    assert set(first) == {
        "id", "ordinal", "deck", "tags", "notetype", "question", "answer", "file", "line",
        "front_text", "back_text",
    }  # fmt: skip
    assert "Who created Flask?" in first["question"]
    assert "Armin Ronacher" in first["answer"]
    assert "Armin Ronacher" not in first["question"]
    assert (first["file"], first["line"], first["tags"]) == ("cards/flask.yaml", 4, ["web"])
    assert [card["ordinal"] for card in (second, third)] == [0, 1]
    assert "[...]" in second["question"]


def test_cards_lists_compiled_cards_and_reports_problems(call, two_notes):
    two_notes.replace("cards/flask.yaml", "q: Who created", "q: `Who` created")
    code, out, err = call("cards", "--json")
    assert code == 0
    assert "unquoted-start" in err
    assert "Werkzeug" in out


@pytest.mark.parametrize("arguments", [["build", "--nope"], ["nope"], ["check", "--format", "x"]])
def test_wrong_usage_exits_with_2(call, arguments):
    assert call(*arguments)[0] == 2


@pytest.mark.parametrize("directory", [".", "cards", "build"])
def test_a_project_is_found_from_its_subfolders(call, two_notes, directory):
    (two_notes.root / "build").mkdir()
    assert call("check", "-C", str(two_notes.root / directory))[0] == 0


def test_a_folder_without_a_project_is_an_error(call, tmp_path):
    code, out, err = call("build", "-C", str(tmp_path))
    assert (code, out) == (1, "")
    assert err.startswith("error: there is no flashdeck.yaml and no folder cards/ in ")
    assert "-C DIR" in err


@pytest.mark.parametrize("epoch", ["", "yesterday", "-1", "1.5", "0"])
def test_an_invalid_source_date_epoch_is_an_error(call, monkeypatch, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    code, _, err = call("build")
    assert code == 1
    assert err.startswith("error: ")
    assert "SOURCE_DATE_EPOCH" in err


def test_an_internal_error_exits_with_3_and_a_report(call, monkeypatch):
    monkeypatch.setattr("flashdeck.checking.check.check", lambda *_, **__: 1 / 0)
    code, _, err = call("check")
    assert code == 3
    assert "this is a bug in flashdeck" in err
    assert "ZeroDivisionError" in err
    assert __version__ in err


def test_ctrl_c_exits_with_130(call, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("flashdeck.checking.check.check", interrupt)
    assert call("check")[0] == 130


def test_colors_follow_the_environment_and_the_option(call, two_notes, monkeypatch):
    two_notes.replace("cards/flask.yaml", "a: Armin", "answer: Armin")
    assert "\x1b[" not in call("check")[1]
    assert "\x1b[" in call("check", "--color", "always")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in call("check")[1]
    assert "\x1b[" not in call("check", "--color", "never")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in call("check")[1]


def test_a_dumb_terminal_gets_plain_text(call, two_notes, monkeypatch):
    two_notes.replace("cards/flask.yaml", "a: Armin", "answer: Armin")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    for term, is_colored in (("xterm", True), ("dumb", False)):
        monkeypatch.setenv("TERM", term)
        for arguments in (["check"], ["build"], ["explain", "yes-no"], ["build", "-h"]):
            _, out, err = call(*arguments)
            assert ("\x1b" in out + err) == is_colored
    assert "\x1b[" in call("check", "--color", "always")[1]


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "flashdeck", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_output_in_another_encoding_does_not_crash(two_notes):
    two_notes.write("cards/ja.yaml", "deck: 日本語\nnotes:\n  - {q: 水, b: Wasser}\n")
    shown = process(
        "check", "-C", str(two_notes.root), env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert shown.returncode == 1
    assert "Traceback" not in shown.stderr


def test_an_option_may_have_a_value_or_none(project, capsys):
    project.write(
        "cards/d.yaml", "deck: D\nmarkup: html\nnotes:\n  - q: <b>x</b>\n    a: y&quot;\n"
    )
    package = project.built().packages[0].path
    for option, tag in (("--markdown", "<b>x</b>"), ("--markdown=rewrite", '"**x**"')):
        folder = project.root.parent / option
        assert run(["import", str(package), "-o", str(folder), option]) == 0
        page = (folder / "cards/d.yaml").read_text("utf-8")
        assert f"{tag}\n" in page
        assert 'y"\n' in page
    assert run(["import", str(package), "-o", "z", "--markdown=other"]) == 2
    assert "'other' is not one of same, rewrite" in capsys.readouterr().err

"""The help of every command, and options before the command."""

from __future__ import annotations

import re

import pytest
import typer.main
from conftest import NOW, ROOT

from flashdeck import __version__
from flashdeck.cli.app import app
from flashdeck.cli.run import run

NAMES = list(typer.main.get_command(app()).commands)


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))

    def run_command(*arguments):
        code = run(arguments)
        return code, *capsys.readouterr()

    return run_command


@pytest.mark.parametrize("name", NAMES)
def test_help_fits_into_80_columns_and_names_no_types(call, name):
    code, out, err = call(name, "--help")
    assert (code, err) == (0, "")
    assert call("help", name) == (0, out, "")
    assert max(map(len, out.splitlines())) <= 80
    assert not re.search(
        r"…|\.\.\.$|<\w+|None|\bstr\b|\bint\b|\bpath\b|\{|list\[", out.replace("{file} {line}", "")
    )
    summary, usage = out.split("\n", 1)[0], re.search(r"\nUsage: flashdeck \S+.*\n", out)
    assert len(summary) <= 56
    assert usage
    example = re.search(r"\nExample:\n  (flashdeck .*)\n", out)
    assert example is not None
    assert example[1].split()[1] == name
    page = re.search(r"\nDocumentation: (.*)\n\Z", out)
    assert page is not None
    assert (ROOT / page[1]).is_file()


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_accepted_by_its_command(name):
    group = typer.main.get_command(app())
    words = group.commands[name].epilog.split("\n")[1].split()[2:]
    context = typer.Context(group)
    assert group.commands[name].make_context(name, words, parent=context)


def test_the_program_lists_its_commands_in_groups(call):
    code, out, err = call()
    assert (code, err) == (0, "")
    assert out == call("--help")[1] == call("help")[1]
    for name in NAMES:
        (line,) = re.findall(rf"^  {name} +(.*)", out, re.MULTILINE)
        assert call(name, "-h")[1].startswith(f"{line}.\n")
    titles = re.findall(r"^(\S.*):$", out, re.MULTILINE)
    assert titles == [
        "Write and build",
        "Check",
        "Exchange",
        "Learn more",
        "Options",
        "Global options",
    ]


def test_help_is_colored_on_request_only(call, monkeypatch):
    assert "\x1b[" not in call("build", "--help")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = call("build", "--help")[1]
    assert "\x1b[1mOptions:" in out
    monkeypatch.delenv("FORCE_COLOR")
    assert re.sub(r"\x1b\[\d*m", "", out) == call("build", "--help")[1]


def test_the_help_of_an_unknown_command_suggests_a_similar_one(call):
    code, out, err = call("help", "biuld")
    assert (code, out) == (2, "")
    assert "No such command 'biuld'. Did you mean 'build'?" in err


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_shown(call, option):
    assert call(option) == (0, f"flashdeck {__version__}\n", "")
    assert call("-C", ".", option) == (0, f"flashdeck {__version__}\n", "")


@pytest.mark.parametrize(
    "form",
    [["-C", "{}"], ["-C{}"], ["--directory", "{}"], ["--directory={}"], ["-C", "x", "-C", "{}"]],
)
def test_the_directory_may_stand_before_the_command(call, two_notes, form):
    words = [word.format(two_notes.root) for word in form]
    assert call(*words, "check") == (0, "", "no problems\n") == call("check", *words)


def test_the_directory_before_a_command_that_reads_no_project_is_ignored(call, two_notes):
    assert call("-C", str(two_notes.root), "explain") == call("explain")
    assert call("-C", str(two_notes.root), "help", "build") == call("help", "build")


def test_init_and_import_work_in_the_named_directory(call, tmp_path, two_notes):
    code, out, err = call("-C", str(tmp_path), "init", "new")
    assert code == 0
    assert str(tmp_path / "new/flashdeck.yaml") in out
    assert f"now try: cd {tmp_path / 'new'} && flashdeck build" in err
    two_notes.built()
    code, out, _ = call("-C", str(two_notes.root / "cards"), "import", str(two_notes.package))
    assert (code, out) == (0, f"{two_notes.root}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--color", "pink"], "'pink' is not one of auto, always, never"),
        (["check", "--format", "x"], "'x' is not one of text, json, github, sarif"),
        (["stats", "--per-day", "0"], "0 is less than 1"),
        (["stats", "--per-day", "many"], "'many' is not a number"),
        (["preview", "--port", "70000"], "70000 is more than 65535"),
        (["preview", "--port", "-1"], "-1 is less than 0"),
        (["export", "out"], "Missing option '--to'"),
        (["import"], "Missing argument 'FILE'"),
        (["build", "--watch", "--json"], "Error: --watch and --json exclude each other"),
        (["build", "-o", "x.apkg", "Flask"], "Error: --output takes no FILE or DECK"),
        (["check", "--diff"], "Error: --diff needs --fix"),
        (["diff", "--json", "--markdown"], "Error: --json and --markdown exclude each other"),
        (
            ["preview", "--terminal", "--html", "x"],
            "Error: --terminal and --html exclude each other",
        ),
        (["preview", "one", "two"], "Error: only --terminal takes words"),
        (["forget"], "Error: name ids of removed notes, or a package, or use --example"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_where_help_is(call, arguments, message):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert f"Try 'flashdeck {arguments[0]} --help' for help." in err


def test_a_build_outside_a_project_names_init(call, tmp_path):
    code, out, err = call("-C", str(tmp_path), "build")
    assert (code, out) == (1, "")
    assert "= create a project with 'flashdeck init NAME', or name one with -C DIR" in err


def test_a_limit_of_the_command_line_replaces_that_of_the_settings(call, two_notes):
    long = "Who? " * 300_000
    two_notes.write("cards/long.yaml", f"notes:\n  - {{q: '{long.strip()}', a: b}}\n")
    two_notes.write("flashdeck.yaml", "limits: {scalar: 5_000_000}\n")
    code, out, _ = call("-C", str(two_notes.root), "check", "--color", "never")
    assert code == 1
    assert "flashdeck.yaml:1:18: error: 'scalar' is at most 1,048,576 in settings" in out
    assert "cards/long.yaml:2:9: error: " in out
    words = ["--limit", "scalar=2000000", "-C", str(two_notes.root), "--limit=key=200"]
    assert call(*words, "check", "--quiet")[0] == 0
    assert call("-C", str(two_notes.root), "check", "--quiet")[0] == 1


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("x=1", "--limit takes size, nodes, depth, scalar, key, problems, not 'x'"),
        ("scalar", "--limit scalar takes a number, as in scalar=2000000"),
        ("scalar=0", "--limit scalar takes a number"),
        ("scalar=-1", "--limit scalar takes a number"),
    ],
)
def test_a_wrong_limit_is_wrong_usage(call, word, message):
    code, out, err = call("--limit", word, "check")
    assert (code, out) == (2, "")
    assert message in err

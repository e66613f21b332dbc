"""Damaged locks, links out of the project and unwritable outputs: reported or repaired."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hazards_rows import asks
from test_fuzz import assert_well_said, damaged, state

from flashdeck.compile import identity
from flashdeck.diagnostics import FlashdeckError

pytestmark = pytest.mark.slow

COMMAND = f"{sys.executable} -m flashdeck"


def run(root: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command; `$F` is flashdeck."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=root,
        env={**os.environ, "F": COMMAND},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# identity


def test_ids_of_equal_notes_take_linear_time(project, monkeypatch):
    project.write("cards/deck.yaml", "notes:\n" + "  - {q: a, a: b}\n" * 300)
    tried = []
    base32 = identity.base32
    monkeypatch.setattr(identity, "base32", lambda *words: tried.append(words) or base32(*words))
    project.check()
    assert len(tried) < 3 * 300  # quadratic time would take minutes for 10,000 equal notes


# stamp


def test_a_warning_about_the_text_does_not_stop_the_ids_from_being_written(project):
    project.write("cards/deck.yaml", asks('"a\u202eb"'))
    project.built()


def test_ids_are_written_into_a_file_that_needs_its_raised_limits(project):
    project.write("flashdeck.yaml", "limits: {scalar: 100000}\n")
    project.write("cards/deck.yaml", asks("word " * 15_000))
    project.built()


# lock


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_lock_is_reported_or_repaired(two_notes, seed):
    two_notes.built()
    path = two_notes.root / "flashdeck.lock"
    path.write_bytes(damaged(path.read_bytes(), random.Random(seed)))
    before = state(two_notes.root)
    try:
        built = two_notes.build()
    except FlashdeckError as error:
        assert "flashdeck.lock" in str(error)  # noqa: PT017 - it may also be a diagnostic
    else:
        for problem in built.diagnostics:
            assert_well_said(problem, before)
        if built.packages:
            return
    assert state(two_notes.root) == before


def test_a_damaged_schema_in_the_lock_is_reported_at_its_line(two_notes):
    two_notes.built()
    two_notes.replace("flashdeck.lock", '"fields":', '"fields"')
    problems = [(problem.rule, problem.span.path) for problem in two_notes.build().diagnostics]
    assert problems == [("lock", "flashdeck.lock")] * 2


def test_a_deck_named_like_the_locks_word_for_none_does_not_move_with_each_build(project):
    project.write("cards/deck.yaml", "deck: '-'\n" + asks("Who?"))
    project.built()
    (package,) = project.built().packages
    assert package.counts.unchanged == 1


# build


@pytest.mark.parametrize("name", [".lock", "flask.apkg"])
def test_a_file_in_build_can_not_be_a_link_out_of_the_project(two_notes, tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (two_notes.root / "build").mkdir()
    (two_notes.root / "build" / name).symlink_to(precious)
    with suppress(FlashdeckError):
        two_notes.build()
    assert precious.read_text() == "precious"


def test_an_unwritable_build_folder_is_reported_in_lower_case(two_notes):
    two_notes.write("build", "a file")
    with pytest.raises(FlashdeckError, match=r"build can't be created: file exists"):
        two_notes.build()


# read/decks


def test_a_deck_with_an_empty_list_of_notes_is_reported(project):
    project.write("cards/deck.yaml", "notes: []\n")
    assert [problem.rule for problem in project.check()] == ["no-notes"]


# kinds


def test_a_message_quotes_a_long_text_by_its_beginning(project):
    project.write(
        "cards/deck.yaml",
        "notes:\n  - q: Who?\n    choices: [one, two]\n    a: |\n      A text\n\n      of lines.\n",
    )
    for problem in project.check():
        assert "\n" not in problem.message


# cli


@pytest.mark.parametrize("arguments", ["build", "check", "cards --json", "--version"])
@pytest.mark.parametrize("where", [">&-", ">/dev/full", "2>&-"])
def test_an_unwritable_output_is_not_an_internal_error(two_notes, arguments, where):
    shown = run(two_notes.root, f"$F {arguments} {where}")
    assert shown.returncode != 3
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("arguments", ["build", "check --format json", "cards --json", "--version"])
def test_a_closed_pipe_does_not_fail_a_build(two_notes, arguments):
    shown = run(two_notes.root, f"$F {arguments} | true; exit ${{PIPESTATUS[0]}}")
    assert "Traceback" not in shown.stderr
    assert shown.returncode == 0


def test_a_folder_name_that_is_too_long_is_an_error(two_notes):
    shown = run(two_notes.root, "$F check -C " + "x" * 5_000)
    assert shown.returncode == 1
    assert "Traceback" not in shown.stderr


def test_ctrl_c_during_startup_prints_one_word(two_notes):
    code = """
import sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
sys.argv[1:] = ["check"]
from flashdeck.__main__ import main
sys.exit(main())
"""
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=two_notes.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (130, "stopped\n")

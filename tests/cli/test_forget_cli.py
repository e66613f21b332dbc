"""The output and exit codes of `forget`."""

from __future__ import annotations

import pytest
from conftest import NOW

from flashdeck.cli.run import run


@pytest.fixture
def call(project, monkeypatch, capsys):
    """Run a command in a project with a removed note, `old000000001` of x.apkg."""
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    project.write("cards/old.yaml", "deck: X::Old\nnotes:\n  - {q: a, a: b, id: old000000001}\n")
    project.built()
    (project.root / "cards/old.yaml").unlink()
    project.write("cards/new.yaml", "deck: New\nnotes:\n  - {q: c, a: d, id: new000000001}\n")
    project.built()

    def run_command(*arguments):
        code = run(arguments)
        return code, *capsys.readouterr()

    return run_command


def test_it_says_what_it_drops_and_what_learners_keep(call, project):
    assert call("forget", "x.apkg", "--dry-run") == (
        0,
        "old000000001  X::Old\n",
        (
            "1 removed note would be dropped from flashdeck.lock\n"
            "x.apkg has no other notes; it is no longer built\n"
            "learners who have these notes keep their cards\n"
        ),
    )
    code, out, err = call("forget", "old000000001")
    assert (code, out) == (0, "old000000001  X::Old\n")
    assert "1 removed note dropped from flashdeck.lock\n" in err
    assert [path.name for path in (project.root / "build").glob("*.apkg")] == ["new.apkg"]


def test_quiet_prints_the_notes_only(call):
    assert call("forget", "-q", "x.apkg") == (0, "old000000001  X::Old\n", "")


def test_every_refused_name_is_one_message(call, project):
    before = project.read("flashdeck.lock")
    code, out, err = call("forget", "x.apkg", "new000000001", "old00000001")
    assert (code, out) == (1, "")
    assert err == (
        "error: the note 'new000000001' is in the sources: cards/new.yaml:3:22\n"
        "      = delete it there first\n"
        "error: flashdeck.lock has no note 'old00000001'\n"
        "      = did you mean 'old000000001'?\n"
        "nothing was dropped\n"
    )
    assert project.read("flashdeck.lock") == before


def test_problems_of_the_sources_are_shown_with_their_lines(call, project):
    project.replace("cards/new.yaml", "q: c", "q: 'c")
    code, out, err = call("forget", "x.apkg")
    assert (code, out) == (1, "")
    assert "cards/new.yaml:3:9: error: " in err
    assert err.endswith("nothing was dropped\n")


def test_without_a_name_it_is_used_wrongly(call):
    code, out, err = call("forget")
    assert (code, out) == (2, "")
    assert "name ids of removed notes, or a package, or use --example" in err


def test_where_it_runs_does_not_matter(call, project, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, _ = call("forget", "-C", str(project.root), "x.apkg")
    assert (code, out) == (0, "old000000001  X::Old\n")

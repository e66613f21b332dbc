"""Packages of a build that are listed for files and decks."""

from __future__ import annotations

import pytest

from flashdeck.cli.run import run


@pytest.mark.parametrize("what", ["cards/a.yaml", "Alpha", "Beta"])
def test_a_document_may_have_no_notes_in_its_own_deck(project, monkeypatch, capsys, what):
    project.write("cards/a.yaml", "deck: Alpha\nnotes:\n  - {q: a, a: b, deck: Beta}\n")
    project.write("cards/c.yaml", "deck: Gamma\nnotes:\n  - {q: c, a: d}\n")
    monkeypatch.chdir(project.root)
    assert run(["build", what]) == 0
    listed = "" if what == "Alpha" else "build/beta.apkg\n"
    assert capsys.readouterr().out == listed

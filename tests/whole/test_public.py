"""`import flashdeck`: the public names, each of which works."""

from __future__ import annotations

import io
import subprocess
import sys
from importlib.resources import files

import pytest

import flashdeck


def test_every_public_name_exists():
    assert [name for name in flashdeck.__all__ if not hasattr(flashdeck, name)] == []
    assert sorted(flashdeck.__all__) == flashdeck.__all__


def test_nothing_else_is_public():
    assert set(dir(flashdeck)) == {*flashdeck.__all__, "__version__"}
    with pytest.raises(AttributeError, match="'nope'"):
        flashdeck.nope  # noqa: B018 - asking is the test


def test_importing_flashdeck_imports_no_submodules():
    code = "import sys, flashdeck; print([m for m in sys.modules if m.startswith('flashdeck.')])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


def test_from_a_project_to_a_package_and_back(two_notes):
    project, problems = flashdeck.load_project(two_notes.root)
    compiled, more_problems = flashdeck.compile_project(project)
    assert [*problems, *more_problems, *flashdeck.check(two_notes.root)] == []
    assert [card.card.ordinal for card in flashdeck.cards(compiled.collection)] == [0, 0, 1]
    built = flashdeck.build(two_notes.root, flashdeck.Options(now=two_notes.now))
    collection = flashdeck.read_apkg(built.packages[0].path)
    out = io.BytesIO()
    flashdeck.write_apkg(collection, out)
    assert out.getvalue() == built.packages[0].path.read_bytes()


def test_the_package_has_type_hints():
    assert files("flashdeck").joinpath("py.typed").is_file()


def test_check_has_the_name_of_its_command_and_an_older_one():
    assert flashdeck.lint is flashdeck.check


def test_no_module_hides_a_public_name():
    modules = {path.name.removesuffix(".py") for path in files("flashdeck").iterdir()}
    assert modules & set(flashdeck.__all__) == set()

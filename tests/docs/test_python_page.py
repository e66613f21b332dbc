"""The page on Python: its code runs, prints what it says, and is well typed."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from conftest import ROOT
from real_anki import Learner

PAGE = (ROOT / "docs/reference/python.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


CODE = "\n".join(blocks("python"))


@pytest.fixture
def folder(tmp_path):
    cards = tmp_path / "spanish" / "cards"
    cards.mkdir(parents=True)
    (cards / "spanish.yaml").write_text("".join(blocks("yaml")), "utf-8")
    return tmp_path


def run(folder):
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error", "-c", CODE],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )


def test_its_code_prints_what_it_says(folder):
    assert run(folder).stdout == "".join(blocks("text"))


def test_anki_imports_what_it_makes(folder):
    run(folder)
    with Learner() as learner:
        assert learner.import_package(folder / "countries.apkg") == (3, 0, 0, 0)
        assert learner.import_package(folder / "spanish/build/spanish.apkg") == (2, 0, 0, 0)
        assert learner.card_count() == 7
        assert set(learner.media()) == {"flag-of-france.svg"}


@pytest.mark.slow
def test_its_code_is_well_typed(tmp_path):
    path = tmp_path / "page.py"
    path.write_text(CODE, "utf-8")
    shown = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(path)],
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.stdout.startswith("Success"), shown.stdout


def test_every_public_name_is_on_it_or_stands_for_what_is():
    import flashdeck

    # What functions give: their attributes are on the page.
    results = {
        "BuildResult",
        "Changes",
        "Compiled",
        "Project",
        "Severity",
        "RenderedCard",
        "Span",
        "Text",
    }
    assert [name for name in flashdeck.__all__ if name not in PAGE and name not in results] == []

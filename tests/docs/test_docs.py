"""What the documents say is so: examples build, links lead somewhere, every key is described."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from flashdeck.cli.app import app
from flashdeck.kinds.registry import COMMON, DOCUMENT, FIELD, KINDS, MASK, NOTETYPE, TABLE, TEMPLATE

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").rglob("*.md"))


def blocks(path, language):
    return re.findall(
        rf"^```{language}\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


YAML = [(page, number) for page in PAGES for number in range(len(blocks(page, "yaml")))]
# What examples name stands beside them.
MEDIA = {"map.png": "request.png", "hello.mp3": "chime.wav"}


@pytest.mark.parametrize(("page", "number"), YAML, ids=lambda one: getattr(one, "name", str(one)))
def test_every_deck_in_the_documents_builds(project, page, number):
    text = blocks(page, "yaml")[number]
    for name, like in MEDIA.items():
        target = project.root / "cards" / name
        target.write_bytes((ROOT / "cards/media" / like).read_bytes())
    before = page.read_text("utf-8").split("```yaml\n")[: number + 1]
    for table in re.findall(r"^```csv\n(.*?)^```$", "".join(before), re.MULTILINE | re.DOTALL):
        name = re.search(r"[\w-]+\.csv", text)
        project.write(f"cards/{name[0] if name else 'words.csv'}", table)  # the last one before
    project.write("cards/example.yaml", text if "deck:" in text else f"deck: Example\n{text}")
    assert project.built().packages


def test_the_readmes_first_commands_are_those_of_a_clone():
    clone, install, _ = blocks(ROOT / "README.md", "sh")[:3]
    goals = re.findall(r"^make (\w+)", clone, re.MULTILINE)
    assert goals == ["deck", "test"]
    assert install.startswith("pipx install .")
    assert "`git clone`" in (ROOT / "README.md").read_text("utf-8").partition("make deck")[0]


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "flashdeck/scaffold/starter/readme.md"], ids=lambda page: page.name
)
def test_no_page_installs_what_is_not_published_yet(page):
    text = "".join(blocks(page, "sh"))
    assert not re.search(r"^(pip|pipx|uv tool) install flashdeck", text, re.MULTILINE)


def test_the_readmes_lines_make_a_deck(tmp_path):
    shell = blocks(ROOT / "README.md", "sh")[2]
    assert shell.startswith("flashdeck init")
    scripts = Path(sys.executable).parent
    subprocess.run(
        f"set -e\n{shell}",
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "spanish" / "build" / "spanish.apkg").exists()


def test_every_key_is_described_in_the_reference():
    reference = (ROOT / "docs/reference/notes.md").read_text("utf-8")
    keys = {
        f"| `{key.name}` | {key.holds} |"
        for keys in (COMMON, DOCUMENT, MASK, TABLE, *(kind.keys for kind in KINDS))
        for key in keys
    }
    assert [key for key in sorted(keys) if key not in reference] == []


def test_the_index_leads_to_every_page():
    index = (ROOT / "docs/README.md").read_text("utf-8")
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if f"]({page})" not in index and page != "README.md"] == []


def test_every_limit_names_the_test_that_holds_it():
    text = (ROOT / "docs/reference/limits.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| (?!input|---)(.*) \|$", text)
    assert len(rows) > 8
    for row in rows:
        path, name = row.rpartition("| ")[2].strip("`").split("::")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), row


def test_every_path_in_contributing_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:[\w.-]+/)+[\w-]*(?:\.\w+)?)`", text)) - {"build/"}
    missing = [path for path in named if "yours" not in path and not _is_there(path)]
    assert missing == []


def test_every_name_in_contributing_is_in_the_code():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    folders = ("flashdeck", "tests", "docs")
    code = "".join(p.read_text("utf-8") for name in folders for p in (ROOT / name).rglob("*.py"))
    named = {name for full in re.findall(r"`(_?[A-Z][\w.]+)`", text) for name in full.split(".")}
    assert named - set(re.findall(r"\w+", code)) == set()


def _is_there(path):
    """Find a file or folder, a module without its ending, or a module of which a name is given."""
    names = (path.rstrip("/"), f"{path}.py", f"{path.rpartition('.')[0]}.py")
    if any((ROOT / name).exists() for name in names):
        return True
    return any(True for name in names for _ in (ROOT / "flashdeck").rglob(name))


def test_the_pictures_of_the_documents_are_small():
    assert sum(path.stat().st_size for path in (ROOT / "docs/pictures").iterdir()) < 1_500_000


def test_every_key_of_a_note_type_is_described_in_the_reference():
    reference = (ROOT / "docs/reference/notetypes.md").read_text("utf-8")
    rows = [f"| `{key.name}` | {key.holds} |" for key in (*NOTETYPE, *FIELD, *TEMPLATE)]
    assert [row for row in rows if row not in reference] == []


def test_what_is_made_from_the_program_is_up_to_date():
    script = runpy.run_path(str(ROOT / "docs/make_reference.py"))
    for name, make in script["PAGES"].items():
        written = (ROOT / "docs/reference" / name).read_text("utf-8")
        assert written == make(), f"{name} is out of date: run `make reference`"


def test_every_command_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = app().registered_commands
    names = [command.name or command.callback.__name__ for command in commands]
    assert [name for name in names if f"`flashdeck {name}" not in readme] == ["help"]

"""A new project: complete, clean, and without overwriting files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from conftest import ProjectFolder
from yamlvalues import as_json

from flashdeck.cli.run import run
from flashdeck.files.files import temporary
from flashdeck.kinds.registry import LIMITS, SETTINGS
from flashdeck.project.project import load_project
from flashdeck.scaffold.distribution import Source
from flashdeck.scaffold.start import project_name, start
from flashdeck.yamlnode import Limits, read_yaml


def started(folder: Path) -> ProjectFolder:
    start(folder, Source("flashdeck"))
    return ProjectFolder(folder)


def value(path: Path):
    """Give what a YAML file holds, as other tools read it."""
    file = read_yaml(path.name, path.read_bytes())
    assert not file.problems
    return as_json(file.documents[0])


def test_a_new_project_builds_and_checks_clean(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "demo"]) == 0
    out, err = capsys.readouterr()
    assert {Path(line) for line in out.splitlines()} == {
        path.relative_to(tmp_path) for path in Path("demo").absolute().rglob("*") if path.is_file()
    }
    assert "cd demo && flashdeck build" in err
    monkeypatch.chdir("demo")
    assert run(["build"]) == 0
    assert "7 notes, 17 cards (7 new)" in capsys.readouterr().err
    assert run(["check", "--strict"]) == 0
    assert "no problems" in capsys.readouterr().err
    assert run(["fmt", "--check"]) == 0
    assert Path("build/demo.apkg").exists()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("spanish-verbs", "Spanish verbs"),
        ("日本語", "日本語"),
        ("what: no # really 'so'", "What: no # really 'so'"),
        ("a::::b", "My deck"),
        ("collection", "My deck"),
        ("2024", "2024"),
    ],
)
def test_the_project_is_named_after_its_folder_whatever_it_is_called(tmp_path, folder, name):
    project = started(tmp_path / folder)
    assert project_name(project.root) == name
    assert project.built().diagnostics == ()
    assert project.check() == []
    assert value(project.root / "flashdeck.yaml")["name"] == name
    assert value(project.root / "cards/moon.yaml")["deck"] == f"{name}::The Moon"


@pytest.mark.parametrize("name", ["no", "a, b", "what: no # really 'so'", "{x}", "long " * 30])
def test_a_new_project_is_formatted_whatever_its_name(tmp_path, name):
    root = started(tmp_path / name).root
    assert run(["fmt", "--check", "-C", str(root)]) == 0


def test_two_projects_are_never_the_same(tmp_path):
    ids = {
        value(started(tmp_path / one).root / "flashdeck.yaml")["id"] for one in ("spanish", "x/y")
    }
    assert len(ids) == 2


def test_what_is_there_is_named_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("cards").mkdir()
    Path("cards/moon.yaml").write_text("notes: []\n")
    Path("flashdeck.yaml").symlink_to("nowhere")
    assert run(["init"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "flashdeck.yaml, cards/moon.yaml" in err
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        "cards",
        "flashdeck.yaml",
        "moon.yaml",
    ]


def test_a_readme_that_is_there_stays_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("README.md").write_text("mine\n")
    assert run(["init"]) == 0
    out, err = capsys.readouterr()
    assert "README.md" not in out
    assert "existing files were kept: README.md" in err
    assert Path("README.md").read_text() == "mine\n"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run(["init", str(tmp_path / "file" / "demo")]) == 1
    assert "can't be created" in capsys.readouterr().err


def test_every_setting_is_explained_and_the_examples_are_right(tmp_path):
    project = started(tmp_path / "demo")
    text = project.read("flashdeck.yaml")
    for key in SETTINGS:
        assert re.search(rf"^(?:# )?{key.name}:", text, re.MULTILINE), key.name
    for key in LIMITS:
        assert re.search(rf"^#   {key.name}: [0-9]+$", text, re.MULTILINE), key.name
    # All that is commented out and looks like a setting, without the `# `.
    inside = re.sub(r"^# ((?:  )?[a-z_.]+:(?: .*)?)$", r"\1", text, flags=re.MULTILINE)
    (project.root / "flashdeck.yaml").write_text(inside, "utf-8")
    assert set(value(project.root / "flashdeck.yaml")) == {key.name for key in SETTINGS}
    assert project.check() == []
    assert load_project(project.root)[0].settings.limits == Limits()
    assert [one.path.name for one in project.built().packages] == ["moon-full.apkg"]


def test_each_source_names_a_schema_that_is_there(tmp_path):
    root = started(tmp_path / "demo").root
    for source in (root / "flashdeck.yaml", root / "cards/moon.yaml"):
        line = source.read_text("utf-8").partition("\n")[0]
        schema = source.parent / line.removeprefix("# yaml-language-server: $schema=")
        assert schema.resolve().parent == root / ".schemas"
        assert schema.exists()


def test_git_checks_out_the_same_bytes_on_every_system(tmp_path):
    project = started(tmp_path / "demo")
    text, picture = b"a: |\n  1\n", b"<svg>\r\n</svg>\n"
    (project.root / "cards/x.yaml").write_bytes(text)
    (project.root / "cards/x.svg").write_bytes(picture)
    windows = ["-c", "core.autocrlf=true", "-c", "user.name=a", "-c", "user.email=a@example.org"]

    def git(*arguments):
        subprocess.run(["git", *windows, *arguments], cwd=project.root, check=True)

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    git("rm", "--quiet", "-r", "cards")
    git("reset", "--quiet", "--hard")
    assert (project.root / "cards/x.yaml").read_bytes() == text
    assert (project.root / "cards/x.svg").read_bytes() == picture


def test_the_page_for_assistants_shows_a_deck_without_problems(tmp_path):
    project = started(tmp_path / "demo")
    (deck,) = re.findall(r"```yaml\n(.*?)```", project.read("AGENTS.md"), re.DOTALL)
    (project.root / "cards/spanish.yaml").write_text(deck, "utf-8")
    assert project.check() == []
    assert run(["fmt", "--check", "-C", str(project.root)]) == 0


def test_git_ignores_temporary_files(tmp_path):
    assert run(["init", str(tmp_path / "demo")]) == 0
    for name in ("flashdeck.lock", "cards/deck.yaml"):
        temporary(tmp_path / "demo" / name).write_text("half")
    show = ["git", "status", "--short", "--untracked-files=all"]
    for command in (["git", "init", "-q"], show):
        done = subprocess.run(command, cwd=tmp_path / "demo", check=True, capture_output=True)
    assert b"flashdeck.lock" in done.stdout
    assert b".tmp" not in done.stdout

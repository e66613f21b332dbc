"""A new project: complete, clean, and without overwriting files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NOW, ProjectFolder
from yamlvalues import as_json

from flashdeck import __version__
from flashdeck.cli.run import run
from flashdeck.kinds.registry import LIMITS, SETTINGS
from flashdeck.project.project import load_project
from flashdeck.scaffold.start import project_name, start
from flashdeck.yamlnode import Limits, read_yaml


def started(folder: Path) -> ProjectFolder:
    start(folder, __version__)
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
    assert "left as it was: README.md" in err
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
    assert [one.path.name for one in project.built().packages] == ["moon.apkg"]


def test_each_source_names_a_schema_that_is_there(tmp_path):
    root = started(tmp_path / "demo").root
    for source in (root / "flashdeck.yaml", root / "cards/moon.yaml"):
        line = source.read_text("utf-8").partition("\n")[0]
        schema = source.parent / line.removeprefix("# yaml-language-server: $schema=")
        assert schema.resolve().parent == root / ".schemas"
        assert schema.exists()


def test_the_pre_commit_hook_runs_check_with_the_flashdeck_that_is_installed(tmp_path):
    root = started(tmp_path / "demo").root
    (repo,) = value(root / ".pre-commit-config.yaml")["repos"]
    (hook,) = repo["hooks"]
    assert hook["language"] == "system"
    assert "additional_dependencies" not in hook
    assert re.search(hook["files"], "cards/moon.yaml")
    assert re.search(hook["files"], "flashdeck.lock")
    assert not re.search(hook["files"], "README.md")
    assert run([*hook["entry"].split()[1:], "-C", str(root)]) == 0


def test_the_workflow_is_valid(tmp_path):
    workflow = started(tmp_path / "demo").root / ".github/workflows/deck.yaml"
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "github-workflows",
            workflow,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    assert f"pip install flashdeck=={__version__}" in workflow.read_text()


GH = """\
#!/bin/sh
echo "$@" >> "$CALLS"
case "$2" in
  view) echo "Hello." ;;
  edit) cat "$5" >> "$CALLS" ;;
esac
"""


def test_a_release_gets_its_packages_and_the_news_for_learners(tmp_path):
    """Runs what the workflow's release job runs, with a `gh` that writes down what it is told."""
    project = started(tmp_path / "demo")
    bin_, calls = tmp_path / "bin", tmp_path / "calls"
    bin_.mkdir()
    (bin_ / "gh").write_text(GH)
    (bin_ / "flashdeck").write_text(f'#!/bin/sh\nexec {sys.executable} -m flashdeck "$@"\n')
    for program in bin_.iterdir():
        program.chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}",
        "CALLS": str(calls),
        "TAG": "v2",
        "SOURCE_DATE_EPOCH": str(NOW + 100),
    }

    def shell(command: str) -> None:
        name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        command = command.replace("git ", f"git {' '.join(name)} ")
        subprocess.run(["sh", "-ec", command], cwd=project.root, env=env, check=True)

    project.built()
    shell("git init -q && git add . && git commit -qm one && git tag v1")
    project.replace("cards/moon.yaml", "Light takes", "Even light takes")
    project.now += 100
    project.built()
    shell("git add . && git commit -qm two && git tag v2")
    job = value(project.root / ".github/workflows/deck.yaml")["jobs"]["release"]
    for step in job["steps"]:
        if "run" in step and not step["run"].startswith("pip "):
            shell(step["run"])
    log = calls.read_text("utf-8")
    assert "release upload v2 build/demo.apkg --clobber" in log
    assert "release edit v2 --notes-file notes.md\nHello.\n" in log
    assert "Light" in log
    assert "1 changed" in log

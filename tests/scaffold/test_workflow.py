"""Runs the workflow and the hooks of a new project, and those that this repository offers.

Each step's own command is run as GitHub does it, with a `pip` and a `gh` that record their calls.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, ProjectFolder

from flashdeck.scaffold.distribution import Source
from flashdeck.scaffold.start import start

SOURCE = ".github/flashdeck-1.0-py3-none-any.whl"
WITHOUT_ID = "\n  - q: Who was the second?\n    a: Buzz Aldrin\n"
UNFORMATTED = ("tags: [astronomy]", "tags: [ 'astronomy' ]")
WRONG = ("    reverse: true", "    revers: true")
PROGRAMS = {
    "flashdeck": f'exec {sys.executable} -m flashdeck "$@"',
    "pip": 'echo "pip $@" >> "$CALLS"',
    "gh": """\
echo "gh $@" >> "$CALLS"
case "$2" in
  view) echo "Hello." ;;
  edit) cat "$5" >> "$CALLS" ;;
esac""",
}


@dataclass
class Repository:
    """A project in git, on a machine that runs the commands of jobs and hooks."""

    project: ProjectFolder
    machine: Path
    tag: str = "v1"

    def run(self, command: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a step of a job does."""
        who = {f"GIT_{one}_NAME": "a" for one in ("AUTHOR", "COMMITTER")}
        mail = {f"GIT_{one}_EMAIL": "a@example.org" for one in ("AUTHOR", "COMMITTER")}
        path = f"{self.machine}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "CALLS": str(self.machine / "calls"), "TAG": self.tag}
        clock = {"SOURCE_DATE_EPOCH": str(self.project.now)}
        return subprocess.run(
            ["bash", "-e", "-c", command],
            cwd=self.project.root,
            env={**os.environ, **who, **mail, **clock, **env, **own},
            check=False,
            capture_output=True,
            text=True,
        )

    def commit(self) -> None:
        """Commit everything, and tag it."""
        message = f"git add . && git commit --quiet --message x && git tag {self.tag}"
        assert self.run(message).returncode == 0

    def fails(self, steps: list[dict[str, Any]], env: dict[str, str]) -> str:
        """Run steps until one fails, on a fresh checkout; return its command and output."""
        self.run("git clean --quiet --force -d -x")
        for step in steps:
            if "run" in step:
                done = self.run(step["run"], **env)
                if done.returncode:
                    return f"{step['run']}\n{done.stdout}{done.stderr}"
        return ""

    @property
    def calls(self) -> str:
        return (self.machine / "calls").read_text("utf-8")


@pytest.fixture
def repository(tmp_path):
    """A new project, built and committed."""
    machine = tmp_path / "machine"
    machine.mkdir()
    for name, text in PROGRAMS.items():
        (machine / name).write_text(f"#!/bin/sh\n{text}\n")
        (machine / name).chmod(0o755)
    start(tmp_path / "demo", Source(SOURCE, b"a wheel"))
    result = Repository(ProjectFolder(tmp_path / "demo"), machine)
    result.project.built()
    result.run("git init --quiet")
    result.commit()
    return result


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_bytes())


def job(repository: Repository, name: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the steps of a job of the project's workflow, and the variables that it sets."""
    workflow = loaded(repository.project.root / ".github/workflows/deck.yaml")
    return workflow["jobs"][name]["steps"], workflow["env"]


def pull_request(repository: Repository) -> str:
    return repository.fails(*job(repository, "check"))


def action(repository: Repository) -> str:
    steps = loaded(ROOT / "action.yml")["runs"]["steps"]
    return repository.fails(steps, {"GITHUB_ACTION_PATH": "/flashdeck"})


def own_hooks(repository: Repository) -> str:
    config = loaded(repository.project.root / ".pre-commit-config.yaml")
    (repo,) = config["repos"]
    return hooks(repository, repo["hooks"], config["files"])


def offered_hooks(repository: Repository) -> str:
    offered = loaded(ROOT / ".pre-commit-hooks.yaml")
    (files,) = {hook["files"] for hook in offered}
    return hooks(repository, offered, files)


def hooks(repository: Repository, found: list[dict[str, Any]], files: str) -> str:
    """Run hooks as `pre-commit` does if they concern the file of the example."""
    assert re.search(files, "cards/moon.yaml")
    assert re.search(files, "flashdeck.lock")
    assert re.search(files, "style.css")
    assert not re.search(files, "README.md")
    assert not any(hook["pass_filenames"] for hook in found)
    return repository.fails([{"run": hook["entry"]} for hook in found], {})


GATES = [pull_request, action, own_hooks, offered_hooks]


@pytest.mark.parametrize("gate", GATES)
def test_a_change_that_was_built_passes(repository, gate):
    assert gate(repository) == ""
    deck = repository.project.root / "cards/moon.yaml"
    deck.write_text(deck.read_text("utf-8") + WITHOUT_ID, "utf-8")
    repository.project.now += 100
    repository.project.built()
    repository.tag = "v2"
    repository.commit()
    assert gate(repository) == ""


@pytest.mark.parametrize("gate", GATES)
def test_a_note_without_an_id_fails(repository, gate):
    deck = repository.project.root / "cards/moon.yaml"
    deck.write_text(deck.read_text("utf-8") + WITHOUT_ID, "utf-8")
    repository.tag = "v2"
    repository.commit()
    failed = gate(repository)
    assert failed.startswith("flashdeck build --frozen")
    line = len(deck.read_text("utf-8").splitlines()) - 1
    assert f"cards/moon.yaml:{line}:5: error: a build would change cards/moon.yaml" in failed


@pytest.mark.parametrize("gate", GATES)
def test_a_deck_that_is_not_formatted_fails(repository, gate):
    repository.project.replace("cards/moon.yaml", *UNFORMATTED)
    repository.tag = "v2"
    repository.commit()
    assert gate(repository).startswith("flashdeck fmt --check")


@pytest.mark.parametrize("gate", GATES)
def test_a_mistake_fails_at_its_line(repository, gate):
    repository.project.replace("cards/moon.yaml", *WRONG)
    repository.tag = "v2"
    repository.commit()
    failed = gate(repository)
    assert failed.startswith("flashdeck check")
    assert re.search("(::error file=)?cards/moon.yaml[:,]", failed)


def test_a_first_release_gets_its_package_and_notes(repository):
    assert repository.fails(*job(repository, "release")) == ""
    assert f"pip install {SOURCE}\n" in repository.calls
    assert "gh release upload v1 build/demo.apkg --clobber" in repository.calls
    assert (
        "gh release edit v1 --notes-file notes.md\nHello.\n\n7 notes, 17 cards" in repository.calls
    )


def test_the_next_release_says_what_is_new(repository):
    repository.project.replace("cards/moon.yaml", "Light takes", "Even light takes")
    repository.project.now += 100
    repository.project.built()
    before = repository.project.package.read_bytes()
    repository.tag = "v2"
    repository.commit()
    repository.project.now += 100
    assert repository.fails(*job(repository, "release")) == ""
    assert repository.project.package.read_bytes() == before
    assert "gh release upload v2 build/demo.apkg --clobber" in repository.calls
    assert "gh release edit v2 --notes-file notes.md\nHello.\n\n1 changed." in repository.calls
    assert "<b>Even light</b> takes" in repository.calls


def test_a_release_with_a_note_without_an_id_fails_before_anything_is_published(repository):
    deck = repository.project.root / "cards/moon.yaml"
    deck.write_text(deck.read_text("utf-8") + WITHOUT_ID, "utf-8")
    repository.tag = "v2"
    repository.commit()
    assert repository.fails(*job(repository, "release")).startswith("flashdeck build --frozen")
    assert "gh " not in repository.calls


def test_every_job_has_the_whole_history_and_installs_what_is_in_the_project(repository):
    for name in ("check", "release"):
        steps, env = job(repository, name)
        (checkout,) = [
            step for step in steps if step.get("uses", "").startswith("actions/checkout@")
        ]
        assert checkout["with"]["fetch-depth"] == 0
        assert (repository.project.root / env["FLASHDECK"]).read_bytes() == b"a wheel"


@pytest.mark.parametrize(
    ("schema", "path"),
    [("github-workflows", ".github/workflows/deck.yaml"), ("github-actions", "action.yml")],
)
def test_github_accepts_the_workflow_and_the_action(repository, schema, path):
    root = ROOT if schema == "github-actions" else repository.project.root
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, root / path]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_commands_of_the_page_for_assistants_work(repository):
    deck = repository.project.root / "cards/moon.yaml"
    deck.write_text(deck.read_text("utf-8") + WITHOUT_ID, "utf-8")
    commands = re.findall(r"`(flashdeck [^`]+)`", repository.project.read("AGENTS.md"))
    assert "flashdeck check --format json" in commands
    for command in commands:
        done = repository.run(command.replace("RULE", "short-id").replace("WORDS", "second"))
        assert done.returncode == 0, done.stderr

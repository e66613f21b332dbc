"""Shell completion of commands, options, packages and tags."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The environment by which each shell passes the typed line.
SHELLS = {
    "bash": lambda words: {
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    },
    "zsh": lambda words: {"_TYPER_COMPLETE_ARGS": " ".join(words)},
    "fish": lambda words: {
        "_TYPER_COMPLETE_ARGS": " ".join(words),
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    },
}


def completions(folder: Path, shell: str, *words: str) -> str:
    env = {**os.environ, "_FLASHDECK_COMPLETE": f"complete_{shell}", **SHELLS[shell](words)}
    command = [sys.executable, "-m", "flashdeck"]
    process = subprocess.run(
        command, env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert process.stderr == ""
    return process.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_and_options_complete(tmp_path, shell):
    assert "stats" in completions(tmp_path, shell, "flashdeck", "st")
    assert "--per-day" in completions(tmp_path, shell, "flashdeck", "stats", "--per")
    assert "stats" in completions(tmp_path, shell, "flashdeck", "-C", "..", "st")
    assert "stats" in completions(tmp_path, shell, "flashdeck", "help", "st")


def test_values_of_arguments_and_options_complete(tmp_path):
    assert completions(tmp_path, "bash", "flashdeck", "schema", "note").split() == ["notetype"]
    assert completions(tmp_path, "bash", "flashdeck", "check", "--format", "g").split() == [
        "github"
    ]


def test_packages_and_tags_complete(two_notes):
    two_notes.built()
    git = "git -c user.name=a -c user.email=a@example.org"
    subprocess.run(
        f"git init -q && git add . && {git} commit -qm one && git tag v1 && git tag w2",
        shell=True,
        cwd=two_notes.root,
        check=True,
    )
    package = str(Path("build", "flask.apkg"))
    assert completions(two_notes.root, "bash", "flashdeck", "diff", "v").split() == ["v1"]
    for command in ("diff", "stats", "preview"):
        assert completions(two_notes.root, "bash", "flashdeck", command, "bu").split() == [package]


def test_completion_is_installed_and_works_in_bash(tmp_path):
    scripts = tmp_path / "bin"
    scripts.mkdir()
    program = scripts / "flashdeck"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m flashdeck "$@"\n')
    program.chmod(0o755)
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
    }
    subprocess.run(
        ["bash", "-c", "flashdeck --install-completion; true"], env=env, check=True, cwd=tmp_path
    )
    line = "COMP_WORDS=(flashdeck sche); COMP_CWORD=1; _flashdeck_completion flashdeck"
    process = subprocess.run(
        ["bash", "-c", f'. ~/.bashrc; {line}; echo "${{COMPREPLY[@]}}"'],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert process.stdout.strip() == "schema"

"""What the tutorial and the how-tos tell people to do works, in the order in which they tell it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

DOCS = ROOT / "docs"
PAGES = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
BLOCK = re.compile(r"^```(sh|yaml|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What only people, or other machines, can do.
NOT_HERE = re.compile(
    r"pipx |flashdeck preview$|flashdeck preview some|flashdeck (?:push|open|send)\b"
    r"|gh |git push|pre-commit ",
    re.MULTILINE,
)
MISTAKE = ("a: Buenos días", "anser: Buenos días")


def steps(page: Path) -> list[str]:
    """Give what a page says to do as a shell's lines: its commands, and files that it shows."""
    found = []
    for language, text in BLOCK.findall(page.read_text("utf-8")):
        if language == "sh":
            found += [line for line in text.splitlines() if not NOT_HERE.match(line)]
        path = re.match(r"# (cards/\S+)\n", text)
        if language == "yaml" and path is not None:
            found.append(f"cat > {path.group(1)} <<'END'\n{text}END")
    return found


@pytest.fixture
def shell(tmp_path):
    """Run a script in a fresh folder, by an author who has flashdeck and git."""
    scripts = tmp_path / "bin"
    scripts.mkdir()
    program = scripts / "flashdeck"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m flashdeck "$@"\n')
    program.chmod(0o755)
    author = {
        f"GIT_{who}_{what}": "a@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    env = {
        **os.environ,
        **author,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    here = tmp_path / "here"
    here.mkdir()

    def run(lines: list[str]) -> subprocess.CompletedProcess[str]:
        script = "\n".join(["set -e", *lines])
        return subprocess.run(
            ["bash", "-c", script], cwd=here, env=env, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_can_be_followed_step_by_step(shell, page):
    lines = steps(page)
    if page.name != "tutorial.md":
        lines = [
            "flashdeck init spanish && cd spanish && flashdeck build",
            "git init && git add . && git commit -m one && git commit --allow-empty -m two",
            "printf '  - {q: bread, a: el pan}\\n' >> cards/moon.yaml",
            *lines,
        ]
    done = shell(lines)
    assert done.returncode == 0, done.stdout + done.stderr
    if page.name == "tutorial.md":
        assert "build/spanish.apkg" in done.stdout
        assert "1 new, 1 changed" in done.stdout


def test_the_tutorials_mistake_is_said_as_the_tutorial_shows_it(shell):
    page = DOCS / "tutorial.md"
    (shown,) = [
        text for language, text in BLOCK.findall(page.read_text("utf-8")) if language == "text"
    ]
    lines = steps(page)
    until = next(index for index, line in enumerate(lines) if line == "flashdeck check")
    done = shell(
        [
            *lines[:until],
            f"sed -i.bak 's/{MISTAKE[0]}/{MISTAKE[1]}/' cards/greetings.yaml",
            "flashdeck check 2>&1",
        ]
    )
    assert done.returncode == 1
    assert done.stdout.endswith(shown)

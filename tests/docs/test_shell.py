"""The manual page and the completions in docs/shell: up to date, and they work."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys

from conftest import ROOT

from flashdeck.cli.app import app

SHELL = ROOT / "docs/shell"


def test_the_files_are_up_to_date():
    files = runpy.run_path(str(ROOT / "docs/make_shell.py"))["files"]()
    assert {path.name for path in SHELL.iterdir()} == set(files)
    for name, text in files.items():
        assert (SHELL / name).read_text("utf-8") == text, f"{name}: run `make reference`"


def test_the_manual_page_has_every_command_with_its_options():
    page = (SHELL / "flashdeck.1").read_text("utf-8").replace("\\-", "-")
    commands = [command.name for command in app().registered_commands]
    assert [name for name in commands if f"\n.SS\nflashdeck {name}\n" not in page] == []
    assert "\n.TP\n\\fB-o, --output FILE\\fR\n" in page
    assert "\n.TP\n130\nCtrl-C\n" in page
    assert "`" not in page.partition("\n")[2]


def test_the_completions_of_bash_work_when_they_are_sourced(tmp_path):
    program = tmp_path / "flashdeck"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m flashdeck "$@"\n')
    program.chmod(0o755)
    line = "COMP_WORDS=(flashdeck sche); COMP_CWORD=1; _flashdeck_completion flashdeck"
    done = subprocess.run(
        ["bash", "-c", f'. {SHELL}/flashdeck.bash; {line}; echo "${{COMPREPLY[@]}}"'],
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "schema"


def test_zsh_completes_at_the_first_tab():
    *_, last = (SHELL / "_flashdeck").read_text("utf-8").splitlines()
    assert last == '_flashdeck_completion "$@"'  # the file itself is the function that Tab calls

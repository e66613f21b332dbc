"""The output of `make deck`, `test` and `site`: the steps of the setup, then only the result.

Python, pip, apt-get and the browser are stubs, so that nothing is installed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

Make = Callable[[str], list[str]]

# Creates an environment with stub programs that print their arguments.
PYTHON = """\
#!/bin/sh
mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "running $*"\\n' > "$3/bin/python"
printf '#!/bin/sh\\n' > "$3/bin/pip"
cp "$3/bin/python" "$3/bin/ruff"
cp "$3/bin/python" "$3/bin/mypy"
printf '#!/bin/sh\\necho build/flask.apkg\\n' > "$3/bin/flashdeck"
chmod +x "$3/bin/"*
"""
APT_GET = """\
#!/bin/sh
test "$1" = install || exit 0
printf '#!/bin/sh\\n' > "${0%/*}/chromium"
chmod +x "${0%/*}/chromium"
"""
ALL_TESTS = "-m pytest --numprocesses auto --dist worksteal"
NEEDED = ("sh", "chmod", "cp", "mkdir", "test", "touch")
RESULT = [
    "build/flask.apkg",
    "To learn a deck, open its package with Anki or AnkiDroid: a double click, or File ▸ Import.",
]


@pytest.fixture
def bin_(tmp_path: Path) -> Path:
    """The only folder with programs; they are run by root, as in a container."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(shutil.which(name) or name)
    stand_ins = {"python3": PYTHON, "apt-get": APT_GET, "id": "#!/bin/sh\necho 0\n"}
    for name, script in stand_ins.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def make(tmp_path: Path, bin_: Path) -> Make:
    """Run make in a fresh clone; give the lines that it prints."""
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, clone)
    program = shutil.which("make") or "make"

    def run(goal: str) -> list[str]:
        done = subprocess.run(
            [program, goal],
            cwd=clone,
            env={"PATH": str(bin_)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.splitlines()

    return run


def test_make_deck_reports_the_setup_and_how_to_open_the_package(make):
    assert make("deck") == [
        "Setting up .venv (Python packages, about a minute) …",
        *RESULT,
    ]


def test_make_deck_prints_only_the_result_once_it_is_set_up(make):
    make("deck")
    assert make("deck") == RESULT


def test_make_test_reports_the_setup(make):
    assert make("test") == [
        "Setting up .venv for the tests (Python packages and Anki's backend, about two minutes) …",
        "Installing Chromium, to test the preview (apt-get, about a minute) …",
        f"running {ALL_TESTS}",
    ]


def test_make_test_only_runs_the_tests_once_it_is_set_up(make):
    make("test")
    assert make("test") == [f"running {ALL_TESTS}"]


def test_make_check_runs_lint_and_types_and_then_the_tests_that_are_not_slow(make):
    make("test")
    assert make("check") == [
        "running format --check .",
        "running check .",
        "running ",
        f"running {ALL_TESTS} -m not slow",
    ]


def test_make_site_reports_the_setup_and_builds_the_site(make):
    assert make("site") == [
        "Setting up .venv for the site (Python packages, about a minute) …",
        "running docs/make_site.py",
    ]


def test_make_test_explains_how_to_install_a_browser(make, bin_):
    (bin_ / "apt-get").unlink()
    assert "install Chromium, as in 'apt-get install chromium'" in make("test")[1]

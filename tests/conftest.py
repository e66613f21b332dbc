"""Fixtures shared by many tests: projects in temporary folders."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from browsing import browser, page, preview, tab  # noqa: F401 - fixtures
from card_page import look  # noqa: F401 - a fixture
from hypothesis import settings
from summary import pytest_terminal_summary  # noqa: F401 - a hook

from flashdeck.checking.check import check
from flashdeck.checking.fix import fixed_sources, write_fixed
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.release.build import build
from flashdeck.release.result import BuildResult, Options

# Every run tries the same examples; `pytest --hypothesis-profile=random` looks for others. The
# duration of an example depends on the machine.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None)
settings.load_profile("repeatable")

# A shell starts background jobs with SIGINT ignored. Commands that tests start would inherit that,
# and a test that presses Ctrl-C would wait forever.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent

# A Monday in 2026; tests advance it explicitly.
NOW = 1_780_000_000
LONG_AGO = 1_700_000_000


def rest(root: Path) -> None:
    """Make files and folders older than one tick of the disk's clock."""
    for path in root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests with a real browser as slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@dataclass
class ProjectFolder:
    """A project on disk, and the time of its builds."""

    root: Path
    now: int = NOW

    def write(self, path: str, text: str) -> Path:
        """Write a source; the text may be indented as a whole."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dedent(text).encode())
        return target

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def replace(self, path: str, old: str, new: str) -> None:
        """Edit a source as an author would."""
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        (self.root / path).write_bytes(text.replace(old, new).encode())

    def build(self, **options: object) -> BuildResult:
        """Build at the folder's time."""
        return build(self.root, Options(now=self.now, **options))  # type: ignore[arg-type]

    def built(self, **options: object) -> BuildResult:
        """Build without errors."""
        result = self.build(**options)
        errors = [problem for problem in result.diagnostics if problem.severity is Severity.ERROR]
        assert not errors, errors
        return result

    def check(self) -> list[Diagnostic]:
        return check(self.root)

    @property
    def package(self) -> Path:
        """The only package in build/."""
        (path,) = (self.root / "build").glob("*.apkg")
        return path


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A project folder without any sources yet."""
    root = tmp_path / "project"
    (root / "cards").mkdir(parents=True)
    return ProjectFolder(root)


@pytest.fixture
def two_notes(project: ProjectFolder) -> ProjectFolder:
    """A small deck: a question and a cloze."""
    project.write(
        "cards/flask.yaml",
        """\
        deck: Flask
        tags: [web]
        notes:
          - q: Who created Flask?
            a: Armin Ronacher

          - cloze: Flask relies on {{c1::Werkzeug}} and {{c2::Jinja2}}.
        """,
    )
    return project


@pytest.fixture
def fixed(project):
    """A function that returns a deck's text after its fixes."""

    def fixed(text):
        project.write("cards/deck.yaml", text)
        write_fixed(project.root, fixed_sources(project.root))
        return project.read("cards/deck.yaml")

    return fixed

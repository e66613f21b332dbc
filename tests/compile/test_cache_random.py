"""Builds with a cache give the same as builds without one, after random edits.

A project with a little of everything is edited at random. After each edit a build, and one in a
copy without `build/`, must give the same packages, lock, sources and diagnostics; and what the
preview compiles must be what it would compile without a cache. The edits are the same in every run;
FLASHDECK_EDITS=7:2000 in the environment asks for so many of them from another seed.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest
from conftest import NOW
from random_author import LOCK, Author, files_of

from flashdeck.diagnostics import Diagnostic, FlashdeckError
from flashdeck.preview.serve.snapshot import Snapshot
from flashdeck.preview.session import PreviewSession
from flashdeck.release import make
from flashdeck.release.build import build
from flashdeck.release.result import Options

pytestmark = pytest.mark.slow

ASKED = os.environ.get("FLASHDECK_EDITS", "")
RUNS = [tuple(map(int, ASKED.split(":")))] if ASKED else [(1, 50), (2, 50), (3, 50), (4, 50)]
Outcome = tuple[object, ...]


def outcome(root: Path, options: Options) -> Outcome:
    """Build, and give everything that anybody could see of it."""
    if options.output is not None:
        options = options._replace(output=root.parent / options.output)
    try:
        built = build(root, options)
    except FlashdeckError as error:
        return str(error).replace(str(root), ""), error.hint
    packages = [
        (
            package.path.name,
            package.sha256,
            package.decks,
            package.notes,
            package.cards,
            package.media,
            package.counts,
        )
        for package in built.packages
    ]
    return packages, [shown(problem) for problem in built.diagnostics]


def shown(problem: Diagnostic) -> str:
    where = ":".join(map(str, problem.span)) if problem.span is not None else ""
    return f"{where}: {problem.severity.value}: {problem.message} [{problem.rule}] {problem.hint}"


def seen(state: Snapshot) -> Outcome:
    """Everything of a state, and the places of its notes, which are not compared otherwise."""
    return (
        state,
        [shown(problem) for problem in state.problems],
        [note.source for note in state.collection.notes],
    )


def cold_copy(root: Path, target: Path) -> None:
    """Copy a project without what a build kept; a lost lock is rebuilt from the packages."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(root, target, ignore=shutil.ignore_patterns("build"))
    kept = [".published"] if (root / "build/.published").exists() else []
    if not (root / LOCK).is_file() or not (root / LOCK).read_bytes():
        kept += [path.name for path in (root / "build").glob("*.apkg")]
    (target / "build").mkdir()
    for name in kept:
        shutil.copy(root / "build" / name, target / "build" / name)


def wishes(luck: random.Random, now: int) -> Options:
    removals = luck.random() < 0.6
    return Options(
        now=now,
        output=Path("one.apkg") if luck.random() < 0.1 else None,
        frozen=luck.random() < 0.1,
        allow_scripts=luck.random() < 0.1,
        accept_removals=removals,
        accept_schema_change=removals,
    )


class Previewed:
    """A project in a preview, which is notified of saved files."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._recompiler = PreviewSession(root)
        self._files: dict[str, bytes] = {}

    def state(self) -> Snapshot:
        before, self._files = self._files, files_of(self._root)
        names = sorted({*before, *self._files})
        return self._recompiler.compile(
            self._root / name for name in names if before.get(name) != self._files.get(name)
        )


@pytest.mark.parametrize(("seed", "edits"), RUNS)
def test_random_edits_render_the_same_with_a_cache(tmp_path, monkeypatch, seed, edits):
    monkeypatch.setattr(make, "new_project_id", lambda: "abcdefgh12345678")
    luck = random.Random(seed)
    warm, cold = tmp_path / "warm" / "project", tmp_path / "cold" / "project"
    author, previewed = Author(warm, luck), Previewed(warm)
    now, builds = NOW, 0
    for number in range(edits):
        author.work()
        if luck.random() < 0.7:
            assert seen(previewed.state()) == seen(PreviewSession(warm).compile()), (seed, number)
        now += luck.choice((0, 1, 60, 90_000, 400 * 86_400))
        options = wishes(luck, now)
        cold_copy(warm, cold)
        actual, expected = outcome(warm, options), outcome(cold, options)
        assert actual == expected, (seed, number)
        assert files_of(warm) == files_of(cold), (seed, number)
        built = isinstance(actual[0], list) and bool(actual[0])
        builds += built
        author.rest(built=built)
    assert builds > edits // 3

"""Builds a project as its author would, from Python or by the command line."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.release.build import build
from flashdeck.release.result import Options

_ROOT = Path(__file__).parents[2]


class RefusedError(Exception):
    """No build: `rules` names what was wrong in the sources, '' what was wrong elsewhere."""

    def __init__(self, rules: frozenset[str], words: str) -> None:
        super().__init__(words)
        self.rules = rules


@dataclass(frozen=True, slots=True)
class Package:
    """A package on disk: the hash of its bytes, and the GUIDs of all notes in it."""

    path: Path
    sha256: str
    guids: frozenset[str]

    @classmethod
    def at(cls, path: Path) -> Package:
        """Look into a package, without flashdeck's help."""
        data = path.read_bytes()
        with zipfile.ZipFile(path) as archive, tempfile.NamedTemporaryFile() as collection:
            collection.write(archive.read("collection.anki2"))
            collection.flush()
            database = sqlite3.connect(collection.name)
            rows = database.execute("select guid from notes").fetchall()
            database.close()
        guids = [guid for (guid,) in rows]
        assert len(set(guids)) == len(guids), f"a GUID stands twice in {path.name}"
        return cls(path, hashlib.sha256(data).hexdigest(), frozenset(guids))


class Builder(Protocol):
    """Builds the project at `root` at the time `now`; `RefusedError` when nothing is built."""

    def __call__(self, root: Path, now: int, *, accept_removals: bool = False) -> list[Package]:
        """Give the packages of the build."""


def through_python(root: Path, now: int, *, accept_removals: bool = False) -> list[Package]:
    """Build by the public function."""
    try:
        built = build(root, Options(now=now, accept_removals=accept_removals))
    except FlashdeckError as error:
        raise RefusedError(frozenset({""}), str(error)) from error
    errors = [one for one in built.diagnostics if one.severity is Severity.ERROR]
    if errors:
        raise RefusedError(frozenset(one.rule for one in errors), str(errors))
    return [Package.at(one.path) for one in built.packages]


def through_command_line(root: Path, now: int, *, accept_removals: bool = False) -> list[Package]:
    """Build by the command, with the clock that it is told."""
    command = [sys.executable, "-m", "flashdeck", "build", "-C", str(root), "--json"]
    done = subprocess.run(
        [*command, "--accept-removals"] if accept_removals else command,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(now)},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise AssertionError(done.stderr)
    if done.returncode:
        problems = json.loads(done.stdout)["diagnostics"] if done.stdout else []
        rules = {one["rule"] for one in problems if one["severity"] == "error"} or {""}
        raise RefusedError(frozenset(rules), done.stderr)
    return [Package.at(root / one["path"]) for one in json.loads(done.stdout)["packages"]]

"""Builds of a project from Python or by the command line."""

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
    """A refused build: `rules` names the errors in the sources, '' any other error."""

    def __init__(self, rules: frozenset[str], message: str) -> None:
        super().__init__(message)
        self.rules = rules


@dataclass(frozen=True, slots=True)
class Package:
    """A package on disk: the hash of its bytes, and the GUIDs of all notes in it."""

    path: Path
    sha256: str
    guids: frozenset[str]

    @classmethod
    def at(cls, path: Path) -> Package:
        """Read a package, independently of flashdeck."""
        data = path.read_bytes()
        with zipfile.ZipFile(path) as archive, tempfile.NamedTemporaryFile() as collection:
            collection.write(archive.read("collection.anki2"))
            collection.flush()
            database = sqlite3.connect(collection.name)
            rows = database.execute("select guid from notes").fetchall()
            database.close()
        guids = [guid for (guid,) in rows]
        assert len(set(guids)) == len(guids), f"duplicate GUID in {path.name}"
        return cls(path, hashlib.sha256(data).hexdigest(), frozenset(guids))


class Builder(Protocol):
    """Builds the project at `root` at the time `now`; raises `RefusedError` if nothing is built."""

    def __call__(self, root: Path, now: int, *, accept_removals: bool = False) -> list[Package]:
        """Return the packages of the build."""


def through_python(root: Path, now: int, *, accept_removals: bool = False) -> list[Package]:
    """Build with the public function."""
    try:
        built = build(root, Options(now=now, accept_removals=accept_removals))
    except FlashdeckError as error:
        raise RefusedError(frozenset({""}), str(error)) from error
    errors = [problem for problem in built.diagnostics if problem.severity is Severity.ERROR]
    if errors:
        raise RefusedError(frozenset(problem.rule for problem in errors), str(errors))
    return [Package.at(package.path) for package in built.packages]


def through_command_line(root: Path, now: int, *, accept_removals: bool = False) -> list[Package]:
    """Build with the command, with SOURCE_DATE_EPOCH as its clock."""
    command = [sys.executable, "-m", "flashdeck", "build", "-C", str(root), "--json"]
    process = subprocess.run(
        [*command, "--accept-removals"] if accept_removals else command,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(now)},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode not in {0, 1}:
        raise AssertionError(process.stderr)
    if process.returncode:
        problems = json.loads(process.stdout)["diagnostics"] if process.stdout else []
        rules = {problem["rule"] for problem in problems if problem["severity"] == "error"} or {""}
        raise RefusedError(frozenset(rules), process.stderr)
    return [
        Package.at(root / package["path"]) for package in json.loads(process.stdout)["packages"]
    ]

"""The build state: whether anything has changed since the last build.

`build/.state` holds the fingerprints of all files that the last build depends on, and its result.
It is valid only in the project in which it was written, and while all fingerprints are the same.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.files.seal import TICK, seal
from flashdeck.limits import own_limits
from flashdeck.project.paths import BUILD_NAME, CARDS_NAME, LOCK_NAME, SETTINGS_NAME
from flashdeck.release.result import BuildResult, BuiltPackage, Counts, Options

_NAME = ".state"
_LARGEST = 2**28
_DAY = 86_400
_UNUSABLE = (
    *(RefusedFileError, OSError, ValueError, KeyError),
    *(TypeError, AttributeError, RecursionError),
)
# Options that change no package in `build/`.
_IRRELEVANT = frozenset({"now", "digests", "fresh"})

Fingerprint = list[int | str] | None
"""Size, time in ns and inode of a file, and the digest of a recent one, which may have been written
again within the same tick of the disk's clock. None if there is no file."""


class Made(NamedTuple):
    """The result of a build, and what the next one reports again.

    `lasting` are its diagnostics without those about its own changes; `others` are the files
    outside `cards/` that it depends on.
    """

    result: BuildResult
    lasting: tuple[Diagnostic, ...] = ()
    others: tuple[Path, ...] = ()


class State:
    """The build state of the project at `root`."""

    def __init__(self, root: Path, options: Options) -> None:
        self._root = root
        self._options = options
        self._old = 0
        self._before: dict[str, Fingerprint] = {}

    def current(self) -> BuildResult | None:
        """Return the last result if nothing has changed since, else None.

        It takes no lock: while another build is running, this is the result before it. Packages
        without removed notes are always written.
        """
        if self._options.fresh is not None:
            return None
        try:
            path = self._root / BUILD_NAME / _NAME
            saved = json.loads(read_regular(path, self._root, _LARGEST))
            if saved["seal"] != seal(path.stat()) or saved["options"] != self._relevant_options():
                return None
            if self._options.now < saved["now"] - _DAY:
                return None  # a wrong clock: a build reports it
            needed = {SETTINGS_NAME, LOCK_NAME, *(item["path"] for item in saved["packages"])}
            if not (needed <= saved["files"].keys() and self._is_same(saved["files"])):
                return None
            if self._options.digests and any(
                package["sha256"] is None for package in saved["packages"]
            ):
                self._hash(saved)
            return self._result(saved)
        except _UNUSABLE:  # missing, truncated, or of another version
            return None

    def record(self, started: int) -> None:
        """Take the fingerprints of the sources, before they are read.

        `started` is the start of the build, in ns by the disk's clock. A file written after that,
        or one tick before, may change again with the same time.
        """
        self._old = started - TICK
        names = (SETTINGS_NAME, LOCK_NAME, *self._sources())
        self._before = {name: self._fingerprint(name) for name in names}

    def save(self, made: Made) -> None:
        """Write the state after a build.

        Nothing where a file was edited meanwhile, or where the next build has less to report.
        """
        result = made.result
        packages = result.packages
        changed = any(package.counts != _unchanged(package.counts) for package in packages)
        has_resolved = len(made.lasting) < len(result.diagnostics)
        written = {self._name(path): data for path, data in result.written.items()}
        # Spans in a table are not moved by ids that were written into it, as those in YAML are.
        is_moved = any(item.span and item.span.path in written for item in made.lasting)
        # The last removed notes of a package may be dropped: the next build does not make it.
        is_empty = any(not package.notes and not package.counts.tombstones for package in packages)
        if not packages or is_empty or is_moved or (has_resolved and (changed or written)):
            return
        names = {*self._before, *written, *map(self._name, made.others)}
        files = {name: self._fingerprint(name) for name in names}
        if not all(self._is_as_read(name, now, written) for name, now in files.items()):
            return
        if any(name not in names for name in self._sources()):
            return
        names = {self._name(package.path) for package in result.packages}
        files |= {name: self._stat(name) for name in names}
        report = {
            "options": self._relevant_options(),
            "now": self._options.now,
            "files": files,
            "packages": [
                package._asdict()
                | {"path": self._name(package.path), "counts": package.counts._asdict()}
                for package in result.packages
            ],
            "diagnostics": [_plain(problem) for problem in result.diagnostics],
        }
        self._write(report)

    def _is_as_read(self, name: str, now: Fingerprint, written: Mapping[str, bytes]) -> bool:
        """Whether a file has the content that the build read or wrote."""
        if name in written:
            return now is not None and now[3:] == [_digest(written[name])]
        if name in self._before:
            return now == self._before[name]
        return now is None or not now[3:]  # not recorded before it was read, so it must be old

    def _is_same(self, files: Mapping[str, Any]) -> bool:
        """Whether the fingerprints are the same, and `cards/` has no other files."""
        if {name for name in files if name.startswith(f"{CARDS_NAME}/")} != {*self._sources()}:
            return False
        for name, before in files.items():
            now = self._stat(name)
            if before is None or now is None:
                if before != now:
                    return False
            elif before[:3] != now or (before[3:] and before[3:] != [self._digest(name)]):
                return False
        return True

    def _sources(self) -> Iterator[str]:
        """Return the paths of all files and folders in `cards/`."""
        folders = [CARDS_NAME]
        while folders:
            folder = folders.pop()
            with suppress(OSError), os.scandir(self._root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}"
                    yield name
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(name)

    def _fingerprint(self, name: str) -> Fingerprint:
        now = self._stat(name)
        if now is not None and int(now[1]) > self._old and (digest := self._digest(name)):
            return [*now, digest]
        return now

    def _stat(self, name: str) -> Fingerprint:
        try:
            return _stat((self._root / name).stat())
        except OSError:
            return None

    def _digest(self, name: str) -> str:
        try:
            return _digest(read_regular(self._root / name, self._root, _LARGEST))
        except (RefusedFileError, OSError):
            return ""  # a folder

    def _hash(self, saved: dict[str, Any]) -> None:
        """Add the digests of unchanged packages to the saved state."""
        from flashdeck.project.digest import stream_digest  # slow to load

        for package in saved["packages"]:
            name = package["path"]
            with self._package(name).open("rb") as file:
                if _stat(os.fstat(file.fileno())) != saved["files"][name]:
                    msg = "another build was running"
                    raise ValueError(msg)
                package["sha256"] = stream_digest(file)
        self._write(saved)

    def _write(self, report: Mapping[str, Any]) -> None:
        try:
            with Publication() as publication:
                stream = publication.stage(self._root / BUILD_NAME / _NAME, self._root)
                whole = {**report, "seal": seal(os.fstat(stream.fileno()))}
                stream.write(json.dumps(whole).encode())
                publication.commit()
        except FlashdeckError:
            return  # only the next build is slower

    def _relevant_options(self) -> dict[str, Any]:
        """Return the options that change the result of a build."""
        options = self._options._asdict() | {"output": str(self._options.output)}
        options["limits"] = dict(own_limits())
        return {name: value for name, value in options.items() if name not in _IRRELEVANT}

    def _name(self, path: Path | str) -> str:
        """Return a path relative to the project, if it is inside."""
        return str(path).removeprefix(f"{self._root}{os.sep}")

    def _package(self, name: str) -> Path:
        """Return the path of a package, in `build/` or from `--output`."""
        path = self._root / name
        if path != self._options.output and path.parent != self._root / BUILD_NAME:
            raise ValueError(name)
        return path

    def _result(self, saved: Mapping[str, Any]) -> BuildResult:
        packages = tuple(
            BuiltPackage(
                path=self._package(package["path"]),
                sha256=package["sha256"],
                content=package["content"],
                decks=tuple(package["decks"]),
                notes=package["notes"],
                cards=package["cards"],
                media=package["media"],
                counts=Counts(
                    unchanged=package["notes"], tombstones=package["counts"]["tombstones"]
                ),
            )
            for package in saved["packages"]
        )
        problems = tuple(
            Diagnostic(
                problem["rule"],
                problem["message"],
                Span(*problem["span"]) if problem["span"] is not None else None,
                Severity(problem["severity"]),
                problem["hint"],
            )
            for problem in saved["diagnostics"]
        )
        return BuildResult(packages, problems)


def _unchanged(counts: Counts) -> Counts:
    return Counts(unchanged=counts.unchanged, tombstones=counts.tombstones)


def _stat(status: os.stat_result) -> list[int | str]:
    if stat.S_ISDIR(status.st_mode):
        return [0, 0, 0]  # its files have their own
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def _plain(problem: Diagnostic) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "message": problem.message,
        "span": problem.span,
        "severity": problem.severity.value,
        "hint": problem.hint,
    }


def _digest(data: bytes) -> str:
    import hashlib  # slow to load, and rarely needed

    return hashlib.blake2b(data, digest_size=16).hexdigest()

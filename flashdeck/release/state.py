"""Whether anything has changed since the last build, seen by a few looks at the disk.

`build/.state` holds how every file looked that the last build depends on, and what it reported. It
is believed only in the place where it was written, and only where all files look the same.
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
from flashdeck.project.paths import BUILD_NAME, CARDS_NAME, LOCK_NAME, SETTINGS_NAME
from flashdeck.release.result import BuildResult, BuiltPackage, Counts, Options

_NAME = ".state"
_LARGEST = 2**28
_DAY = 86_400

Look = list[int | str] | None
"""How a file looks: size, time in ns and inode; and the digest of one so young that it may have
been written again within the same tick of the disk's clock. None where there is none."""


class Made(NamedTuple):
    """What a build did, and what of it the next one will report again.

    `lasting` are its diagnostics but for those about what it changed; `others` are the files that
    it depends on outside of `cards/`.
    """

    built: BuildResult
    lasting: tuple[Diagnostic, ...] = ()
    others: tuple[Path, ...] = ()


class State:
    """The state of the project at `root`, for one build."""

    def __init__(self, root: Path, options: Options) -> None:
        self._root = root
        self._options = options
        self._old = 0
        self._before: dict[str, Look] = {}

    def current(self) -> BuildResult | None:
        """Give what a build would give, where nothing has changed since the last one; else None.

        It takes no lock: while another build is at work, this is what there was before.
        """
        try:
            path = self._root / BUILD_NAME / _NAME
            held = json.loads(read_regular(path, self._root, _LARGEST))
            if held["seal"] != seal(path.stat()) or held["options"] != self._wanted():
                return None
            if self._options.now < held["now"] - _DAY:
                return None  # a wrong clock: a build reports it
            if not self._is_same(held["files"]):
                return None
            if self._options.digests and any(one["sha256"] is None for one in held["packages"]):
                self._hash(held)
            return self._built(held)
        except (RefusedFileError, OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # lost, cut off, or of another time

    def look(self, begun: int) -> None:
        """Look at the sources, before they are read.

        `begun` is when the build began, in ns by the disk's clock. A file not older than that, but
        for one tick, may be written again unseen.
        """
        self._old = begun - TICK
        names = (SETTINGS_NAME, LOCK_NAME, *self._sources())
        self._before = {name: self._seen(name) for name in names}

    def save(self, made: Made) -> None:
        """Write down what a build saw and did.

        Nothing where a file was written meanwhile, or where the next build has less to report.
        """
        built = made.built
        changed = any(package.counts != _unchanged(package.counts) for package in built.packages)
        is_passing = len(made.lasting) < len(built.diagnostics) and (changed or bool(built.written))
        # The last removed notes of a package may be dropped: the next build does not make it.
        is_empty = any(not one.notes and not one.counts.tombstones for one in built.packages)
        if not built.packages or is_passing or is_empty:
            return
        written = {self._name(path): data for path, data in built.written.items()}
        names = {*self._before, *written, *map(self._name, made.others)}
        files = {name: self._seen(name) for name in names}
        if not all(self._is_as_read(name, look, written) for name, look in files.items()):
            return
        if any(name not in names for name in self._sources()):
            return
        files |= {self._name(one.path): self._stat(self._name(one.path)) for one in built.packages}
        report = {
            "options": self._wanted(),
            "now": self._options.now,
            "files": files,
            "packages": [
                one._asdict() | {"path": self._name(one.path), "counts": one.counts._asdict()}
                for one in built.packages
            ],
            "diagnostics": [_plain(problem) for problem in built.diagnostics],
        }
        self._write(report)

    def _is_as_read(self, name: str, look: Look, written: Mapping[str, bytes]) -> bool:
        """Whether a file holds what the build read or wrote, as far as anybody can tell."""
        if name in written:
            return look is not None and look[3:] == [_digest(written[name])]
        if name in self._before:
            return look == self._before[name]
        return look is None or not look[3:]  # nobody looked before it was read: it must be old

    def _is_same(self, files: Mapping[str, Any]) -> bool:
        """Whether the files look as they did, and `cards/` holds no other ones."""
        if {name for name in files if name.startswith(f"{CARDS_NAME}/")} != {*self._sources()}:
            return False
        for name, look in files.items():
            now = self._stat(name)
            if look is None or now is None:
                if look != now:
                    return False
            elif look[:3] != now or (look[3:] and look[3:] != [self._digest(name)]):
                return False
        return True

    def _sources(self) -> Iterator[str]:
        """Give the names of all files and folders below `cards/`."""
        waiting = [CARDS_NAME]
        while waiting:
            folder = waiting.pop()
            with suppress(OSError), os.scandir(self._root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}"
                    yield name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)

    def _seen(self, name: str) -> Look:
        look = self._stat(name)
        if look is not None and int(look[1]) > self._old and (digest := self._digest(name)):
            return [*look, digest]
        return look

    def _stat(self, name: str) -> Look:
        try:
            found = (self._root / name).stat()
        except OSError:
            return None
        return _look(found)

    def _digest(self, name: str) -> str:
        try:
            return _digest(read_regular(self._root / name, self._root, _LARGEST))
        except (RefusedFileError, OSError):
            return ""  # a folder

    def _hash(self, held: dict[str, Any]) -> None:
        """Fill in the digests of the packages, which are as the last build left them, for good."""
        from flashdeck.project.digest import stream_digest  # loads slowly, is hardly ever needed

        for package in held["packages"]:
            name = package["path"]
            with self._package(name).open("rb") as file:
                if _look(os.fstat(file.fileno())) != held["files"][name]:
                    msg = "another build was at work"
                    raise ValueError(msg)
                package["sha256"] = stream_digest(file)
        self._write(held)

    def _write(self, report: Mapping[str, Any]) -> None:
        try:
            with Publication() as publication:
                stream = publication.stage(self._root / BUILD_NAME / _NAME, self._root)
                whole = {**report, "seal": seal(os.fstat(stream.fileno()))}
                stream.write(json.dumps(whole).encode())
                publication.commit()
        except FlashdeckError:
            return  # the packages are there; the next build takes as long as this one

    def _wanted(self) -> dict[str, Any]:
        """Everything but files and the clock that decides what a build gives."""
        options = self._options._asdict() | {"output": str(self._options.output)}
        return {name: value for name, value in options.items() if name not in {"now", "digests"}}

    def _name(self, path: Path | str) -> str:
        """Give a path as one in the project, where it is in there."""
        return str(path).removeprefix(f"{self._root}{os.sep}")

    def _package(self, name: str) -> Path:
        """Give the path of a package, which is in `build/` or where the author wants it."""
        path = self._root / name
        if path != self._options.output and path.parent != self._root / BUILD_NAME:
            raise ValueError(name)
        return path

    def _built(self, held: Mapping[str, Any]) -> BuildResult:
        packages = tuple(
            BuiltPackage(
                path=self._package(one["path"]),
                sha256=one["sha256"],
                content=one["content"],
                decks=tuple(one["decks"]),
                notes=one["notes"],
                cards=one["cards"],
                media=one["media"],
                counts=Counts(unchanged=one["notes"], tombstones=one["counts"]["tombstones"]),
            )
            for one in held["packages"]
        )
        problems = tuple(
            Diagnostic(
                one["rule"],
                one["message"],
                Span(*one["span"]) if one["span"] is not None else None,
                Severity(one["severity"]),
                one["hint"],
            )
            for one in held["diagnostics"]
        )
        return BuildResult(packages, problems)


def _unchanged(counts: Counts) -> Counts:
    return Counts(unchanged=counts.unchanged, tombstones=counts.tombstones)


def _look(found: os.stat_result) -> list[int | str]:
    if stat.S_ISDIR(found.st_mode):
        return [0, 0, 0]  # what is in it is looked at
    return [found.st_size, found.st_mtime_ns, found.st_ino]


def _plain(problem: Diagnostic) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "message": problem.message,
        "span": problem.span,
        "severity": problem.severity.value,
        "hint": problem.hint,
    }


def _digest(data: bytes) -> str:
    import hashlib  # most builds with nothing to do have no young files

    return hashlib.blake2b(data, digest_size=16).hexdigest()

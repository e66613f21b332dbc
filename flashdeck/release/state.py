"""Whether anything has changed since the last build, told by a few looks at the disk.

`build/.state` holds what the last build read and wrote, with the size, time and place on the disk
of each file, and what it said. It is believed only where all of that still holds, so that one that
was copied from elsewhere, cut off or lost does no harm.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flashdeck.compile.cache.seal import TICK, fingerprint
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.files.fingerprint import Print, Witness
from flashdeck.project.paths import BUILD_NAME, CARDS_NAME, KEPT_MEDIA, SOURCE_ENDINGS
from flashdeck.release.result import Built, BuiltPackage, Counts, Options

_NAME = ".state"
_FORMAT = 1
_LARGEST = 2**28
_DAY = 86_400


def sources_below(root: Path) -> list[str]:
    """Give the names of all YAML files and folders below `cards/`, and of media nobody names."""
    found: list[str] = []
    waiting = [CARDS_NAME]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    name = f"{folder}/{entry.name}"
                    ending = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - fast
                    kept = folder == KEPT_MEDIA and entry.name.startswith("_")
                    if ending in SOURCE_ENDINGS or kept:
                        found.append(name)
                    elif entry.is_dir():
                        found.append(name)
                        if not entry.is_symlink():  # a build says that it follows none
                            waiting.append(name)
        except OSError:
            continue
    return sorted(found)


def recall(root: Path, options: Options) -> Built | None:
    """Give what a build would give, where nothing has changed since the last one; else None."""
    try:
        held = json.loads(read_regular(root / BUILD_NAME / _NAME, root, _LARGEST))
        if held["key"] != _key(options) or held["sources"] != sources_below(root):
            return None
        if options.now < held["now"] - _DAY:
            return None  # a wrong clock: a build says so
        if any(
            _print(root / name) != (tuple(seen) if seen is not None else None)
            for name, seen in held["seen"].items()
        ):
            return None
        if options.digests and any(one["sha256"] is None for one in held["packages"]):
            _hash(root, held)
        return _built(root, held)
    except (RefusedFileError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # lost, cut off, or of another time


def remember(
    root: Path, options: Options, sources: list[str], witness: Witness, built: Built, begun: int
) -> None:
    """Write down what a build saw and did, for `recall`.

    `begun` is when it began, in ns by the disk's own clock. Nothing is written where the next build
    would say something else: where there were errors, or a warning was about what this one changed
    or wrote.
    """
    changed = any(
        one.counts != Counts(unchanged=one.counts.unchanged, tombstones=one.counts.tombstones)
        for one in built.packages
    )
    passing = bool(built.diagnostics) and (changed or bool(built.written))
    if not built.packages or witness.torn or passing:
        return
    old = begun - TICK
    if any(
        one is not None and one.time > old and path not in witness.published
        for path, one in witness.read.items()
    ):
        return
    seen = {_name(root, path): found for path, found in witness.read.items()}
    seen |= {_name(root, path): found for path, found in witness.published.items()}
    report = {
        "key": _key(options),
        "now": options.now,
        "sources": sources,
        "seen": seen,
        "packages": [
            one._asdict() | {"path": _name(root, str(one.path)), "counts": one.counts._asdict()}
            for one in built.packages
        ],
        "diagnostics": [_plain(one) for one in built.diagnostics],
    }
    _write(root, report)


def _hash(root: Path, held: Mapping[str, Any]) -> None:
    """Fill in the digests of the packages, which are as the last build left them, for good."""
    from flashdeck.project.digest import (
        stream_digest,  # it loads slowly, and is hardly ever asked for
    )

    for one in held["packages"]:
        with (root / one["path"]).open("rb") as file:
            one["sha256"] = stream_digest(file)
    _write(root, held)


def _write(root: Path, report: Mapping[str, Any]) -> None:
    try:
        with Publication() as publication:
            stream = publication.stage(root / BUILD_NAME / _NAME, root)
            stream.write(json.dumps(report).encode())
            publication.commit()
    except FlashdeckError:
        return  # the packages are there; the next build takes as long as this one


def _key(options: Options) -> list[Any]:
    """Everything but files that decides what a build gives."""
    wishes = options._asdict() | {"now": 0, "digests": False, "output": str(options.output)}
    return [*fingerprint(), wishes]


def _print(path: Path) -> Print | None:
    try:
        return Print.of(path.stat())
    except OSError:
        return None


def _name(root: Path, path: str) -> str:
    """Give a path as one in the project, where it lies there."""
    return path.removeprefix(f"{root}{os.sep}")


def _plain(problem: Diagnostic) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "message": problem.message,
        "span": problem.span,
        "severity": problem.severity.value,
        "hint": problem.hint,
    }


def _built(root: Path, held: Mapping[str, Any]) -> Built:
    packages = tuple(
        BuiltPackage(
            path=root / one["path"],
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
    return Built(packages, problems)

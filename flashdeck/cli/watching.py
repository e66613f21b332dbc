"""`flashdeck build --watch`: build at the start and whenever a source is saved."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn

from flashdeck.cli.console import log_problems, now
from flashdeck.cli.options import Color
from flashdeck.cli.streams import log, log_error, print_result
from flashdeck.cli.summary import shown, summary
from flashdeck.diagnostics import Diagnostic, FlashdeckError

if TYPE_CHECKING:
    from flashdeck.release.result import BuildResult, Options


@dataclass(slots=True)
class WatchReport:
    """Reports each build in one line, and its problems when they have changed."""

    root: Path
    color: Color
    quiet: bool
    _problems: tuple[Diagnostic, ...] = ()
    _packages: dict[Path, str] = field(default_factory=dict)

    def report(self, result: BuildResult) -> None:
        """Report a build."""
        from flashdeck import report

        if result.diagnostics != self._problems:
            log_problems(result.diagnostics, self.root, self.color, quiet=self.quiet)
            self._problems = result.diagnostics
        new = [pkg for pkg in result.packages if self._packages.get(pkg.path) != pkg.content]
        self._packages |= {pkg.path: pkg.content for pkg in result.packages}
        clock = time.strftime("%H:%M:%S", time.localtime(now()))
        lines = [f"{shown(package.path)}: {summary(package)}" for package in new]
        if not result.packages:
            reason = report.summary(result.diagnostics) or "no notes yet"
            lines = [f"{reason}; nothing was built"]
        for line in lines or ["nothing new"]:
            print_result(f"{clock} {line}")


def build_on_save(root: Path, options: Options, reporter: WatchReport) -> NoReturn:
    """Build, and rebuild whenever a source changes, until Ctrl-C."""
    from flashdeck.files.watch import Watched, changes, look_at
    from flashdeck.project.paths import CARDS_NAME

    watched = Watched(trees=(root / CARDS_NAME,), folders=(root,))
    known = look_at(watched)
    try:
        written = _build(root, options, reporter)
        log("watching for changes (Ctrl-C to stop)")
        for paths in changes(watched, Event(), known=known):
            if not _is_own_write(paths, written):
                written = _build(root, options, reporter)
            gc.collect()  # between builds: during one it would double the time
    except KeyboardInterrupt:
        log("\nstopped")  # below the terminal's ^C
        raise
    raise AssertionError("only Ctrl-C ends the loop")


def _build(root: Path, options: Options, reporter: WatchReport) -> Mapping[Path, bytes]:
    """Build once and return the sources that it wrote."""
    from flashdeck.release.build import build

    try:
        result = build(root, options._replace(now=now()))
    except FlashdeckError as error:
        log_error(error)
        return {}
    reporter.report(result)
    sys.stdout.flush()
    return result.written


def _is_own_write(paths: Iterable[str], written: Mapping[Path, bytes]) -> bool:
    """Whether only temporary files, and sources written by the last build, have changed."""
    for path in map(Path, paths):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue  # an editor's backup, or flashdeck's own temporary file
        try:
            if written.get(path) != path.read_bytes():
                return False
        except OSError:
            return False
    return True

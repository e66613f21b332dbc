"""`flashdeck build --watch`: a build at the start, and one whenever a source is saved."""

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
    """Tells what came of each build, in one line; problems when they are others than before."""

    root: Path
    color: Color
    quiet: bool
    _problems: tuple[Diagnostic, ...] = ()
    _packages: dict[Path, str] = field(default_factory=dict)

    def tell(self, built: BuildResult) -> None:
        """Tell of a build."""
        from flashdeck import report

        if built.diagnostics != self._problems:
            log_problems(built.diagnostics, self.root, self.color, quiet=self.quiet)
            self._problems = built.diagnostics
        new = [one for one in built.packages if self._packages.get(one.path) != one.content]
        self._packages |= {one.path: one.content for one in built.packages}
        clock = time.strftime("%H:%M:%S", time.localtime(now()))
        lines = [f"{shown(one.path)}: {summary(one)}" for one in new]
        if not built.packages:
            said = report.summary(built.diagnostics) or "no notes yet"
            lines = [f"{said}; nothing was built"]
        for line in lines or ["nothing new"]:
            print_result(f"{clock} {line}")


def build_on_save(root: Path, options: Options, told: WatchReport) -> NoReturn:
    """Build, and build again whenever a source changes, until Ctrl-C."""
    from flashdeck.files.watch import Watched, changes, look_at
    from flashdeck.project.paths import CARDS_NAME

    watched = Watched(trees=(root / CARDS_NAME,), folders=(root,))
    known = look_at(watched)
    try:
        written = _build(root, options, told)
        log("watching; Ctrl-C ends it")
        for paths in changes(watched, Event(), known=known):
            if not _is_our_own(paths, written):
                written = _build(root, options, told)
            gc.collect()  # at rest: while it builds, that would double the time
    except KeyboardInterrupt:
        log("\nstopped")  # below the ^C that a terminal shows
        raise
    raise AssertionError("nothing but Ctrl-C ends it")


def _build(root: Path, options: Options, told: WatchReport) -> Mapping[Path, bytes]:
    """Build once; give the sources that it wrote."""
    from flashdeck.release.build import build

    try:
        built = build(root, options._replace(now=now()))
    except FlashdeckError as error:
        log_error(error)
        return {}
    told.tell(built)
    sys.stdout.flush()
    return built.written


def _is_our_own(paths: Iterable[str], written: Mapping[Path, bytes]) -> bool:
    """Whether nothing changed but what the last build wrote, or files that are no sources."""
    for path in map(Path, paths):
        if path.name.startswith(".") or path.name.endswith("~"):
            continue  # an editor's own, or a file of ours that is about to appear
        try:
            if written.get(path) != path.read_bytes():
                return False
        except OSError:
            return False
    return True

"""`flashdeck build`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, now, print_json, progress
from flashdeck.cli.streams import log, print_result
from flashdeck.cli.summary import shown, summary

if TYPE_CHECKING:
    from flashdeck.release.result import BuildResult, BuiltPackage


def build(  # noqa: PLR0913 - one for each option
    sources: options.Sources = None,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write one package for all decks"),
    ] = None,
    fresh: Annotated[
        Path | None,
        typer.Option(
            "--fresh",
            metavar="FILE",
            help="Also write a package without removed notes; to a folder: all packages",
        ),
    ] = None,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Fail if a source or the lock would change")
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Allow many notes to be removed at once")
    ] = False,
    accept_schema_change: Annotated[
        bool, typer.Option("--accept-schema-change", help="Allow a released note type to change")
    ] = False,
    take_back: Annotated[
        bool,
        typer.Option(
            "--take-back", help="Remove notes of abandoned builds from learners' collections"
        ),
    ] = False,
    allow_scripts: options.Scripts = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build again whenever a source is saved")
    ] = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Build packages for Anki.

    Each root deck becomes a package in build/. With FILE or DECK only their packages are listed;
    all are kept up to date, since they share flashdeck.lock.
    """
    from flashdeck.release.build import build as build_project
    from flashdeck.release.result import Options

    if watch and as_json:
        raise options.UsageError("--watch and --json exclude each other")
    if sources and (watch or output is not None):
        raise options.UsageError(f"{'--watch' if watch else '--output'} takes no FILE or DECK")
    root = options.project_root(directory, clean=False)
    build_options = Options(
        now=now(),
        output=output.absolute() if output is not None else None,
        frozen=frozen,
        accept_removals=accept_removals,
        accept_schema_change=accept_schema_change,
        allow_scripts=allow_scripts,
        take_back=take_back,
        digests=as_json,
        fresh=fresh.absolute() if fresh is not None else None,
    )
    if watch:
        from flashdeck.cli.watching import WatchReport, build_on_save

        build_on_save(root, build_options, WatchReport(root, color, quiet=quiet))
    with progress(quiet=quiet or as_json) as show:
        result = build_project(root, build_options, show)
    log_problems(result.diagnostics, root, color, quiet=quiet)
    if sources and result.packages:
        result = _selected(result, root, sources)
    if as_json:
        print_json(_report(result, root))
    else:
        for package in (*result.packages, *result.fresh):
            print_result(shown(package.path))
            if not quiet:
                log(f"  {summary(package)}")
    exit_with(result.diagnostics)


def _selected(result: BuildResult, root: Path, sources: list[str]) -> BuildResult:
    """Leave out the packages without notes of the named files and decks."""
    from flashdeck.checking.selection import selected_decks

    built = {deck for package in result.packages for deck in package.decks}
    names = selected_decks(root, *options.paths_and_decks(root, sources), built)
    packages, fresh = (
        tuple(package for package in group if names.intersection(package.decks))
        for group in (result.packages, result.fresh)
    )
    return replace(result, packages=packages, fresh=fresh)


def _report(result: BuildResult, root: Path) -> dict[str, Any]:
    from flashdeck import report

    return {
        "packages": [_described(package, root) for package in result.packages],
        "fresh": [_described(package, root) for package in result.fresh],
        "diagnostics": report.as_json(result.diagnostics),
    }


def _described(package: BuiltPackage, root: Path) -> dict[str, Any]:
    return {
        "path": _relative(package.path, root),
        "sha256": package.sha256,
        "decks": list(package.decks),
        "notes": package.notes,
        "cards": package.cards,
        "media": package.media,
        **package.counts._asdict(),
    }


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()

"""`flashdeck build`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, now, progress
from flashdeck.cli.streams import log, print_result
from flashdeck.cli.summary import shown, summary

if TYPE_CHECKING:
    from flashdeck.release.result import BuildResult, BuiltPackage


def build(  # noqa: PLR0913 - one for each option
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="One package for all decks."),
    ] = None,
    fresh: Annotated[
        Path | None,
        typer.Option(
            "--fresh",
            metavar="FILE",
            help="Also write a package without removed notes, or all into a folder.",
        ),
    ] = None,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Fail rather than change a source or the lock.")
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Let many notes be removed at once.")
    ] = False,
    accept_schema_change: Annotated[
        bool, typer.Option("--accept-schema-change", help="Let a released note type change.")
    ] = False,
    take_back: Annotated[
        bool,
        typer.Option(
            "--take-back", help="Remove notes of abandoned builds from learners' collections."
        ),
    ] = False,
    allow_scripts: options.Scripts = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Build again whenever a source is saved.")
    ] = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Build the packages, one for each root deck, into build/."""
    from flashdeck.release.build import build as build_project
    from flashdeck.release.result import Options

    if watch and as_json:
        raise typer.BadParameter("--watch and --json exclude each other")
    root = options.project_root(directory)
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
    if as_json:
        print_result(json.dumps(_report(result, root), ensure_ascii=False, indent=2))
    else:
        for package in (*result.packages, *result.fresh):
            print_result(shown(package.path))
            if not quiet:
                log(f"  {summary(package)}")
    exit_with(result.diagnostics)


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

"""`flashdeck build`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import leave, now, progress, say_problems
from flashdeck.cli.streams import put, say

if TYPE_CHECKING:
    from flashdeck.built import Built, BuiltPackage


def build(
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="One package for all decks."),
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
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Build the packages, one for each root deck, into build/."""
    from flashdeck.builder import build as build_project
    from flashdeck.built import Options

    root = options.project_root(directory)
    wanted = Options(
        now=now(),
        output=output.absolute() if output is not None else None,
        frozen=frozen,
        accept_removals=accept_removals,
        accept_schema_change=accept_schema_change,
        allow_scripts=allow_scripts,
    )
    with progress(quiet=quiet or as_json) as show:
        built = build_project(root, wanted, show)
    say_problems(built.diagnostics, root, color, quiet=quiet)
    if as_json:
        put(json.dumps(_report(built, root), ensure_ascii=False, indent=2))
    else:
        for package in built.packages:
            put(_shown(package.path))
            if not quiet:
                say(f"  {_summary(package)}")
    leave(built.diagnostics)


def _report(built: Built, root: Path) -> dict[str, Any]:
    from flashdeck import report

    return {
        "packages": [
            {
                "path": _relative(package.path, root),
                "sha256": package.sha256,
                "decks": list(package.decks),
                "notes": package.notes,
                "cards": package.cards,
                "media": package.media,
                "new": package.counts.new,
                "changed": package.counts.changed,
                "removed": package.counts.removed,
                "moved": package.counts.moved,
                "unchanged": package.counts.unchanged,
                "tombstones": package.counts.tombstones,
            }
            for package in built.packages
        ],
        "diagnostics": report.as_json(built.diagnostics),
    }


def _summary(package: BuiltPackage) -> str:
    counts = package.counts
    named = {
        "new": counts.new,
        "changed": counts.changed,
        "moved": counts.moved,
        "removed": counts.removed,
        "unchanged": counts.unchanged,
    }
    parts = ", ".join(f"{number:,} {word}" for word, number in named.items() if number)
    return f"{package.notes:,} notes, {package.cards:,} cards ({parts})"


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

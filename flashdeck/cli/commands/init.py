"""`flashdeck init`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import print_json
from flashdeck.cli.streams import log, print_result


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="A folder, new or existing [default: .]"),
    ] = None,
    *,
    as_json: options.AsJson = False,
    directory: Annotated[
        Path | None,
        typer.Option(
            "-C",
            "--directory",
            metavar="DIR",
            help="The folder that DIR is in [default: .]",
            rich_help_panel=options.GLOBAL,
        ),
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Create a project with an example deck.

    It is ready to build, check and release. No file is overwritten.
    """
    from flashdeck import __version__
    from flashdeck.scaffold.distribution import own_source
    from flashdeck.scaffold.start import start

    target = (directory or Path()) / (folder or "")
    started = start(target, own_source(__version__))
    if as_json:
        print_json({"root": target.resolve().as_posix(), **asdict(started)})
        return
    for path in started.written:
        print_result(str(target / path))
    if not quiet:
        if started.kept:
            log(f"existing files were kept: {', '.join(started.kept)}")
        import shlex

        go = f"cd {shlex.quote(str(target))} && " if target != Path() else ""
        log(f"\nnow try: {go}flashdeck build && flashdeck preview")

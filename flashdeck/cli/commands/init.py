"""`flashdeck init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.streams import log, print_result


def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="A folder, new or not; default: here.")
    ] = None,
    *,
    quiet: options.Quiet = False,
) -> None:
    """Start a project with an example deck, ready to build; nothing is overwritten."""
    from flashdeck import __version__
    from flashdeck.scaffold.distribution import own_source
    from flashdeck.scaffold.start import start

    started = start(folder or Path(), own_source(__version__))
    for path in started.written:
        print_result(str((folder or Path()) / path))
    if not quiet:
        if started.kept:
            log(f"there already, and left as it was: {', '.join(started.kept)}")
        import shlex

        go = f"cd {shlex.quote(str(folder))} && " if folder is not None else ""
        log(f"\nnow try: {go}flashdeck build && flashdeck preview")

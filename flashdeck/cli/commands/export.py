"""`flashdeck export`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, print_json
from flashdeck.cli.streams import log, print_result
from flashdeck.exporting.formats import Format
from flashdeck.text import counted


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to")],
    package: options.Package = None,
    *,
    to: Annotated[
        Format, typer.Option("--to", metavar="FORMAT", help="The format: crowdanki, csv or json")
    ],
    as_json: options.AsJson = False,
    allow_scripts: options.Scripts = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Write decks for other programs.

    The formats are that of the add-on CrowdAnki, CSV for Anki's text import, and plain JSON.
    """
    from flashdeck.anki.read.apkg import read_apkg
    from flashdeck.exporting import export

    if package is not None:
        source = export.Source(read_apkg(package), "")
    else:
        root = options.project_root(directory)
        project, problems = export.read_sources(root, allow_scripts=allow_scripts)
        log_problems(problems, root, color, quiet=quiet)
        exit_with(problems)
        assert project is not None
        source = project
    written = export.export(source, to, folder)
    if as_json:
        print_json(asdict(written) | {"paths": [path.as_posix() for path in written.paths]})
        return
    for path in written.paths:
        print_result(path.as_posix())
    if not quiet:
        notes, media = counted(written.notes, "note"), counted(written.media, "media file")
        log(f"  {notes}, {media}")
        if written.left_out:
            log(f"  left out: {counted(written.left_out, 'note(s) without cards')}")

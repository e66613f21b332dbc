"""`flashdeck preview`."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.completion import packages
from flashdeck.cli.console import log_problems, print_json
from flashdeck.cli.streams import log, print_result
from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.preview.frame.document import Platform
    from flashdeck.preview.preview import Previewed
    from flashdeck.preview.serve.app import AppOptions, OpenEditor
    from flashdeck.preview.serve.snapshot import Snapshot

_PLATFORMS: dict[str, Platform] = {"win32": "win", "darwin": "mac"}


def preview(  # noqa: PLR0913 - one for each option
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PACKAGE|WORD",
            autocompletion=packages,
            help="An .apkg file [default: the sources]; with --terminal: a note's id, or words",
        ),
    ] = None,
    *,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page to a file")
    ] = None,
    media: Annotated[
        Path | None,
        typer.Option(
            "--media", metavar="DIR", help="With --html: write media to a folder, not into FILE"
        ),
    ] = None,
    terminal: Annotated[
        bool,
        typer.Option(
            "--terminal", help="Draw cards in the terminal: all, or those with every WORD"
        ),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="The port [default: any free one]"
        ),
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser")] = False,
    editor: Annotated[
        str | None,
        typer.Option(
            "--editor",
            metavar="COMMAND",
            help="The editor for sources: 'code', or 'edit {file} {line}' [default: $VISUAL]",
        ),
    ] = None,
    as_json: options.AsJson = False,
    allow_scripts: options.Scripts = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Show cards in the browser while you write.

    The page looks as in Anki and AnkiDroid, and follows every save.
    """
    from flashdeck.preview.preview import PreviewedPackage, PreviewedSources

    package, what = _package_and_words(words or [], terminal=terminal)
    if media is not None and html is None:
        raise options.UsageError("--media needs --html")
    if terminal and (html is not None or as_json):
        raise options.UsageError(
            f"--terminal and {'--json' if as_json else '--html'} exclude each other"
        )
    previewed: Previewed
    if package is not None:
        previewed = PreviewedPackage(package)
        snapshot = previewed.first()
    else:
        root = options.project_root(directory)
        previewed = PreviewedSources(root, allow_scripts=allow_scripts)
        snapshot = previewed.first()
        log_problems(snapshot.problems, root, color, quiet=quiet)
    if terminal:
        from flashdeck.cli.terminal import show

        show(snapshot.collection, what, color)
    elif html is not None:
        _write(snapshot, html, media, allow_scripts=allow_scripts)
        print_json({"file": html.as_posix()}) if as_json else print_result(str(html))
    else:
        app_options = _app_options(previewed.root, editor, allow_scripts=allow_scripts)

        def announce(address: str) -> None:
            _announce(address, snapshot, package, as_json=as_json, quiet=quiet)
            if not no_browser:
                import webbrowser

                webbrowser.open(address)

        _serve(previewed, snapshot, app_options, port, announce)


def _announce(
    address: str, snapshot: Snapshot, package: Path | None, *, as_json: bool, quiet: bool
) -> None:
    """Print what is served and how to stop, then the address."""
    count = sum(len(note.cards) for note in snapshot.collection.notes)
    if not quiet:
        what = f" of {package}" if package is not None else "; the page follows every save"
        log(f"serving {counted(count, 'card')}{what} (Ctrl-C to stop)")
    print_result(json.dumps({"url": address, "cards": count}) if as_json else address)
    sys.stdout.flush()


def _package_and_words(words: list[str], *, terminal: bool) -> tuple[Path | None, str]:
    """Split the arguments into a package and search words."""
    if words and (not terminal or words[0].endswith(".apkg")):
        package, words = Path(words[0]), words[1:]
    else:
        package = None
    if words and not terminal:
        raise options.UsageError("only --terminal takes words")
    return package, " ".join(words)


def _write(snapshot: Snapshot, html: Path, media: Path | None, *, allow_scripts: bool) -> None:
    from flashdeck.notetypes.built_in import script_sources
    from flashdeck.preview.preview import folder_address, write_page
    from flashdeck.preview.serve.onefile import OneFile

    page_options = OneFile(
        folder=folder_address(html, media) if media is not None else "",
        platform=_PLATFORMS.get(sys.platform, "lin"),
        scripts=script_sources(),
        allow_scripts=allow_scripts,
    )
    write_page(snapshot, html, media, page_options)


def _serve(
    previewed: Previewed,
    snapshot: Snapshot,
    app_options: AppOptions,
    port: int,
    announce: Callable[[str], None],
) -> None:
    from flashdeck.cli.bug import bug_report
    from flashdeck.preview.serve.app import make_app
    from flashdeck.preview.serve.guard import Guard
    from flashdeck.preview.serve.server import HOST, listen, make
    from flashdeck.preview.serve.store import PreviewStore

    listener = listen(port)
    store = PreviewStore(snapshot)
    guard = Guard(listener.getsockname()[1])
    server = make(listener, make_app(store, guard, app_options))
    # A server runs for long and needs garbage collection, but not of the deck loaded so far.
    gc.freeze()
    gc.enable()
    stop = Event()
    follow = (store, stop, lambda error: log(bug_report(error)))
    Thread(target=previewed.follow, args=follow, daemon=True).start()
    announce(f"http://{HOST}:{guard.port}/{guard.page}/")
    try:
        server.serve_forever()  # until Ctrl-C, which it handles itself
    finally:
        stop.set()
        store.close()
    raise KeyboardInterrupt


def _app_options(root: Path | None, editor: str | None, *, allow_scripts: bool) -> AppOptions:
    from flashdeck.cli.commands.send import offering
    from flashdeck.notetypes.built_in import script_sources
    from flashdeck.preview.masks import MaskEditor
    from flashdeck.preview.serve.app import AppOptions
    from flashdeck.preview.serve.editor import editor_link

    program = (editor or os.environ.get("VISUAL") or "").strip()
    return AppOptions(
        platform=_PLATFORMS.get(sys.platform, "lin"),
        scripts=script_sources(),
        allow_scripts=allow_scripts,
        open_editor=_editor_opener(root, program) if root is not None and program else None,
        editor_link=editor_link(root) if root is not None else "",
        masks=MaskEditor(root) if root is not None else None,
        send=offering(root) if root is not None else None,
    )


def _editor_opener(root: Path, program: str) -> OpenEditor:
    from flashdeck.preview.serve.editor import editor_command, editor_parts

    parts = editor_parts(program)

    def open_editor(path: str, line: int, column: int) -> str:
        command = editor_command(parts, root / path, line, column)
        try:
            subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - the author's own
        except OSError as error:
            message = f"{command[0]} can't be started: {reason(error)}"
            raise FlashdeckError(message) from error
        return Path(command[0]).name

    return open_editor

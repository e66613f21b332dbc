"""`flashdeck preview`."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.completion import packages
from flashdeck.cli.console import log_problems
from flashdeck.cli.streams import log, print_result
from flashdeck.diagnostics import FlashdeckError, reason

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
            metavar="FILE.apkg|WHAT",
            autocompletion=packages,
            help="A package, default: the sources. With --terminal: an id, or words to look for.",
        ),
    ] = None,
    *,
    directory: options.Directory = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the page as one file.")
    ] = None,
    media: Annotated[
        Path | None,
        typer.Option("--media", metavar="DIR", help="With --html: put media there, not into FILE."),
    ] = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Draw the cards here, all or those of WHAT.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 is any free one.")
    ] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    editor: Annotated[
        str | None,
        typer.Option(
            "--editor",
            metavar="COMMAND",
            help="What opens a source: 'code', or 'edit {file} {line}'. Default: $VISUAL, VS Code.",
        ),
    ] = None,
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Show every card as Anki will, in the browser, while you write."""
    from flashdeck.preview.preview import PreviewedPackage, PreviewedSources

    package, what = _package_and_words(words or [], terminal=terminal)
    if media is not None and html is None:
        raise typer.BadParameter("--media needs --html")
    if terminal and html is not None:
        raise typer.BadParameter("--terminal draws here, --html writes a file: choose one")
    previewed: Previewed
    if package is not None:
        previewed = PreviewedPackage(package)
        snapshot = previewed.first()
    else:
        root = options.project_root(directory)
        previewed = PreviewedSources(root, allow_scripts=allow_scripts)
        snapshot = previewed.first()
        log_problems(snapshot.problems, root, color)
    if terminal:
        from flashdeck.cli.terminal import show

        show(snapshot.collection, what, color)
    elif html is not None:
        _write(snapshot, html, media, allow_scripts=allow_scripts)
    else:
        app_options = _app_options(previewed.root, editor, allow_scripts=allow_scripts)
        _serve(previewed, snapshot, app_options, port, open_browser=not no_browser)


def _package_and_words(words: list[str], *, terminal: bool) -> tuple[Path | None, str]:
    """Split the arguments into a package and search words."""
    if words and (not terminal or words[0].endswith(".apkg")):
        package, words = Path(words[0]), words[1:]
    else:
        package = None
    if words and not terminal:
        raise typer.BadParameter("only --terminal takes words to look for")
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
    print_result(str(html))


def _serve(
    previewed: Previewed,
    snapshot: Snapshot,
    app_options: AppOptions,
    port: int,
    *,
    open_browser: bool,
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
    address = f"http://{HOST}:{guard.port}/{guard.page}/"
    print_result(address)
    sys.stdout.flush()
    if open_browser:
        import webbrowser

        webbrowser.open(address)
    try:
        server.serve_forever()  # until Ctrl-C, which it handles itself
    finally:
        stop.set()
        store.close()
    raise KeyboardInterrupt


def _app_options(root: Path | None, editor: str | None, *, allow_scripts: bool) -> AppOptions:
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
    )


def _editor_opener(root: Path, program: str) -> OpenEditor:
    from flashdeck.preview.serve.editor import editor_command

    def open_editor(path: str, line: int, column: int) -> str:
        command = editor_command(program, root / path, line, column)
        try:
            subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - the author's own
        except OSError as error:
            message = f"{command[0]} can't be started: {reason(error)}"
            raise FlashdeckError(message) from error
        return Path(command[0]).name

    return open_editor

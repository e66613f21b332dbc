"""The command line: parse, call, print, exit.

The only package that prints, exits, and reads the environment or the clock. What a command needs is
imported when it runs, so that each starts as fast as it can.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from flashdeck.cli.build import build
from flashdeck.cli.cards import cards
from flashdeck.cli.check import check
from flashdeck.cli.console import bug_report, put, say
from flashdeck.cli.diff import diff
from flashdeck.cli.preview import preview
from flashdeck.diagnostics import FlashdeckError

FINE, PROBLEMS, BUG, INTERRUPTED = 0, 1, 3, 130

app = typer.Typer(
    name="flashdeck",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich would double the time that it takes
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(build)
app.command()(check)
app.command()(cards)
app.command()(diff)
app.command()(preview)


@app.callback(invoke_without_command=True)
def _version(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """The compiler for Anki decks: YAML in, a package out, every review kept."""
    if version:
        from flashdeck import __version__

        put(f"flashdeck {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; whatever happens becomes words."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # A command makes millions of objects that live to its end; looking for circles among them
    # again and again would double its time.
    gc.disable()
    try:
        app(args=None if arguments is None else list(arguments), prog_name="flashdeck")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else PROBLEMS
    except FlashdeckError as error:
        say(f"error: {error}" + (f"\n      = {error.hint}" if error.hint else ""))
        return PROBLEMS
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; what is left of it must not be flushed either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except Exception as error:  # noqa: BLE001 - the one place where a bug of ours is caught
        say(bug_report(error))
        return BUG
    return FINE

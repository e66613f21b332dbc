"""The commands. What one needs is imported when it runs, so that each starts as fast as it can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from flashdeck.cli.command import Command, Group
from flashdeck.cli.commands.build import build
from flashdeck.cli.commands.cards import cards
from flashdeck.cli.commands.check import check
from flashdeck.cli.commands.diff import diff
from flashdeck.cli.commands.explain import explain
from flashdeck.cli.commands.export import export
from flashdeck.cli.commands.fmt import fmt
from flashdeck.cli.commands.importing import import_deck
from flashdeck.cli.commands.init import init
from flashdeck.cli.commands.preview import preview
from flashdeck.cli.commands.schema import schema
from flashdeck.cli.commands.stats import stats
from flashdeck.cli.streams import put

_COMMANDS: dict[str, Callable[..., None]] = {
    "init": init,
    "build": build,
    "check": check,
    "cards": cards,
    "diff": diff,
    "export": export,
    "preview": preview,
    "stats": stats,
    "schema": schema,
    "import": import_deck,
    "explain": explain,
    "fmt": fmt,
}


def app(words: Sequence[str] = ()) -> typer.Typer:
    """Give the program with the command that these words begin with, or else with all of them.

    Typer asks each command for its parameters before it looks at the first word, and that takes as
    long as a build with nothing to do.
    """
    program = typer.Typer(
        name="flashdeck",
        cls=Group,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help: rich would double the time that it takes
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    program.callback(invoke_without_command=True)(_version)
    for name in {*words[:1]} & _COMMANDS.keys() or _COMMANDS:
        program.command(name, cls=Command)(_COMMANDS[name])
    return program


def _version(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """The compiler for Anki decks: YAML in, a package out, every review kept."""
    if version:
        from flashdeck import __version__

        put(f"flashdeck {__version__}")
        raise typer.Exit

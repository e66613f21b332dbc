"""The commands. What one needs is imported when it runs, so that each starts as fast as it can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

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
from flashdeck.cli.streams import print_result

_Kind = TypeVar("_Kind", TyperCommand, TyperGroup)


class Command(TyperCommand):
    """A command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words after the command's name into its parameters."""
        return TyperCommand.parse_args(_only_given(self, ctx, args), ctx, args)


class Group(TyperGroup):
    """The program itself, with its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words before the command's name into the program's own parameters."""
        return TyperGroup.parse_args(_only_given(self, ctx, args), ctx, args)


def _only_given(command: _Kind, ctx: Any, args: list[str]) -> _Kind:
    """Give a copy of a command with the parameters that are given, or may not be passed over.

    Typer loads pydantic to read the value of a parameter that nobody gave, be it `--help`, and that
    takes longer than all the rest of a build with nothing to do.

    Only to read them: help and usage are shown by `ctx.command`, which goes on knowing all.
    """
    given, _, _ = command.make_parser(ctx).parse_args(args=list(args))
    reader = copy(command)
    reader.params = [
        one
        for one in command.params
        if one.required or one.envvar or given.get(one.name) not in (None, ())
    ]
    reader.add_help_option = "help" in given
    return reader


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

        print_result(f"flashdeck {__version__}")
        raise typer.Exit

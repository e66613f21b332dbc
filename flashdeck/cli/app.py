"""The Typer app. Each command imports its dependencies when it runs, for a fast start."""

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
from flashdeck.cli.commands.forget import forget
from flashdeck.cli.commands.importing import import_deck
from flashdeck.cli.commands.init import init
from flashdeck.cli.commands.preview import preview
from flashdeck.cli.commands.schema import schema
from flashdeck.cli.commands.stats import stats
from flashdeck.cli.streams import print_result

_Kind = TypeVar("_Kind", TyperCommand, TyperGroup)


class Command(TyperCommand):
    """A command that parses only the parameters given on the command line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments after the command's name."""
        return TyperCommand.parse_args(_only_given(self, ctx, args), ctx, args)


class Group(TyperGroup):
    """The program with its commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments before the command's name."""
        return TyperGroup.parse_args(_only_given(self, ctx, args), ctx, args)


def _only_given(command: _Kind, ctx: Any, args: list[str]) -> _Kind:
    """Copy a command with only its given and its required parameters.

    Typer imports pydantic to convert the default of a parameter that was not given, `--help`
    included; that takes longer than an up-to-date build. The copy only parses: `ctx.command` keeps
    all parameters for help and usage.
    """
    given, _, _ = command.make_parser(ctx).parse_args(args=list(args))
    parser = copy(command)
    parser.params = [
        param
        for param in command.params
        if param.required or param.envvar or given.get(param.name) not in (None, ())
    ]
    parser.add_help_option = "help" in given
    return parser


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
    "forget": forget,
}


def app(arguments: Sequence[str] = ()) -> typer.Typer:
    """Create the app with the command named by the first argument, or with all commands.

    Typer inspects the parameters of every command before it parses the first argument, and that
    takes as long as an up-to-date build.
    """
    program = typer.Typer(
        name="flashdeck",
        cls=Group,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help: importing rich would double its time
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    program.callback(invoke_without_command=True)(_version)
    for name in {*arguments[:1]} & _COMMANDS.keys() or _COMMANDS:
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

"""The Typer app. Each command imports its dependencies when it runs, for a fast start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple

import typer

from flashdeck.cli import options
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
from flashdeck.cli.commands.open import open_package
from flashdeck.cli.commands.preview import preview
from flashdeck.cli.commands.push import push
from flashdeck.cli.commands.schema import schema
from flashdeck.cli.commands.send import send
from flashdeck.cli.commands.speak import speak
from flashdeck.cli.commands.stats import stats
from flashdeck.cli.help import DOCUMENTATION, Command, Group, show_help
from flashdeck.cli.streams import print_result

_WRITE, _CHECK, _EXCHANGE, _MORE = "Write and build", "Check", "Exchange", "Learn more"


class _Entry(NamedTuple):
    """A command, its group in the help, an example, and its page of the documentation."""

    run: Callable[..., None]
    group: str
    example: str
    page: str


def _help(
    context: typer.Context,
    command: Annotated[
        str | None,
        typer.Argument(
            metavar="COMMAND",
            help="A command [default: all commands]",
            autocompletion=lambda incomplete: [
                name for name in _COMMANDS if name.startswith(incomplete)
            ],
        ),
    ] = None,
) -> None:
    """Show the help of a command."""
    show_help(context, command)


_COMMANDS = {
    "init": _Entry(init, _WRITE, "flashdeck init spanish", "tutorial.md"),
    "build": _Entry(build, _WRITE, "flashdeck build --watch", "tutorial.md"),
    "preview": _Entry(preview, _WRITE, "flashdeck preview --port 8000", "how-to/preview.md"),
    "fmt": _Entry(fmt, _WRITE, "flashdeck fmt --diff", "how-to/format.md"),
    "schema": _Entry(schema, _WRITE, "flashdeck schema -o .schemas", "how-to/editors.md"),
    "speak": _Entry(
        speak, _WRITE, "flashdeck speak --engine espeak-ng", "how-to/languages-and-media.md"
    ),
    "forget": _Entry(forget, _WRITE, "flashdeck forget --example", "how-to/share.md"),
    "check": _Entry(check, _CHECK, "flashdeck check --fix", "reference/rules.md"),
    "explain": _Entry(explain, _CHECK, "flashdeck explain missing-media", "reference/rules.md"),
    "diff": _Entry(diff, _CHECK, "flashdeck diff v1.0 --markdown", "reference/diff.md"),
    "cards": _Entry(cards, _CHECK, "flashdeck cards --text", "reference/commands.md"),
    "stats": _Entry(stats, _CHECK, "flashdeck stats --per-day 10", "reference/commands.md"),
    "import": _Entry(
        import_deck,
        _EXCHANGE,
        "flashdeck import Spanish.apkg -o spanish",
        "how-to/bring-your-deck.md",
    ),
    "export": _Entry(export, _EXCHANGE, "flashdeck export csv --to csv", "how-to/export.md"),
    "push": _Entry(push, _EXCHANGE, "flashdeck push --dry-run", "how-to/push.md"),
    "open": _Entry(open_package, _EXCHANGE, "flashdeck open", "how-to/push.md"),
    "send": _Entry(send, _EXCHANGE, "flashdeck send", "how-to/push.md"),
    "help": _Entry(_help, _MORE, "flashdeck help build", "README.md"),
}
WITHOUT_DIRECTORY = ("explain", "help")
"""Commands that read no project."""


def app(arguments: Sequence[str] = ()) -> typer.Typer:
    """Create the app with the command named by the first argument, or with all commands.

    Typer inspects the parameters of every command before it parses the first argument, and that
    takes as long as an up-to-date build.
    """
    program = typer.Typer(
        name="flashdeck",
        cls=Group,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # importing rich would double the time of the help
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    )
    program.callback(invoke_without_command=True, epilog=_epilog("README.md"))(_flashdeck)
    for name in {*arguments[:1]} & (_COMMANDS.keys() - {"help"}) or _COMMANDS:
        entry = _COMMANDS[name]
        program.command(
            name,
            cls=Command,
            epilog=_epilog(entry.page, entry.example),
            rich_help_panel=entry.group,
        )(entry.run)
    return program


def _epilog(page: str, example: str = "") -> str:
    start = f"Example:\n  {example}\n\n" if example else ""
    return f"{start}Documentation: {DOCUMENTATION}{page}\n"


def _flashdeck(
    context: typer.Context,
    *,
    directory: options.Directory = None,  # noqa: ARG001 - for the help: commands read it
    limit: options.Limit = None,
    version: Annotated[
        bool,
        typer.Option("-V", "--version", help="Show the version", rich_help_panel=options.GLOBAL),
    ] = False,
) -> None:
    """The compiler for Anki decks: YAML in, a package out, every review kept."""
    options.set_limits(limit or ())
    if version:
        from flashdeck import __version__

        print_result(f"flashdeck {__version__}")
    elif context.invoked_subcommand is None:
        show_help(context)

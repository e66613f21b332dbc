"""The commands. What one needs is imported when it runs, so that each starts as fast as it can."""

from __future__ import annotations

from typing import Annotated

import typer

from flashdeck.cli.build import build
from flashdeck.cli.cards import cards
from flashdeck.cli.check import check
from flashdeck.cli.diff import diff
from flashdeck.cli.explain import explain
from flashdeck.cli.export import export
from flashdeck.cli.fmt import fmt
from flashdeck.cli.importing import import_deck
from flashdeck.cli.init import init
from flashdeck.cli.preview import preview
from flashdeck.cli.schema import schema
from flashdeck.cli.stats import stats
from flashdeck.cli.streams import put

app = typer.Typer(
    name="flashdeck",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: rich would double the time that it takes
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(init)
app.command()(build)
app.command()(check)
app.command()(cards)
app.command()(diff)
app.command()(export)
app.command()(preview)
app.command()(stats)
app.command()(schema)
app.command("import")(import_deck)
app.command()(explain)
app.command()(fmt)


@app.callback(invoke_without_command=True)
def _version(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """The compiler for Anki decks: YAML in, a package out, every review kept."""
    if version:
        from flashdeck import __version__

        put(f"flashdeck {__version__}")
        raise typer.Exit

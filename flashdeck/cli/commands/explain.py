"""`flashdeck explain`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import colored, print_json
from flashdeck.cli.streams import print_result
from flashdeck.diagnostics import FlashdeckError


def explain(
    rule: Annotated[
        str | None,
        typer.Argument(metavar="RULE", help="The name of a rule [default: a list of all]"),
    ] = None,
    *,
    as_json: options.AsJson = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Explain a rule, or list all rules.

    Shows what the rule finds, why it matters, how to fix it, and examples.
    """
    from flashdeck.checking import explain
    from flashdeck.rules.pages import meant, pages

    paint = colored(color, sys.stdout)
    if rule is None and as_json:
        print_json([asdict(page) for page in pages().values()])
        return
    if rule is None:
        print_result(explain.listed(pages().values(), color=paint), end="", styled=True)
        return
    name = rule.strip("[]")  # copied from the output of `check`
    page = pages().get(name)
    if page is None:
        raise FlashdeckError(f"there is no rule '{name}'", meant(name))
    if as_json:
        print_json(asdict(page))
    else:
        print_result(explain.page(page, color=paint), end="", styled=True)

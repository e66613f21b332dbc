"""`flashdeck explain`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import colored
from flashdeck.cli.streams import print_result
from flashdeck.diagnostics import FlashdeckError


def explain(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="Its name; leave it out for a list.")
    ] = None,
    *,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Explain what a rule finds, why it matters and how to fix it; or list all rules."""
    from flashdeck.checking import explain
    from flashdeck.rules.pages import meant, pages

    paint = colored(color, sys.stdout)
    if rule is None:
        print_result(explain.listed(pages().values(), color=paint), end="")
        return
    name = rule.strip("[]")  # copied from the output of `check`
    page = pages().get(name)
    if page is None:
        raise FlashdeckError(f"there is no rule '{name}'", meant(name))
    print_result(explain.page(page, color=paint), end="")

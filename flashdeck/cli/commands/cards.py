"""`flashdeck cards`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import log_problems, print_json
from flashdeck.cli.streams import print_result
from flashdeck.text import columns, shortened, visible, visible_lines

if TYPE_CHECKING:
    from flashdeck.rendered_cards import RenderedCard

_NARROWEST = 20  # columns for the front


def cards(
    package: options.Package = None,
    *,
    text: Annotated[
        bool, typer.Option("--text", help="Print only the text of fronts and backs")
    ] = False,
    as_json: options.AsJson = False,
    allow_scripts: options.Scripts = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """List cards as Anki renders them.

    A line shows place, note id, number, deck, and the first line of the front. JSON has both sides
    of each card as HTML and as text.
    """
    from flashdeck.anki.read.apkg import read_apkg
    from flashdeck.compile.pipeline import compile_root
    from flashdeck.rendered_cards import cards as render_cards

    if package is not None:
        collection = read_apkg(package)
    else:
        root = options.project_root(directory)
        outcome = compile_root(root, allow_scripts=allow_scripts)
        log_problems(outcome.problems, root, color, quiet=quiet)
        collection = outcome.compiled.collection
    rendered = render_cards(collection)
    if as_json:
        print_json([_text(card) if text else _plain(card) | _text(card) for card in rendered])
    elif text:
        _print_texts(rendered)
    else:
        _print_lines(list(rendered))


def _print_lines(cards: Sequence[RenderedCard]) -> None:
    """Print a line for each card, in columns; fronts are cut at the width of a terminal."""
    rows = [tuple(map(visible, _cells(card))) for card in cards]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    room = sys.maxsize
    if sys.stdout.isatty():
        used = sum(width + 2 for width in widths if width)
        room = max(shutil.get_terminal_size().columns - used, _NARROWEST)
    for card, row in zip(cards, rows, strict=True):
        padded = (
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        front = shortened(visible(card.front_text.partition("\n")[0]), room)
        print_result("  ".join(filter(None, (*padded, front))).rstrip())


def _cells(item: RenderedCard) -> tuple[str, ...]:
    place = f"{item.source.path}:{item.source.line}" if item.source else ""
    return place, item.note.guid, str(item.card.ordinal + 1), item.card.deck


def _print_texts(rendered: Iterable[RenderedCard]) -> None:
    """Print fronts, each with its back below it, indented, and an empty line between cards."""
    for index, card in enumerate(rendered):
        back = "\n".join(f"    {line}".rstrip() for line in card.back_text.split("\n"))
        separator = "\n" if index else ""
        print_result(visible_lines(f"{separator}{card.front_text}\n{back}"))


def _plain(item: RenderedCard) -> dict[str, Any]:
    return {
        "id": item.note.guid,
        "ordinal": item.card.ordinal,
        "deck": item.card.deck,
        "tags": list(item.note.tags),
        "notetype": item.notetype.name,
        "question": item.question,
        "answer": item.answer,
        "file": item.source.path if item.source else None,
        "line": item.source.line if item.source else None,
    }


def _text(item: RenderedCard) -> dict[str, str]:
    return {"front_text": item.front_text, "back_text": item.back_text}

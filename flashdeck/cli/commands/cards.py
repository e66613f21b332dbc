"""`flashdeck cards`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flashdeck.cli import options
from flashdeck.cli.console import log_problems
from flashdeck.cli.streams import print_result

if TYPE_CHECKING:
    from flashdeck.rendered_cards import RenderedCard


def cards(
    package: options.Package = None,
    *,
    directory: options.Directory = None,
    as_json: options.AsJson = False,
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """List every card as Anki will make it; with --json, both sides as Anki will show them."""
    from flashdeck.anki.read.apkg import read_apkg
    from flashdeck.compile.pipeline import compile_root
    from flashdeck.rendered_cards import cards as show_cards

    if package is not None:
        collection = read_apkg(package)
    else:
        root = options.project_root(directory)
        outcome = compile_root(root, allow_scripts=allow_scripts)
        log_problems(outcome.problems, root, color)
        collection = outcome.compiled.collection
    rendered = show_cards(collection)
    if as_json:
        print_result(json.dumps([_plain(card) for card in rendered], ensure_ascii=False, indent=2))
        return
    for item in rendered:
        place = f"{item.source.path}:{item.source.line}" if item.source else ""
        print_result(f"{place}  {item.note.guid}  {item.card.ordinal}  {item.card.deck}")


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

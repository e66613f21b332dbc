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
    shown = show_cards(collection)
    if as_json:
        print_result(json.dumps([_plain(one) for one in shown], ensure_ascii=False, indent=2))
        return
    for one in shown:
        place = f"{one.source.path}:{one.source.line}" if one.source else ""
        print_result(f"{place}  {one.note.guid}  {one.card.ordinal}  {one.card.deck}")


def _plain(one: RenderedCard) -> dict[str, Any]:
    return {
        "id": one.note.guid,
        "ordinal": one.card.ordinal,
        "deck": one.card.deck,
        "tags": list(one.note.tags),
        "notetype": one.notetype.name,
        "question": one.question,
        "answer": one.answer,
        "file": one.source.path if one.source else None,
        "line": one.source.line if one.source else None,
    }

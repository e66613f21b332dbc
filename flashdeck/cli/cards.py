"""`flashdeck cards`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flashdeck.cli import options
from flashdeck.cli.console import say_problems
from flashdeck.cli.streams import put

if TYPE_CHECKING:
    from flashdeck.shown import ShownCard


def cards(
    *,
    directory: options.Directory = None,
    as_json: options.AsJson = False,
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """List every card as Anki will make it; with --json, both sides as Anki will show them."""
    from flashdeck.compiler import compile_project
    from flashdeck.project import load_project
    from flashdeck.shown import cards as show_cards

    root = options.project_root(directory)
    project, problems = load_project(root)
    compiled, found = compile_project(project, allow_scripts=allow_scripts)
    say_problems([*problems, *found], root, color)
    shown = show_cards(compiled.collection)
    if as_json:
        put(json.dumps([_plain(one) for one in shown], ensure_ascii=False, indent=2))
        return
    for one in shown:
        place = f"{one.source.path}:{one.source.line}" if one.source else ""
        put(f"{place}  {one.note.guid}  {one.card.ordinal}  {one.card.deck}")


def _plain(one: ShownCard) -> dict[str, Any]:
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

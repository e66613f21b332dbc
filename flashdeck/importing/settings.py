"""The settings of a project that begins as an imported collection."""

from __future__ import annotations

from dataclasses import asdict

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files import check_package_name
from flashdeck.importing.layout import Paths
from flashdeck.model import Collection
from flashdeck.packages import package_name
from flashdeck.yamlnode import Limits, scalar, words

_LONGEST_NAME = 100
_ROOM = 2  # so many times what there is may be there one day


def settings_text(collection: Collection, project_id: str, name: str, markup: str) -> str:
    """Write `flashdeck.yaml`: how texts are read, and that media keep their names."""
    lines = [
        "# Settings of this flashdeck project, begun by an import.",
        f"id: {project_id}   # the project's own: never change it",
        f"name: {scalar(name[:_LONGEST_NAME].strip())}",
        f"{f'markup: {markup}':<17} # how texts are read unless a document or note says otherwise",
        "media: verbatim   # files keep the names that they have in Anki",
    ]
    if packages := _packages(collection):
        lines.append("packages:")
        lines += [f"  {scalar(file)}: {words([root], 2)}" for root, file in packages.items()]
    if limits := _limits(collection):
        lines.append("limits:")
        lines += [f"  {key}: {value}" for key, value in limits.items()]
    return "\n".join(lines) + "\n"


def _packages(collection: Collection) -> dict[str, str]:
    """Name the packages of decks whose own names would clash, or mean something else to Anki."""
    paths = Paths()
    found = {}
    for root in dict.fromkeys(deck.name.split("::")[0] for deck in collection.decks):
        usual = package_name(root)
        try:
            check_package_name(usual)
            stem = usual.removesuffix(".apkg")
        except FlashdeckError:
            stem = "deck"
        file = paths.take(stem, ".apkg")
        if file != usual:
            found[root] = file
    return found


def _limits(collection: Collection) -> dict[str, int]:
    """Raise the limits that this collection reaches."""
    usual = asdict(Limits())
    texts = [len(text) for note in collection.notes for text in note.fields]
    keys = [len(field.name) for one in collection.notetypes for field in one.fields]
    reached = {
        "size": 8 * sum(texts) + 1000 * len(collection.notes),
        "nodes": sum(2 * len(note.fields) + len(note.tags) + 12 for note in collection.notes),
        "scalar": max(texts, default=0),
        "key": max(keys, default=0),
    }
    return {name: _ROOM * most for name, most in reached.items() if most > usual[name]}

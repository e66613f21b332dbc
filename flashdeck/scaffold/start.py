"""Creation of a project: an example deck, settings, and files for tools."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from flashdeck.diagnostics import FlashdeckError
from flashdeck.editor.files import schema_texts
from flashdeck.files.files import Publication, check_package_name
from flashdeck.formatting import formatted
from flashdeck.project.ids import new_project_id
from flashdeck.project.lockfile import Lock, ProjectEntry, lock_text
from flashdeck.project.packages import package_name
from flashdeck.project.paths import LOCK_NAME, SCHEMAS_NAME
from flashdeck.scaffold.distribution import Source
from flashdeck.source.names import clean_deck, deck_problem
from flashdeck.yamlnode import quoted, read_yaml

_DECK = "cards/moon.yaml"
# Project files: where one of these exists, there is a project already.
PROJECT = {
    "flashdeck.yaml": "settings.yaml",
    _DECK: "moon.yaml",
    "cards/media/moon-phases.svg": "moon-phases.svg",
}
# Files for tools and readers; existing ones are kept.
AROUND = {
    "README.md": "readme.md",
    "AGENTS.md": "agents.md",
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    ".github/workflows/deck.yaml": "workflow.yaml",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".vscode/settings.json": "vscode-settings.json",
    ".vscode/extensions.json": "vscode-extensions.json",
}


def starter_text(file: str, words: Mapping[str, str]) -> str:
    """Return the text of a starter file, with values for words in capitals, such as NAME and ID."""
    text = files("flashdeck.scaffold").joinpath("starter", file).read_text("utf-8")
    return re.sub(r"\b[A-Z]+\b", lambda match: words.get(match.group(), match.group()), text)


_NAMELESS = "My deck"


@dataclass(frozen=True, slots=True)
class Started:
    """The written files, and existing ones that were kept; paths relative to the folder."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def start(folder: Path, source: Source) -> Started:
    """Write a new project into a folder, which is created if needed.

    `source` is where its workflow gets flashdeck from. No file is overwritten. Raises
    `FlashdeckError` where there is a project already.
    """
    project, around = _files(folder, source)
    existing = [path for path in project if os.path.lexists(folder / path)]
    if existing:
        message = f"there is a project in {folder} already: {', '.join(existing)}"
        raise FlashdeckError(message, "choose another folder; nothing was written")
    kept = [path for path in around if os.path.lexists(folder / path)]
    written = project | {path: data for path, data in around.items() if path not in kept}
    with Publication() as publication:
        for path, data in written.items():
            publication.stage(folder / path, folder, parents=True).write(data)
        publication.commit()
    return Started(tuple(written), tuple(kept))


def project_name(folder: Path) -> str:
    """Derive the name of a project and its root deck from its folder: my-deck is "My deck"."""
    words = " ".join(folder.resolve().name.replace("_", " ").replace("-", " ").split())
    name = clean_deck(words[:1].upper() + words[1:])
    try:
        check_package_name(package_name(name))
    except FlashdeckError:
        return _NAMELESS
    return name if name.isprintable() and deck_problem(name) is None else _NAMELESS


def _files(folder: Path, source: Source) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the content of project files, and of files for tools, by path."""
    name = project_name(folder)
    project_id = new_project_id()
    words = {
        "NAME": name,
        "QUOTED": quoted(name),
        "DECK": quoted(f"{name}::The Moon"),
        "ID": project_id,
        "SOURCE": source.argument,
    }
    project = {path: starter_text(file, words) for path, file in PROJECT.items()}
    project[_DECK] = formatted(read_yaml(_DECK, project[_DECK].encode()))
    project[LOCK_NAME] = lock_text(Lock({project_id: ProjectEntry(project_id, name, 0)}))
    around = {path: starter_text(file, words) for path, file in AROUND.items()}
    for schema, text in schema_texts(folder).items():
        around[f"{SCHEMAS_NAME}/{schema}.json"] = text
    wheel = {source.argument: source.wheel} if source.wheel else {}
    return _encoded(project), _encoded(around) | wheel


def _encoded(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in texts.items()}

"""Schema files of a project."""

from __future__ import annotations

import json
from pathlib import Path

from flashdeck.compile.compiler import custom_notetypes
from flashdeck.diagnostics import FlashdeckError
from flashdeck.editor import schemas
from flashdeck.files.files import Publication, make_folder
from flashdeck.project.paths import find_root
from flashdeck.project.project import load_project
from flashdeck.source.notetypes import SourceNoteType

SCHEMAS_NAME = ".schemas"


def schema_texts(start: Path) -> dict[str, str]:
    """Return the texts of schemas by name, with the note types of the project around a folder.

    Problems of the project are ignored; `check` reports them.
    """
    try:
        project, _ = load_project(find_root(start))
    except FlashdeckError:
        own: list[SourceNoteType] = []
    else:
        own = list(custom_notetypes(project).values())
    notetypes = [source.notetype for source in own]
    names = {notetype.name: [field.name for field in notetype.fields] for notetype in notetypes}
    short = {source.notetype.name: list(source.keys) for source in own if source.keys}
    return {
        name: json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for name, schema in schemas(names, short).items()
    }


def write_schemas(start: Path, folder: Path) -> list[Path]:
    """Write all schemas into a folder, which is created if needed; return their paths."""
    make_folder(folder)
    written = []
    with Publication() as publication:
        for name, text in schema_texts(start).items():
            path = folder / f"{name}.json"
            publication.stage(path).write(text.encode())
            written.append(path)
        publication.commit()
    return written

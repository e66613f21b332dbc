"""Schema files of a project."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from flashdeck.compile.compiler import custom_notetypes
from flashdeck.diagnostics import FlashdeckError
from flashdeck.editor.schemas import TITLES, schemas
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.project.paths import SCHEMAS_NAME, find_root
from flashdeck.project.project import Project, load_project
from flashdeck.source.note import SourceNoteType

_LARGEST = 2**24


def schema_texts(start: Path) -> dict[str, str]:
    """Return the texts of schemas by name, with the note types of the project around a folder.

    Problems of the project are ignored; `check` reports them.
    """
    try:
        project, _ = load_project(find_root(start))
    except FlashdeckError:
        return _texts(())
    return _texts(custom_notetypes(project).values())


def changed_schemas(project: Project) -> dict[str, bytes]:
    """Return the new content of schema files in `.schemas/` that are out of date, by path.

    Missing files, and those that flashdeck did not write, are not replaced.
    """
    before: dict[str, str] = {}
    for name, title in TITLES.items():
        path = f"{SCHEMAS_NAME}/{name}.json"
        with suppress(RefusedFileError, ValueError):
            text = read_regular(project.root / path, project.root, _LARGEST).decode()
            if f'"title": "{title}"' in text:
                before[name] = text
    if not before:
        return {}
    texts = _texts(custom_notetypes(project).values())
    return {
        f"{SCHEMAS_NAME}/{name}.json": texts[name].encode()
        for name, text in before.items()
        if text != texts[name]
    }


def _texts(own: Collection[SourceNoteType]) -> dict[str, str]:
    names = {one.notetype.name: [field.name for field in one.notetype.fields] for one in own}
    short = {one.notetype.name: list(one.keys) for one in own if one.keys}
    return {
        name: json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        for name, schema in schemas(names, short).items()
    }


def write_schemas(start: Path, folder: Path) -> list[Path]:
    """Write all schemas into a folder, which is created if needed; return their paths."""
    written = []
    with Publication() as publication:
        for name, text in schema_texts(start).items():
            path = folder / f"{name}.json"
            publication.stage(path, parents=True).write(text.encode())
            written.append(path)
        publication.commit()
    return written

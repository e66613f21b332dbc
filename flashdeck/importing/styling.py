"""What a package says of note types that a project holds: their looks are taken, no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from flashdeck.compile.compiler import Compiled
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.importing.layout import Paths, notetype_files
from flashdeck.model import Collection, NoteType
from flashdeck.project.digest import notetype_digest
from flashdeck.project.lockfile import NoteTypeEntry
from flashdeck.project.project import Project, read_source
from flashdeck.release.entries import notetype_entry
from flashdeck.yamlnode import MappingNode, ScalarNode


@dataclass(slots=True)
class Styling:
    """New texts of styles and templates, by their files; lines of the lock; what is to be said."""

    texts: dict[Path, bytes] = field(default_factory=dict)
    entries: dict[int, NoteTypeEntry] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def new_styling(theirs: Collection, compiled: Compiled, project: Project) -> Styling:
    """Take over styles and templates that were edited in Anki since the last build, and not here.

    They are written into the files that an import once made for them. Anything else about a note
    type that changed there is said, for its author to decide.
    """
    found = Styling()
    own = {one.id: one for one in compiled.notetypes.values()}
    for notetype in theirs.notetypes:
        mine, entry = own.get(notetype.id), project.lock.notetypes.get(notetype.id)
        if mine is None or entry is None:
            continue
        digest = notetype_digest(replace(notetype, name=mine.name))
        if digest in (entry.content, notetype_digest(mine)) or notetype.mod <= entry.time:
            continue
        texts = _texts(project, mine, notetype) if _is_look(mine, notetype) else None
        if texts is None or notetype_digest(mine) != entry.content:
            found.problems.append(_conflict(mine))
        else:
            found.texts |= texts
            found.entries[mine.id] = notetype_entry(replace(notetype, name=mine.name), notetype.mod)
    return found


def _is_look(mine: NoteType, theirs: NoteType) -> bool:
    """Whether nothing differs but the style and the templates' sides."""
    plain = replace(
        theirs,
        name=mine.name,
        css=mine.css,
        mod=mine.mod,
        templates=tuple(
            replace(there, front=here.front, back=here.back)
            for here, there in zip(mine.templates, theirs.templates, strict=False)
        ),
    )
    return plain == mine and len(mine.templates) == len(theirs.templates)


def _texts(project: Project, mine: NoteType, theirs: NoteType) -> dict[Path, bytes] | None:
    """Give the files that change; None unless they stand as an import would write them now."""
    home, taken = _home(project, mine.id)
    before = dict(notetype_files(mine, {}, Paths(taken)))
    after = dict(notetype_files(replace(theirs, name=mine.name), {}, Paths(taken)))
    if before.keys() != after.keys() or home not in before:
        return None
    changed = {path: text for path, text in after.items() if text != before[path]}
    for path in changed:
        place = project.root / path
        if not place.is_file() or place.read_bytes() != before[path].encode():
            return None
    return {project.root / path: text.encode() for path, text in changed.items()}


def _home(project: Project, notetype: int) -> tuple[str, list[str]]:
    """Give the file that says what a note type is, or '', and those of the others.

    Names that differ by a sign alone, as Anki's own Basic and Basic+, have files told apart by a
    number, and their texts are often the same.
    """
    home, others = "", []
    for path in project.notetypes:
        file, _ = read_source(project, path)
        root = file.documents[0] if file is not None and file.documents else None
        given = root.get("id") if isinstance(root, MappingNode) else None
        if isinstance(given, ScalarNode) and given.value.strip() == str(notetype):
            home = project.relative(path)
        else:
            others.append(project.relative(path))
    return home, others


def _conflict(mine: NoteType) -> Diagnostic:
    message = f"the note type '{mine.name}' was changed in Anki; here it was left as it is"
    hint = "compare them in Tools ▸ Manage Note Types, and change its file by hand"
    return Diagnostic("import-conflict", message, None, Severity.WARNING, hint)

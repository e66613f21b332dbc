"""Import of stylesheets and templates that were edited in Anki."""

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
    """New texts of stylesheets and templates by path, lock entries, and reports."""

    texts: dict[Path, bytes] = field(default_factory=dict)
    entries: dict[int, NoteTypeEntry] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def new_styling(theirs: Collection, compiled: Compiled, project: Project) -> Styling:
    """Return stylesheets and templates that were edited in Anki since the last build, and not here.

    They are written into the files that an import created for them. Other changes of a note type
    are reported only.
    """
    styling = Styling()
    own = {notetype.id: notetype for notetype in compiled.notetypes.values()}
    for notetype in theirs.notetypes:
        mine, entry = own.get(notetype.id), project.lock.notetypes.get(notetype.id)
        if mine is None or entry is None:
            continue
        digest = notetype_digest(replace(notetype, name=mine.name))
        if digest == entry.content or not entry.is_older(notetype.mod):
            continue
        texts = _texts(project, mine, notetype) if _is_styling(mine, notetype) else None
        if digest == notetype_digest(mine):
            texts = {}  # written already, by an import that was killed before it wrote the lock
        elif notetype_digest(mine) != entry.content:
            texts = None
        if texts is None:
            styling.problems.append(_conflict(mine))
        else:
            styling.texts |= texts
            later = notetype.mod >= entry.time + entry.ahead
            time = notetype.mod - entry.ahead if later else notetype.mod
            new = notetype_entry(replace(notetype, name=mine.name), time)
            styling.entries[mine.id] = new._replace(ahead=entry.ahead)
    return styling


def _is_styling(mine: NoteType, theirs: NoteType) -> bool:
    """Whether only the stylesheet and the sides of templates differ."""
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
    """Return the files that change; None unless they are as an import would write them."""
    home, taken = _home(project, mine.id)
    before = dict(notetype_files(mine, {}, Paths(taken), {}))
    after = dict(notetype_files(replace(theirs, name=mine.name), {}, Paths(taken), {}))
    if before.keys() != after.keys() or home not in before:
        return None
    changed = {path: text for path, text in after.items() if text != before[path]}
    for path in changed:
        file = project.root / path
        if not file.is_file() or file.read_bytes() != before[path].encode():
            return None
    return {project.root / path: text.encode() for path, text in changed.items()}


def _home(project: Project, notetype: int) -> tuple[str, list[str]]:
    """Return the file of a note type, or '', and the files of all others.

    Names with the same slug, such as Basic and Basic+, have files numbered by an import.
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

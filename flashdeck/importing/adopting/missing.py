"""Notes of a project that a package no longer holds: reported, or removed from the sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Set
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from flashdeck.anki.deck_names import parent
from flashdeck.anki.html_text import readable
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity
from flashdeck.files.files import Publication
from flashdeck.formatting.formatter import keep_layout
from flashdeck.importing.result import ImportOptions
from flashdeck.model import Collection, Note
from flashdeck.project.project import Project, load_project
from flashdeck.release.stamp import encoded
from flashdeck.source.note import SourceFile
from flashdeck.text import counted, shortened
from flashdeck.yamlnode import Edit, removal_of, splice

_MOST, _SHARE = 10, 5
_FEW = 3
_LONGEST_QUOTE = 40  # characters


def missing_notes(
    theirs: Collection, guids: Set[str], compiled: Compiled, project: Project
) -> list[Note]:
    """Return the project's notes that a package no longer holds, of the decks that it holds.

    `guids` are those of all its notes. Notes that were first built after everything in the package
    are not missing: it is older than they are.
    """
    decks = {card.deck for note in theirs.notes for card in note.cards}
    # A package also has the decks above those of its notes.
    above = {parent(deck.name) for deck in theirs.decks}
    decks |= {deck.name for deck in theirs.decks} - above
    newest = max((max(note.mod, note.id // 1000) for note in theirs.notes), default=0)
    newest = max([newest, *(notetype.mod for notetype in theirs.notetypes)])
    lock = project.lock.notes
    return [
        note
        for note in compiled.collection.notes
        if note.guid not in guids
        and note.guid in lock
        and not lock[note.guid].removed
        and lock[note.guid].first_built <= newest
        and note.cards
        and note.cards[0].deck in decks
    ]


def require_few(missing: Sequence[Note], compiled: Compiled, options: ImportOptions) -> None:
    """Raise `FlashdeckError` where more than ten notes, or a fifth, would be removed unasked."""
    total = len(compiled.collection.notes)
    is_many = len(missing) > _MOST or len(missing) * _SHARE > total
    if options.delete_missing and is_many and not options.accept_removals:
        message = f"{counted(len(missing), 'note(s)')} of {total:,} would be removed"
        hint = f"{_examples(missing)}; if that is right, add --accept-removals"
        raise FlashdeckError(message, hint)


def missing_problems(missing: Sequence[Note]) -> Iterator[Diagnostic]:
    """Report notes that the package no longer holds, and stay."""
    if missing:
        message = f"{counted(len(missing), 'note(s)')} not in the package any more, and kept here"
        hint = (
            f"{_examples(missing)}; the next build brings them back to those who deleted them; "
            "--delete-missing removes them from the sources"
        )
        span = missing[0].source
        yield Diagnostic("import", message, span, Severity.WARNING, hint)


def _examples(notes: Iterable[Note]) -> str:
    few = [shortened(readable(note.fields[0]), _LONGEST_QUOTE) for note in notes][:_FEW]
    return f"as {', '.join(map(repr, few))}"


def delete_notes(root: Path, missing: Sequence[Note]) -> list[Diagnostic]:
    """Remove notes from the sources. The next build removes them for all learners."""
    project, _ = load_project(root)
    compiled, _ = compile_project(project, allow_scripts=True)
    guids = {note.guid for note in missing}
    nodes = {id(entry.note.node): entry.id for entry in compiled.notes if entry.id in guids}
    texts: dict[Path, bytes] = {}
    removed: set[str] = set()
    for source in compiled.sources:
        edits = _removals(source, nodes, removed)
        if edits:
            file = source.yaml
            after = keep_layout(project, file, splice(file.text, edits))
            texts[root / file.path] = encoded(root / file.path, root, file.text, after)
    _require_removed(project, texts, compiled, removed)
    with Publication() as publication:
        for path, data in texts.items():
            publication.stage(path).write(data)
        publication.commit()
    return list(_report(missing, removed))


def _removals(source: SourceFile, nodes: dict[int, str], removed: set[str]) -> list[Edit]:
    """Return the edits of a file, and add the ids of the notes that they remove to `removed`."""
    edits: list[Edit] = []
    if source.table is not None:
        return edits
    for deck in source.decks:
        gone = [note for note in deck.notes if id(note.node) in nodes]
        if len(gone) == len(deck.notes):
            continue  # a document needs a note
        for note in gone:
            edit = removal_of(source.yaml.text, note.node)
            if edit is not None:
                edits.append(edit)
                removed.add(nodes[id(note.node)])
    return edits


def _require_removed(
    project: Project, texts: dict[Path, bytes], before: Compiled, removed: Set[str]
) -> None:
    """Require that nothing but these notes would be gone."""
    changed, _ = load_project(project.root, texts)
    compiled, _ = compile_project(changed, allow_scripts=True)
    expected = [note for note in before.collection.notes if note.guid not in removed]
    after = compiled.collection.notes
    if [(note.guid, note.fields, note.tags) for note in after] != [
        (note.guid, note.fields, note.tags) for note in expected
    ]:
        message = "removing these notes would change others; nothing was removed"
        raise FlashdeckError(message, "remove them by hand")


def _report(missing: Sequence[Note], removed: Set[str]) -> Iterator[Diagnostic]:
    gone = [note for note in missing if note.guid in removed]
    kept: dict[str, list[Note]] = defaultdict(list)
    if gone:
        message = f"{counted(len(gone), 'note(s)')} removed from the sources"
        hint = f"{_examples(gone)}; the next build removes them for learners, too"
        yield Diagnostic("import", message, None, Severity.INFO, hint)
    for note in missing:
        if note.guid not in removed:
            kept[note.source.path if note.source else ""].append(note)
    for notes in kept.values():
        message = f"{counted(len(notes), 'note(s)')} not in the package any more, and kept here"
        hint = f"{_examples(notes)}; they are all of their deck, or rows of a table: remove them"
        yield Diagnostic("import-conflict", message, notes[0].source, Severity.WARNING, hint)

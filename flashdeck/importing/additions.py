"""Where new notes go in a project: behind the other notes of their deck, or into a new file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flashdeck.importing.layout import CARDS, Paths, file_stem
from flashdeck.importing.sources import MARGIN, DeckText, Texts, deck_text, note_lines
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project import Project
from flashdeck.source import SourceFile
from flashdeck.yamlnode import Edit, MappingNode, ScalarNode, SequenceNode


@dataclass(frozen=True, slots=True)
class Additions:
    """One edit for each file that gets more notes, and the new files, by their paths."""

    edits: dict[str, Edit] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def added_notes(
    project: Project,
    sources: Iterable[SourceFile],
    theirs: Collection,
    notes: Iterable[Note],
    notetypes: Mapping[int, NoteType],
    heading: Mapping[str, str],
) -> Additions:
    """Find a place for new notes. `heading` is what documents of their kind must say at the top."""
    found = Additions()
    media = {one.name for one in theirs.media}
    open_ends = {
        source.decks[-1].name.value.casefold(): source for source in sources if _is_open(source)
    }
    cards = project.cards.rglob("*")
    paths = Paths(path.relative_to(project.root).as_posix() for path in cards)
    decks: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        decks[note.cards[0].deck].append(note)
    for deck, own in decks.items():
        source = open_ends.get(deck.casefold())
        if source is not None:
            texts = Texts(source.decks[-1].markup, media)
            found.edits[source.yaml.path] = _appended(source, own, notetypes, texts)
        else:
            stem = "/".join([CARDS, *map(file_stem, deck.split("::"))])
            markup = heading.get("markup", project.settings.markup)
            text = DeckText(deck, "", own, heading, Texts(markup, media))
            found.files[paths.take(stem, ".yaml")] = deck_text(text, notetypes)
    return found


def _is_open(source: SourceFile) -> bool:
    """Whether notes as they are in Anki can be written at the end of a file."""
    if source.table is not None or not source.decks or not source.decks[-1].verbatim:
        return False
    notes = _last_document(source).get("notes")
    text = source.yaml.text
    if not isinstance(notes, SequenceNode) or notes.flow or notes.start.column != MARGIN:
        return False
    last = notes.items[-1]
    if not isinstance(last, MappingNode) or last.flow or not text.endswith("\n"):
        return False
    behind = last.pairs[-1][1]
    is_line = isinstance(behind, ScalarNode) and behind.style not in ("|", ">")
    return is_line and not text[behind.end.index :].strip()


def _last_document(source: SourceFile) -> MappingNode:
    return next(one for one in reversed(source.yaml.documents) if isinstance(one, MappingNode))


def _appended(
    source: SourceFile, notes: list[Note], notetypes: Mapping[int, NoteType], texts: Texts
) -> Edit:
    common = _last_document(source).get("notetype")
    name = common.value if isinstance(common, ScalarNode) else ""
    lines: list[str] = []
    for note in notes:
        notetype = notetypes[note.notetype]
        lines += ["", *note_lines(note, notetype, texts, named=notetype.name != name)]
    end = len(source.yaml.text.rstrip()) + 1
    return Edit(end, end, "".join(line + "\n" for line in lines))

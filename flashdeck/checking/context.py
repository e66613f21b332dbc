"""What rules see of a project: its texts as written and as rendered, its tags, its own styles."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from flashdeck.anki.html_text import readable
from flashdeck.compile.compiler import Compiled
from flashdeck.diagnostics import Diagnostic, Severity, Span, Text
from flashdeck.files.conflicts import merge_conflict
from flashdeck.files.files import RefusedFileError, read_regular
from flashdeck.project.project import Project, read_source
from flashdeck.rules.registry import Entry, Passage, Sheet, Subject
from flashdeck.source.note import SourceFile, SourceNote, Texts, Value
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

_LARGEST = 2**20


def subject_of(
    project: Project, compiled: Compiled, problems: Iterable[Diagnostic] = ()
) -> Subject:
    """Gather what rules look at.

    Notes with an error among `problems` are left out: they are not what their author means yet.
    """
    wrong: dict[str, set[int]] = {}
    for one in problems:
        if one.severity is Severity.ERROR and one.span is not None:
            wrong.setdefault(one.span.path, set()).add(one.span.line)
    entries: list[Entry] = []
    tags: list[Text] = []
    for source in compiled.sources:
        rendered = compiled.texts.get(source.yaml.path, {})
        entries += _entries(source, rendered, sorted(wrong.get(source.yaml.path, ())))
        tags += (source.yaml.text_of(node) for node in _tags(source.yaml))
    return Subject(compiled.collection, tuple(entries), tuple(tags), tuple(_sheets(project)))


def _entries(
    source: SourceFile, rendered: Mapping[int, str], wrong: Sequence[int]
) -> Iterator[Entry]:
    for deck in source.decks:
        for note in deck.notes:
            place = bisect.bisect_left(wrong, note.node.start.line + 1)
            if place < len(wrong) and wrong[place] <= note.node.end.line + 1:
                continue
            passages: dict[str, tuple[Passage, ...]] = {}
            for key, node in _texts(note):
                html = rendered.get(node.start.index)
                if html is not None:
                    span = partial(source.yaml.span_within, node)
                    passage = Passage(node.value, html, readable(html), span)
                    passages[key] = (*passages.get(key, ()), passage)
            reverse = note.values.get("reverse") is True
            yield Entry(note.kind.name, note.deck, passages, reverse, note.span)


def _texts(note: SourceNote) -> Iterator[tuple[str, ScalarNode]]:
    values: Mapping[str, Value] = note.values
    for key, value in values.items():
        if isinstance(value, ScalarNode):
            yield key, value
        elif isinstance(value, Texts):
            yield from ((key, node) for node in value.nodes)
        elif isinstance(value, Mapping):
            yield from value.items()


def _tags(file: YamlFile) -> Iterator[ScalarNode]:
    """Give every tag of a file, in the order in which they are written."""
    for document in file.documents:
        if not isinstance(document, MappingNode):
            continue
        notes = document.get("notes")
        items = notes.items if isinstance(notes, SequenceNode) else []
        for node in (document, *items):
            tags = node.get("tags") if isinstance(node, MappingNode) else None
            if isinstance(tags, SequenceNode) and not file.is_damaged(tags):
                yield from (one for one in tags.items if isinstance(one, ScalarNode) and one.value)


def _sheets(project: Project) -> Iterator[Sheet]:
    """Give the styles that the project's settings and its own note types bring along."""
    if project.settings.yaml is not None:
        yield from _sheets_of(project, project.settings.yaml)
    for path in project.notetypes:
        file, _ = read_source(project, path)
        if file is not None:
            yield from _sheets_of(project, file)


def _sheets_of(project: Project, file: YamlFile) -> Iterator[Sheet]:
    for document in file.documents:
        node: Node | None = document.get("css") if isinstance(document, MappingNode) else None
        if not isinstance(node, ScalarNode):
            continue
        words = node.value.strip()
        if not words.endswith(".css") or len(words.split()) > 1:
            yield Sheet(node.value, partial(file.span_within, node))
            continue
        path = (project.root / file.path).parent / words
        try:
            data = read_regular(path, project.root, _LARGEST)
            css = data.decode().replace("\r\n", "\n")
            name = path.resolve().relative_to(project.root.resolve()).as_posix()
        except (RefusedFileError, ValueError):
            continue  # which was said when it was read
        if merge_conflict(name, data) is None:
            yield Sheet(css, partial(_span_in, name, css))


def _span_in(path: str, text: str, start: int, end: int) -> Span:
    lines = [text.count("\n", 0, at) + 1 for at in (start, end)]
    columns = [at - text.rfind("\n", 0, at) for at in (start, end)]
    return Span(path, lines[0], columns[0], lines[1], columns[1])

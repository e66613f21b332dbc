"""Writes ids, numbers of masks and items, and names of reserves; all other bytes stay."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flashdeck.compile.compiler import Compiled
from flashdeck.compile.identity import Identified
from flashdeck.diagnostics import FlashdeckError, Severity, Span
from flashdeck.files.files import read_regular
from flashdeck.kinds.registry import TEMPLATE
from flashdeck.model import Field, NoteType, Template
from flashdeck.source.note import SourceTable
from flashdeck.yamlnode import (
    Edit,
    Limits,
    MappingNode,
    MovedSpans,
    Node,
    ScalarNode,
    YamlFile,
    insertion_into,
    read_yaml,
    splice,
)
from flashdeck.yamlnode.edit import block_in_mapping
from flashdeck.yamlnode.written import one_line

if TYPE_CHECKING:
    from flashdeck.source.note import Part, SourceNoteType

_Named: TypeAlias = Field | Template
# The keys before 'anki' in a template; a field has some of them.
_BEFORE_RESERVE = {key.name for key in takewhile(lambda key: key.name != "anki", TEMPLATE)}


class _Stamp(NamedTuple):
    """A pair to add to a mapping, after the pair `at`; it replaces `old`, if the key has a value.

    A text instead of a mapping becomes one, with the text as its `text_key`.
    """

    node: MappingNode | ScalarNode
    key: str
    value: str
    old: Node | None = None
    at: int = -1
    text_key: str = "name"

    @property
    def data(self) -> dict[str, str]:
        """The pairs that are new."""
        name = {self.text_key: self.node.value} if isinstance(self.node, ScalarNode) else {}
        return {**name, self.key: self.value}

    def edits(self, text: str) -> list[Edit]:
        value = one_line(self.value, flow=True)
        if self.old is not None:
            return [Edit(self.old.start.index, self.old.end.index, value)]
        if isinstance(self.node, MappingNode):
            return [insertion_into(text, self.node, f"{self.key}: {value}", self.at)]
        pair = f"{self.key}: {value}"
        start = self.node.start.index
        raw = text[start : self.node.end.index].rstrip()  # without the last line end of a block
        if self.node.style in ("|", ">") and ("\n" in self.node.value or raw.count("\n") > 1):
            edits = block_in_mapping(text, self.node, self.text_key, pair)
            if edits is not None:
                return edits
        end = start + len(raw)
        name = raw if self.node.style in ("'", '"') else one_line(self.node.value, flow=True)
        return [
            Edit(start, start, f"{{{self.text_key}: "),
            Edit(start, end, name),
            Edit(end, end, f", {pair}}}"),
        ]


class Stamped(NamedTuple):
    """The new text of a source, and where its spans are now; a table's lines stay as they are."""

    text: str
    moved: Callable[[Span], Span] | None = None


def stamped_sources(compiled: Compiled, limits: Limits) -> dict[str, Stamped]:
    """Return the new text of each file that lacks ids, numbers or names of reserves, by path.

    The new text is parsed, within the same limits, and must differ from the old one only in these.
    """
    remaining = iter(compiled.notes)
    texts: dict[str, Stamped] = {}
    stamps: dict[str, list[_Stamp]] = {}
    for source in compiled.sources:
        identified = [next(remaining) for deck in source.decks for _ in deck.notes]
        if source.table is not None:
            texts |= _stamped_table(source.yaml.path, source.table, identified)
        else:
            stamps[source.yaml.path] = [stamp for note in identified for stamp in _stamps(note)]
    for key, type_ in compiled.custom.items():
        found = _reserve_stamps(type_, compiled.notetypes[key])
        stamps.setdefault(type_.file.path, []).extend(found)
    for file in compiled.yaml_files:
        if new := stamps.get(file.path):
            edits = [edit for stamp in new for edit in stamp.edits(file.text)]
            text = splice(file.text, edits)
            _verify(file, text, new, limits)
            texts[file.path] = Stamped(text, MovedSpans(file.text, edits))
    return texts


def encoded(path: Path, root: Path, before: str, after: str) -> bytes:
    """Return the bytes of a changed source; raises `FlashdeckError` if it was edited meanwhile."""
    from flashdeck.source.csv_table import encoding_of  # most builds write no source

    data = read_regular(path, root, 2**40)
    mark, codec = encoding_of(data)
    if data != mark + before.encode(codec):
        message = f"{path.relative_to(root).as_posix()} was changed while it was being built"
        raise FlashdeckError(message, "build again")
    return mark + after.encode(codec)


def require_unchanged(root: Path, files: Iterable[YamlFile], written: Container[Path]) -> None:
    """Raise `FlashdeckError` if one of these files is to be written and was edited meanwhile."""
    for file in files:
        path = root / file.path
        if path in written:
            encoded(path, root, file.text, file.text)


def _stamped_table(
    path: str, source: SourceTable, notes: Iterable[Identified]
) -> dict[str, Stamped]:
    """Return the new text of a table with rows that lack ids, or numbers of items."""
    unsettled = [note for note in notes if not note.is_settled]
    if not unsettled:
        return {}
    from flashdeck.source.csv_table import split_cell, with_texts

    columns, table = source.columns, source.table
    id_column = columns.get("id", len(table.header.cells))
    texts: dict[int, dict[int, str]] = {}
    for note in unsettled:
        number = source.rows[id(note.note.node)]
        cells = texts.setdefault(number, {})
        if not note.stamped:
            cells[id_column] = note.row or note.id
        if any(part.number is None for part in note.note.numbered):
            column = columns[note.note.numbered_key]
            cell = table.rows[number].cells[column].value
            parts = zip(note.note.numbered, note.numbers, split_cell(cell), strict=True)
            cells[column] = ("\n" if "\n" in cell else " | ").join(
                text if part.number is not None else f"{text} {{n: {fresh}}}"
                for part, fresh, text in parts
            )
    if "id" not in columns and any(id_column in cells for cells in texts.values()):
        texts[-1] = {id_column: source.id_name}
    text = with_texts(table, texts)
    if text is None:
        raise _bug(path)
    return {path: Stamped(text)}


def _stamps(note: Identified) -> Iterator[_Stamp]:
    """Return the missing pairs, numbers first: the last part of a note ends where the note does."""
    source = note.note
    for part, number in zip(source.numbered, note.numbers, strict=True):
        if part.number is None:
            yield _Stamp(part.node, "n", str(number), text_key="text")
    if not note.stamped:
        yield _Stamp(source.node, "id", note.id, source.node.get("id") if note.was else None)


def unstamped_reserves(source: SourceNoteType, notetype: NoteType) -> Iterator[tuple[Part, str]]:
    """Yield the fields and templates that took a reserve and do not say so, with its name."""
    own = source.notetype
    kinds: tuple[tuple[Mapping[str, Part], Sequence[_Named], Sequence[_Named]], ...] = (
        (source.fields, own.fields, notetype.fields),
        (source.templates, own.templates, notetype.templates),
    )
    for parts, written, placed in kinds:
        stamped = {part.name: part.anki for part in written}
        for part in placed:
            if part.anki and stamped[part.name] != part.anki:
                yield parts[part.name], part.anki


def _reserve_stamps(source: SourceNoteType, notetype: NoteType) -> Iterator[_Stamp]:
    """Return the missing names of reserves, where `fmt` would write them."""
    for part, reserve in unstamped_reserves(source, notetype):
        node = part.node
        if isinstance(node, MappingNode):
            names = [key.value for key, _ in node.pairs]
            at = max(place for place, name in enumerate(names) if name in _BEFORE_RESERVE)
            yield _Stamp(node, "anki", reserve, node.get("anki"), at)
        elif isinstance(node, ScalarNode):
            yield _Stamp(node, "anki", reserve)


def _verify(before: YamlFile, text: str, stamps: Iterable[_Stamp], limits: Limits) -> None:
    data = text.encode()
    # Stamps may make a file too large, which the next build reports.
    limits = replace(limits, size=max(limits.size, len(data)))
    after = read_yaml(before.path, data, limits, control=True)
    fresh = {id(stamp.node): stamp.data for stamp in stamps}
    broken = any(problem.severity is Severity.ERROR for problem in after.problems)
    if broken or [_plain(document, {}) for document in after.documents] != [
        _plain(document, fresh) for document in before.documents
    ]:
        raise _bug(before.path)


def _bug(path: str) -> FlashdeckError:
    message = f"writing ids into {path} would change more than these; nothing was written"
    return FlashdeckError(message, "this is a bug in flashdeck: please report it with that file")


def _plain(node: Node | None, fresh: Mapping[int, Mapping[str, str]]) -> object:
    """Return the data of a node, with the pairs to add."""
    if node is None:
        return None
    if isinstance(node, ScalarNode):
        return fresh.get(id(node), node.value)
    if isinstance(node, MappingNode):
        pairs = {key.value: _plain(value, fresh) for key, value in node.pairs}
        return {**pairs, **fresh.get(id(node), {})}
    return [_plain(item, fresh) for item in node.items]

"""Image occlusion notes as drawn on the preview's page: edits of their masks, and new notes.

Only what was drawn differently is written. Each other byte of the file stays, and with them the
numbers of the masks, to which learners' reviews belong.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from flashdeck.compile.media.content import PICTURE_ENDINGS
from flashdeck.compile.media.folder import MediaFolder
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import Publication, RefusedFileError, open_regular, read_regular
from flashdeck.kinds.occlusion import ELLIPSE
from flashdeck.preview.serve.snapshot import DrawnMask, MaskSources, NoteMasks, NotePlace
from flashdeck.project.paths import CARDS_NAME
from flashdeck.project.project import load_project
from flashdeck.release.stamp import encoded
from flashdeck.yamlnode import (
    Edit,
    Limits,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    YamlFile,
    read_yaml,
    removal_from,
    splice,
)
from flashdeck.yamlnode.written import one_line

_LEAST = 0.1  # percent: what a place is rounded to


class MaskEditor:
    """Reads and writes the masks of notes below a project's root.

    The methods raise `FlashdeckError` if that is impossible.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, note: NotePlace) -> NoteMasks:
        """Return the masks of a note, and the digest of its file."""
        data = self._data(note.path)
        items = _masks_of(_parsed(note.path, data), note).items
        masks = [mask for at, item in enumerate(items) if (mask := _mask(at, item)) is not None]
        if len(masks) < len(items):
            raise FlashdeckError("some masks of this note have errors", "fix them first")
        return NoteMasks(digest=_digest(data), masks=masks)

    def write(self, note: NotePlace, digest: str, masks: Sequence[DrawnMask]) -> None:
        """Replace the masks of a note in a file that still has this digest."""
        path = note.path
        before = self._edited(path, digest, masks)
        old = _masks_of(before, note)
        masks = [_rounded(mask, _before(old, mask["index"])) for mask in masks]
        text = splice(before.text, list(_edits(before, old, masks)))
        after = _parsed(path, text.encode())
        new = _masks_of(after, note)
        written = [_mask(None, item) for item in new.items]
        is_as_drawn = written == [{**mask, "index": None} for mask in masks]
        if not is_as_drawn or _values_but(before, old) != _values_but(after, new):
            raise _unwritten(path)
        self._publish(before, text)

    def sources(self) -> MaskSources:
        """Return the pictures and deck files of the project, and the digests of the latter."""
        project, _ = load_project(self._root)
        decks: dict[str, str] = {}
        for path in map(project.relative, project.decks):
            with suppress(RefusedFileError):  # its problem is reported where it is compiled
                decks[path] = _digest(self._data(path))
        return MaskSources(pictures=self._pictures(), decks=decks)

    def picture(self, path: str) -> BinaryIO:
        """Open a picture of the project."""
        if path not in self._pictures():
            raise FlashdeckError(f"there is no picture {path}")
        return open_regular(self._root / path, self._root)

    def create(self, picture: str, deck: str, digest: str, masks: Sequence[DrawnMask]) -> None:
        """Add a note with a picture to a deck file that still has this digest."""
        sources = self.sources()
        if picture not in sources["pictures"] or deck not in sources["decks"]:
            raise FlashdeckError(f"{picture} or {deck} was removed meanwhile")
        before = self._edited(deck, digest, masks)
        notes = _notes_of(before)
        name = Path(os.path.relpath(self._root / picture, (self._root / deck).parent)).as_posix()
        masks = [_rounded({**mask, "index": None}, None) for mask in masks]
        lines = [f"image: {one_line(name, flow=False)}", "occlude:"]
        lines += [f"  - {_written(mask)}" for mask in masks]
        text = splice(before.text, [_insertion(before.text, notes, [lines])])
        after = _parsed(deck, text.encode())
        *_, note = _notes_of(after).items
        written = note.get("occlude") if isinstance(note, MappingNode) else None
        is_as_drawn = isinstance(written, SequenceNode) and masks == [
            _mask(None, item) for item in written.items
        ]
        if not is_as_drawn or _values_but(before, None) != _values_but(after, note):
            raise _unwritten(deck)
        self._publish(before, text)

    def _edited(self, path: str, digest: str, masks: Sequence[DrawnMask]) -> YamlFile:
        """Read a file that masks are written into."""
        data = self._data(path)
        if _digest(data) != digest:
            raise FlashdeckError(f"{path} was edited meanwhile", "close the masks, and open them")
        if not masks:
            raise FlashdeckError("a note needs at least one mask", "draw one on the picture")
        return _parsed(path, data)

    def _publish(self, before: YamlFile, text: str) -> None:
        with Publication() as publication:
            target = self._root / before.path
            publication.stage(target).write(encoded(target, self._root, before.text, text))
            publication.commit()

    def _pictures(self) -> list[str]:
        return [
            path.relative_to(self._root).as_posix()
            for path in MediaFolder(self._root, self._root / CARDS_NAME).files
            if path.suffix.lower().lstrip(".") in PICTURE_ENDINGS
        ]

    def _data(self, path: str) -> bytes:
        return read_regular(self._root / path, self._root, Limits().size)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _parsed(path: str, data: bytes) -> YamlFile:
    file = read_yaml(path, data)
    if file.problems:
        raise FlashdeckError(f"{path} has errors", "fix them first")
    return file


def _unwritten(path: str) -> FlashdeckError:
    return FlashdeckError(f"the masks can't be written into {path}", "edit the file")


def _notes_of(file: YamlFile) -> SequenceNode:
    """Return the list of notes of the last document."""
    document = file.documents[-1] if file.documents else None
    notes = document.get("notes") if isinstance(document, MappingNode) else None
    if not isinstance(notes, SequenceNode) or notes.flow or not notes.items:
        message = f"{file.path} has no list of notes that begins with '-'"
        raise FlashdeckError(message, "write its first note into the file")
    return notes


def _values_but(file: YamlFile, left_out: Node | None) -> list[object]:
    """Return all texts of a file in order, with a mark for each collection, but those of a node.

    An item of a list that is left out leaves no mark.
    """
    found: list[object] = []
    waiting: list[Node | None] = list(file.documents)
    while waiting:
        node = waiting.pop()
        if node is left_out:
            found.append("left out")
        elif isinstance(node, MappingNode):
            found.append(len(node.pairs))
            waiting += chain.from_iterable(node.pairs)
        elif isinstance(node, SequenceNode):
            items = [item for item in node.items if item is not left_out]
            found.append((len(items),))
            waiting += items
        else:
            found.append(node and (node.value, node.style))
    return found


def _masks_of(file: YamlFile, note: NotePlace) -> SequenceNode:
    """Return the list of masks of a note; one that was not built yet has no id in its file."""
    waiting: list[Node] = [document for document in file.documents if document is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, SequenceNode):
            waiting += node.items
        elif isinstance(node, MappingNode):
            masks = node.get("occlude")
            starts_here = (node.start.line + 1, node.start.column + 1) == (note.line, note.column)
            is_same = _value(node, "id") in {"", note.id}
            if starts_here and is_same and isinstance(masks, SequenceNode) and masks.items:
                return masks
            waiting += (value for _, value in node.pairs)
    raise FlashdeckError("there is no image occlusion note at this place any more")


def _mask(index: int | None, node: Node) -> DrawnMask | None:
    place = node.get("at") if isinstance(node, MappingNode) else None
    if not isinstance(node, MappingNode) or not isinstance(place, SequenceNode):
        return None
    try:
        left, top, width, height = (
            float(edge.value.rstrip("% ")) for edge in place.items if isinstance(edge, ScalarNode)
        )
    except ValueError:
        return None
    return DrawnMask(
        index=index,
        label=_value(node, "label"),
        at=[left, top, width, height],
        ellipse=_value(node, "shape") == ELLIPSE,
    )


def _value(node: MappingNode, key: str) -> str:
    value = node.get(key)
    return value.value.strip() if isinstance(value, ScalarNode) else ""


def _before(masks: SequenceNode, index: int | None) -> DrawnMask | None:
    """Return a mask as it is written."""
    is_old = index is not None and 0 <= index < len(masks.items)
    return _mask(index, masks.items[index]) if is_old and index is not None else None


def _rounded(mask: DrawnMask, before: DrawnMask | None) -> DrawnMask:
    """Round what was drawn differently than `before`, and keep it within the picture."""
    kept = before["at"] if before is not None else [None] * len(mask["at"])
    place = list(mask["at"])
    for start, size in ((0, 2), (1, 3)):
        if [place[start], place[size]] != [kept[start], kept[size]]:
            place[start] = _bounded(place[start], kept[start], 0.0, 100 - _LEAST)
            place[size] = _bounded(place[size], kept[size], _LEAST, 100 - place[start])
    label = mask["label"]
    if before is None or label != before["label"]:
        label = " ".join(label.split())
    return {**mask, "label": label, "at": place}


def _bounded(drawn: float, kept: float | None, least: float, most: float) -> float:
    if drawn == kept and drawn <= most:
        return drawn
    return min(max(round(drawn, 4), least), round(most, 4))


def _edits(file: YamlFile, masks: SequenceNode, drawn: Sequence[DrawnMask]) -> Iterator[Edit]:
    items = masks.items
    by_index = {mask["index"]: mask for mask in drawn if mask["index"] is not None}
    new = [_written(mask) for mask in drawn if mask["index"] is None]
    if masks.flow and not by_index:
        yield Edit(items[0].start.index, items[-1].end.index, ", ".join(new))
        return
    for at, item in enumerate(items):
        if at not in by_index:
            yield _removal(file.text, masks, at, is_first=not any(map(by_index.get, range(at))))
        elif isinstance(item, MappingNode):
            yield from _changes(file.text, item, by_index[at])
    if new:
        yield _insertion(file.text, masks, [[mask] for mask in new])


def _changes(text: str, node: MappingNode, mask: DrawnMask) -> Iterator[Edit]:
    """Return the edits of one mask."""
    before = _mask(mask["index"], node)
    place = node.get("at")
    if before is None or not isinstance(place, SequenceNode):
        return
    new = [
        Edit(edge.start.index, edge.end.index, _percent(now))
        for edge, old, now in zip(place.items, before["at"], mask["at"], strict=True)
        if old != now
    ]
    written_before = {"label": before["label"], "shape": ELLIPSE if before["ellipse"] else ""}
    wanted = {"label": mask["label"], "shape": ELLIPSE if mask["ellipse"] else ""}
    added, removed = [], []
    for key, value in wanted.items():
        written = node.get(key)
        if value == written_before[key]:
            continue
        text_of = one_line(value, flow=node.flow)
        if written is None:
            added.append(f"{key}: {text_of}")
        elif value:
            new.append(Edit(written.start.index, written.end.index, text_of))
        elif (removal := removal_from(text, node, key)) is not None:
            removed.append(removal)
    # What is added is after the place, where what is removed may begin.
    yield from (*new, *_added(text, node, place, added), *removed)


def _added(text: str, node: MappingNode, place: Node, pairs: Sequence[str]) -> Iterator[Edit]:
    """Return the edits that add pairs to a mask, behind its place."""
    if not pairs:
        return
    if node.flow:
        end = place.end.index
        yield Edit(end, end, "".join(f", {pair}" for pair in pairs))
        return
    end = _line_end(text, place)
    indent = " " * node.pairs[0][0].start.column
    yield _lines(text, end, [f"{indent}{pair}" for pair in pairs])


def _removal(text: str, masks: SequenceNode, at: int, *, is_first: bool) -> Edit:
    """Return the edit that removes a mask; `is_first`: no mask before it stays."""
    items = masks.items
    if masks.flow and is_first:
        return Edit(items[at].start.index, items[at + 1].start.index, "")
    if masks.flow:
        return Edit(items[at - 1].end.index, items[at].end.index, "")
    start = text.rfind("\n", 0, items[at].start.index) + 1
    return Edit(start, _line_end(text, items[at]), "")


def _insertion(text: str, items: SequenceNode, new: Sequence[Sequence[str]]) -> Edit:
    """Return the edit that adds items, each as lines, behind the last one."""
    last = items.items[-1]
    if items.flow:
        end = last.end.index
        return Edit(end, end, "".join(f", {line}" for lines in new for line in lines))
    dash = text.rfind("-", 0, last.start.index)
    start = text.rfind("\n", 0, dash) + 1
    indent = text[start:dash]
    # As between the items before, where there is an empty line.
    is_apart = len(items.items) > 1 and text[:start].replace("\r", "").endswith("\n\n")
    lines: list[str] = []
    for first, *others in new:
        lines += [*([""] if is_apart else []), f"{indent}- {first}"]
        lines += [f"{indent}  {line}" for line in others]
    return _lines(text, _line_end(text, last), lines)


def _lines(text: str, at: int, lines: Sequence[str]) -> Edit:
    """Return the edit that adds lines at the start of a line, or at the end of a text."""
    newline = "\r\n" if text.find("\r\n") >= 0 else "\n"
    if at == len(text) and not text.endswith("\n"):
        return Edit(at, at, "".join(f"{newline}{line}" for line in lines))
    return Edit(at, at, "".join(f"{line}{newline}" for line in lines))


def _line_end(text: str, node: Node) -> int:
    """Return the index behind the line on which a node ends."""
    while isinstance(node, MappingNode | SequenceNode) and not node.flow:
        node = node.pairs[-1][1] if isinstance(node, MappingNode) else node.items[-1]
    if isinstance(node, ScalarNode) and node.style in ("|", ">"):
        return node.end.index
    end = text.find("\n", node.end.index)
    return len(text) if end < 0 else end + 1


def _written(mask: DrawnMask) -> str:
    label = f"label: {one_line(mask['label'], flow=True)}, " if mask["label"] else ""
    shape = f", shape: {ELLIPSE}" if mask["ellipse"] else ""
    return f"{{{label}at: {_place(mask)}{shape}}}"


def _place(mask: DrawnMask) -> str:
    return f"[{', '.join(map(_percent, mask['at']))}]"


def _percent(value: float) -> str:
    text = f"{Decimal(str(value)):f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"

"""An author with a real project folder and a model of its sources."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from proof.drafts import Document, Draft, File, Sources
from proof.words import FORMS, Words, picture

ROOTS = ("Art", "Bio", "Chemistry")
_LEAVES = ("", "::One", "::Two")
PATHS = ("art.yaml", "bio.yaml", "more/chemistry.yaml", "zoo.yaml")
_NOTETYPE = "notetypes/fact.yaml"
TAGS = ("easy", "exam", "lang::es", "old")
PICTURES = 3
# The C loader is many times faster.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Author:
    """A person with a project folder and a model of its sources."""

    root: Path
    sources: Sources = field(default_factory=Sources)
    fresh: count[int] = field(default_factory=lambda: count(1))
    """Unused numbers for texts, notes and pictures of all authors."""

    @classmethod
    def begin(cls, root: Path, notes: int) -> Author:
        """Create a project with notes of every kind in two files."""
        author = cls(root)
        first, second = Document("Art::One", []), Document("Bio", [])
        author.sources.files = [File(PATHS[0], [first]), File(PATHS[1], [second])]
        for number in range(PICTURES):
            author.sources.pictures[number] = author.paint()
        for number in range(notes):
            document = second if number % 3 == 2 else first
            document.notes.append(author.draft(number))
        author.sources.sweep()
        # A fixed id, so that the same history has the same ids in every run.
        _write(root / "flashdeck.yaml", b"id: proofproofproof\nname: Proof\n")
        author.save()
        return author

    def fork(self, root: Path) -> Author:
        """Create another person with a copy of the same sources."""
        return Author(root, copy.deepcopy(self.sources), self.fresh)

    def save(self) -> None:
        """Write changed files to disk, as an editor would."""
        cards = self.root / "cards"
        for file in self.sources.files:
            text = self.sources.text(file)
            if text != file.shown:
                _write(cards / file.path, text.encode())
                file.shown = text
        notetype = cards / _NOTETYPE
        _write(notetype, self.sources.notetype().encode())
        paths = {notetype, *(cards / file.path for file in self.sources.files)}
        for path in set(cards.rglob("*.yaml")) - paths:
            path.unlink()
        for number, data in self.sources.pictures.items():
            _write(cards / "pictures" / picture(number), data)
        self._save_style()

    def read_ids(self) -> dict[int, tuple[Draft, Draft]]:
        """Read the ids and the names of reserves that a build wrote into the sources.

        Returns the notes whose id changed, before and after, by handle.
        """
        before = {draft.handle: draft for _, draft in self.sources.drafts()}
        for file in self.sources.files:
            text = (self.root / "cards" / file.path).read_text("utf-8")
            documents: list[Any] = list(yaml.load_all(text, _LOADER))
            ids = [note.get("id", "") for document in documents for note in document["notes"]]
            assert len(ids) == sum(len(document.notes) for document in file.documents)
            self.sources.identify(iter(ids), file)
            file.shown = self.sources.text(file)
        (notetype,) = yaml.load_all((self.root / "cards" / _NOTETYPE).read_text("utf-8"), _LOADER)
        parts = (*notetype["fields"], *notetype["templates"])
        named = (part for part in parts if isinstance(part, dict) and "anki" in part)
        self.sources.stamps = {part["name"]: part["anki"] for part in named}
        changed = {}
        for _, draft in self.sources.drafts():
            old = before[draft.handle]
            if old.id not in {"", draft.id}:
                changed[draft.handle] = old, draft
        return changed

    # Parts

    def draft(self, how: int) -> Draft:
        return Draft(
            handle=next(self.fresh),
            kind=("question", "cloze", "question", "custom")[how % 4],
            text=self.words(how),
            answer=self.words(how // 2),
            extra=self.words(how) if how % 3 == 0 else None,
            reverse=how % 4 == 2,
            clozes=tuple((number, next(self.fresh)) for number in range(1, 2 + how % 3)),
            tags=frozenset(TAGS[: how % 2]),
            flow=how % 5 == 3,
        )

    def words(self, how: int) -> Words:
        return Words(next(self.fresh), how % FORMS, how % PICTURES)

    def paint(self) -> bytes:
        return f"picture {next(self.fresh)}".encode()

    def note(self, which: int) -> tuple[Document, Draft]:
        drafts = self.sources.drafts()
        return drafts[which % len(drafts)]

    def kind_of_note(self, kind: str, which: int) -> Draft | None:
        drafts = [draft for _, draft in self.sources.drafts() if draft.kind == kind]
        return drafts[which % len(drafts)] if drafts else None

    def document(self, which: int) -> Document:
        documents = self.sources.documents()
        return documents[which % len(documents)]

    def new_document(self, how: int) -> Document:
        document = Document(deck_name(how), [])
        path = PATHS[how % len(PATHS)]
        for file in self.sources.files:
            if file.path == path:
                file.documents.append(document)
                return document
        self.sources.files.append(File(path, [document]))
        return document

    def put(self, draft: Draft, **changes: Any) -> None:
        self.sources.put(replace(draft, **changes))

    def _save_style(self) -> None:
        path = self.root / "flashdeck.yaml"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if not line.startswith("css:")]
        style = [f"css: {json.dumps(self.sources.css)}"] if self.sources.css else []
        if kept + style != lines:
            _write(path, "\n".join([*kept, *style, ""]).encode())


def deck_name(how: int) -> str:
    return ROOTS[how % len(ROOTS)] + _LEAVES[how // len(ROOTS) % len(_LEAVES)]


def _write(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

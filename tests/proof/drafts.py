"""A model of the sources: notes, documents and files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from proof.words import Words

Pictures = Mapping[int, bytes]


@dataclass(frozen=True, slots=True)
class Content:
    """The expected content of a note in Anki, with its deck and media."""

    kind: str
    fields: tuple[str, ...]
    tags: frozenset[str]
    ordinals: frozenset[int]
    deck: str
    media: Mapping[str, bytes]

    @property
    def taken(self) -> tuple[object, ...]:
        """The parts that an import updates; an edit is a change of these."""
        return self.kind, self.fields, self.tags

    @property
    def package(self) -> str:
        """The name of its package."""
        return self.deck.split("::")[0].lower() + ".apkg"


@dataclass(frozen=True, slots=True)
class Draft:
    """A note in the sources. `handle` identifies it through all edits."""

    handle: int
    kind: str
    text: Words
    answer: Words
    extra: Words | None = None
    reverse: bool = False
    clozes: tuple[tuple[int, int], ...] = ((1, 0),)
    """For a cloze note: the number of each cloze, and the number of the word that it hides."""
    tags: frozenset[str] = frozenset()
    deck: str = ""
    id: str = ""
    flow: bool = False


@dataclass(slots=True)
class Document:
    """One YAML document: a deck, or a part of one."""

    deck: str
    notes: list[Draft]
    tags: frozenset[str] = frozenset()
    description: Words | None = None


@dataclass(slots=True)
class File:
    """A file in `cards/`. `shown` is its text when last written or read."""

    path: str
    documents: list[Document]
    shown: str = field(default="", compare=False)


# The keys of each kind of note in the sources, and its fields and cards in Anki.


_NAMES = ("Name", "Value", "More")
_GROWN = "Grown"
GROWN = 2
"""The ordinal of the card that a custom note type gains."""
KINDS = ("question", "cloze", "custom")


def keys(
    draft: Draft, folder: str, names: tuple[str, ...], *, has_grown: bool = False
) -> dict[str, object]:
    """The keys of a note's mapping without its id; `names` are the field names of a custom note."""
    match draft.kind:
        case "question":
            pairs: dict[str, object] = {
                "q": draft.text.source(folder),
                "a": draft.answer.source(folder),
            }
            if draft.reverse:
                pairs["reverse"] = True
        case "cloze":
            pairs = {"cloze": f"{draft.text.source(folder)}: {_clozes(draft)}"}
        case _:
            named = zip(names, (draft.text, draft.answer, draft.extra), strict=True)
            texts = {name: words.source(folder) for name, words in named if words is not None}
            texts |= {_GROWN: _grown(draft)} if has_grown else {}
            pairs = {"notetype": "Fact", "fields": texts}
    if draft.extra is not None and draft.kind != "custom":
        pairs["extra"] = draft.extra.source(folder)
    if draft.tags:
        pairs["tags"] = sorted(draft.tags)
    if draft.deck:
        pairs["deck"] = draft.deck
    return pairs


def content(draft: Draft, document: Document, pictures: Pictures, growth: int = 0) -> Content:
    """The expected content in Anki of a note with an id; `growth` is as in `Sources`."""
    extra = draft.extra.html(pictures) if draft.extra is not None else ""
    shown = [draft.text, *([draft.extra] if draft.extra is not None else [])]
    match draft.kind:
        case "question":
            reverse = "1" if draft.reverse else ""
            answer = draft.answer.html(pictures)
            fields = (draft.text.html(pictures), answer, extra, "", reverse, draft.id)
            ordinals = frozenset({0, 1} if draft.reverse else {0})
            shown.append(draft.answer)
        case "cloze":
            fields = (f"{draft.text.html(pictures)}: {_clozes(draft)}", extra, "", draft.id)
            ordinals = frozenset(number - 1 for number, _ in draft.clozes)
        case _:
            answer = draft.answer.html(pictures)
            grown = (_grown(draft),) if growth else ()
            fields = (draft.text.html(pictures), answer, extra, *grown)
            ordinals = frozenset({0, 1} if extra else {0}) | {GROWN for _ in range(growth > 1)}
            shown.append(draft.answer)
    media = {name: data for item in shown for name, data in item.media(pictures).items()}
    tags = draft.tags | document.tags
    return Content(draft.kind, fields, tags, ordinals, draft.deck or document.deck, media)


def _grown(draft: Draft) -> str:
    """The text of the field that a custom note type gains."""
    return f"grown {draft.handle}"


def _clozes(draft: Draft) -> str:
    return ", ".join(f"{{{{c{number}::word{word}}}}}" for number, word in draft.clozes)


@dataclass(slots=True)
class Sources:
    """All sources of an author; `trash` holds deleted notes, `css` the project stylesheet.

    `texts` is a word in the custom note type's templates, `names` are its field names. `growth` is
    1 once it has another field, and 2 once a template shows that; `stamps` are the reserves of both
    that builds wrote, by name.
    """

    files: list[File] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)
    css: str = ""
    texts: str = "first"
    names: tuple[str, str, str] = _NAMES
    growth: int = 0
    stamps: dict[str, str] = field(default_factory=dict)
    trash: list[Draft] = field(default_factory=list)

    def documents(self) -> list[Document]:
        """Every document, in study order."""
        files = sorted(self.files, key=lambda item: item.path.split("/"))
        return [document for file in files for document in file.documents]

    def drafts(self) -> list[tuple[Document, Draft]]:
        """Every note with its document, in study order."""
        return [(document, draft) for document in self.documents() for draft in document.notes]

    def put(self, changed: Draft) -> None:
        """Replace the note with the same handle."""
        for document in self.documents():
            document.notes[:] = [
                changed if draft.handle == changed.handle else draft for draft in document.notes
            ]

    def take(self, handle: int) -> Draft | None:
        """Remove and return a note, None if it does not exist."""
        for document in self.documents():
            for draft in document.notes:
                if draft.handle == handle:
                    document.notes.remove(draft)
                    self.sweep()
                    return draft
        return None

    def identify(self, ids: Iterator[str], file: File) -> None:
        """Set the ids that a build wrote into a file."""
        for document in file.documents:
            document.notes[:] = [replace(draft, id=next(ids)) for draft in document.notes]

    def contents(self) -> dict[str, Content]:
        """The expected content of each note with an id, by id."""
        return {
            draft.id: content(draft, document, self.pictures, self.growth)
            for document, draft in self.drafts()
            if draft.id
        }

    def descriptions(self) -> dict[str, str]:
        """The expected description in Anki of each deck that has one."""
        return {
            document.deck: document.description.html(self.pictures)
            for document in self.documents()
            if document.description is not None and self.describes(document)
        }

    def styling(self) -> dict[str, str]:
        """The text that the note type of each kind must contain."""
        own = f"{self.texts} {{{{{self.names[0]}}}}}"
        return {"question": self.css, "cloze": self.css, "custom": own}

    def written(self) -> object:
        """All that the author writes; an edit is a change of this."""
        texts = {file.path: self.text(file) for file in self.files}
        return texts, dict(self.pictures), self.css, self.notetype()

    def notetype(self) -> str:
        """The file of the custom note type; its second card needs the third field."""
        first, second, third = self.names
        fields = [
            name if name == was else {"name": name, "was": was}
            for name, was in zip(self.names, _NAMES, strict=True)
        ]
        front = f"{{{{#{third}}}}}{{{{{second}}}}}{{{{/{third}}}}}"
        templates = [
            {"name": "Forth", "front": f"{self.texts} {{{{{first}}}}}", "back": "{{FrontSide}}"},
            {"name": "Back", "front": f"{self.texts} {front}", "back": f"{{{{{first}}}}}"},
        ]
        shown = f"{{{{#{_GROWN}}}}}{self.texts} {{{{{_GROWN}}}}}{{{{/{_GROWN}}}}}"
        third = {"name": "Third", "front": shown, "back": f"{{{{{first}}}}}"} | self._stamp("Third")
        grown = {"name": _GROWN} | self._stamp(_GROWN)
        whole = {
            "notetype": "Fact",
            "fields": fields + [grown] * (self.growth > 0),
            "templates": templates + [third] * (self.growth > 1),
        }
        return "".join(f"{key}: {_quoted(value)}\n" for key, value in whole.items())

    def _stamp(self, name: str) -> dict[str, str]:
        return {"anki": self.stamps[name]} if name in self.stamps else {}

    def describes(self, document: Document) -> bool:
        """Whether a document is the first with a description of its deck."""
        mine = (
            other
            for other in self.documents()
            if other.deck == document.deck and other.description is not None
        )
        return next(mine, None) is document

    def text(self, file: File) -> str:
        """A file's text."""
        folder = "../" * file.path.count("/") + "pictures/"
        return "---\n".join(self._document(document, folder) for document in file.documents)

    def _document(self, document: Document, folder: str) -> str:
        lines = [f"deck: {_quoted(document.deck)}"]
        if document.description is not None and self.describes(document):
            lines.append(f"description: {_quoted(document.description.source(folder))}")
        if document.tags:
            lines.append(f"tags: {_quoted(sorted(document.tags))}")
        lines.append("notes:")
        for draft in document.notes:
            pairs = keys(draft, folder, self.names, has_grown=self.growth > 0)
            pairs |= {"id": draft.id} if draft.id else {}
            words = [f"{key}: {_quoted(value)}" for key, value in pairs.items()]
            if draft.flow:
                lines.append(f"  - {{{', '.join(words)}}}")
            else:
                lines += [f"  {' ' if at else '-'} {word}" for at, word in enumerate(words)]
        return "\n".join(lines) + "\n"

    def sweep(self) -> None:
        """Remove documents and files without notes."""
        for file in self.files:
            file.documents[:] = [document for document in file.documents if document.notes]
        self.files[:] = [file for file in self.files if file.documents]


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

"""Files of an imported project: the settings, and a file for each deck and each note type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from flashdeck.anki.template.reserves import without_reserves
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import (
    RefusedFileError,
    check_package_name,
    is_device,
    read_regular,
)
from flashdeck.formatting.writer import file_text, pair_text
from flashdeck.importing.markdown import as_markdown
from flashdeck.importing.rewriting.kinds import BuiltIn
from flashdeck.importing.sources import DeckText, Texts, deck_data, notetype_data, sides
from flashdeck.limits import CEILINGS, PROJECT_NAME
from flashdeck.markup import Markup, render
from flashdeck.model import Collection, Deck, Note, NoteType
from flashdeck.project.packages import package_name
from flashdeck.project.project import Project
from flashdeck.text import slug
from flashdeck.yamlnode import Limits

CARDS = "cards"
NOTETYPES = "cards/notetypes"
MEDIA = "cards/media"
STYLE = f"{MEDIA}/style.css"
# Not in a file's name; nor are spaces: a value with spaces is never a file of a note type.
_UNFIT = re.compile(r'[\s\\/:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+')
_LONGEST = 60
_FIT_BYTES = 120
# Names of flashdeck's own folders in `cards/`.
_TAKEN = frozenset({"media", "notetypes"})


def file_stem(name: str) -> str:
    """Derive the stem of a file name: a slug, or the name itself where it has no ASCII letters."""
    stem = slug(name)[:_LONGEST].strip("-")
    if not stem:
        stem = _UNFIT.sub("-", unicodedata.normalize("NFC", name)).strip(".-")
        stem = stem.encode()[:_FIT_BYTES].decode(errors="ignore")
    return f"{stem}-deck" if stem.lower() in _TAKEN or is_device(stem) else stem or "deck"


class Paths:
    """Unique paths, also on file systems that ignore case."""

    def __init__(self, taken: Iterable[str] = (), root: Path | None = None) -> None:
        self._taken = {path.casefold() for path in taken}
        self._root = root

    @classmethod
    def beside(cls, project: Project) -> Paths:
        """Paths that no file of a project has, unless it has the same text."""
        taken = (path.relative_to(project.root).as_posix() for path in project.cards.rglob("*"))
        return cls(taken, project.root)

    def take(self, stem: str, ending: str = "", text: str | None = None) -> str:
        """Return `stem` and `ending`, with a number between them where that path is taken."""
        path, count = stem + ending, 1
        while path.casefold() in self._taken and not self._has(path, text):
            count += 1
            path = f"{stem}-{count}{ending}"
        self._taken.add(path.casefold())
        return path

    def _has(self, path: str, text: str | None) -> bool:
        """Whether there is a file with this text, as of an import that was killed."""
        if text is None or self._root is None:
            return False
        data = text.encode()
        with suppress(RefusedFileError):
            return read_regular(self._root / path, self._root, len(data)) == data
        return False


def deck_files(
    collection: Collection, heading: Mapping[str, str], paths: Paths, texts: Texts
) -> Iterator[tuple[str, str]]:
    """Return path and text of the file of each deck that has notes or a description."""
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    notes: dict[str, list[Note]] = {deck.name: [] for deck in collection.decks}
    for note in collection.notes:
        notes[note.cards[0].deck].append(note)
    for deck in collection.decks:
        if not notes[deck.name] and not (deck.description and _has_subdecks(deck, notes)):
            continue
        stem = "/".join([CARDS, *map(file_stem, deck.name.split("::"))])
        words = description(deck, texts)
        text = DeckText(deck.name, words or "", notes[deck.name], heading, texts, deck.preset)
        documents = [deck_data(text, notetypes)]
        if words is None:  # a document of its own, in HTML
            described = {"deck": deck.name, "description": deck.description}
            documents.insert(0, {**described, "markup": "html", "notes": []})
        yield paths.take(stem, ".yaml"), file_text(documents)


def notetype_files(
    notetype: NoteType, heading: Mapping[str, str], paths: Paths, keys: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Return the files of a note type: stylesheet and templates, then the YAML that names them.

    `keys` are its short keys, by field. None has the path of an existing file.
    """
    notetype, reserve = without_reserves(notetype)
    home = paths.take(f"{NOTETYPES}/{file_stem(notetype.name)}", ".yaml")
    folder = home.rpartition("/")[2].removesuffix(".yaml")
    files: dict[tuple[str, str], str] = {}
    texts = [(notetype.css, "style", ".css")]
    for template in notetype.templates:
        stem = file_stem(template.name)
        texts += [(text, f"{stem}-{side}", ".html") for side, text in sides(template)]
    for text, stem, ending in texts:
        if text and (text, ending) not in files:
            path = paths.take(f"{NOTETYPES}/{folder}/{stem}", ending, text)
            files[text, ending] = path.removeprefix(f"{NOTETYPES}/")
            yield path, text
    yield home, file_text([notetype_data(notetype, reserve, files, heading, keys)])


def description(deck: Deck, texts: Texts) -> str | None:
    """Write a deck's description in its document's markup; None where that is not possible."""
    if texts.markup == "html":
        return render(deck.description, Markup.MARKDOWN).html if deck.markdown else deck.description
    if deck.markdown:
        return deck.description
    return as_markdown(deck.description, cloze=False, media=())


def _has_subdecks(deck: Deck, notes: Mapping[str, list[Note]]) -> bool:
    below = deck.name.casefold() + "::"
    return any(name.casefold().startswith(below) for name, own in notes.items() if own)


_ROOM = 2  # factor of a raised limit over what the collection needs


def settings_text(
    collection: Collection, project_id: str, name: str, markup: str, built: BuiltIn
) -> str:
    """Write `flashdeck.yaml`: the markup of texts, and media with their names in Anki.

    `built` are flashdeck's own note types in the collection.
    """
    lines = [
        "# Settings of this flashdeck project, created by an import.",
        f"id: {project_id}  # unique to this project: never change it",
        pair_text("name", name[:PROJECT_NAME].strip()),
        f"markup: {markup}  # the markup of texts, unless a document or note sets its own",
        "media: verbatim  # files keep the names that they have in Anki",
    ]
    if built.css:
        lines.append(f"css: {STYLE}")
    if built.ids:
        lines.append("# From the package that learners have: never change them.")
        lines.append(pair_text("note_type_ids", built.ids))
    if packages := {file: [root] for root, file in _packages(collection).items()}:
        lines.append(pair_text("packages", packages))
    if limits := _limits(collection):
        lines.append(pair_text("limits", limits))
    return "\n".join(lines) + "\n"


def _packages(collection: Collection) -> dict[str, str]:
    """Name the packages of decks whose default names clash or are not allowed."""
    paths = Paths()
    packages = {}
    for root in dict.fromkeys(deck.name.split("::")[0] for deck in collection.decks):
        default = package_name(root)
        try:
            check_package_name(default)
            stem = default.removesuffix(".apkg")
        except FlashdeckError:
            stem = "deck"
        file = paths.take(stem, ".apkg")
        if file != default:
            packages[root] = file
    return packages


def _limits(collection: Collection) -> dict[str, int]:
    """Raise the limits that a collection exceeds."""
    defaults = asdict(Limits())
    texts = [len(text) for note in collection.notes for text in note.fields]
    keys = [len(field.name) for notetype in collection.notetypes for field in notetype.fields]
    needed = {
        "size": 8 * sum(texts) + 1000 * len(collection.notes),
        "nodes": sum(2 * len(note.fields) + len(note.tags) + 12 for note in collection.notes),
        "scalar": max(texts, default=0),
        "key": max(keys, default=0),
    }
    return {
        name: min(_ROOM * most, CEILINGS[name])
        for name, most in needed.items()
        if most > defaults[name]
    }

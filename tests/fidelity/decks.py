"""The cards that are compared: the decks that ship, built as ever, and the hard ones."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fidelity.hard import hard_collection
from fidelity.views import SIDES, SIZES, View
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.model import Collection
from flashdeck.preview.frame import Face, face
from flashdeck.release.build import Options, build

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Decks:
    """Collections by their names, and what is typed into the boxes of some notes, by GUID."""

    collections: Mapping[str, Collection]
    typed: Mapping[str, str]

    def faces(self) -> dict[tuple[str, int], Face]:
        """Render every card, by GUID and ordinal."""
        found = {}
        for collection in self.collections.values():
            notetypes = {one.id: one for one in collection.notetypes}
            media = {one.name for one in collection.media}
            for note in collection.notes:
                for card in note.cards:
                    made = face(notetypes[note.notetype], note, card, media)
                    found[note.guid, card.ordinal] = made
        return found

    def views(self, faces: Mapping[tuple[str, int], Face]) -> Sequence[View]:
        """Give every card on every screen, as a learner would come by them."""
        return [
            View(card, guid, ordinal, night, *size, self._typed(guid, shown), _has_maths(shown))
            for night in (False, True)
            for size in SIZES
            for card, guid, ordinal in self._cards()
            for shown in [faces[guid, ordinal]]
        ]

    def _cards(self) -> Iterator[tuple[str, str, int]]:
        for name, collection in self.collections.items():
            for note in collection.notes:
                for card in note.cards:
                    yield f"{name}-{note.guid}-{card.ordinal + 1}", note.guid, card.ordinal

    def _typed(self, guid: str, shown: Face) -> str:
        """Give what a learner types: where nothing is planned, a slip at the end."""
        if guid in self.typed:
            return self.typed[guid]
        return f"{shown['typed']['expected'][:-1]}x" if shown["typed"] else ""


def _has_maths(shown: Face) -> bool:
    return any(mark in shown[side] for side in SIDES for mark in (r"\(", r"\["))


def make_decks(folder: Path) -> Decks:
    """Build all packages into a folder, and read them back."""
    project = folder / "project"
    project.mkdir()
    for name in ("cards", "flashdeck.yaml", "flashdeck.lock"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
    times = re.findall(r"\t(\d{10})\b", (ROOT / "flashdeck.lock").read_text("utf-8"))
    built = build(project, Options(now=max(map(int, times)) + 1000))
    for package in built.packages:
        shutil.copy(project / package.path, folder)
    hard, typed = hard_collection()
    with (folder / "hard.apkg").open("wb") as out:
        write_apkg(hard, out)
    paths = sorted(folder.glob("*.apkg"))
    return Decks({path.stem: read_apkg(path) for path in paths}, typed)

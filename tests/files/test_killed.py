"""Commands killed before each change of a file: nothing is torn, and the same command goes on.

A few states of each command are tried; all of them with FLASHDECK_KILLS=all in the environment.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from conftest import NOW, ProjectFolder
from killing import AVAILABLE, State, command, restored, state, states

import flashdeck.importing.fresh
import flashdeck.release.make
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.cli.run import run
from flashdeck.importing.importer import import_file
from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not AVAILABLE, reason="system calls are counted on Linux for x86-64 only"),
]

FEW = 4
BORN = 1_500_000_000_000
KIND = NoteType(
    BORN,
    "Capital",
    (Field("City"), Field("Country")),
    (Template("Card 1", "{{City}}", "{{FrontSide}}{{Country}}"),),
    css=".card { color: red }",
    mod=5,
)
OTHER = replace(KIND, id=BORN + 1, name="River", css=".river {}")
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9aw"
    "AAAABJRU5ErkJggg=="
)
# Written by each build, and never read where another process or another folder wrote them.
SEALED = frozenset({"build/.lock", "build/.state", "build/.cache", "build/.media"})
# Made by each command that writes into a project.
FOLDER = frozenset({"build", "build/.gitignore"})


def note(number: int, city: str, deck: str = "World", kind: int = BORN, mod: int = 9) -> Note:
    card = Card(0, deck, number, BORN + 10 * number + 1)
    fields = (city, f'<img src="{number}.png">')
    return Note(f"guid-{number}", kind, fields, ("geo",), (card,), BORN + 10 * number, mod)


def packed(path: Path, notes: list[Note], *kinds: NoteType) -> Path:
    """A package whose notes show a picture each."""
    media = []
    for name in sorted(one.fields[1].split('"')[1] for one in notes):
        data = b"\x89PNG" + name.encode() * 20_000
        opened = partial(io.BytesIO, data)
        media.append(Media(name, hashlib.sha256(data).hexdigest(), len(data), opened))
    decks = sorted({one.cards[0].deck for one in notes})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w+b") as out:
        write_apkg(Collection(kinds, tuple(map(Deck, decks)), tuple(notes), tuple(media)), out)
    return path


# A case prepares a folder and returns the arguments of the command.


def first_build(folder: Path) -> list[str]:
    project = ProjectFolder(folder)
    project.write("cards/one.yaml", f"notes:\n  - {{q: What?, a: '![]({PICTURE})'}}\n")
    project.write("cards/two.yaml", "notes:\n  - {q: Who?, a: Her}\n  - {q: Where?, a: There}\n")
    return ["build"]


def later_build(folder: Path) -> list[str]:
    first_build(folder)
    project = ProjectFolder(folder, NOW - 100)
    project.built()
    project.replace("cards/two.yaml", "Her", "Him")
    project.write("cards/one.yaml", "notes:\n  - {q: More?, a: Yes}\n")
    return ["build", "--accept-removals"]


def fixes(folder: Path) -> list[str]:
    first_build(folder)
    ProjectFolder(folder).write("cards/two.yaml", "notes:\n  - q: 'ab\\u200bc  '\n    a: |\n\tx\n")
    return ["check", "--fix"]


def formats(folder: Path) -> list[str]:
    first_build(folder)
    ProjectFolder(folder).write(
        "cards/three.yaml", "notes:\n- {a: b,   q: c}\n\n\n- q:   d\n  a: e"
    )
    return ["fmt"]


def new_folder(folder: Path) -> list[str]:
    packed(folder / "world.apkg", [note(1, "Paris"), note(2, "Rome")], KIND)
    return ["import", "world.apkg"]


def empty_folder(folder: Path) -> list[str]:
    (folder / "geo").mkdir()
    return [*new_folder(folder), "-o", "geo"]


def folder_with_files(folder: Path) -> list[str]:
    ProjectFolder(folder).write("geo/README.md", "My decks\n")
    return [*new_folder(folder), "-o", "geo"]


def existing_project(folder: Path) -> list[str]:
    first = [note(1, "Paris"), note(2, "Rome")]
    import_file(packed(folder / "world.apkg", first, KIND), folder / "geo", now=NOW - 100)
    ProjectFolder(folder / "geo", NOW - 90).built()
    edited = [
        note(1, "Lutetia", mod=NOW - 50),
        note(2, "Rome"),
        note(3, "Berlin"),
        note(4, "Seine", "Rivers", kind=BORN + 1),
    ]
    styled = replace(KIND, css=".card { color: blue }", mod=NOW - 50)
    packed(folder / "world.apkg", edited, styled, OTHER)
    return ["import", "world.apkg", "-o", "geo"]


def project_with_its_own_files(folder: Path) -> list[str]:
    arguments = existing_project(folder)
    ProjectFolder(folder).write("geo/cards/notetypes/river/style.css", "/* mine */\n")
    ProjectFolder(folder).write(
        "geo/cards/rivers.yaml", "deck: My rivers\nnotes:\n  - {q: a, a: b, id: abcd1234}\n"
    )
    return arguments


CASES: list[Callable[[Path], list[str]]] = [
    first_build,
    later_build,
    fixes,
    formats,
    new_folder,
    empty_folder,
    folder_with_files,
    existing_project,
    project_with_its_own_files,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_killed_command_tears_nothing_and_goes_on_when_it_is_run_again(
    tmp_path, monkeypatch, case
):
    folder = tmp_path / "folder"
    folder.mkdir()
    environment = {"SOURCE_DATE_EPOCH": str(NOW), "PYTHONDONTWRITEBYTECODE": "1"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for module in (flashdeck.importing.fresh, flashdeck.release.make):
        monkeypatch.setattr(module, "new_project_id", lambda: "0123456789abcdef")
    monkeypatch.setattr(os, "fsync", lambda _: None)
    arguments = case(folder)
    found = states(command(*arguments), folder, dict(os.environ))
    before, after = found[0], found[-1]
    assert plain(after) != plain(before)
    assert not any(name.endswith(".tmp") for name in after)
    chosen = found if os.environ.get("FLASHDECK_KILLS") == "all" else some(found)
    for number, torn in enumerate(chosen):
        for name, data in torn.items():
            known = [files[name] for files in (before, after) if name in files]
            assert data in known or is_internal(name), name
        again = tmp_path / str(number)
        restored(again, torn)
        monkeypatch.chdir(again)
        assert run(arguments) in (0, 1)
        assert plain(state(again)) == plain(after), number


def some(found: list[State]) -> list[State]:
    """A few states, the last ones most: there files are renamed."""
    first, last = found[1 : -FEW : max(1, len(found) // (FEW // 2))], found[-FEW:]
    return [*first, *last]


def is_internal(name: str) -> bool:
    """Whether only flashdeck reads a file, or nothing reads it."""
    return ".flashdeck-" in name or name.endswith(tuple(SEALED))


def plain(files: State) -> State:
    """The files without those that differ from run to run."""
    left_out = tuple(SEALED | FOLDER)
    return {name: data for name, data in files.items() if not name.endswith(left_out)}

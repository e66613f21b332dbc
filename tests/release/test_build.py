"""Builds as a whole: the same bytes everywhere, all of it or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import NOW

import flashdeck.release.make
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.release.build import build
from flashdeck.release.result import Options

SOURCES = ("cards/flask.yaml", "flashdeck.yaml", "flashdeck.lock")


def state(project):
    """Everything in the project but what only running builds need."""
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file() and path.name not in {".lock", ".state", ".cache"}
    }


def run(root, *arguments, **environment):
    """Run the command in a process of its own, in another surrounding."""
    return subprocess.run(
        [sys.executable, "-m", "flashdeck", *arguments],
        cwd=root,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(NOW), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_same_source_and_lock_give_the_same_bytes_anywhere(two_notes, tmp_path):
    two_notes.built()
    expected = two_notes.package.read_bytes()
    surroundings = [
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Adak", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "77"},
    ]
    for number, surrounding in enumerate(surroundings):
        elsewhere = tmp_path / f"elsewhere {number} ü"
        shutil.copytree(two_notes.root, elsewhere, ignore=shutil.ignore_patterns("build"))
        result = run(elsewhere, "build", SOURCE_DATE_EPOCH=str(NOW + 999), **surrounding)
        assert result.returncode == 0, result.stderr
        assert (elsewhere / "build" / "flask.apkg").read_bytes() == expected


def test_a_build_writes_the_project_id_the_ids_the_lock_and_the_package(two_notes):
    two_notes.built()
    assert "id: " in two_notes.read("flashdeck.yaml")
    assert 'name: "Flask"' in two_notes.read("flashdeck.yaml")
    assert two_notes.read("cards/flask.yaml").count("    id: ") == 2
    assert two_notes.read("flashdeck.lock").count("note\t") == 2
    assert len(read_apkg(two_notes.package).notes) == 2


def test_the_project_id_joins_the_settings_that_are_there(two_notes):
    two_notes.write("flashdeck.yaml", "# mine\nmarkup: markdown  # default\n")
    two_notes.built()
    settings = two_notes.read("flashdeck.yaml")
    assert settings.startswith("# mine\nmarkup: markdown  # default\nid: ")
    two_notes.built()
    assert two_notes.read("flashdeck.yaml") == settings


def test_settings_that_hold_nothing_but_comments_keep_them(two_notes):
    two_notes.write("flashdeck.yaml", "# mine")
    two_notes.built()
    assert two_notes.read("flashdeck.yaml").startswith("# mine\nid: ")


def test_with_an_error_nothing_is_written(two_notes):
    two_notes.replace("cards/flask.yaml", "a: Armin Ronacher", "a: Armin: Ronacher")
    before = state(two_notes)
    built = two_notes.build()
    assert [problem.rule for problem in built.diagnostics] == ["unquoted-colon"]
    assert built.packages == ()
    assert state(two_notes) == before | {"build/.gitignore": b"*\n"}


def test_a_root_deck_is_a_package(two_notes):
    two_notes.write("cards/es.yaml", "deck: Español::Verben\nnotes:\n  - {q: ir, a: gehen}\n")
    two_notes.write("cards/ja.yaml", "deck: 日本語\nnotes:\n  - {q: 水, a: Wasser}\n")
    names = [package.path.name for package in two_notes.built().packages]
    assert names == ["espanol.apkg", "flask.apkg", "日本語.apkg"]


def test_settings_choose_packages(two_notes):
    two_notes.write("cards/more.yaml", "deck: Flask::More\nnotes:\n  - {q: a b, a: c}\n")
    two_notes.write("flashdeck.yaml", "packages:\n  extra.apkg: [Flask::More]\n")
    decks = {package.path.name: package.decks for package in two_notes.built().packages}
    assert decks == {"extra.apkg": ("Flask::More",), "flask.apkg": ("Flask",)}


def test_two_decks_with_one_file_name_are_an_error(project):
    project.write("cards/a.yaml", "deck: Verben!\nnotes:\n  - {q: a, a: b}\n")
    project.write("cards/b.yaml", "deck: verben?\nnotes:\n  - {q: c, a: d}\n")
    assert [problem.rule for problem in project.build().diagnostics] == ["package-name"]


@pytest.mark.parametrize("deck", ["Collection", "Backup 2024"])
def test_package_names_that_anki_takes_for_whole_collections_are_errors(project, deck):
    project.write("cards/a.yaml", f"deck: {deck}\nnotes:\n  - {{q: a, a: b}}\n")
    (problem,) = project.build().diagnostics
    assert problem.rule == "package-name"
    assert "packages:" in problem.hint


@pytest.mark.parametrize("deck", ["CON", "nul", "Aux::Words", "com1", "LPT9", "Prn!"])
def test_packages_have_names_that_windows_can_open(project, deck):
    project.write("cards/a.yaml", f"deck: {deck}\nnotes:\n  - {{q: a, a: b}}\n")
    (package,) = project.built().packages
    assert package.path.name == f"{deck.partition('::')[0].lower().strip('!')}-deck.apkg"


def test_package_names_that_windows_can_not_open_are_errors_in_the_settings(project):
    project.write("cards/a.yaml", "deck: A\nnotes:\n  - {q: a, a: b}\n")
    project.write("flashdeck.yaml", "packages:\n  Con.apkg: [A]\n")
    (problem,) = project.build().diagnostics
    assert (problem.rule, problem.span[:3]) == ("package-name", ("flashdeck.yaml", 2, 3))
    assert problem.message.endswith("'Con.apkg': Windows takes that name for a device")


@pytest.mark.parametrize("name", ["collection.apkg", "backup-1.apkg", "deck.zip", "nul.apkg"])
def test_output_names_that_anki_mistakes_are_refused(two_notes, tmp_path, name):
    with pytest.raises(FlashdeckError, match=name):
        two_notes.build(output=tmp_path / name)


def test_one_package_for_all_decks(two_notes, tmp_path):
    two_notes.write("cards/es.yaml", "deck: Spanish\nnotes:\n  - {q: ir, a: gehen}\n")
    (package,) = two_notes.built(output=tmp_path / "all.apkg").packages
    assert package.decks == ("Flask", "Spanish")
    assert not (two_notes.root / "build" / "flask.apkg").exists()
    assert len(read_apkg(tmp_path / "all.apkg").notes) == 3


def test_frozen_writes_only_packages(two_notes):
    two_notes.built()
    before = state(two_notes)
    two_notes.package.unlink()
    two_notes.now += 1000
    two_notes.built(frozen=True)
    assert state(two_notes) == before


def test_frozen_fails_when_sources_would_change(two_notes):
    before = state(two_notes)
    built = two_notes.build(frozen=True)
    found = [(problem.rule, problem.span.path, problem.span.line) for problem in built.diagnostics]
    assert found == [("frozen", "flashdeck.yaml", 1), ("frozen", "cards/flask.yaml", 4)]
    message = "a build would change cards/flask.yaml: the id is missing in 2 notes"
    assert built.diagnostics[1].message == message
    assert state(two_notes) == before | {"build/.gitignore": b"*\n"}


def test_frozen_fails_when_an_edit_is_not_in_the_lock(two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    built = two_notes.build(frozen=True)
    assert [problem.span.path for problem in built.diagnostics] == ["flashdeck.lock"]
    assert built.packages == ()


def test_a_source_that_changes_during_the_build_is_left_alone(two_notes, monkeypatch):
    original = flashdeck.release.make.release

    def edit_meanwhile(*arguments):
        two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
        return original(*arguments)

    monkeypatch.setattr(flashdeck.release.make, "release", edit_meanwhile)
    with pytest.raises(FlashdeckError, match="changed while"):
        two_notes.build()
    assert "a: Armin\n" in two_notes.read("cards/flask.yaml")
    assert not two_notes.root.joinpath("flashdeck.lock").exists()


@pytest.mark.parametrize("target", SOURCES)
def test_a_full_disk_leaves_everything_as_it_was(two_notes, monkeypatch, target):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    two_notes.replace("cards/flask.yaml", "  - cloze", "  - {q: new, a: note}\n  - cloze")
    two_notes.write("flashdeck.yaml", "name: Flask\n")
    before = state(two_notes)
    real = os.fsync

    def full(descriptor):
        if Path(target).name in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FlashdeckError, match="the disk is full"):
        two_notes.build()
    assert state(two_notes) == before


def test_a_media_file_that_is_missing_stops_the_build(two_notes):
    two_notes.built()
    before = two_notes.package.read_bytes()
    two_notes.replace("cards/flask.yaml", "a: Armin Ronacher", 'a: "![](face.png)"')
    (problem,) = two_notes.build().diagnostics
    assert (problem.rule, problem.span.line) == ("missing-media", 5)
    assert two_notes.package.read_bytes() == before


def test_a_picture_is_packed_under_a_name_with_its_hash(two_notes):
    (two_notes.root / "cards" / "Gesicht Ä.PNG").write_bytes(b"\x89PNG one")
    two_notes.replace("cards/flask.yaml", "a: Armin Ronacher", 'a: "![](Gesicht Ä.PNG)"')
    two_notes.built()
    collection = read_apkg(two_notes.package)
    (media,) = collection.media
    digest = hashlib.sha256(b"\x89PNG one").hexdigest()
    assert media.name == f"gesicht-a-{digest[:12]}.png"
    assert f'<img src="{media.name}"' in collection.notes[0].fields[1]


def test_nothing_to_build_is_not_an_error(project):
    built = project.build()
    assert [(problem.rule, problem.severity) for problem in built.diagnostics] == [
        ("no-decks", "warning")
    ]
    assert built.packages == ()


DYING = """
import os, sys
from pathlib import Path
from flashdeck.release.build import build
from flashdeck.release.result import Options

left = int(sys.argv[1])
rename = os.replace

def deadly(*arguments, **keywords):
    global left
    for call in (lambda: None, lambda: rename(*arguments, **keywords)):
        call()
        left -= 1
        if left == 0:
            os._exit(9)

os.replace = deadly
build(Path(sys.argv[2]), Options(now=int(sys.argv[3])))
"""


@pytest.mark.slow
def test_the_next_build_recovers_from_one_killed_at_any_moment(two_notes, tmp_path):
    killed, moment = True, 0
    while killed:
        moment += 1
        root = tmp_path / str(moment)
        shutil.copytree(two_notes.root, root)
        command = [sys.executable, "-c", DYING, str(moment), str(root), str(NOW)]
        killed = subprocess.run(command, check=False).returncode == 9
        project = type(two_notes)(root, NOW + 60)
        project.built()
        project.built(frozen=True)
        assert len(list(root.rglob("*.tmp"))) == 0
        assert project.read("cards/flask.yaml").count("    id: ") == 2
        guids = {note.guid for note in read_apkg(project.package).notes}
        assert all(f"id: {guid}\n" in project.read("cards/flask.yaml") for guid in guids)
    # Before and after each: settings, source, lock, package, what the next build takes over, what
    # it looks at, and what was published.
    assert moment == 2 * 7 + 1


def test_files_saved_while_packages_are_written_are_not_overwritten(project):
    project.write("cards/es.yaml", "notes:\n  - {q: ir, a: gehen}\n")
    saved = "notes:\n  - {q: ser, a: sein}\n"

    def save(*_: object) -> None:
        project.write("cards/es.yaml", saved)

    with pytest.raises(FlashdeckError, match=r"cards/es.yaml was changed while it was being built"):
        build(project.root, Options(now=project.now), save)
    assert (project.root / "cards/es.yaml").read_text() == saved
    assert not list((project.root / "build").glob("*.apkg"))

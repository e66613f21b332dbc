"""A build without changes does nothing, and any change is detected."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sys
import zipfile
from dataclasses import replace

import pytest
from conftest import LONG_AGO, rest

import flashdeck.project.digest
import flashdeck.release.make
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.lock import lock
from flashdeck.files.seal import fingerprint
from flashdeck.release.result import Counts, Options
from flashdeck.release.state import State

PNG = b"\x89PNG\r\n"
FAR_AHEAD = 4_000_000_000
ALL = ("flashdeck.yaml", "flashdeck.lock", "build/es.apkg", "build/flask.apkg")


@pytest.fixture
def made(monkeypatch):
    """Gather the folders of builds that did something."""
    folders = []
    make = flashdeck.release.make.make

    def counted(root, *others):
        folders.append(root.name)
        return make(root, *others)

    monkeypatch.setattr(flashdeck.release.make, "make", counted)
    return folders


@pytest.fixture
def rested(two_notes):
    """A project with a picture, all of it written long ago, and built."""
    (two_notes.root / "cards" / "map.png").write_bytes(PNG)
    two_notes.write(
        "cards/es.yaml", "notes:\n  - {q: ir, a: 'gehen ![](map.png)', id: aaaaaaaa1}\n"
    )
    rest(two_notes.root)
    two_notes.built()
    return two_notes


def test_a_build_without_changes_does_nothing(rested, made):
    first = rested.built()
    assert made == []
    for package in first.packages:
        assert package.path.exists()
        assert package.counts == Counts(unchanged=package.notes)
    assert {package.path.name for package in first.packages} == {"es.apkg", "flask.apkg"}


def test_a_build_without_changes_has_the_same_result(rested, made):
    without = rested.built()
    (rested.root / "build" / ".state").unlink()
    assert rested.built() == without
    assert len(made) == 1


EDITS = {
    "an edited deck": lambda p: p.replace("cards/flask.yaml", "a: Armin", "a: Ronacher"),
    "a new deck": lambda p: p.write("cards/more.yaml", "notes:\n  - {q: a, a: b}\n"),
    "a new deck in a new folder": lambda p: p.write("cards/x/y.yml", "notes:\n  - {q: a, a: b}\n"),
    "a removed deck": lambda p: (p.root / "cards" / "es.yaml").unlink(),
    "another picture": lambda p: (p.root / "cards" / "map.png").write_bytes(PNG + b"new"),
    "other settings": lambda p: p.replace("flashdeck.yaml", "name:", "markup: text\nname:"),
    "an older lock": lambda p: p.replace("flashdeck.lock", "package\t", "# package\t"),
    "a package that is gone": lambda p: (p.root / "build" / "es.apkg").unlink(),
    "a damaged package": lambda p: (p.root / "build" / "es.apkg").write_bytes(b"PK"),
    "a state that was cut off": lambda p: (p.root / "build" / ".state").write_bytes(b'{"key": ['),
    "a state of something else": lambda p: (p.root / "build" / ".state").write_bytes(b"[1]"),
}


@pytest.mark.parametrize("name", EDITS)
def test_any_change_is_detected(rested, made, name):
    EDITS[name](rested)
    rested.build()
    assert len(made) == 1


def test_another_file_of_the_same_size_and_time_is_detected(rested, made):
    path = rested.root / "cards" / "flask.yaml"
    other = path.with_suffix(".new")
    other.write_text(path.read_text().replace("Armin", "Nimra"))
    os.utime(other, (LONG_AGO, LONG_AGO))
    other.replace(path)
    rested.built()
    assert len(made) == 1


def test_a_build_without_changes_takes_no_lock(rested, made):
    with lock(rested.root / "build" / ".lock"):
        assert len(rested.built().packages) == 2
        assert made == []
        rested.replace("cards/es.yaml", "gehen", "laufen")
        with pytest.raises(FlashdeckError, match="another flashdeck build"):
            rested.build()


def test_a_package_that_another_build_replaces_is_not_counted_as_what_it_was(rested, monkeypatch):
    (rested.root / "build" / ".state").unlink()
    rest(rested.root)
    rested.built(digests=False)
    state = State(rested.root, Options(now=rested.now, digests=True))
    seen = {path: state._stat(path) for path in [*state._sources(), *ALL]}
    monkeypatch.setattr(State, "_stat", lambda _, name: seen[name])
    other = rested.root / "build" / "other"
    other.write_bytes(b"another build")
    other.replace(rested.root / "build" / "flask.apkg")
    assert state.current() is None


def test_digests_are_computed_on_request_and_once(rested, made, monkeypatch):
    (rested.root / "build" / ".state").unlink()
    rest(rested.root)
    assert [package.sha256 for package in rested.built(digests=False).packages] == [None, None]
    digests = [
        hashlib.sha256(package.path.read_bytes()).hexdigest() for package in rested.built().packages
    ]
    monkeypatch.setattr(flashdeck.project.digest, "stream_digest", None)
    for is_wanted in (True, False):
        assert [package.sha256 for package in rested.built(digests=is_wanted).packages] == digests
    assert len(made) == 1


def test_other_options_build_again(rested, made):
    rested.built(frozen=True)
    assert len(made) == 1


def test_other_renderers_build_again(tmp_path, monkeypatch):
    before = fingerprint.__wrapped__()
    (tmp_path / "pygments").mkdir()
    (tmp_path / "pygments" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    other = fingerprint.__wrapped__()
    monkeypatch.setattr(sys, "hexversion", sys.hexversion + 1)
    assert len({before, other, fingerprint.__wrapped__()}) == 3


def test_recent_files_are_compared_by_content(two_notes, made):
    # Within one tick of the disk's clock it could have been written again after it was read.
    rest(two_notes.root)
    two_notes.built()
    path = two_notes.write("cards/es.yaml", "notes:\n  - {q: ir, a: gehen, id: aaaaaaaa1}\n")
    os.utime(path, (FAR_AHEAD, FAR_AHEAD))  # however slow the machine is
    two_notes.built()
    two_notes.built()
    assert len(made) == 2
    with path.open("r+") as file:  # the same file, of the same size and time
        file.write(path.read_text("utf-8").replace("gehen", "nehge"))
    os.utime(path, (FAR_AHEAD, FAR_AHEAD))
    two_notes.built()
    assert len(made) == 3


def test_files_edited_during_a_build_are_built_the_next_time(rested, made, monkeypatch):
    made_of = flashdeck.release.make._package

    def slow(*others, **more):
        rested.replace("cards/es.yaml", "gehen", "laufen")
        monkeypatch.setattr(flashdeck.release.make, "_package", made_of)
        return made_of(*others, **more)

    monkeypatch.setattr(flashdeck.release.make, "_package", slow)
    rested.replace("cards/es.yaml", "q: ir", "q: ir?")
    rested.built()
    rested.built()
    assert len(made) == 2
    assert b"laufen" in (rested.root / "build/es.apkg").read_bytes()


@pytest.mark.parametrize("path", ["/etc/passwd", "../elsewhere.apkg", "build/../flashdeck.yaml"])
def test_a_state_with_other_files_is_ignored(rested, made, path):
    state = rested.root / "build" / ".state"
    saved = json.loads(state.read_text())
    saved["packages"][0]["path"] = path
    with state.open("r+") as file:  # in the place where it was written
        file.write(json.dumps(saved))
        file.truncate()
    assert all(package.path.parent.name == "build" for package in rested.built().packages)
    assert len(made) == 1


def test_a_state_without_files_is_ignored(rested, made):
    state = rested.root / "build" / ".state"
    saved = json.loads(state.read_text()) | {"files": {}}
    with state.open("r+") as file:
        file.write(json.dumps(saved))
        file.truncate()
    rested.built()
    assert len(made) == 1


@pytest.mark.parametrize("name", ALL)
def test_a_state_without_a_file_that_every_build_depends_on_is_ignored(rested, made, name):
    state = rested.root / "build" / ".state"
    saved = json.loads(state.read_text())
    del saved["files"][name]
    with state.open("r+") as file:
        file.write(json.dumps(saved))
        file.truncate()
    rested.built()
    assert len(made) == 1


def test_a_planted_state_is_ignored(rested, made):
    # As in a pull request, by someone who knows the installation and what the files will be.
    state = rested.root / "build" / ".state"
    saved = json.loads(state.read_text())
    saved["packages"][0] |= {"notes": 99, "path": "/etc/passwd"}
    state.rename(state.with_name("old"))  # its inode is in use
    state.write_text(json.dumps(saved))
    (package, _) = rested.built().packages
    assert package.notes == 1
    assert len(made) == 1


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_state_leads_to_the_same_result(rested, seed):
    chance = random.Random(seed)
    state = rested.root / "build" / ".state"
    before = rested.built()
    text = state.read_text()
    at = chance.randrange(len(text))
    other = chance.choice(["", "0", "null", "[" * 100_000, "\x00", '"', "{}", "-1", "[[]]"])
    with state.open("r+") as file:
        file.write(text[:at] + other + text[at + chance.choice((0, 1, 5, 40)) :])
        file.truncate()
    after = rested.built()
    assert [package.path for package in after.packages] == [one.path for one in before.packages]
    assert after.diagnostics == ()


def test_a_copied_state_is_ignored(rested, made):
    there = rested.root.parent / "copied"
    shutil.copytree(rested.root, there)  # with the times, as an archive would
    replace(rested, root=there).built()
    assert made == ["copied"]


def test_warnings_are_reported_by_each_build(rested, made):
    rested.write("cards/empty.yaml", "notes: []\n")
    rest(rested.root)
    reports = [rested.built().diagnostics for _ in range(3)]
    assert [problem.rule for problem in reports[0]] == ["no-notes"]
    assert reports == [reports[0]] * 3
    assert len(made) == 1


def test_warnings_move_with_the_ids_that_a_build_inserts(two_notes):
    two_notes.write(
        "cards/es.yaml", "notes:\n  - q: ir\n    a: gehen\n  - {q: a, a: b, id: short27}\n"
    )
    rest(two_notes.root)
    first, second = two_notes.built(), two_notes.built()
    (problem,) = first.diagnostics
    assert (problem.rule, problem.span.line) == ("short-id", 5)
    assert first.diagnostics == second.diagnostics


def test_a_repaired_lock_is_reported_once(rested):
    lock = rested.root / "flashdeck.lock"
    rested.built()
    text = lock.read_text("utf-8")
    lock.write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n", "utf-8")
    rest(rested.root)
    assert [problem.rule for problem in rested.built().diagnostics] == ["lock-merged"]
    assert rested.built().diagnostics == ()
    lock.unlink()
    assert [problem.rule for problem in rested.built().diagnostics] == ["lock-lost"]
    assert rested.built().diagnostics == ()


def test_changes_of_static_media_are_detected(rested, made):
    kept = _verbatim(rested, "cards/media")
    rested.built()
    rest(rested.root)  # the lock, too, which that build wrote
    rested.built()
    rested.built()
    assert len(made) == 2
    _put_long_ago(kept / "_paper.png")
    rested.built()
    assert len(made) == 3
    with zipfile.ZipFile(rested.root / "build/es.apkg") as package:
        assert "_paper.png" in json.loads(package.read("media")).values()


@pytest.mark.parametrize("folder", ["cards", "cards/media"])
def test_missing_media_that_are_added_are_detected(rested, made, folder):
    place = _verbatim(rested, folder)
    (rested.root / "cards/map.png").unlink()
    rested.built()
    rest(rested.root)  # the lock, too, which that build wrote
    reports = [rested.built().diagnostics for _ in range(2)]
    assert [[problem.rule for problem in problems] for problems in reports] == [
        ["missing-media"]
    ] * 2
    assert len(made) == 2
    _put_long_ago(place / "map.png")
    assert rested.built().diagnostics == ()
    assert len(made) == 3


def _verbatim(project, folder):
    """Let media keep their names, and make a folder for them."""
    project.write("flashdeck.yaml", project.read("flashdeck.yaml") + "media: verbatim\n")
    place = project.root / folder
    place.mkdir(exist_ok=True)
    rest(project.root)
    return place


def _put_long_ago(path):
    path.write_bytes(PNG)
    os.utime(path, (LONG_AGO, LONG_AGO))


def test_suggestions_for_names_are_updated(rested, made):
    rested.write("cards/old.yaml", "media: verbatim\nnotes:\n  - {q: '![](flask.png)', a: x}\n")
    rested.built()
    rest(rested.root)  # the lock, too, which that build wrote
    reports = [rested.built().diagnostics for _ in range(2)]
    assert len(made) == 2
    _put_long_ago(rested.root / "cards" / "flasks.png")
    reports.append(rested.built().diagnostics)
    assert [problemems.hint for (problemems,) in reports] == [
        *["names are relative to cards/old.yaml or cards/media/"] * 2,
        "did you mean flasks.png?",
    ]


def test_a_link_to_a_folder_is_detected(rested, made):
    (rested.root / "cards" / "linked").symlink_to(rested.root.parent, target_is_directory=True)
    rested.build()
    assert len(made) == 1

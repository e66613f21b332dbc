"""Editions: packages with some of the notes, which share ids, times and reviews."""

from __future__ import annotations

import shutil

import pytest
from real_anki import Imported, Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run

DECK = """\
deck: Geography
description: The world.
notes:
  - {q: France, a: Paris, tags: [core], id: aaaaaaaaaaaa}
  - {q: Andorra, a: Andorra la Vella, tags: [small], id: bbbbbbbbbbbb}
  - {q: Spain, a: Madrid, tags: [Core::europe], id: cccccccccccc}
"""


@pytest.fixture
def world(project):
    project.write("flashdeck.yaml", "editions:\n  basic: [core]\n  full: all\n")
    project.write("cards/a.yaml", DECK)
    return project


def packages(result):
    return {package.path.name: package for package in result.packages}


def guids(path):
    return [note.guid[:1] for note in read_apkg(path).notes]


def test_an_edition_is_a_package_with_the_notes_of_its_tags(world):
    built = packages(world.build())
    assert [*built] == ["geography-full.apkg", "geography-basic.apkg"]
    assert guids(built["geography-full.apkg"].path) == ["a", "b", "c"]
    assert guids(built["geography-basic.apkg"].path) == ["a", "c"]
    assert built["geography-basic.apkg"].counts.new == 2
    assert read_apkg(built["geography-basic.apkg"].path).decks[0].description == "The world."


def test_without_an_edition_of_all_notes_there_is_the_package_itself(world):
    world.write("flashdeck.yaml", "editions: {basic: [core]}\n")
    assert [*packages(world.build())] == ["geography.apkg", "geography-basic.apkg"]


def test_a_learner_moves_from_one_edition_to_the_other(world):
    world.build()
    world.replace("cards/a.yaml", "Paris", "Lutetia")
    world.now += 100_000
    built = packages(world.build())
    assert built["geography-basic.apkg"].counts.changed == 1
    assert built["geography-full.apkg"].counts.changed == 1
    with Learner() as learner:
        learner.import_package(built["geography-basic.apkg"].path)
        learner.answer("aaaaaaaaaaaa")
        history = learner.card("aaaaaaaaaaaa").history
        full = built["geography-full.apkg"].path
        assert learner.import_package(full) == Imported(new=1, duplicate=2)
        assert learner.card("aaaaaaaaaaaa").history == history
        basic = built["geography-basic.apkg"].path
        assert learner.import_package(basic) == Imported(new=0, duplicate=2)


def test_a_removed_note_is_emptied_in_every_edition(world):
    world.build()
    world.replace(
        "cards/a.yaml", "  - {q: Spain, a: Madrid, tags: [Core::europe], id: cccccccccccc}\n", ""
    )
    world.now += 100_000
    built = packages(world.build())
    assert {package.counts.tombstones for package in built.values()} == {1}
    assert {package.counts.removed for package in built.values()} == {1}


def test_a_rebuild_and_a_lost_lock_give_the_same_bytes(world):
    first = {name: one.path.read_bytes() for name, one in packages(world.build()).items()}
    world.now += 100_000
    (world.root / "flashdeck.lock").unlink()
    built = packages(world.build())
    assert {name: one.path.read_bytes() for name, one in built.items()} == first
    shutil.rmtree(world.root / "build")
    built = packages(world.build())
    assert {name: one.path.read_bytes() for name, one in built.items()} == first


def test_a_diff_of_an_edition_compares_its_notes_only(world, tmp_path, capsys):
    built = packages(world.build())
    old = shutil.copy(built["geography-basic.apkg"].path, tmp_path)
    world.replace("cards/a.yaml", "Madrid", "Madrid!")
    assert run(["diff", str(old), "-C", str(world.root)]) == 0
    shown = capsys.readouterr().out
    assert "1 changed" in shown
    assert "new" not in shown


def test_an_output_is_one_package_with_all_notes(world, tmp_path):
    (package,) = world.build(output=tmp_path / "one.apkg").packages
    assert guids(package.path) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("editions", "rule", "at"),
    [
        ("{Basic: [core]}", "edition", "1:12"),
        ("{a: all, b: all}", "edition", "1:23"),
        ("{a: []}", "edition", "1:15"),
        ("{a: core}", "not-a-list", "1:15"),
        ("[a]", "not-a-mapping", "1:11"),
    ],
)
def test_a_mistake_is_reported_at_its_place(project, editions, rule, at):
    project.write("flashdeck.yaml", f"editions: {editions}\n")
    project.write("cards/a.yaml", DECK)
    assert (rule, at) in [
        (problem.rule, f"{problem.span.line}:{problem.span.column}") for problem in project.check()
    ]


def test_an_edition_with_the_name_of_another_package_is_an_error(world):
    world.write("cards/b.yaml", "deck: Geography Basic\nnotes: [{q: one, a: two}]\n")
    world.write("flashdeck.yaml", "editions: {basic: [core]}\n")
    (problem,) = [problem for problem in world.check() if problem.rule == "package-name"]
    assert "'basic' of geography.apkg and another deck" in problem.message

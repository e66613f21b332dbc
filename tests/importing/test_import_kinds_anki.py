"""Import of notes of built-in kinds that were edited in Anki."""

from __future__ import annotations

import pytest
import yaml
from owned_deck import export
from real_anki import Learner

from flashdeck.importing.importer import import_file

DECK = """\
deck: Rivers
notes:
  - q: Where does the Rhine end?
    a: In Rotterdam
  - cloze: The {{c1::Elbe}} ends in Cuxhaven.
  - image: map.png
    occlude:
      - {label: Rhine, at: [10%, 10%, 20%, 5%]}
    extra: A map
"""


@pytest.fixture
def rivers(project):
    (project.root / "cards/map.png").write_bytes(b"map")
    project.write("cards/rivers.yaml", DECK)
    return project


@pytest.fixture
def learner(rivers):
    with Learner() as one:
        one.import_package(rivers.built().packages[0].path)
        yield one


def edited(rivers, learner, kind, field, words):
    """Edit the note of that kind in Anki, and import it into the project."""
    guid = next(one for one in learner.guids() if kind in learner.note(one).fields[0])
    learner.edit(guid, field, words)
    learner.touch(guid, learner.note(guid).mod + 60)
    path = export(learner, rivers.root.parent / "edited.apkg")
    return import_file(path, rivers.root, now=rivers.now + 100)


@pytest.mark.parametrize(
    ("kind", "field", "words", "key"),
    [
        ("Rhine end", 1, "In the sea", "a"),
        ("Elbe", 0, "The {{c1::Elbe}} is long.", "cloze"),
        ("fd-occlusion", 1, "A good map", "extra"),
    ],
)
def test_the_text_of_a_key_comes_back(rivers, learner, kind, field, words, key):
    done = edited(rivers, learner, kind, field, words)
    assert (done.changed, done.conflicts) == (1, 0)
    notes = yaml.safe_load(rivers.read("cards/rivers.yaml"))["notes"]
    assert [note[key] for note in notes if note.get(key) == words] == [words]


def test_what_is_made_of_several_keys_is_a_conflict(rivers, learner):
    done = edited(rivers, learner, "fd-occlusion", 0, "{{c1::Rhine}}")
    assert (done.changed, done.conflicts) == (0, 1)
    (problem,) = [problem for problem in done.diagnostics if problem.rule == "import-conflict"]
    assert "'Text' is derived from its other texts" in problem.message

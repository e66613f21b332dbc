"""Deck options in a learner's Anki: added on request, as another preset where they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from anki.import_export_pb2 import ImportAnkiPackageOptions, ImportAnkiPackageRequest
from real_anki import Imported, Learner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECK = """\
deck: Spanish
preset:
  name: Gentle
  new_per_day: 7
  reviews_per_day: 70
  retention: 85%
  order: random
  steps: [30s, 1h]
  relearning_steps: [5m]
  leech_threshold: 4
  leeches: suspend
  bury: true
notes:
  - {q: sol, a: sun}
"""


@pytest.fixture
def learner() -> Iterator[Learner]:
    """A learner with an empty collection."""
    with Learner() as learner:
        yield learner


def options(learner: Learner, deck: str = "Spanish") -> dict[str, Any]:
    """The options of a deck in the collection."""
    decks = learner.collection.decks
    config: dict[str, Any] = decks.config_dict_for_deck_id(decks.id_for_name(deck))
    return config


def take(learner: Learner, package: Path) -> None:
    """Import with *Import any deck presets* ticked."""
    chosen = ImportAnkiPackageOptions(with_deck_configs=True)
    request = ImportAnkiPackageRequest(package_path=str(package), options=chosen)
    learner.collection.import_anki_package(request)


def test_a_learner_who_asks_for_presets_gets_every_option(learner: Learner, project: Any) -> None:
    project.write("cards/a.yaml", DECK)
    take(learner, project.build().packages[0].path)
    config = options(learner)
    assert (config["name"], config["desiredRetention"]) == ("Gentle", pytest.approx(0.85))
    assert (config["new"]["perDay"], config["rev"]["perDay"]) == (7, 70)
    assert (config["new"]["delays"], config["lapse"]["delays"]) == ([0.5, 60.0], [5.0])
    assert (config["lapse"]["leechFails"], config["lapse"]["leechAction"]) == (4, 0)
    assert config["new"]["bury"]
    assert config["rev"]["bury"]
    assert config["buryInterdayLearning"]
    assert config["newGatherPriority"] == 3


def test_what_is_not_chosen_is_as_in_a_new_preset_of_anki(learner: Learner, project: Any) -> None:
    project.write("cards/a.yaml", "deck: Spanish\npreset: {name: New}\nnotes:\n  - {q: a, a: b}\n")
    take(learner, project.build().packages[0].path)
    fresh = learner.collection.decks.add_config("New")
    ours = options(learner)
    varying = ("id", "mod", "usn", "new", "rev")
    assert ours.items() >= {key: fresh[key] for key in fresh if key not in varying}.items()
    assert ours["new"].items() >= fresh["new"].items()
    assert ours["rev"].items() >= fresh["rev"].items()


def test_a_learner_who_does_not_ask_keeps_the_default(learner: Learner, project: Any) -> None:
    project.write("cards/a.yaml", DECK)
    imported = learner.import_package(project.build().packages[0].path)
    assert imported == Imported(new=1)
    assert options(learner)["id"] == 1


def test_changed_options_arrive_as_another_preset(learner: Learner, project: Any) -> None:
    project.write("cards/a.yaml", DECK)
    take(learner, project.build().packages[0].path)
    first = options(learner)["id"]
    project.replace("cards/a.yaml", "new_per_day: 7", "new_per_day: 9")
    project.now += 1_000
    package = project.build().packages[0].path
    assert learner.import_package(package) == Imported(new=0, duplicate=1)
    assert options(learner)["id"] == first
    take(learner, package)
    assert options(learner)["id"] != first
    assert options(learner)["new"]["perDay"] == 9

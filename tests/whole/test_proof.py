"""A few random histories with the installed version of Anki.

`make anki-matrix` runs many, with every generation of Anki's importer.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from proof.histories import CommandLineHistory, History

pytestmark = pytest.mark.slow

# Deterministic, unlike `make anki-matrix`.
SHORT = settings(
    max_examples=8,
    stateful_step_count=15,
    derandomize=True,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def test_a_grown_note_type_of_one_package_makes_the_cards_of_another():
    history = History()
    nothing = {"before": [], "between": [], "after": [], "wait": 0}
    history.begin(notes=7, acts=[], how=None)
    history.publish(edits=[("grow", 0, 0)], which=None, **nothing)
    history.publish(edits=[("grow", 0, 0), ("add", 5, 3)], which=1, **nothing)
    history.teardown()


TestHistories = History.TestCase
TestHistories.settings = SHORT
TestHistoriesByCommand = CommandLineHistory.TestCase
TestHistoriesByCommand.settings = settings(SHORT, max_examples=1, stateful_step_count=5)

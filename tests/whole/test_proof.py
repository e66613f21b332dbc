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
TestHistories = History.TestCase
TestHistories.settings = SHORT
TestHistoriesByCommand = CommandLineHistory.TestCase
TestHistoriesByCommand.settings = settings(SHORT, max_examples=1, stateful_step_count=5)

"""Settings: their values, and what is reported of wrong ones."""

from __future__ import annotations

import pytest

from flashdeck.limits import CEILINGS, set_limits
from flashdeck.project.settings import read_settings
from flashdeck.yamlnode import Limits


@pytest.fixture
def own_limits():
    """Limits of the command line, for one test."""
    yield set_limits
    set_limits({})


@pytest.mark.parametrize(
    ("value", "days"), [("", 60), ("resend_days: 0", 0), ("resend_days: 1_000", 1000)]
)
def test_resend_days_are_a_number_from_0_on(tmp_path, value, days):
    settings, problems = read_settings(tmp_path, f"name: A\n{value}\n".encode())
    assert (settings.resend_days, problems) == (days, [])


@pytest.mark.parametrize("value", ["-1", "never", "60 days", "1.5"])
def test_other_resend_days_are_an_error_at_the_value(tmp_path, value):
    settings, problems = read_settings(tmp_path, f"name: A\nresend_days: {value}\n".encode())
    (problem,) = problems
    assert (problem.rule, problem.span.line, problem.span.column) == ("not-a-number", 2, 14)
    assert problem.message == f"'resend_days' takes a number, not '{value}'"
    assert problem.hint == "write a number of days, or 0 for never"
    assert settings.resend_days == 60


@pytest.mark.parametrize("name", CEILINGS)
def test_settings_can_raise_a_limit_up_to_a_maximum(tmp_path, name):
    for value, reported in ((CEILINGS[name], []), (CEILINGS[name] + 1, ["high-limit"])):
        settings, problems = read_settings(tmp_path, f"limits:\n  {name}: {value}\n".encode())
        assert [problem.rule for problem in problems] == reported
        limit = getattr(Limits() if reported else settings.limits, name)
        assert getattr(settings.limits, name) == limit
    (problem,) = problems
    assert (problem.span.line, problem.span.column) == (2, len(name) + 5)
    assert f"--limit {name}={value}" in problem.hint


def test_the_command_line_sets_any_limit(tmp_path, own_limits):
    own_limits({"scalar": 5_000_000, "nodes": 7})
    settings, problems = read_settings(tmp_path, b"limits: {scalar: 9_999_999, depth: 9}\n")
    assert problems == []
    assert settings.limits == Limits(scalar=5_000_000, nodes=7, depth=9)
    assert read_settings(tmp_path / "none")[0].limits.nodes == 7

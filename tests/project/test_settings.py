"""Settings: their values, and what is reported of wrong ones."""

from __future__ import annotations

import pytest

from flashdeck.project.settings import read_settings


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

"""Summaries at the end of a test run, recorded by tests as the property `summary`."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write a line for each summary that a passed test recorded."""
    for report in terminalreporter.getreports("passed"):
        for name, words in report.user_properties:
            if name == "summary":
                terminalreporter.write_line(str(words))

"""What pyproject.toml says of the wheel."""

from __future__ import annotations

import re
import tomllib

from conftest import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_classifiers_name_every_python_from_the_oldest_that_is_allowed():
    project = SETTINGS["project"]
    named = re.findall(r":: Python :: 3\.(\d+)", "\n".join(project["classifiers"]))
    oldest = int(project["requires-python"].removeprefix(">=3."))
    assert [int(minor) for minor in named] == [*range(oldest, oldest + len(named))]
    assert "14" in named


def test_the_wheel_brings_the_manual_page_and_the_completions():
    shared = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert {ROOT / path for path in shared} == set((ROOT / "docs/shell").iterdir())


def test_every_extra_is_pinned():
    pins = (ROOT / "constraints.txt").read_text("utf-8").lower().splitlines()
    pinned = {line.partition("==")[0] for line in pins}
    extras = SETTINGS["project"]["optional-dependencies"].values()
    names = {re.split("[<>=]", package)[0] for extra in extras for package in extra}
    assert sorted(names - pinned) == []

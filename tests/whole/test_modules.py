"""`make modules`: the modules that a build of one note uses."""

from __future__ import annotations

import re
import subprocess
import sys

from conftest import ROOT


def test_it_names_the_modules_of_a_build_and_no_others():
    shown = subprocess.run(
        [sys.executable, "-m", "bench.modules", "--list"],
        cwd=ROOT / "tests",
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    head, *lines = shown.stdout.splitlines()
    entered = {line.split()[1] for line in lines}
    assert entered >= {"compile.compiler", "kinds.question", "release.release"}
    assert entered.isdisjoint({"exporting.export", "kinds.cloze", "preview.session", "stats"})
    assert re.match(rf"building one note: {len(entered)} of \d+ modules entered", head)

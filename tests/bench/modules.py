"""Count the modules that a build of one note uses: `python -m bench.modules`.

A module is entered when one of its functions is called; importing it is not enough. Each call from
one module into another is a move, as a reader who follows the build makes in an editor.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import flashdeck

PACKAGE = Path(flashdeck.__file__).parent
_INSIDE = f"{PACKAGE}{os.sep}"
DECK = "deck: One\nnotes:\n  - q: Who created Flask?\n    a: Armin Ronacher\n"


@dataclass
class Trace:
    """The calls into each module, and the moves between modules."""

    calls: Counter[str] = field(default_factory=Counter)
    moves: int = 0
    _last: str = ""
    _importing: int = 0

    def profile(self, frame: FrameType, event: str, _: object) -> None:
        """Count a call, as `sys.setprofile` reports it."""
        path = frame.f_code.co_filename
        if event not in ("call", "return") or not path.startswith(_INSIDE):
            return
        if frame.f_code.co_name == "<module>":
            self._importing += 1 if event == "call" else -1
        elif event == "call" and not self._importing:
            module = path.removeprefix(_INSIDE).removesuffix(".py").replace(os.sep, ".")
            self.calls[module] += 1
            self.moves += module != self._last
            self._last = module


def build_one_note() -> Trace:
    """Run the first build of a project of one note."""
    from flashdeck.cli.run import run

    trace = Trace()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cards").mkdir()
        (Path(folder) / "cards" / "one.yaml").write_text(DECK, "utf-8")
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            sys.setprofile(trace.profile)
            try:
                code = run(["build", "-C", folder])
            finally:
                sys.setprofile(None)
    assert code == 0
    return trace


def main() -> int:
    """Print the figures; returns the exit code."""
    trace = build_one_note()
    loaded = [name for name in sys.modules if name.partition(".")[0] == "flashdeck"]
    every = len(list(PACKAGE.rglob("*.py")))
    sys.stdout.write(
        f"building one note: {len(trace.calls)} of {every} modules entered, {len(loaded)} loaded;"
        f" {trace.moves} moves from one to another\n"
    )
    if "--list" in sys.argv[1:]:
        for module, count in sorted(trace.calls.items()):
            sys.stdout.write(f"{count:>6}  {module}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Makes docs/reference/rules.md from the rules themselves: `make rules`."""

# ruff: noqa: INP001 - a script by itself, no package

from __future__ import annotations

from pathlib import Path

from flashdeck.checking.explain import reference
from flashdeck.rules.pages import pages

if __name__ == "__main__":
    target = Path(__file__).parent / "reference" / "rules.md"
    target.write_text(reference(pages().values()), "utf-8")

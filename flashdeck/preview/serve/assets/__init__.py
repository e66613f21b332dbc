"""MathJax as Anki ships it, with its fonts and licence; `fetch.py` gets them again."""

from __future__ import annotations

from importlib.resources import files
from pathlib import PurePosixPath

SCRIPT = "tex-chtml-full.js"


def mathjax_files() -> dict[str, bytes]:
    """Give MathJax's script, and its fonts as `fonts/NAME.woff`."""
    home = files("flashdeck.preview.serve.assets").joinpath("mathjax")
    fonts = sorted(
        (one for one in home.joinpath("fonts").iterdir() if one.name.endswith(".woff")),
        key=lambda one: one.name,
    )
    found = {str(PurePosixPath("fonts", one.name)): one.read_bytes() for one in fonts}
    return {SCRIPT: home.joinpath(SCRIPT).read_bytes(), **found}

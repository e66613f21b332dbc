"""MathJax as shipped with Anki, with its fonts and license; `assets/fetch.py` downloads them."""

from __future__ import annotations

from importlib.resources import files

SCRIPT = "tex-chtml-full.js"


def mathjax_files() -> dict[str, bytes]:
    """MathJax's script, and its fonts as `fonts/NAME.woff`."""
    home = files("flashdeck.preview.serve").joinpath("assets", "mathjax")
    fonts = sorted(
        (file for file in home.joinpath("fonts").iterdir() if file.name.endswith(".woff")),
        key=lambda file: file.name,
    )
    return {
        SCRIPT: home.joinpath(SCRIPT).read_bytes(),
        **{f"fonts/{file.name}": file.read_bytes() for file in fonts},
    }

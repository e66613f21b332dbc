"""Terminal styles of HTML elements and classes.

They use only the sixteen standard colors, which fit light and dark backgrounds.
"""

from __future__ import annotations

from rich.style import Style

MATH = Style(color="magenta")
DIM = Style(dim=True)

_ELEMENTS = {
    "a": "underline",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strike",
    "del": "strike",
    "strike": "strike",
    "mark": "black on yellow",
    "code": "cyan",
    "tt": "cyan",
    "samp": "cyan",
    "kbd": "reverse",
    "blockquote": "italic",
    "rt": "dim",
    "h1": "bold underline",
    "h2": "bold",
    "h3": "bold",
    "h4": "bold",
    "h5": "bold",
    "h6": "bold",
    "th": "bold",
    "fd-sound": "cyan",
    "fd-typed": "green",
}
_CLASSES = {
    "cloze": "bold bright_blue",
    "cloze-inactive": "blue",
    "hint": "dim",
    "fd-extra": "dim",
}
# Pygments' short classes: by full name, else by first letter.
_CODE = {
    "c": "bright_black",
    "cp": "magenta",
    "k": "magenta",
    "kt": "cyan",
    "kc": "bright_magenta",
    "nb": "cyan",
    "nc": "bright_cyan",
    "nd": "yellow",
    "nf": "bright_blue",
    "nt": "magenta",
    "na": "yellow",
    "nv": "bright_blue",
    "n": "",
    "s": "green",
    "se": "bright_green",
    "m": "bright_magenta",
    "gd": "red",
    "gi": "green",
    "gp": "bright_black",
    "go": "bright_black",
    "ge": "italic",
    "gs": "bold",
}


def style_of(name: str, classes: list[str], *, code: bool) -> Style:
    """The style of an element on top of its parent's; `code` inside highlighted code."""
    styles = [_CLASSES.get(key, "") for key in classes]
    if code and name == "span":
        styles += [_CODE.get(key, _CODE.get(key[:1], "")) for key in classes if len(key) <= 2]  # noqa: PLR2004 - Pygments' names
    elif not (code and name == "code"):  # unhighlighted code in a block is plain
        styles.append(_ELEMENTS.get(name, ""))
    return sum((Style.parse(style) for style in styles if style), Style.null())

"""How words stand out in the terminal: by the elements and the classes that they stand in.

Only the sixteen colours that every terminal has, so that they fit to its light or dark background.
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
# Pygments' short classes: by their whole name, else by their first letter.
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
    """Give the style of an element, over what it stands in; `code` where that is highlighted."""
    found = [_CLASSES.get(one, "") for one in classes]
    if code and name == "span":
        found += [_CODE.get(one, _CODE.get(one[:1], "")) for one in classes if len(one) <= 2]  # noqa: PLR2004 - Pygments' names
    elif not (code and name == "code"):  # a block of code is plain where it is not highlighted
        found.append(_ELEMENTS.get(name, ""))
    return sum((Style.parse(one) for one in found if one), Style.null())

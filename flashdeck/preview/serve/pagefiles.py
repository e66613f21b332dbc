"""The static files of the page, served one by one or combined into one file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

STYLES = (
    "page.css",
    "gallery.css",
    "table.css",
    "single.css",
    "masks.css",
    "panels.css",
    "print.css",
)
SCRIPTS = (
    "base.js",
    "search.js",
    "store.js",
    "filters.js",
    "frames.js",
    "gallery.js",
    "table.js",
    "single.js",
    "masks.js",
    "overview.js",
    "problems.js",
    "print.js",
    "send.js",
    "keys.js",
    "main.js",
)


@cache
def page_file(name: str) -> str:
    """Read one of the page's files."""
    return files("flashdeck.preview.serve").joinpath("page", name).read_text("utf-8")


def page(head: str, setting: str, scripts: str) -> str:
    """Fill in the page's template.

    `head` holds styles and policy, `setting` the settings of its scripts as JSON.
    """
    text = page_file("page.html")
    for mark, value in (("HEAD", head), ("SETTING", setting), ("SCRIPTS", scripts)):
        text = text.replace(f"<!--{mark}-->", value)
    return text

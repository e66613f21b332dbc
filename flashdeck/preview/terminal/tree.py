"""The tree of a card's HTML, read as browsers do: linear time and limited depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from flashdeck.html.tags import Tag, browser_tag, has_raw_text, raw_text_end

_STARTS_MARKUP = re.compile("<[A-Za-z/!?]")
_MAX_DEPTH = 60  # deeper elements are read as siblings
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# The start of an element closes these, if they are the innermost open ones.
_ENDS = {
    "li": {"p", "li"},
    "dt": {"p", "dt", "dd"},
    "dd": {"p", "dt", "dd"},
    "td": {"p", "td", "th"},
    "th": {"p", "td", "th"},
    "tr": {"p", "td", "th", "tr"},
    "rt": {"rt", "rp"},
    "rp": {"rt", "rp"},
} | {name: {"p"} for name in "p div ul ol pre table hr blockquote h1 h2 h3 h4 h5 h6".split()}


@dataclass(slots=True)
class Element:
    """An element with its attributes and children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """The class names."""
        return self.attributes.get("class", "").split()


def read(html: str) -> Element:
    """Parse HTML into a root element without a name."""
    builder = _Builder()
    at = 0
    while markup := _STARTS_MARKUP.search(html, at):
        builder.add_text(html[at : markup.start()])
        tag, at = browser_tag(html, markup.start())
        if tag is None:
            continue
        builder.add_tag(tag)
        if has_raw_text(tag):
            at = raw_text_end(html, tag)
            builder.add_text(html[tag.end : at])
    builder.add_text(html[at:])
    return builder.open[0]


def after_rule(tree: Element) -> Element | None:
    """The part of the tree after `<hr id=answer>`, None without such a rule."""
    for at, child in enumerate(tree.children):
        if isinstance(child, str):
            continue
        if child.name == "hr" and child.attributes.get("id") == "answer":
            return Element(tree.name, tree.attributes, tree.children[at + 1 :])
        rest = after_rule(child)
        if rest is not None:
            return Element(tree.name, tree.attributes, [rest, *tree.children[at + 1 :]])
    return None


class _Builder:
    def __init__(self) -> None:
        self.open = [Element("")]

    def add_tag(self, tag: Tag) -> None:
        if tag.closing:
            self._close(tag.name)
            return
        while self.open[-1].name in _ENDS.get(tag.name, ()):
            self.open.pop()
        element = Element(tag.name, {each.name: each.value or "" for each in tag.attributes})
        self.open[-1].children.append(element)
        if tag.name not in _VOID and len(self.open) < _MAX_DEPTH:
            self.open.append(element)

    def _close(self, name: str) -> None:
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].name == name:
                del self.open[at:]
                return

    def add_text(self, text: str) -> None:
        if text:
            self.open[-1].children.append(unescape(text))

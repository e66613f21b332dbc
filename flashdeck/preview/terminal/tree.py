"""A small HTML parser for cards: linear time and limited depth."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

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
    builder.feed(html)
    builder.close()
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


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open[-1].name in _ENDS.get(tag, ()):
            self.open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID and len(self.open) < _MAX_DEPTH:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML reads `<b/>` as `<b>`

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.open) - 1, 0, -1):
            if self.open[at].name == tag:
                del self.open[at:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

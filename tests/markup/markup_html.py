"""HTML as a browser reads it: elements, attributes and text, however they are spelled."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset("br hr img wbr col source input embed link meta".split())
BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt figcaption figure h1 h2 h3 h4 h5"
    " h6 hr li ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
SPELLINGS = {"del": "s"}
"""Two names of one thing: strikethrough."""

Node = tuple[str, str, tuple[tuple[str, str], ...]]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[Node] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = SPELLINGS.get(tag, tag)
        values = sorted((name, (value or "").replace(": ", ":")) for name, value in attrs)
        self.nodes.append(("<", tag, tuple(values)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        tag = SPELLINGS.get(tag, tag)
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> where {self.open[-1:]} is open")
        else:
            self.open.pop()
        self.nodes.append((">", tag, ()))

    def handle_data(self, data: str) -> None:
        if self.nodes and self.nodes[-1][0] == "text":
            data = self.nodes.pop()[1] + data
        self.nodes.append(("text", data, ()))

    def handle_comment(self, data: str) -> None:
        self.nodes.append(("comment", data, ()))

    def handle_decl(self, decl: str) -> None:
        self.nodes.append(("declaration", decl, ()))

    def handle_pi(self, data: str) -> None:
        self.nodes.append(("instruction", data, ()))

    def unknown_decl(self, data: str) -> None:
        self.nodes.append(("declaration", data, ()))


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def faults(html: str) -> list[str]:
    """Name the tags that are not balanced."""
    reader = _read(html)
    return reader.faults + [f"<{name}> is never closed" for name in reader.open]


def elements(html: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Every element with its attributes, in order."""
    return [(name, values) for kind, name, values in _read(html).nodes if kind == "<"]


def shown(html: str) -> str:
    """The text that a browser shows; a space for each tag."""
    return " ".join(name for kind, name, _ in structure(html) if kind == "text")


def structure(html: str) -> list[Node]:
    """The elements and texts of a field.

    Line breaks of the source beside blocks are left out, since browsers show none of them, and so
    are the class and the colors of highlighted code.
    """
    nodes: list[Node] = []
    pre: list[bool] = []
    for kind, name, values in _read(html).nodes:
        if name == "pre" and kind == "<":
            pre.append(("class", "fd-code") in values)
            kept = [pair for pair in values if pair != ("class", "fd-code")]
            nodes.append((kind, name, tuple(kept)))
        elif name == "pre" and kind == ">":
            pre[-1:] = []
            nodes.append((kind, name, values))
        elif not (name == "span" and kind != "text" and pre and pre[-1]):
            nodes.append((kind, name, values))
    return _one_paragraph(_without_empty_bodies(_trimmed(_joined(nodes))))


def _joined(nodes: list[Node]) -> list[Node]:
    joined: list[Node] = []
    for kind, name, values in nodes:
        if kind == "text" and joined and joined[-1][0] == "text":
            joined[-1] = ("text", joined[-1][1] + name, ())
        else:
            joined.append((kind, name, values))
    return joined


def _trimmed(nodes: list[Node]) -> list[Node]:
    trimmed: list[Node] = []
    depth = 0
    for index, (kind, name, values) in enumerate(nodes):
        depth += (name == "pre") * ((kind == "<") - (kind == ">"))
        text = name
        if kind == "text" and not depth:
            if index == 0 or nodes[index - 1][1] in BLOCKS | {"br"}:
                text = text.lstrip("\n")
            if index + 1 == len(nodes) or nodes[index + 1][1] in BLOCKS:
                text = text.rstrip("\n")
        if text:
            trimmed.append((kind, text, values))
    return trimmed


def _without_empty_bodies(nodes: list[Node]) -> list[Node]:
    """A table of nothing but a head has a body in one engine and none in the other."""
    opened, closed = ("<", "tbody", ()), (">", "tbody", ())
    kept: list[Node] = []
    for node in nodes:
        if node == closed and kept[-1:] == [opened]:
            kept.pop()
        else:
            kept.append(node)
    return kept


def _one_paragraph(nodes: list[Node]) -> list[Node]:
    """A single paragraph is not wrapped."""
    opened, closed = ("<", "p", ()), (">", "p", ())
    if nodes.count(opened) == 1 and nodes[:1] == [opened] and nodes[-1] == closed:
        return nodes[1:-1]
    return nodes

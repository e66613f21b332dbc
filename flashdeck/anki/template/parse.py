"""Template text to a flat list of nodes, by the rules of Anki's own tokenizer.

A section is one node that knows where it ends, so that neither rendering nor any other reading of
a template needs recursion, however deep an author nests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

# Anki's translations wrap every inserted value in these two, so that a right-to-left name does not
# turn the sentence round. They are invisible, but they are in the text of its error pages.
_ISOLATE = "\u2068%s\u2069"


class Fault(NamedTuple):
    """One mistake: a sentence with a `%s` for each of the `parts` it quotes."""

    sentence: str
    parts: tuple[str, ...]

    def plain(self) -> str:
        """Return the sentence for people who read a list of problems."""
        return self.sentence % self.parts

    def isolated(self) -> str:
        """Return the sentence as Anki's pages have it, each part in Unicode isolates."""
        return self.sentence % tuple(_ISOLATE % part for part in self.parts)


def not_closed(name: str) -> Fault:
    """Return what Anki says of a section that is opened and never closed."""
    return Fault("Missing '%s'", (_tag("/", name),))


def wrongly_closed(name: str, opened: str) -> Fault:
    """Return what Anki says when `name` is closed while `opened` is the innermost section."""
    return Fault("Found '%s', but expected '%s'", (_tag("/", name), _tag("/", opened)))


def not_open(name: str) -> Fault:
    """Return what Anki says when a section is closed that was never opened."""
    tags = (_tag("/", name), _tag("#", name), _tag("^", name))
    return Fault("Found '%s', but missing '%s' or '%s'", tags)


def no_such_field(name: str, written: str) -> Fault:
    """Return what Anki says of a field that does not exist; `written` is the tag's whole inside."""
    return Fault("Found '%s', but there is no field called '%s'", (_tag("", written), name))


def _tag(sign: str, inside: str) -> str:
    return "{{" + sign + inside + "}}"


# What Rust's `str::trim` takes off: Unicode's White_Space. Python's `strip()` takes more.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_ALTERNATIVE = "{{=<% %>=}}"
# A tag ends at the first closing delimiter; what is never closed is text. Nothing inside a comment
# is a tag. The first character of either decides which one it is.
_TOKEN = re.compile(r"\{\{(.*?)\}\}|<!--.*?-->", re.DOTALL)
_TOKEN_ALTERNATIVE = re.compile(r"<%(.*?)%>|<!--.*?-->", re.DOTALL)


class Literal(NamedTuple):
    """Text that stands on the card as it is, comments included."""

    text: str


class Replacement(NamedTuple):
    """A field to fill in. `filters` are in the order in which they apply: right to left."""

    name: str
    filters: tuple[str, ...]

    @property
    def written(self) -> str:
        """The inside of the tag, as the author wrote it."""
        return ":".join((*reversed(self.filters), self.name))


class Section(NamedTuple):
    """A section; its content is the nodes that follow, up to the index `end` (exclusive)."""

    name: str
    negated: bool
    end: int

    @property
    def written(self) -> str:
        """The inside of the opening tag, as the author wrote it."""
        return ("^" if self.negated else "#") + self.name


Node = Literal | Replacement | Section
Nodes = tuple[Node, ...]


@dataclass(slots=True)
class _Builder:
    """The nodes so far, and the sections that are still open, each with its index."""

    nodes: list[Node]
    open: list[tuple[int, Section]]

    def add_text(self, text: str) -> None:
        """Add what stands between two tags."""
        if text:
            self.nodes.append(Literal(text))

    def add_tag(self, inside: str) -> Fault | None:
        """Add a tag by its inside; return the mistake if it closes what isn't open."""
        tag = inside.lstrip("{").strip(WHITE_SPACE)
        # A sign with nothing behind it is taken for a field's name.
        sign = tag[:1] if len(tag) > 1 else ""
        name = tag[1:].lstrip(WHITE_SPACE)
        if sign == "/":
            return self._close(name)
        if sign in ("#", "^"):
            section = Section(name, negated=sign == "^", end=0)
            self.open.append((len(self.nodes), section))
            self.nodes.append(section)
        else:
            name, *filters = reversed(tag.split(":"))
            self.nodes.append(Replacement(name, tuple(filters)))
        return None

    def _close(self, name: str) -> Fault | None:
        if not self.open:
            return not_open(name)
        index, opened = self.open[-1]
        if opened.name != name:
            return wrongly_closed(name, opened.name)
        self.nodes[index] = opened._replace(end=len(self.nodes))
        self.open.pop()
        return None

    def finish(self) -> Nodes | Fault:
        """Return the nodes, once the text is at its end; a section still open is a mistake."""
        return not_closed(self.open[-1][1].name) if self.open else tuple(self.nodes)


def parse(text: str) -> Nodes | Fault:
    """Return the nodes of one side of a template, or the first mistake in it."""
    token = _TOKEN
    start = text.lstrip(WHITE_SPACE)
    if start.startswith(_ALTERNATIVE):
        token = _TOKEN_ALTERNATIVE
        while start.startswith(_ALTERNATIVE):
            start = start.removeprefix(_ALTERNATIVE)
        text = start
    builder = _Builder([], [])
    done = 0
    for found in token.finditer(text):
        inside = found[1]
        if inside is None:
            continue
        builder.add_text(text[done : found.start()])
        done = found.end()
        if fault := builder.add_tag(inside):
            return fault
    builder.add_text(text[done:])
    return builder.finish()


def is_cloze_section(name: str) -> bool:
    """Return whether a section of this name is one that shows on a single card only, like `c1`.

    Anki takes `c` and whatever reads as an unsigned 32-bit number, a plus sign included.
    """
    digits = re.fullmatch(r"c\+?0*([0-9]{1,10})", name)
    return digits is not None and int(digits[1]) < 2**32

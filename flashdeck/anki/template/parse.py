"""Parser of templates into a flat list of nodes, by the rules of Anki's tokenizer.

A section is a node with the index of its end, so no use of the nodes needs recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flashdeck.records import dataclass
from flashdeck.text import enclosed

# Anki's translations wrap inserted values in these invisible characters, so that right-to-left
# names do not reorder the sentence.
_ISOLATE = "\u2068%s\u2069"


Range = tuple[int, int]
"""The start and the end of the content of a tag in a template."""


class Fault(NamedTuple):
    """A template error: a sentence with a `%s` for each of its `parts`, and the tag's place."""

    sentence: str
    parts: tuple[str, ...]
    place: Range

    def plain(self) -> str:
        """Return the sentence as plain text."""
        return self.sentence % self.parts

    def isolated(self) -> str:
        """Return the sentence as on Anki's pages, each part in Unicode isolates."""
        return self.sentence % tuple(_ISOLATE % part for part in self.parts)


def not_closed(name: str, place: Range) -> Fault:
    """Return Anki's error for a section that is never closed."""
    return Fault("Missing '%s'", (_tag("/", name),), place)


def wrongly_closed(name: str, opened: str, place: Range) -> Fault:
    """Return Anki's error for closing `name` while `opened` is the innermost section."""
    return Fault("Found '%s', but expected '%s'", (_tag("/", name), _tag("/", opened)), place)


def not_open(name: str, place: Range) -> Fault:
    """Return Anki's error for closing a section that is not open."""
    tags = (_tag("/", name), _tag("#", name), _tag("^", name))
    return Fault("Found '%s', but missing '%s' or '%s'", tags, place)


def no_such_field(name: str, written: str, place: Range = (0, 0)) -> Fault:
    """Return Anki's error for a field that does not exist; `written` is the content of the tag."""
    tag = _tag("", written)
    return Fault("Found '%s', but there is no field called '%s'", (tag, name), place)


def _tag(sign: str, inside: str) -> str:
    return "{{" + sign + inside + "}}"


# What Rust's `str::trim` removes: Unicode's White_Space. Python's `strip()` removes more.
WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_ALTERNATIVE = "{{=<% %>=}}"
_SIGNS = frozenset("#^/")
# What opens a tag or a comment, and what closes each.
_Delimiters = tuple[re.Pattern[str], tuple[re.Pattern[str], ...]]
_COMMENT_END = re.compile("-->")
_DELIMITERS: _Delimiters = re.compile(r"(\{\{)|(<!--)"), (re.compile(r"\}\}"), _COMMENT_END)
_ALTERNATIVE_DELIMITERS: _Delimiters = re.compile("(<%)|(<!--)"), (re.compile("%>"), _COMMENT_END)


class Literal(NamedTuple):
    """Text that is copied to the card, comments included."""

    text: str


class Replacement(NamedTuple):
    """A field. `filters` are in the order in which they apply: right to left."""

    name: str
    filters: tuple[str, ...]
    place: Range

    @property
    def written(self) -> str:
        """The content of the tag, as in the source."""
        return ":".join((*reversed(self.filters), self.name))


class Section(NamedTuple):
    """A section; its content is the nodes that follow, up to the index `end` (exclusive)."""

    name: str
    negated: bool
    end: int
    place: Range

    @property
    def written(self) -> str:
        """The content of the opening tag, as in the source."""
        return ("^" if self.negated else "#") + self.name


Node = Literal | Replacement | Section
Nodes = tuple[Node, ...]


@dataclass(slots=True)
class _Builder:
    """The nodes so far, and the open sections with their indices."""

    nodes: list[Node]
    open: list[tuple[int, Section]]

    def add_text(self, text: str) -> None:
        """Add the text between two tags."""
        if text:
            self.nodes.append(Literal(text))

    def add_tag(self, inside: str, start: int) -> Fault | None:
        """Add a tag by its content; return an error if it closes a section that isn't open."""
        tag = inside.lstrip("{").lstrip(WHITE_SPACE)
        start += len(inside) - len(tag)
        tag = tag.rstrip(WHITE_SPACE)
        place = start, start + len(tag)
        # A sign alone is a field name.
        sign = tag[:1] if len(tag) > 1 else ""
        name = tag[1:].lstrip(WHITE_SPACE)
        if sign == "/":
            return self._close(name, place)
        if sign in ("#", "^"):
            section = Section(name, negated=sign == "^", end=0, place=place)
            self.open.append((len(self.nodes), section))
            self.nodes.append(section)
        else:
            name, *filters = reversed(tag.split(":"))
            self.nodes.append(Replacement(name, tuple(filters), place))
        return None

    def _close(self, name: str, place: Range) -> Fault | None:
        if not self.open:
            return not_open(name, place)
        index, opened = self.open[-1]
        if opened.name != name:
            return wrongly_closed(name, opened.name, place)
        self.nodes[index] = opened._replace(end=len(self.nodes))
        self.open.pop()
        return None

    def finish(self) -> Nodes | Fault:
        """Return the nodes; a section still open is an error."""
        if not self.open:
            return tuple(self.nodes)
        _, section = self.open[-1]
        return not_closed(section.name, section.place)


def parse(text: str) -> Nodes | Fault:
    """Return the nodes of one side of a template, or the first error in it."""
    delimiters, removed = _delimiters(text)
    text = text[removed:]
    builder = _Builder([], [])
    end = 0
    for start, stop in _tags(text, delimiters):
        builder.add_text(text[end : start - 2])
        end = stop + 2
        if fault := builder.add_tag(text[start:stop], removed + start):
            return fault
    builder.add_text(text[end:])
    return builder.finish()


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return one side of a template with other names of fields; `names` are the new by the old."""
    delimiters, done = _delimiters(text)
    parts = [text[:done]]
    text = text[done:]
    done = 0
    for start, stop in _tags(text, delimiters):
        tag = text[start:stop].lstrip("{").strip(WHITE_SPACE)
        inside = tag[1:].lstrip(WHITE_SPACE) if len(tag) > 1 and tag[0] in _SIGNS else tag
        name = inside if inside is not tag else tag.rpartition(":")[2]
        if name in names:
            end = stop - len(text[start:stop]) + len(text[start:stop].rstrip(WHITE_SPACE))
            parts += [text[done : end - len(name)], names[name]]
            done = end
    return "".join([*parts, text[done:]])


def _delimiters(text: str) -> tuple[_Delimiters, int]:
    """Return the delimiters of tags, and the length of the mark that chooses them."""
    rest = text.lstrip(WHITE_SPACE)
    at = 0
    while rest.startswith(_ALTERNATIVE, at):
        at += len(_ALTERNATIVE)
    if not at:
        return _DELIMITERS, 0
    return _ALTERNATIVE_DELIMITERS, len(text) - len(rest) + at


def _tags(text: str, delimiters: _Delimiters) -> Iterator[Range]:
    """Yield the content of each tag.

    A tag ends at the first closing delimiter; an unclosed tag is text. Tags in comments are
    ignored.
    """
    for opened, closed in enclosed(text, *delimiters):
        if opened[1]:
            yield opened.end(), closed.start()


def is_cloze_section(name: str) -> bool:
    """Return whether a section depends on the number of the card, like `c1`.

    Anki accepts `c` and an unsigned 32-bit number, with an optional plus sign.
    """
    digits = re.fullmatch(r"c\+?0*([0-9]{1,10})", name)
    return digits is not None and int(digits[1]) < 2**32

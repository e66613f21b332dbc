"""What is wrong with a template, in words fit for Anki's error page and for a plain message."""

from __future__ import annotations

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

"""Fields that are HTML already: unchanged, except for the names of media files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import TYPE_CHECKING

from flashdeck.css import loads
from flashdeck.html.addresses import is_active, is_remote
from flashdeck.html.tags import (
    REFERENCES,
    Attribute,
    Tag,
    active_reason,
    attribute,
    remote_address,
    unpacked_name,
    unsearched_name,
)
from flashdeck.markup.results import MediaRefusal, Problem, Rendered

if TYPE_CHECKING:
    from flashdeck.markup.results import Media

# As browsers read tags: anything goes for an attribute, and an unclosed one runs to the end.
# Most tags are these, without attributes; there is nothing to report.
_NEXT = re.compile(
    r"<!--|<(?!(?:br|div|b|i|em|strong|u|code|pre|p|ul|ol|li|span|su[bp]|h[1-6]|t[rdh]|table)>)"
    r"(?=[A-Za-z])|\[sound:"
)
_NAME = re.compile(r"[^\s/>]+")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"?|'[^']*+'?|[^\s>]*+))?"""
)
_TAG_END = re.compile(r"[\s/]*+>")
_SOUND_END = re.compile(r"[^\]]+")
_RAW_TEXT = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE | re.ASCII)
    for name in ("script", "style", "textarea", "title", "xmp", "noembed")
}
_BEGINS = re.compile("<(?=[A-Za-z])")
_COMMENT_END = re.compile(r"--!?>")
# What would run if a browser read as tags what is text here: inside of a drawing `<style>` and
# `<title>` hold tags, and where scripts run `<noscript>` holds none.
_WOULD_RUN = re.compile(
    r"<(?:script|i?frame|object|embed|applet|meta|base|link)\b|[\s/\"']on[a-z]+\s*=|javascript:",
    re.IGNORECASE,
)
_KEEP = "to keep it, use --allow-scripts"


@dataclass(slots=True)
class _Field:
    text: str
    media: Media
    allow_scripts: bool
    out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copied: int = 0

    def replace(self, start: int, end: int, destination: str) -> None:
        """Replace a destination by the name of its file in the package."""
        name = self.media.name(destination)
        if isinstance(name, MediaRefusal):
            self.problems.append(Problem(name.rule, name.message, start, end, name.hint))
        elif name != destination:
            self.out += [self.text[self.copied : start], escape(name)]
            self.copied = end

    def active(self, reason: str, start: int, end: int, hint: str = _KEEP) -> None:
        """Report what would run, unless it may."""
        if not self.allow_scripts:
            self.problems.append(Problem("active-content", reason, start, end, hint))

    def unclosed(self, tag: Tag) -> None:
        """Report a tag without an end, unless active content is allowed."""
        if not self.allow_scripts:
            message = "this tag is never closed, and swallows the text after it"
            hint = "write &lt; for a '<' that does not begin a tag"
            self.problems.append(Problem("unclosed-tag", message, tag.start, tag.end, hint))

    def inert(self, start: int, end: int) -> None:
        """Check that text that is not a tag here runs nothing where a browser reads it as one."""
        first = _BEGINS.search(self.text, start, end) if start >= 0 else None
        if first and (found := _WOULD_RUN.search(self.text, first.start(), end)):
            hint = f"to show it, write &lt; for its '<'; {_KEEP}"
            self.active("a browser may run this", *found.span(), hint)

    def tag(self, tag: Tag) -> None:
        """Check a tag, and replace the file that it names."""
        if reason := active_reason(tag):
            self.active(reason, tag.start, tag.end)
        for each in tag.attributes:
            self.inert(each.start, each.end)
        reference = REFERENCES.get(tag.name)
        others = []
        for each in tag.attributes:
            if each.name == reference and each.value:
                self.replace(each.start, each.end, each.value)
                reference = None
            else:
                others.append(each)
        rest = replace(tag, attributes=tuple(others))
        if remote := remote_address(rest):
            self.problems.append(
                Problem(
                    "remote-media",
                    f"{remote} is on another machine; packages must contain their media",
                    tag.start,
                    tag.end,
                )
            )
        elif name := unpacked_name(rest):
            self.unpacked(tag, name, "it looks at src alone")
        elif name := unsearched_name(rest):
            self.unpacked(tag, name, f"it does not look into <{tag.name}>")

    def unpacked(self, tag: Tag, name: str, why: str) -> None:
        """Report a file that Anki would not export."""
        message = f"Anki does not export {name}: {why}"
        hint = "show it by a tag of its own, as in <img src=…>"
        self.problems.append(
            Problem("html-attribute", message, tag.start, tag.end, hint, "warning")
        )


def read_tags(text: str) -> Iterator[tuple[Tag, int]]:
    """Yield the tags as browsers read them, each with the end of its raw text."""
    position = 0
    while found := _NEXT.search(text, position):
        position = found.end()
        if found.group() == "<!--":
            position = _comment_end(text, found.start())
        elif found.group() == "<":
            tag, _ = _read_tag(text, found.start())
            position = _raw_text_end(text, tag)
            yield tag, position


def render_html(text: str, media: Media, *, allow_scripts: bool) -> Rendered:
    """Return the text with the names of its media in the package, and its problems."""
    found = _NEXT.search(text)
    if found is None:
        return Rendered(text)
    html = _Field(text, media, allow_scripts)
    last_bracket = text.rfind("]")
    while found is not None:
        match found.group():
            case "<!--":
                position = _comment_end(text, found.start())
            case "[sound:" if found.end() > last_bracket:
                position = found.end()
            case "[sound:":
                position = _sound(html, found.end())
            case _:
                tag, closed = _read_tag(text, found.start())
                html.tag(tag)
                if not closed:
                    html.unclosed(tag)
                position = _behind(html, tag)
        found = _NEXT.search(text, position)
    return Rendered("".join(html.out) + text[html.copied :], tuple(html.problems))


def _comment_end(text: str, start: int) -> int:
    # `<!-->` and `<!--->` are whole comments, to browsers.
    end = _COMMENT_END.search(text, start + 2)
    return end.end() if end else len(text)


def _sound(html: _Field, start: int) -> int:
    name = _SOUND_END.match(html.text, start)
    if name and html.text.startswith("]", name.end()):
        html.replace(start, name.end(), attribute("", name.group(), start, name.end()).value or "")
        return name.end()
    return start


def _read_tag(text: str, start: int) -> tuple[Tag, bool]:
    """Read the tag at `start`; give it and whether it ends."""
    name = _NAME.match(text, start + 1)
    position = name.end() if name else start + 1
    attributes: list[Attribute] = []
    while not (end := _TAG_END.match(text, position)):
        found = _ATTRIBUTE.match(text, position)
        if not found:
            break
        position = found.end()
        attributes.append(attribute(found.group(1), found.group(2), found.start(2), found.end(2)))
    tag = Tag(
        name=name.group().lower() if name else "",
        closing=False,
        attributes=tuple(attributes),
        start=start,
        end=end.end() if end else len(text),
    )
    return tag, end is not None


def _behind(html: _Field, tag: Tag) -> int:
    """Return where to continue: after the text of a script or style, which has no tags."""
    end = _raw_text_end(html.text, tag)
    if tag.name in _RAW_TEXT and tag.name != "script":
        html.inert(tag.end, end)
    if tag.name == "style" and _loads_from_elsewhere(html.text[tag.end : end]):
        html.active("this style loads something from another machine", tag.start, end)
    return end


def _raw_text_end(text: str, tag: Tag) -> int:
    if tag.name not in _RAW_TEXT:
        return tag.end
    found = _RAW_TEXT[tag.name].search(text, tag.end)
    return found.start() if found else len(text)


def _loads_from_elsewhere(css: str) -> bool:
    # Inside of a drawing a style may have character references.
    addresses = [load.address for load in (*loads(css), *loads(unescape(css)))]
    return any(is_remote(address) or is_active(address) for address in addresses)

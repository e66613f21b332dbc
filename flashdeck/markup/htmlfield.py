"""Fields that are HTML already: byte for byte, but for the names of media files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from flashdeck.markup.results import MediaRefusal, Problem, Rendered
from flashdeck.markup.tags import (
    Attribute,
    Tag,
    active_reason,
    attribute,
    remote_address,
)

if TYPE_CHECKING:
    from flashdeck.markup.references import Media

# As browsers read tags: anything goes for an attribute, and an unclosed one runs to the end.
_NEXT = re.compile(r"<!--|<(?=[A-Za-z])|\[sound:")
_NAME = re.compile(r"[^\s/>]+")
_ATTRIBUTE = re.compile(
    r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"?|'[^']*+'?|[^\s>]*+))?"""
)
_TAG_END = re.compile(r"[\s/]*+>")
_SOUND_END = re.compile(r"[^\]]+")
_STYLE_LOADS = re.compile(r"@import|url\s*\(\s*[\"']?\s*(?:[a-z][a-z0-9+.-]+:|//)", re.IGNORECASE)
_REFERENCES = {"img": "src", "audio": "src", "video": "src", "source": "src", "object": "data"}
_RAW_TEXT = frozenset({"script", "style", "textarea", "title", "xmp", "noembed"})


@dataclass(slots=True)
class _Field:
    text: str
    media: Media
    allow_scripts: bool
    out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copied: int = 0

    def replace(self, start: int, end: int, destination: str) -> None:
        """Put the package's name for a destination in the place of what stands there."""
        name = self.media.name(destination)
        if isinstance(name, MediaRefusal):
            self.problems.append(Problem(name.rule, name.message, start, end, name.hint))
        elif name != destination:
            self.out += [self.text[self.copied : start], escape(name)]
            self.copied = end

    def tag(self, tag: Tag) -> None:
        """Judge a tag and resolve its reference."""
        reason = active_reason(tag)
        if reason and not self.allow_scripts:
            self.problems.append(
                Problem(
                    "active-content", reason, tag.start, tag.end, "to keep it, use --allow-scripts"
                )
            )
        reference = _REFERENCES.get(tag.name)
        for each in tag.attributes:
            if each.name == reference and each.value:
                self.replace(each.start, each.end, each.value)
                return
        if remote := remote_address(tag):
            self.problems.append(
                Problem(
                    "remote-media",
                    f"{remote} is on another machine; cards must bring their media along",
                    tag.start,
                    tag.end,
                )
            )


def render_html(text: str, media: Media, *, allow_scripts: bool) -> Rendered:
    """The text with the package's names for its media, and what is active or missing in it."""
    html = _Field(text, media, allow_scripts)
    position = 0
    while found := _NEXT.search(text, position):
        match found.group():
            case "<!--":
                end = text.find("-->", found.end())
                position = end + 3 if end >= 0 else len(text)
            case "[sound:":
                position = _sound(html, found.end())
            case _:
                tag = _read_tag(text, found.start())
                html.tag(tag)
                position = _behind(html, tag)
    return Rendered("".join(html.out) + text[html.copied :], tuple(html.problems))


def _sound(html: _Field, start: int) -> int:
    name = _SOUND_END.match(html.text, start)
    if name and html.text.startswith("]", name.end()):
        html.replace(start, name.end(), attribute("", name.group(), start, name.end()).value or "")
        return name.end()
    return start


def _read_tag(text: str, start: int) -> Tag:
    name = _NAME.match(text, start + 1)
    position = name.end() if name else start + 1
    attributes: list[Attribute] = []
    while not (end := _TAG_END.match(text, position)):
        found = _ATTRIBUTE.match(text, position)
        if not found:
            break
        position = found.end()
        attributes.append(attribute(found.group(1), found.group(2), found.start(2), found.end(2)))
    return Tag(
        name=name.group().lower() if name else "",
        closing=False,
        attributes=tuple(attributes),
        start=start,
        end=end.end() if end else len(text),
    )


def _behind(html: _Field, tag: Tag) -> int:
    """Where to look on: behind a script's or style's own text, which holds no tags."""
    if tag.name not in _RAW_TEXT:
        return tag.end
    end = html.text.find(f"</{tag.name}", tag.end)
    end = end if end >= 0 else len(html.text)
    if tag.name == "style" and not html.allow_scripts:
        loads = _STYLE_LOADS.search(html.text, tag.end, end)
        if loads:
            html.problems.append(
                Problem(
                    "active-content",
                    "this style loads something from another machine",
                    *loads.span(),
                )
            )
    return end

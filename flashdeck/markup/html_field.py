"""Fields that are HTML already: unchanged, except for the names of media files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field, replace
from html import escape, unescape

from flashdeck.css import loads
from flashdeck.html.addresses import is_active, is_remote
from flashdeck.html.tags import (
    ACTIVE,
    REFERENCES,
    Tag,
    active_reason,
    attribute,
    browser_tag,
    has_raw_text,
    raw_text_end,
    remote_address,
    unpacked_name,
    unsearched_name,
)
from flashdeck.markup.formulas import active_tex
from flashdeck.markup.results import (
    MediaRefusal,
    MediaResolver,
    Problem,
    Rendered,
    packed_name,
)
from flashdeck.records import dataclass

# Most tags are these, without attributes; there is nothing to report.
_NEXT = re.compile(
    r"<(?!/?(?:br|div|b|i|em|strong|u|code|pre|p|ul|ol|li|span|su[bp]|h[1-6]|t[rdh]|table)>)"
    r"(?=[A-Za-z/!?])|\[sound:"
)
_SOUND_END = re.compile(r"[^\]]+")
_BEGINS = re.compile("<(?=[A-Za-z])")
_TAG = re.compile("<[A-Za-z/!?]")
# A formula has one, as such or as a reference.
_BACKSLASH = re.compile(r"\\|&(?:#|bsol)")
_READ_OVER = frozenset({"br", "wbr"})
# What would run if a browser read as tags what is text here.
_WOULD_RUN = re.compile(
    r"<(?:script|i?frame|object|embed|applet|meta|base|link)\b|[\s/\"']on[a-z]+\s*=|javascript:",
    re.IGNORECASE,
)
# In these, browsers find tags where they find none elsewhere: `<style>` in a drawing holds tags.
_FOREIGN = frozenset({"svg", "math", "select"})
_KEEP = "to keep it, use --allow-scripts"


@dataclass(slots=True)
class _Field:
    text: str
    media: MediaResolver
    allow_scripts: bool
    out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copied: int = 0
    is_foreign: bool = False
    unclear: tuple[int, int] | None = None

    def replace(self, start: int, end: int, destination: str) -> None:
        """Replace a destination by the name of its file in the package."""
        name = packed_name(destination, self.media)
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

    def markup(self, start: int) -> int:
        """Check what begins with a `<`; return where to look on."""
        tag, end = browser_tag(self.text, start)
        if self.is_foreign and self.text.startswith("<![CDATA[", start):
            self.unclear = self.unclear or (start, end)
        if tag is None:
            return end
        for each in tag.attributes:
            self.inert(each.start, each.end)
        if not tag.closing:
            self.tag(tag)
        if end > len(self.text):
            self.unclosed(tag)
        return end if tag.closing else self.raw_text(tag)

    def raw_text(self, tag: Tag) -> int:
        """Check the text of a script, a style and the like, which holds no tags; return its end."""
        self.is_foreign = self.is_foreign or tag.name in _FOREIGN
        if not has_raw_text(tag):
            return tag.end
        if self.is_foreign or tag.name == "noscript":
            self.unclear = self.unclear or (tag.start, tag.end)
        end = raw_text_end(self.text, tag)
        if tag.name not in ACTIVE:
            self.inert(tag.end, end)
        if tag.name == "style" and _loads_from_elsewhere(self.text[tag.end : end]):
            self.active("this style loads something from another machine", tag.start, end)
        return end

    def check_unclear(self) -> None:
        """Report what would run if a browser found tags in what was not searched for them."""
        if self.unclear and not any(each.rule == "active-content" for each in self.problems):
            behind = unescape(self.text[self.unclear[1] :])
            if _WOULD_RUN.search(behind) or "javascript:" in "".join(behind.split()).lower():
                self.active("a browser may run something behind this", *self.unclear)

    def check_formulas(self) -> None:
        """Report what MathJax would run."""
        if not _BACKSLASH.search(self.text):
            return
        tex = unescape(_joined(self.text))
        if ("\\(" in tex or "\\[" in tex) and (command := active_tex(tex)):
            start = max(self.text.find(command), 0)
            end = min(start + len(command), len(self.text))
            message = f"{command.partition('{')[0]} of this formula runs or loads something"
            self.active(message, start, end)

    def tag(self, tag: Tag) -> None:
        """Check a tag, and replace the file that it names."""
        if reason := active_reason(tag):
            self.active(reason, tag.start, tag.end)
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
        if found[0] == "<":
            tag, position = browser_tag(text, found.start())
            if tag and not tag.closing:
                position = raw_text_end(text, tag)
                yield tag, position


def render_html(text: str, media: MediaResolver, *, allow_scripts: bool) -> Rendered:
    """Return the text with the names of its media in the package, and its problems."""
    html = _Field(text, media, allow_scripts)
    last_bracket = text.rfind("]")
    position = 0
    while found := _NEXT.search(text, position):
        position = found.end()
        if found[0] == "<":
            position = html.markup(found.start())
        elif position <= last_bracket:
            position = _sound(html, position)
    html.check_unclear()
    html.check_formulas()
    return Rendered("".join(html.out) + text[html.copied :], tuple(html.problems))


def _sound(html: _Field, start: int) -> int:
    name = _SOUND_END.match(html.text, start)
    if name and html.text.startswith("]", name.end()):
        html.replace(start, name.end(), attribute("", name.group(), start, name.end()).value or "")
        return name.end()
    return start


def _loads_from_elsewhere(css: str) -> bool:
    # Inside of a drawing a style may have character references.
    addresses = [load.address for load in (*loads(css), *loads(unescape(css)))]
    return any(is_remote(address) or is_active(address) for address in addresses)


def _joined(text: str) -> str:
    """Return a text as MathJax reads it: over comments and `<wbr>`, and `<br>` as a line end."""
    pieces: list[str] = []
    done = 0
    while (start := text.find("<", done)) >= 0:
        tag, end = browser_tag(text, start) if _TAG.match(text, start) else (None, start)
        pieces.append(text[done:start])
        if end == start or (tag is not None and tag.name not in _READ_OVER):
            end = max(end, start + 1)
            pieces.append(text[start:end])
        elif tag is not None and tag.name == "br":
            pieces.append("\n")
        done = end
    return "".join((*pieces, text[done:]))

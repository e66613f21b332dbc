"""Fields that are HTML already: unchanged, except for the names of media files."""

from __future__ import annotations

import re
from dataclasses import field
from html import escape, unescape

from flashdeck.css import loads
from flashdeck.html.addresses import is_active, is_remote
from flashdeck.html.requests import SPECIAL, Request, css_requests, tag_requests
from flashdeck.html.tags import (
    ACTIVE,
    Tag,
    active_reason,
    attribute,
    browser_tag,
    has_raw_text,
    raw_text_end,
    remote_address,
)
from flashdeck.markup.formulas import active_tex
from flashdeck.markup.results import NOT_FOUND, Media, MediaRefusal, Problem, Rendered
from flashdeck.records import dataclass

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
    media: Media
    allow_scripts: bool
    out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    copied: int = 0
    is_foreign: bool = False
    unclear: tuple[int, int] | None = None

    def report(
        self,
        rule: str,
        message: str,
        place: tuple[int, int],
        hint: str = "",
        severity: str = "error",
    ) -> None:
        """Report a problem."""
        self.problems.append(Problem(rule, message, *place, hint, severity))

    def replace(self, request: Request) -> None:
        """Replace an address by the name of its file in the package."""
        name, (_, start, end, _) = self.media.name_of(request), request
        if isinstance(name, MediaRefusal):
            severity = "warning" if name.rule == NOT_FOUND else "error"
            self.report(name.rule, name.message, (start, end), name.hint, severity)
        elif name != request.address:
            self.out += [self.text[self.copied : start], escape(name)]
            self.copied = end

    def active(self, reason: str, place: tuple[int, int], hint: str = _KEEP) -> None:
        """Report what would run, unless it may."""
        if not self.allow_scripts:
            self.report("active-content", reason, place, hint)

    def inert(self, start: int, end: int) -> None:
        """Check that text that is not a tag here runs nothing where a browser reads it as one."""
        first = _BEGINS.search(self.text, start, end) if start >= 0 else None
        if first and (found := _WOULD_RUN.search(self.text, first.start(), end)):
            hint = f"to show it, write &lt; for its '<'; {_KEEP}"
            self.active("a browser may run this", found.span(), hint)

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
        if end > len(self.text) and not self.allow_scripts:
            message = "this tag is never closed, and swallows the text after it"
            hint = "write &lt; for a '<' that does not begin a tag"
            self.report("unclosed-tag", message, (tag.start, tag.end), hint)
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
        if tag.name == "style":
            self.style(tag, end)
        return end

    def style(self, tag: Tag, end: int) -> None:
        """Check the text of a style, and replace the files that it names."""
        css = self.text[tag.end : end]
        if _loads_from_elsewhere(css):
            self.active("this style loads something from another machine", (tag.start, end))
        for request in css_requests(css, range(tag.end, end + 1)):
            if not is_remote(request.address):
                self.replace(request)

    def check_unclear(self) -> None:
        """Report what would run if a browser found tags in what was not searched for them."""
        if self.unclear and not any(each.rule == "active-content" for each in self.problems):
            behind = unescape(self.text[self.unclear[1] :])
            if _WOULD_RUN.search(behind) or "javascript:" in "".join(behind.split()).lower():
                self.active("a browser may run something behind this", self.unclear)

    def check_formulas(self) -> None:
        """Report what MathJax would run."""
        if not _BACKSLASH.search(self.text):
            return
        tex = unescape(_joined(self.text))
        if ("\\(" in tex or "\\[" in tex) and (command := active_tex(tex)):
            start = max(self.text.find(command), 0)
            place = start, min(start + len(command), len(self.text))
            self.active(
                f"{command.partition('{')[0]} of this formula runs or loads something", place
            )

    def tag(self, tag: Tag) -> None:
        """Check a tag, and replace the files that it names."""
        place = tag.start, tag.end
        if reason := active_reason(tag, files=True):
            self.active(reason, place)
        is_reported = bool(reason) and (not self.allow_scripts or reason.startswith("style="))
        found = [*tag_requests(self.text, tag)]
        for request in found:
            if not (is_reported and is_remote(request.address)):
                self.replace(request)
        is_reported = is_reported or any(is_remote(request.address) for request in found)
        if not is_reported and (remote := remote_address(tag)):
            message = f"{remote} is on another machine; packages must contain their media"
            self.report("remote-media", message, place)


def render_html(text: str, media: Media, *, allow_scripts: bool) -> Rendered:
    """Return the text with the names of its media in the package, and its problems."""
    html = _Field(text, media, allow_scripts)
    last_bracket = text.rfind("]")
    position = 0
    while found := SPECIAL.search(text, position):
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
        destination = attribute("", name.group(), start, name.end()).value or ""
        html.replace(Request(destination, start, name.end(), searched=True))
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
